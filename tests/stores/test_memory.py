from __future__ import annotations

import pytest

from odnexus.stores import MemoryStore
from odnexus.testing.contracts import StoreContract


class TestMemoryStore(StoreContract):
    concurrent = True

    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()
