"""Sealing the rows of one column of the database anew."""

from __future__ import annotations

from sqlalchemy import Connection, Table, bindparam, select, tuple_

from odnexus.stores.resealing import PORTION, Resealed, Resealer, SealedColumn, resealed
from odnexus.stores.sql._database import Database


def reseal_column(database: Database, which: SealedColumn, sealer: Resealer) -> Resealed:
    """Seal all rows of a column anew, a portion per transaction, in the order of their keys."""
    table: Table = getattr(database.tables, which.table)
    after, total = tuple("" for _ in which.keys), Resealed()
    while True:
        rows, done = database.run(lambda connection: _portion(connection, table, which, sealer, after))  # noqa: B023
        total += done
        if rows is None:
            return total
        after = rows


def _portion(
    connection: Connection, table: Table, which: SealedColumn, sealer: Resealer, after: tuple[str, ...]
) -> tuple[tuple[str, ...] | None, Resealed]:
    """Seal a portion behind the keys *after* anew; return its last keys, ``None`` if it was the last."""
    keys, content = [table.c[name] for name in which.keys], table.c[which.column]
    query = select(*keys, content).where(tuple_(*keys) > after).order_by(*keys).limit(PORTION).with_for_update()
    rows = connection.execute(query).mappings().all()
    change = table.update().values({which.column: bindparam("new")})
    for key in which.keys:
        change = change.where(table.c[key] == bindparam(f"key_{key}"))

    def write(values: dict[str, object]) -> None:
        named = {f"key_{name}": values[name] for name in which.keys}
        connection.execute(change, {"new": values["new"], **named})

    done = resealed([dict(row) for row in rows], which, sealer, write)
    return (tuple(rows[-1][name] for name in which.keys) if len(rows) == PORTION else None), done
