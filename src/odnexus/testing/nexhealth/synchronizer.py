"""NexHealth's synchronizer: the program in the office that carries writes into the EHR and reads changes back.

Nothing happens by itself: `run` does what is due. Writes wait for `write_delay` each and keep their order; a read cycle
compares the whole EHR with what the last cycle saw, every `read_delay`. Both can be switched off (the server is down),
and writes can be made to fail.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from attrs import define, field, frozen

from odnexus.testing.http import Json
from odnexus.testing.nexhealth.chart import Chart, VisitChange
from odnexus.testing.nexhealth.inserting import Inserter, foreign_number
from odnexus.testing.nexhealth.platform import Platform
from odnexus.testing.nexhealth.reading import Reader
from odnexus.testing.nexhealth.records import Appointment
from odnexus.testing.nexhealth.values import Row

WriteKind: TypeAlias = Literal["insertion", "update"]
Outcome: TypeAlias = Literal["failed", "timed_out", "incomplete"]

READ_DELAY = timedelta(minutes=10)
WRITE_DELAY = timedelta(minutes=2)

_EVENTS: dict[WriteKind, str] = {"insertion": "appointment_insertion", "update": "appointment_updated"}


@define(kw_only=True, eq=False)
class Job:
    """One write that waits for its cycle."""

    kind: WriteKind
    appointment: Appointment
    due: datetime
    previous: Row = field(factory=dict[str, Json])
    late: bool = False
    """A failure was announced already; this is its late success."""


@frozen(kw_only=True)
class Mishap:
    """How a write is to fail."""

    outcome: Outcome
    lands_after: timedelta | None = None


class Synchronizer:
    """The link between a sync and an EHR.

    Args:
        platform: The platform.
        sync_id: Whose locations it serves.
        chart: The EHR.
        read_delay: Time between two read cycles.
        write_delay: Time from accepting a write to carrying it out.
    """

    def __init__(
        self,
        platform: Platform,
        sync_id: int,
        chart: Chart,
        *,
        read_delay: timedelta = READ_DELAY,
        write_delay: timedelta = WRITE_DELAY,
    ) -> None:
        self.read_delay = read_delay
        self.write_delay = write_delay
        self.chart = chart
        self._platform = platform
        self._sync = platform.state.syncs[sync_id]
        self._jobs: deque[Job] = deque()
        self._written: list[Job] = []
        self._mishaps: dict[WriteKind, deque[Mishap]] = {"insertion": deque(), "update": deque()}
        self._read_enabled = self._write_enabled = True
        self._inserter = Inserter(platform, self._sync, chart)
        self._reader = Reader(platform, self._sync, chart, self._inserter)
        self._last_read = platform.clock.now()
        self._reader.read(announce=False)
        self._check_in(self._last_read)

    # What tests turn

    @property
    def read_enabled(self) -> bool:
        """Whether read cycles run; settable."""
        return self._read_enabled

    @read_enabled.setter
    def read_enabled(self, enabled: bool) -> None:
        with self._platform.lock:
            self._check_in(self._platform.clock.now())
            self._read_enabled = enabled

    @property
    def write_enabled(self) -> bool:
        """Whether writes are carried out; settable. While they are not, they queue."""
        return self._write_enabled

    @write_enabled.setter
    def write_enabled(self, enabled: bool) -> None:
        with self._platform.lock:
            now = self._platform.clock.now()
            self._check_in(now)
            if enabled and not self._write_enabled:
                for job in self._jobs:
                    job.due = max(job.due, now)
            self._write_enabled = enabled

    def fail_next(
        self,
        kind: WriteKind = "insertion",
        outcome: Outcome = "failed",
        *,
        times: int = 1,
        lands_after: timedelta | None = None,
    ) -> None:
        """Let the next writes fail.

        Args:
            kind: Insertions or updates.
            outcome: The suffix of the event. An insertion that is `incomplete` leaves the patient behind, but no visit.
            times: How many.
            lands_after: Carry the write out all the same, this long after the failure was announced.
        """
        self._mishaps[kind].extend(Mishap(outcome=outcome, lands_after=lands_after) for _ in range(times))

    @property
    def queued(self) -> int:
        """How many writes wait."""
        return len(self._jobs)

    # What the platform tells

    def queue_insertion(self, appointment: Appointment) -> None:
        """Take a booking to be inserted into the EHR."""
        self._queue("insertion", appointment, {})

    def queue_update(self, appointment: Appointment, previous: Row) -> None:
        """Take a change of an appointment; *previous* holds the old values of what changed."""
        self._queue("update", appointment, previous)

    def owes(self, appointment: Appointment) -> bool:
        """Tell whether an insertion of this appointment is still queued."""
        return any(job.kind == "insertion" and job.appointment is appointment for job in self._jobs)

    def _queue(self, kind: WriteKind, appointment: Appointment, previous: Row) -> None:
        due = self._platform.clock.now() + self.write_delay
        self._jobs.append(Job(kind=kind, appointment=appointment, due=due, previous=previous))

    # Cycles

    def run(self, now: datetime | None = None) -> None:
        """Do what is due: writes in their order, a read cycle, the lights."""
        moment = now or self._platform.clock.now()
        with self._platform.lock:
            if self._write_enabled:
                self._write(moment)
            self._time_out(moment)
            if self._read_enabled and moment >= self._last_read + self.read_delay:
                self.read_now()
            self.check_lights(moment)

    def read_now(self) -> None:
        """Run a read cycle at once, whatever the clock says."""
        with self._platform.lock:
            self._last_read = self._platform.clock.now()
            skipped = self._platform.switches.reading_overwrites_pending
            pending = {} if skipped else {id(job.appointment): job.previous for job in self._jobs}
            self._reader.read(pending=pending)
            for job in self._written:
                self._platform.appointment_event("appointment_updated", job.appointment, previous=job.previous)
            self._written.clear()

    def check_lights(self, now: datetime) -> None:
        """Note that the running services are alive, then look at both lights."""
        self._check_in(now)
        self._platform.look_at_lights(now)

    def _check_in(self, now: datetime) -> None:
        if self._write_enabled:
            self._sync.write_at = max(self._sync.write_at, now)
        if self._read_enabled:
            cycle = max(self.read_delay, timedelta(seconds=1))
            self._sync.read_at += max(now - self._sync.read_at, timedelta(0)) // cycle * cycle

    def _write(self, now: datetime) -> None:
        # Each appointment keeps the order of its writes; one that is late holds up nobody else.
        for job in [job for job in self._jobs if job.due <= now]:
            if job.kind == "insertion" and job.due >= job.appointment.start_time:
                continue  # too late: see `_time_out`
            self._jobs.remove(job)
            self._carry_out(job, now)

    def _time_out(self, now: datetime) -> None:
        for job in [job for job in self._jobs if job.appointment.start_time <= now]:
            if job.kind == "insertion" or not self._write_enabled:
                self._jobs.remove(job)
                self._announce(job, "timed_out")

    def _carry_out(self, job: Job, now: datetime) -> None:
        mishap = self._mishaps[job.kind].popleft() if self._mishaps[job.kind] and not job.late else None
        if mishap is not None:
            self._fail(job, mishap, now)
        elif job.kind == "insertion":
            self._insert(job)
        else:
            self._update(job)

    def _fail(self, job: Job, mishap: Mishap, now: datetime) -> None:
        if job.kind == "insertion" and mishap.outcome == "incomplete":
            self._inserter.chart_for(job.appointment)
        self._announce(job, mishap.outcome)
        self._reader.forget(job.appointment)
        if mishap.lands_after is not None:
            again = Job(
                kind=job.kind,
                appointment=job.appointment,
                due=now + mishap.lands_after,
                previous=job.previous,
                late=True,
            )
            self._jobs.append(again)

    def _insert(self, job: Job) -> None:
        appointment = job.appointment
        withdrawn = appointment.cancelled and self._platform.switches.cancelled_before_insertion == "withdraw"
        if appointment.foreign_id is not None or withdrawn:
            return
        if self._inserter.insert(appointment):
            self._platform.appointment_event("appointment_insertion.complete", appointment)
        else:
            self._announce(job, "failed")

    def _update(self, job: Job) -> None:
        appointment = job.appointment
        if appointment.foreign_id is None or appointment.unavailable:
            # Its insertion failed, the booking was withdrawn before it, or it is a block, which nobody edits.
            self._announce(job, "failed")
            return
        if not self.chart.change_visit(int(appointment.foreign_id), self._change(appointment, job.previous)):
            self._announce(job, "failed")
            return
        appointment.last_sync_time = self._platform.clock.now()
        if self._platform.switches.updated_event == "read_back":
            self._written.append(job)
        else:
            self._platform.appointment_event("appointment_updated", appointment, previous=job.previous)

    def _change(self, appointment: Appointment, previous: Row) -> VisitChange:
        moved = "start_time" in previous or "end_time" in previous
        chair = self._platform.state.operatories.get(appointment.operatory_id or 0)
        return VisitChange(
            start=appointment.start_time if moved else None,
            end=appointment.end_time if moved else None,
            op=foreign_number(chair) if "operatory_id" in previous else None,
            note=appointment.note if "note" in previous else None,
            cancelled="cancelled" in previous and appointment.cancelled,
            confirmed=bool({"confirmed", "patient_confirmed"} & set(previous)),
            checkin_at=appointment.checkin_at if "checkin_at" in previous else None,
            asap=appointment.sooner_if_possible if "sooner_if_possible" in previous else None,
        )

    def _announce(self, job: Job, outcome: Outcome) -> None:
        name = f"{_EVENTS[job.kind]}.{outcome}"
        self._platform.appointment_event(name, job.appointment, previous=job.previous or None)
