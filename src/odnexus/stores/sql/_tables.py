"""Tables in PostgreSQL and MariaDB.

Texts that name something compare and sort by code points, and blanks at their end count: ``COLLATE "C"`` here,
``utf8mb4_nopad_bin`` there. Places of events and numbers of entries come from the table of counters, whose row stays
locked until the transaction ends: what has a higher number is never seen sooner.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import frozen
from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

_FAMILY: Final = ("mysql", "mariadb")
_CHARSET: Final = "utf8mb4"
_EXACT: Final = "utf8mb4_nopad_bin"


def _name(length: int = 255) -> TypeEngine[str]:
    """Return the type of a text that rows are looked up by."""
    exact = mysql.VARCHAR(length, charset=_CHARSET, collation=_EXACT)
    return String(length, collation="C").with_variant(exact, *_FAMILY)


def _text() -> TypeEngine[str]:
    return Text(collation="C").with_variant(mysql.LONGTEXT(charset=_CHARSET, collation=_EXACT), *_FAMILY)


def _bytes() -> TypeEngine[bytes]:
    return LargeBinary().with_variant(mysql.LONGBLOB(), *_FAMILY)


def _column(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]]) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _key(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]]) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


@frozen
class Tables:
    """All tables, made by `tables`."""

    metadata: MetaData
    event: Table
    link: Table
    link_ref: Table
    cursor: Table
    review: Table
    entry: Table
    turn: Table
    snapshot: Table
    counter: Table
    schema: Table


def tables(prefix: str) -> Tables:
    """Return the tables, whose names begin with *prefix*."""
    metadata = MetaData()

    def table(name: str, *parts: Column[Any] | Index) -> Table:
        return Table(f"{prefix}{name}", metadata, *parts, mysql_engine="InnoDB", mariadb_engine="InnoDB")

    def index(name: str, *columns: str) -> Index:
        return Index(f"{prefix}{name}", *columns)

    return Tables(
        metadata,
        event=table(
            "event",
            _key("place", BigInteger),
            Column("id", _name(), nullable=False, unique=True),
            _column("lane", _name()),
            _column("location", _name()),
            _column("kind", _name(64)),
            _column("subject", _name()),
            _column("received", BigInteger),
            _column("due", BigInteger),
            _column("attempts", Integer),
            Column("payload", _bytes()),
            _column("reason", _text()),
            _column("state", _name(16)),
            _column("token", _name(64)),
            _column("until", BigInteger),
            index("event_lane", "state", "lane", "place"),
            index("event_place", "state", "place"),
            index("event_received", "state", "received"),
        ),
        link=table(
            "link",
            _key("id", _name()),
            _column("kind", _name(16)),
            _column("location", _name()),
            Column("nexhealth", _text()),
            Column("opendental", _text()),
            _column("aliases", _text()),
            _column("state", _name(16)),
            _column("body", _bytes()),
            _column("version", BigInteger),
            _column("updated", BigInteger),
        ),
        link_ref=table(
            "link_ref",
            _key("kind", _name(16)),
            _key("side", _name(16)),
            _key("realm", _name()),
            _key("id", _name()),
            _column("link", _name()),
            index("link_ref_link", "link"),
        ),
        cursor=table("cursor", _key("name", _name()), _column("value", _text())),
        review=table(
            "review",
            _key("id", _name()),
            _column("kind", _name(64)),
            _column("location", _name()),
            _column("subject", _name()),
            _column("opened", BigInteger),
            Column("due", BigInteger),
            _column("choices", _text()),
            _column("body", _bytes()),
            Column("choice", _text()),
            Column("record", _text()),
            Column("answered_by", _text()),
            Column("answered", BigInteger),
            index("review_opened", "answered", "opened"),
        ),
        entry=table(
            "entry",
            _key("number", BigInteger),
            _column("at", BigInteger),
            _column("location", _name()),
            _column("kind", _name(16)),
            _column("subject", _name()),
            _column("rule", _text()),
            _column("fields", _text()),
            _column("related", _text()),
            _column("requests", Integer),
            index("entry_location", "location", "number"),
            index("entry_subject", "subject", "number"),
        ),
        turn=table("turn", _key("name", _name()), _column("holder", _name()), _column("until", BigInteger)),
        snapshot=table("snapshot", _key("name", _name()), _key("id", _name()), _column("content", _bytes())),
        counter=table("counter", _key("name", _name(16)), _column("value", BigInteger)),
        schema=table("schema", _key("one", Integer), _column("version", Integer)),
    )
