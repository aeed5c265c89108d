from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from odnexus.reconcile.inbox import Done
from odnexus.stores import SqliteStore
from odnexus.testing.contracts._samples import at, event, ids, nexhealth
from tests.stores.workers import BATCH, ROOT, Worker, race


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.mark.parametrize("lines", [1, 2, 3, 7, 20])
def test_nothing_acknowledged_is_lost_when_a_writer_is_killed(path: Path, lines: int) -> None:
    acknowledged = Worker("put", str(path)).kill_after(lines)

    with SqliteStore(path) as store:
        kept = ids(store.inbox.waiting(100_000))

    whole = len(acknowledged) * BATCH
    assert kept[:whole] == [f"w.{batch}.{part}" for batch in range(len(acknowledged)) for part in range(BATCH)]
    assert len(kept) - whole in (0, BATCH), "a batch was stored in part"


@pytest.mark.parametrize("lines", [1, 2, 3, 7, 20])
def test_nothing_settled_comes_back_and_nothing_else_is_lost(path: Path, lines: int) -> None:
    everything = [str(number) for number in range(200)]
    with SqliteStore(path) as store:
        store.inbox.put([event(name) for name in everything])

    settled = Worker("settle", str(path)).kill_after(lines)

    with SqliteStore(path) as store:
        left = ids(store.inbox.waiting(1000))
        after = store.inbox.lease(at(60), at(65), 1000)
        assert all(store.inbox.settle(held, Done(), at(61)) for held in after)
        assert store.inbox.waiting(1) == []
    assert settled == everything[: len(settled)]
    assert left in (everything[len(settled) :], everything[len(settled) + 1 :])
    assert ids(after) == left


@pytest.mark.parametrize("lines", [1, 5, 12])
def test_a_link_is_never_stored_without_its_records(path: Path, lines: int) -> None:
    saved = Worker("save", str(path)).kill_after(lines)

    with SqliteStore(path) as store:
        links = store.links.all(limit=100_000)
        found = [store.links.find("visit", nexhealth(link.id)) for link in links]
    assert set(saved) <= set(ids(links))
    assert found == links


def test_processes_share_the_work_in_order(path: Path) -> None:
    with SqliteStore(path) as store:
        store.inbox.put([event(f"{lane}.{number:02}", f"lane {lane}") for number in range(20) for lane in "abcd"])
        workers = [Worker("share", str(path), f"worker {number}") for number in range(3)]

        said = [name for told in race(workers) for name in told]
        order = [found.rule for found in store.journal.read(limit=1000)]

    assert sorted(said) == sorted(order) == [f"{lane}.{number:02}" for lane in "abcd" for number in range(20)]
    for lane in "abcd":
        mine = [name for name in order if name[0] == lane]
        assert mine == sorted(mine), "a key was not worked on in its order"


@pytest.mark.parametrize("attempt", range(3))
def test_processes_may_create_the_file_at_the_same_time(path: Path, attempt: int) -> None:
    workers = [Worker("open", str(path), f"worker {number}") for number in range(4)]

    assert race(workers) == [["1"]] * 4
    with SqliteStore(path) as store:
        assert len(store.inbox.waiting(10)) == 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_opens_connections_of_its_own(path: Path) -> None:
    code = """
import os, sys
from odnexus.stores import SqliteStore
from tests.stores.workers import event
store = SqliteStore(sys.argv[1])
store.inbox.put([event("before")])
child = os.fork()
if child == 0:
    store.inbox.put([event("child")])
    parents = store._database._inherited[0].idle
    assert parents and not any(one in parents for one in store._database._here().idle)
    store.close()
    os._exit(0)
_, status = os.waitpid(child, 0)
store.inbox.put([event("after")])
print(status, *[found.id for found in store.inbox.waiting(10)])
store.close()
"""
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, cwd=ROOT)

    assert run.stdout == "0 before child after\n"
