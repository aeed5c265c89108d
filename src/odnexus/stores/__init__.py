"""Where the engine keeps what it must not forget.

`MemoryStore` is for tests and trials, `SqliteStore` is one file and the default to embed; PostgreSQL and MariaDB are
in `odnexus.stores.sql`. `in_threads` gives any of them to the async engine. `Sealer` encrypts what could hold patient
data before a store sees it.
"""

from __future__ import annotations

from odnexus.stores._errors import StoreBusyError
from odnexus.stores.memory import MemoryStore
from odnexus.stores.sealing import Sealer
from odnexus.stores.sqlite import SqliteStore
from odnexus.stores.threads import ThreadedStore, in_threads

__all__ = ["MemoryStore", "Sealer", "SqliteStore", "StoreBusyError", "ThreadedStore", "in_threads"]
