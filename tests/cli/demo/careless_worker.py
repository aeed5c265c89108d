"""The demo's worker with one defect: it creates without looking for what it may have created before."""

from __future__ import annotations

from odnexus._sync.booking import Booking
from odnexus.cli.demo import worker

Booking._ours = lambda *_, **__: None  # type: ignore[method-assign]  # pyright: ignore[reportAttributeAccessIssue]

if __name__ == "__main__":
    worker.main()
