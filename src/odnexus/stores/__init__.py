"""Where the engine keeps what it must not forget.

`MemoryStore` is for tests and trials, `SqliteStore` is one file and the default to embed; PostgreSQL and MariaDB are
in `odnexus.stores.sql`. `in_threads` gives any of them to the async engine. `Sealer` encrypts what could hold patient
data before a store sees it.
"""

from __future__ import annotations

from odnexus.stores.memory import MemoryStore
from odnexus.stores.sealing import Sealer

__all__ = ["MemoryStore", "Sealer"]
