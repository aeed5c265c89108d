"""The connector: one process that keeps a practice in step, until it is told to stop.

It polls each location, works on what is due, compares both calendars at night, and shows that it is alive. A fault of
one location is logged and told, and stops neither the others nor the loop. What is decided from the clock is decided by
`Rhythm`, which has no clock of its own.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from types import FrameType
from typing import IO, Any, Final, Protocol

from attrs import define, field, frozen

from odnexus import __version__
from odnexus.cli.pacing import next_wait
from odnexus.engine import PollReport, StepReport, SyncEngine
from odnexus.errors import ApiError, EmptySideError, OdnexusError, place_of
from odnexus.mapping.visit import to_wall
from odnexus.practice import Location
from odnexus.vault import lock

log = logging.getLogger("odnexus.run")

BEAT: Final = timedelta(seconds=30)
"""Time between two heartbeats."""

SOON: Final = timedelta(seconds=30)
"""How soon a location that waits for its office is looked at again; how often it is asked, the engine decides."""

PROUD: Final = timedelta(hours=1)
"""Time between two lines of the log that say all is well."""


class InstanceRunningError(OdnexusError):
    """Another process of this machine runs on the same store."""


class Stop(Protocol):
    """Tells the loop to stop, and lets it wait until then: `threading.Event` is such."""

    def is_set(self) -> bool:
        """Return whether it is time to stop."""
        ...

    def wait(self, timeout: float, /) -> bool:
        """Wait at most *timeout* seconds and return whether it is time to stop."""
        ...


@define
class Rhythm:
    """When each location is polled and scanned next, decided from the moment alone.

    Args:
        every: Time between two polls of a location.
        scan_at: Time of day, by the office's clock, from which the night's scan is due.
        shortest: Location and requests of its last poll → the shortest wait; ``None`` always waits *every*.
    """

    every: timedelta
    scan_at: time
    shortest: Callable[[str, int], timedelta] | None = None
    _polled: dict[str, datetime] = field(factory=dict[str, datetime], init=False)
    _waits: dict[str, timedelta] = field(factory=dict[str, timedelta], init=False)

    def poll_is_due(self, location: str, now: datetime) -> bool:
        """Return whether *location* is to be polled."""
        before = self._polled.get(location)
        return before is None or now >= before + self.wait_of(location) or now < before

    def wait_of(self, location: str) -> timedelta:
        """Return the time between the last poll of *location* and the next."""
        return self._waits.get(location, self.every)

    def learn(self, report: PollReport) -> None:
        """Let the next poll come sooner or later, by what the last one found."""
        if self.shortest is not None:
            name, least = report.location, self.shortest(report.location, report.requests)
            found = bool(report.events)
            self._waits[name] = next_wait(self.wait_of(name), found=found, least=least, most=self.every)

    def polled(self, location: str, now: datetime) -> None:
        """Remember a poll."""
        self._polled[location] = now

    def soon(self, location: str, now: datetime) -> None:
        """Let a location that could not be polled be looked at again before its time."""
        self._polled[location] = now - max(timedelta(0), self.wait_of(location) - SOON)

    def night(self, location: Location, now: datetime) -> date:
        """Return the office's day whose scan was due last."""
        wall = to_wall(now, location.zone)
        return wall.date() if wall.time() >= self.scan_at else wall.date() - timedelta(days=1)


@frozen(kw_only=True)
class Beat:
    """That the process is alive, and how the practice stands. No patient data.

    Attributes:
        at: When (aware, UTC).
        polled: Location → last time it answered a poll, as ISO text; missing if it never did.
        waiting: Events that are not finished, at most 1,000.
        buried: Events that were given up, at most 1,000.
        questions: Open reviews, at most 1,000.
        paused: Locations that wait for their office.
    """

    at: datetime
    polled: dict[str, str] = field(factory=dict[str, str])
    waiting: int = 0
    buried: int = 0
    questions: int = 0
    paused: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return the heartbeat as one line of JSON."""
        return json.dumps(
            {
                "at": self.at.isoformat(),
                "version": __version__,
                "pid": os.getpid(),
                "polled": self.polled,
                "waiting": self.waiting,
                "buried": self.buried,
                "questions": self.questions,
                "paused": list(self.paused),
            }
        )


@define
class Connector:
    """Polls, steps and scans one practice.

    Args:
        engine: The engine; its store remembers the nights that were scanned.
        rhythm: When what is due.
        now: Reads the clock.
        pause: Time between two looks for due events.
        beat: Is given each heartbeat.
        chores: What else is to be done after each turn; a failing one is logged.
        alive: Is called again and again while all goes on, for a supervisor.
    """

    engine: SyncEngine
    rhythm: Rhythm
    now: Callable[[], datetime]
    pause: timedelta = timedelta(seconds=1)
    beat: Callable[[Beat], None] = lambda _: None
    chores: tuple[Callable[[datetime], None], ...] = ()
    alive: Callable[[], None] = lambda: None
    _answered: dict[str, str] = field(factory=dict[str, str], init=False)
    _paused: tuple[str, ...] = field(default=(), init=False)
    _refused: dict[str, tuple[str, datetime]] = field(factory=dict[str, tuple[str, datetime]], init=False)
    _beaten: datetime | None = field(default=None, init=False)
    _boasted: datetime | None = field(default=None, init=False)

    def run(self, stop: Stop) -> None:
        """Turn until *stop* is set. What is under way when that happens is finished first."""
        while not stop.is_set():
            if not self.turn(stop) and not stop.is_set():
                self._rest(stop)
        self._guarded("heartbeat", lambda: self._show(self.now()))

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The locations of which no poll has been answered so far."""
        return tuple(each.name for each in self.engine.practice.locations if each.name not in self._answered)

    def turn(self, stop: Stop) -> int:
        """Do once what is due and return how many events were worked on."""
        for location in self.engine.practice.locations:
            if not stop.is_set():
                self.alive()
                self._guarded(location.name, partial(self._look_at, location))
        report = StepReport()
        self.alive()
        if not stop.is_set():
            self._guarded("step", partial(self._step, report))
        for chore in self.chores:
            self._guarded("chore", partial(chore, self.now()))
        self._guarded("heartbeat", self._beat_if_due)
        return report.settled

    def _look_at(self, location: Location) -> None:
        now = self.now()
        if self.rhythm.poll_is_due(location.name, now):
            # Before the poll: one that fails is not repeated at once.
            self.rhythm.polled(location.name, now)
            self._polled(self.engine.poll(location.name, now), now)
        self._scan(location, now)

    def _polled(self, report: PollReport, now: datetime) -> None:
        if report.paused:
            self._not_polled(report, now)
            return
        self._refused.pop(report.location, None)
        self.rhythm.learn(report)
        self._answered[report.location] = now.isoformat()
        log.info(
            "%s: polled; %d rows at Open Dental, %d at NexHealth, %d new events, %d requests",
            *(report.location, report.opendental, report.nexhealth, report.events, report.requests),
        )

    def _not_polled(self, report: PollReport, now: datetime) -> None:
        name, again = report.location, ""
        if self.engine.store.cursors.get(f"pause:{name}"):
            # Whoever has just repaired it, and perhaps started anew, does not wait for the whole rhythm.
            self.rhythm.soon(name, now)
            again = "; it waits for its office, and is asked again within 5 minutes"
        reason, told = self._refused.get(name, ("", now))
        if reason != report.paused or now - told >= self.rhythm.every:
            self._refused[name] = report.paused, now
            log.warning("%s: not polled (%s)%s", name, report.paused, again)

    def _scan(self, location: Location, now: datetime) -> None:
        """Compare both calendars once a night; one that was missed is made up for at the next start."""
        cursors, key = self.engine.store.cursors, f"scanned:{location.name}"
        night = self.rhythm.night(location, now).isoformat()
        before = cursors.get(key)
        if before == night or location.name not in self._answered:
            return
        # Noted first: a scan that fails is told, and tried again the next night.
        cursors.set(key, night)
        if before is None:
            return  # the first poll of all has just read everything
        try:
            found = self.engine.scan(location.name, now)
        except (ApiError, EmptySideError) as error:
            log.warning("%s: not scanned (%s)", location.name, type(error).__name__)
        else:
            log.info("%s: scanned; %d differences", location.name, found)

    def _step(self, report: StepReport) -> None:
        done = self.engine.step(self.now())
        report.settled, self._paused = done.settled, done.paused
        if done.settled:
            log.info("worked on %d events: %d done, %d again, %d buried", *_counts(done))

    def _rest(self, stop: Stop) -> None:
        left = self.pause.total_seconds()
        # In small pieces: on Windows a signal does not end a wait.
        while left > 0 and not stop.wait(min(left, 1.0)):
            left -= 1.0
        self.alive()

    def _beat_if_due(self) -> None:
        now = self.now()
        if self._beaten is None or now - self._beaten >= BEAT:
            self._show(now)

    def _show(self, now: datetime) -> None:
        self._beaten = now
        engine = self.engine
        beat = Beat(
            at=now,
            polled=dict(self._answered),
            waiting=len(engine.waiting(1000)),
            buried=len(engine.buried(1000)),
            questions=len(engine.store.reviews.pending(1000)),
            paused=self._paused,
        )
        self.beat(beat)
        if self._boasted is None or now - self._boasted >= PROUD:
            self._boasted = now
            log.info("alive: %d waiting, %d buried, %d questions", beat.waiting, beat.buried, beat.questions)

    def _guarded(self, what: str, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the loop outlives whatever one part of it does
            # The message is left out: it could name a patient.
            log.error("%s: %s", what, place_of(error))  # noqa: TRY400


def _counts(report: StepReport) -> tuple[int, int, int, int]:
    return report.settled, report.done, report.retried, report.buried


def write_beat(path: Path) -> Callable[[Beat], None]:
    """Return what writes each heartbeat into *path*, which is never there by half."""

    def write(beat: Beat) -> None:
        draft = path.with_name(f".{path.name}.new")
        draft.write_text(beat.to_json() + "\n", encoding="utf-8")
        draft.replace(path)

    return write


@contextmanager
def only_instance(store: Path) -> Generator[None, None, None]:
    """Hold the lock beside *store* while the block runs. The system frees it however the process ends.

    Raises:
        InstanceRunningError: Another process holds it.
    """
    path = store.with_name(store.name + ".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if not _locked(file):
            raise InstanceRunningError(f"{store.name}: another odnexus runs on this store; stop it first")
        yield


def _locked(file: IO[bytes]) -> bool:
    """Try a few times: whoever only looks whether an instance runs holds the lock for a moment."""
    for _ in range(3):
        try:
            lock(file, wait=False)
        except OSError:
            threading.Event().wait(0.1)
        else:
            return True
    return False


SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGBREAK")
"""What asks a process to end; the last is Windows' Ctrl+Break, which service wrappers send."""


@contextmanager
def stopping_on_signals(stop: Callable[[], None]) -> Generator[None, None, None]:
    """Call *stop* at the first signal to end while the block runs; a second one ends the process at once."""
    before: dict[int, Any] = {}

    def heard(number: int, _: FrameType | None) -> None:
        log.info("told to stop (%s)", signal.Signals(number).name)
        signal.signal(number, signal.SIG_DFL)
        stop()

    for name in SIGNALS:
        if hasattr(signal, name):
            number = getattr(signal, name)
            before[number] = signal.signal(number, heard)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
