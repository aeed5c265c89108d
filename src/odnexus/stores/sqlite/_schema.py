"""Tables of the SQLite store, and how an older file becomes a current one.

`MIGRATIONS` is only ever added to: step *n* turns version *n* into *n* + 1, and a new file runs all of them. The
version is kept in SQLite's ``user_version``; ``application_id`` marks the file as ours.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from odnexus.errors import ConfigurationError

APPLICATION_ID: Final = int.from_bytes(b"odnx")
"""Tells our files from those of others (``file`` and SQLite tools show it)."""

FIRST: Final = """
CREATE TABLE event (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    lane TEXT NOT NULL,
    location TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    received INTEGER NOT NULL,
    due INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    payload BLOB,
    reason TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'buried')),
    token TEXT NOT NULL DEFAULT '',
    until INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX event_waiting ON event (lane, place) WHERE state = 'waiting';
CREATE INDEX event_order ON event (place, due) WHERE state = 'waiting';
CREATE INDEX event_buried ON event (place) WHERE state = 'buried';
CREATE INDEX event_done ON event (received) WHERE state = 'done';

CREATE TABLE link (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    location TEXT NOT NULL,
    nexhealth TEXT,
    opendental TEXT,
    aliases TEXT NOT NULL,
    state TEXT NOT NULL,
    body BLOB NOT NULL,
    version INTEGER NOT NULL,
    updated INTEGER NOT NULL
);
CREATE TABLE link_ref (
    kind TEXT NOT NULL,
    side TEXT NOT NULL,
    realm TEXT NOT NULL,
    id TEXT NOT NULL,
    link TEXT NOT NULL,
    PRIMARY KEY (kind, side, realm, id)
) WITHOUT ROWID;
CREATE INDEX link_ref_link ON link_ref (link);

CREATE TABLE cursor (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE review (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    location TEXT NOT NULL,
    subject TEXT NOT NULL,
    opened INTEGER NOT NULL,
    due INTEGER,
    choices TEXT NOT NULL,
    body BLOB NOT NULL,
    choice TEXT,
    record TEXT,
    answered_by TEXT,
    answered INTEGER
);
CREATE INDEX review_pending ON review (opened, id) WHERE answered IS NULL;
CREATE INDEX review_answered ON review (answered, id) WHERE answered IS NOT NULL;

CREATE TABLE entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    location TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    rule TEXT NOT NULL,
    fields TEXT NOT NULL,
    related TEXT NOT NULL,
    requests INTEGER NOT NULL
);
CREATE INDEX entry_location ON entry (location, number);
CREATE INDEX entry_subject ON entry (subject, number);

CREATE TABLE turn (name TEXT PRIMARY KEY NOT NULL, holder TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE snapshot (name TEXT NOT NULL, id TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (name, id));
"""

MIGRATIONS: Final[tuple[str, ...]] = (FIRST,)


def migrate(connection: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Bring the file of *connection* to the version after the last of *migrations*, in one transaction.

    Raises:
        ConfigurationError: As `version_of`.
    """
    if version_of(connection, len(migrations)) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Asked again, since another process may have been quicker.
        for step in migrations[version_of(connection, len(migrations)) :]:
            for statement in step.split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def version_of(connection: sqlite3.Connection, known: int = len(MIGRATIONS)) -> int:
    """Return the version of the schema in the file, 0 for a new one.

    Raises:
        ConfigurationError: The file belongs to another program, or its version is above *known*.
    """
    # In one statement, so that no other process changes one of them in between.
    application, version, tables = connection.execute(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)"
        " FROM pragma_application_id, pragma_user_version"
    ).fetchone()
    if application != APPLICATION_ID and (application or version or tables):
        raise ConfigurationError("is a database of another program")
    if version > known:
        raise ConfigurationError(f"has schema {version}, this odnexus knows {known}: update odnexus")
    return int(version)
