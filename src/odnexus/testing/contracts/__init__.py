"""What a store must do, as tests that its author inherits.

Needs pytest; `StoreMachine` needs Hypothesis as well. Write a class named ``Test…`` and override one fixture::

    class TestPostgresInbox(InboxContract):
        concurrent = True

        @pytest.fixture
        def inbox(self, dsn: str) -> Inbox:
            return PostgresInbox(dsn)

`StoreContract` is all of them for a whole store; each has an ``Async…`` twin for stores whose methods are coroutines.
A failing assertion names the operation and the promise that it broke.
"""

from __future__ import annotations

import pytest

# Before the modules are loaded, so that a failing assertion shows its values.
pytest.register_assert_rewrite(
    *(
        f"odnexus.testing.contracts.{module}"
        for module in (
            "_leasing",
            "cursors",
            "inbox",
            "journal",
            "links",
            "machine",
            "reviews",
            "snapshots",
            "store",
            "turns",
        )
    )
)

from odnexus.testing.contracts._base import AsyncContract, Contract, LoopThread  # noqa: E402
from odnexus.testing.contracts.cursors import AsyncCursorsContract, CursorsContract  # noqa: E402
from odnexus.testing.contracts.inbox import AsyncInboxContract, InboxContract  # noqa: E402
from odnexus.testing.contracts.journal import AsyncJournalContract, JournalContract  # noqa: E402
from odnexus.testing.contracts.links import AsyncLinksContract, LinksContract  # noqa: E402
from odnexus.testing.contracts.reviews import AsyncReviewsContract, ReviewsContract  # noqa: E402
from odnexus.testing.contracts.snapshots import AsyncSnapshotsContract, SnapshotsContract  # noqa: E402
from odnexus.testing.contracts.store import AsyncStoreContract, StoreContract  # noqa: E402
from odnexus.testing.contracts.turns import AsyncTurnsContract, TurnsContract  # noqa: E402

__all__ = [
    "AsyncContract",
    "AsyncCursorsContract",
    "AsyncInboxContract",
    "AsyncJournalContract",
    "AsyncLinksContract",
    "AsyncReviewsContract",
    "AsyncSnapshotsContract",
    "AsyncStoreContract",
    "AsyncTurnsContract",
    "Contract",
    "CursorsContract",
    "InboxContract",
    "JournalContract",
    "LinksContract",
    "LoopThread",
    "ReviewsContract",
    "SnapshotsContract",
    "StoreContract",
    "TurnsContract",
]
