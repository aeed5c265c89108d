"""Sealing the rows of one column of the SQLite file anew."""

# ruff: noqa: S608 - names of tables and columns are constants of `SEALED`

from __future__ import annotations

from odnexus.stores.resealing import PORTION, Resealed, Resealer, SealedColumn, resealed
from odnexus.stores.sqlite._database import Database


def reseal_column(database: Database, which: SealedColumn, sealer: Resealer) -> Resealed:
    """Seal all rows of a column anew, a portion per transaction, in the order of their keys."""
    keys, table, column = ", ".join(which.keys), which.table, which.column
    after, total = [""] * len(which.keys), Resealed()
    behind = f"({keys}) > ({', '.join(f':{name}' for name in which.keys)})"
    query = f"SELECT {keys}, {column} FROM {table} WHERE {behind} ORDER BY {keys} LIMIT {PORTION}"
    here = " AND ".join(f"{name} = :{name}" for name in which.keys)
    # Only what is still as it was read: a row that was written meanwhile has been sealed anew by that.
    change = f"UPDATE {table} SET {column} = :new WHERE {here} AND {column} = :old"
    while True:
        with database.transaction() as connection:
            rows = connection.execute(query, dict(zip(which.keys, after, strict=True))).fetchall()
            total += resealed(rows, which, sealer, lambda values: connection.execute(change, values))
        if len(rows) < PORTION:
            return total
        after = [rows[-1][name] for name in which.keys]
