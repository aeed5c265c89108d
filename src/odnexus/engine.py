"""The engine's public face: the two engines, what a store must offer, and what they tell the host.

The engines do the same: `SyncEngine` in blocking code, `AsyncSyncEngine` in a running event loop. A store is written
against the protocols named here; ``odnexus.testing.contracts`` tests it.
"""

from __future__ import annotations

from odnexus._async._compat import AsyncClock
from odnexus._async.engine import AsyncSyncEngine
from odnexus._async.stores import (
    AsyncCursors,
    AsyncInbox,
    AsyncJournal,
    AsyncLinks,
    AsyncReviews,
    AsyncSnapshots,
    AsyncStore,
    AsyncTurns,
)
from odnexus._sync._compat import Clock
from odnexus._sync.engine import SyncEngine
from odnexus._sync.stores import Cursors, Inbox, Journal, Links, Reviews, Sealer, Snapshots, Store, Turns
from odnexus.reconcile.alerting import Alert, AlertSink
from odnexus.reconcile.chain import Checkpoint, JournalCheck
from odnexus.reconcile.inbox import Bury, Done, Event, Lease, Retry, Settlement
from odnexus.reconcile.journal import Entry
from odnexus.reconcile.links import Link, LinkState, Ref
from odnexus.reconcile.reports import (
    AtRisk,
    HookReport,
    LocationStatus,
    PollReport,
    PracticeStatus,
    Question,
    Received,
    StepReport,
)
from odnexus.reconcile.reviews import Answer, Review
from odnexus.reconcile.triggers import DomainEvent, Slot, WaitlistCandidate

__all__ = [
    "Alert",
    "AlertSink",
    "Answer",
    "AsyncClock",
    "AsyncCursors",
    "AsyncInbox",
    "AsyncJournal",
    "AsyncLinks",
    "AsyncReviews",
    "AsyncSnapshots",
    "AsyncStore",
    "AsyncSyncEngine",
    "AsyncTurns",
    "AtRisk",
    "Bury",
    "Checkpoint",
    "Clock",
    "Cursors",
    "DomainEvent",
    "Done",
    "Entry",
    "Event",
    "HookReport",
    "Inbox",
    "Journal",
    "JournalCheck",
    "Lease",
    "Link",
    "LinkState",
    "Links",
    "LocationStatus",
    "PollReport",
    "PracticeStatus",
    "Question",
    "Received",
    "Ref",
    "Retry",
    "Review",
    "Reviews",
    "Sealer",
    "Settlement",
    "Slot",
    "Snapshots",
    "StepReport",
    "Store",
    "SyncEngine",
    "Turns",
    "WaitlistCandidate",
]
