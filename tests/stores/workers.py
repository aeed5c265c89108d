"""Work on a store in a process of its own, to be watched and killed.

Run as ``python -m tests.stores.workers ROLE PLACE NAME``. Each worker says ``ready``, waits for a line, and then names
on a line of its own whatever a store has acknowledged.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import IO

from odnexus._sync.stores import Store
from odnexus.reconcile.inbox import Done
from odnexus.stores import SqliteStore
from odnexus.testing.contracts._samples import NOON, at, entry, event, link, nexhealth

BATCH = 5
ROOT = Path(__file__).parents[2]


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
    for held in iter(lambda: store.inbox.lease(NOON, at(5), 1), []):
        assert store.inbox.settle(held[0], Done(), at(1))
        say(held[0].event.id)


def save(store: Store, name: str) -> None:
    """Save link after link, each with one record, for ever."""
    for number in count():
        store.links.save(link(f"{name}.{number}", nexhealth(f"{name}.{number}")))
        say(f"{name}.{number}")


def share(store: Store, name: str) -> None:
    """Finish what nobody else works on, until nothing is left; write down the order."""
    while store.inbox.waiting(1):
        for held in store.inbox.lease(NOON, at(5), 3):
            store.journal.append([entry(held.event.id, location=name)])
            assert store.inbox.settle(held, Done(), at(1))
            say(held.event.id)


ROLES: dict[str, Callable[[Store, str], None]] = {"put": put, "settle": settle, "save": save, "share": share}


class Worker:
    """A worker's process, seen from the test."""

    def __init__(self, role: str, place: str, name: str = "w") -> None:
        command = [sys.executable, "-m", "tests.stores.workers", role, place, name]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self._out.readline() == "ready\n"

    @property
    def _out(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def start(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def kill_after(self, lines: int) -> list[str]:
        """Start it, kill it after *lines* acknowledgements and return all that it made."""
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
