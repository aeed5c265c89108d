from __future__ import annotations

import os
import subprocess
import sys

import pytest

from odnexus.reconcile.inbox import Done
from odnexus.testing.contracts._samples import at, event, ids, nexhealth
from tests.stores.sql.conftest import Place
from tests.stores.workers import BATCH, ROOT, Worker, race


@pytest.mark.parametrize("lines", [1, 2, 9])
def test_nothing_acknowledged_is_lost_when_a_writer_is_killed(place: Place, lines: int) -> None:
    acknowledged = Worker("put", str(place)).kill_after(lines)

    with place.open() as store:
        # Waits for the database to notice the end of the writer.
        assert store.inbox.put([event("after")]) == 1
        kept = ids(store.inbox.waiting(100_000))

    whole = len(acknowledged) * BATCH
    assert kept[:whole] == [f"w.{batch}.{part}" for batch in range(len(acknowledged)) for part in range(BATCH)]
    assert len(kept) - whole in (1, BATCH + 1), "a batch was stored in part"


@pytest.mark.parametrize("lines", [1, 2, 9])
def test_nothing_settled_comes_back_and_nothing_else_is_lost(place: Place, lines: int) -> None:
    everything = [str(number) for number in range(100)]
    with place.open() as store:
        store.inbox.put([event(name) for name in everything])

        settled = Worker("settle", str(place)).kill_after(lines)

        after = store.inbox.lease(at(60), at(65), 1000)
        assert all(store.inbox.settle(held, Done(), at(61)) for held in after)
        assert store.inbox.waiting(1) == []
    assert settled == everything[: len(settled)]
    assert ids(after) in (everything[len(settled) :], everything[len(settled) + 1 :])


def test_a_link_is_never_stored_without_its_records(place: Place) -> None:
    saved = Worker("save", str(place)).kill_after(7)

    with place.open() as store:
        links = store.links.all(limit=100_000)
        found = [store.links.find("visit", nexhealth(link.id)) for link in links]
    assert set(saved) <= set(ids(links))
    assert found == links


def test_processes_share_the_work_in_order(place: Place) -> None:
    with place.open() as store:
        store.inbox.put([event(f"{lane}.{number:02}", f"lane {lane}") for number in range(10) for lane in "abcd"])
        workers = [Worker("share", str(place), f"worker {number}") for number in range(3)]

        said = [name for told in race(workers) for name in told]
        order = [found.rule for found in store.journal.read(limit=1000)]

    assert sorted(said) == sorted(order) == [f"{lane}.{number:02}" for lane in "abcd" for number in range(10)]
    for lane in "abcd":
        mine = [name for name in order if name[0] == lane]
        assert mine == sorted(mine), "a key was not worked on in its order"


def test_processes_may_make_the_tables_at_the_same_time(place: Place) -> None:
    other = Place(place.url, f"{place.prefix}new_")
    workers = [Worker("open", str(other), f"worker {number}") for number in range(4)]

    try:
        assert race(workers) == [["1"]] * 4
    finally:
        with other.open() as store:
            assert len(store.inbox.waiting(10)) == 4
            store.drop_tables()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_opens_connections_of_its_own(place: Place) -> None:
    code = """
import os, sys
from odnexus.stores.sql import SqlStore
from tests.stores.workers import event
store = SqlStore(sys.argv[1], prefix=sys.argv[2])
store.inbox.put([event("before")])
child = os.fork()
if child == 0:
    store.inbox.put([event("child")])
    store.close()
    os._exit(0)
_, status = os.waitpid(child, 0)
store.inbox.put([event("after")])
print(status, *[found.id for found in store.inbox.waiting(10)])
store.close()
"""
    command = [sys.executable, "-c", code, place.url, place.prefix]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)

    assert run.stdout == "0 before child after\n"
