from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from odnexus._sync.stores import Store
from odnexus.stores import MemoryStore
from odnexus.testing.contracts import StoreContract
from tests.testing.contracts import broken_inbox, broken_links, broken_lists, broken_parts, broken_records
from tests.testing.contracts.broken import BROKEN, Broken, maker
from tests.testing.contracts.broken_parts import Restarted

# Importing them registers their classes.
MODULES = (broken_inbox, broken_lists, broken_links, broken_parts, broken_records)


class Checked(StoreContract):
    """The contract with every ability, to be run by hand."""

    concurrent = True
    durable = True

    def reopen(self, store: Store) -> Store:
        return store.reopened() if isinstance(store, Restarted) else store


TESTS = sorted(name for name in dir(Checked) if name.startswith("test_"))


def cases(test: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """Yield the arguments that `pytest.mark.parametrize` gives to *test*, once if there are none."""
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    for mark in marks:
        name, values = mark.args
        yield from ({name: value} for value in values)
    if not marks:
        yield {}


def run(name: str, make: Callable[[], Store]) -> None:
    """Run the test *name* of the contract, with all its arguments, each time with a new store."""
    test = getattr(Checked(), name)
    for arguments in cases(test):
        store = make()
        parts = [part for part in inspect.signature(test).parameters if part not in arguments]
        test(**arguments, **{part: store if part == "store" else getattr(store, part) for part in parts})


@pytest.mark.parametrize("name", TESTS)
def test_a_store_that_keeps_its_promises_passes(name: str) -> None:
    run(name, MemoryStore)


@pytest.mark.parametrize(
    ("broken", "name"),
    [(broken, name) for broken in BROKEN for name in broken.caught_by],
    ids=lambda value: str(getattr(value, "name", value)),
)
def test_a_broken_store_is_caught_by_the_very_test(broken: Broken, name: str) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        run(name, broken.make)


def test_every_test_of_the_contract_has_caught_a_broken_store() -> None:
    caught = {name for broken in BROKEN for name in broken.caught_by}

    assert caught == set(TESTS)


def test_every_fault_has_a_name_of_its_own() -> None:
    names = [broken.name for broken in BROKEN]

    assert len(set(names)) == len(names) > 100


def test_no_test_of_a_part_hides_another() -> None:
    parts = [base for base in StoreContract.__mro__[1:] if base is not object]
    declared = [name for base in parts for name in vars(base) if name.startswith("test_")]

    assert sorted(declared) == sorted(set(declared))


def test_a_promise_is_named_when_it_is_broken() -> None:
    with pytest.raises(AssertionError) as caught:
        run("test_a_retry_keeps_its_place", maker(broken_inbox.RetriesAtTheEndOfTheLine))

    assert str(caught.value).startswith("settle: while a retry waits, its key gives nothing")
