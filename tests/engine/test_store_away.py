"""The database of the store restarts while the engine runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import define, field

from odnexus.errors import StoreError
from odnexus.stores import MemoryStore, StoreBusyError
from tests.engine.town import Town


@define
class Away:
    """A part of a store whose database is away from its *first* operation on, for so many operations."""

    part: Any
    first: int
    left: int = 20
    error: StoreError = field(factory=lambda: StoreBusyError("the database cannot be reached or used now"))
    asked: int = field(default=0, init=False)

    def __getattr__(self, name: str) -> Any:
        self.asked += 1
        if self.asked >= self.first and self.left:
            self.left -= 1
            raise self.error
        return getattr(self.part, name)


class Rest:
    """Tells the loop to stop when so many looks have gone by."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks < 0


@pytest.mark.parametrize("first", [1, 3, 6, 9])
@pytest.mark.parametrize("part", ["inbox", "links", "cursors", "journal", "turns"])
def test_run_outlives_a_database_that_restarts(part: str, first: int) -> None:
    store = MemoryStore()
    town = Town(store=store)
    away = Away(getattr(store, part), first)
    setattr(store, part, away)
    town.book(town.person("Mara", "Lund", "1988-11-20"))

    town.engine.run(Rest(900), every=timedelta(minutes=1))

    assert away.left < 20
    assert len(town.charts) == 1
    assert len(town.visits) == 1
    assert town.names() == ["appointment.created"]


def test_run_ends_where_trying_again_does_not_help() -> None:
    store = MemoryStore()
    town = Town(store=store)
    setattr(store, "inbox", Away(store.inbox, 1, error=StoreError("the disk is gone")))  # noqa: B010

    with pytest.raises(StoreError, match="the disk is gone"):
        town.engine.run(Rest(10))
