"""Work on a store in a process of its own, to be watched and killed.

Run as ``python -m tests.stores.workers ROLE PLACE NAME``. Each worker says ``ready``, waits for a line, and then names
on a line of its own whatever a store has acknowledged.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import IO

from odnexus._sync.stores import Store
from odnexus.reconcile.inbox import Done, Event
from odnexus.reconcile.journal import Entry
from odnexus.reconcile.links import Link, Ref
from odnexus.stores import SqliteStore

# Written out instead of taken from the contracts: a worker that does not load pytest is there sooner.
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
BATCH = 5
ROOT = Path(__file__).parents[2]


def event(id: str) -> Event:
    return Event(id=id, key=id, location="Main", kind="test", subject=id, received=NOON, due=NOON)


@contextmanager
def opened(place: str) -> Iterator[Store]:
    """Open the store at *place*: a path, or the address of a database and a prefix, separated by a blank."""
    with ExitStack() as stack:
        if "://" in place:
            from odnexus.stores.sql import SqlStore

            url, prefix = place.split()
            yield stack.enter_context(SqlStore(url, prefix=prefix))
        else:
            yield stack.enter_context(SqliteStore(place))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def put(store: Store, name: str) -> None:
    """Put batch after batch, for ever."""
    for number in count():
        store.inbox.put([event(f"{name}.{number}.{part}") for part in range(BATCH)])
        say(f"{name}.{number}")


def settle(store: Store, name: str) -> None:
    """Finish one event after the other."""
    for held in iter(lambda: store.inbox.lease(NOON, LATER, 1), []):
        assert store.inbox.settle(held[0], Done(), NOON)
        say(held[0].event.id)


def save(store: Store, name: str) -> None:
    """Save link after link, each with one record, for ever."""
    for number in count():
        id_ = f"{name}.{number}"
        record = Ref(side="nexhealth", realm="bright-smiles", id=id_)
        store.links.save(Link(id=id_, kind="visit", location="Main", nexhealth=record, updated=NOON))
        say(id_)


def share(store: Store, name: str) -> None:
    """Finish what nobody else works on, until nothing is left; write down the order."""
    while store.inbox.waiting(1):
        for held in store.inbox.lease(NOON, LATER, 3):
            id_ = held.event.id
            store.journal.append([Entry(at=NOON, location=name, kind="applied", subject=id_, rule=id_)])
            assert store.inbox.settle(held, Done(), NOON)
            say(held.event.id)


ROLES: dict[str, Callable[[Store, str], None]] = {"put": put, "settle": settle, "save": save, "share": share}


class Worker:
    """A worker's process, seen from the test."""

    def __init__(self, role: str, place: str, name: str = "w") -> None:
        command = [sys.executable, "-m", "tests.stores.workers", role, place, name]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)

    @property
    def _out(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def wait_until_ready(self) -> None:
        assert self._out.readline() == "ready\n"

    def start(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def kill_after(self, lines: int) -> list[str]:
        """Start it, kill it after *lines* acknowledgements and return all that it made."""
        self.wait_until_ready()
        self.start()
        said = [self._out.readline().strip() for _ in range(lines)]
        self._process.kill()
        return said + self._rest()

    def finish(self) -> list[str]:
        """Wait for its end and return what it said."""
        said = self._rest()
        assert self._process.returncode == 0
        return said

    def _rest(self) -> list[str]:
        # A line that was cut off by the kill is no acknowledgement that anyone received.
        said = [line.strip() for line in self._out if line.endswith("\n")]
        self._process.wait(30)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        return said


def race(workers: list[Worker]) -> list[list[str]]:
    """Start all *workers* at the same time and return what each of them said."""
    for worker in workers:
        worker.wait_until_ready()
    for worker in workers:
        worker.start()
    return [worker.finish() for worker in workers]


def main() -> None:
    role, place, name = sys.argv[1:]
    if role == "open":
        say("ready")
        sys.stdin.readline()
        with opened(place) as store:
            say(str(store.inbox.put([event(name)])))
        return
    with opened(place) as store:
        say("ready")
        sys.stdin.readline()
        ROLES[role](store, name)


if __name__ == "__main__":
    main()
