"""Carrying out what was decided for a linked visit: the writes to either side, and what each shows afterwards.

A write that the other side refuses is either done another way (new then cancel) or becomes a question; what was not
carried over keeps its base, so that the next change or scan tries again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import assert_never

from attrs import define, evolve, field

from odnexus._async.moving import AsyncMoving
from odnexus._async.office import AsyncOffice, booked_of
from odnexus._async.records import Known
from odnexus.errors import ConflictError, InvalidRequestError, UnsupportedError
from odnexus.mapping.issues import Mapped
from odnexus.mapping.visit import Visit, essence, nexhealth_changes, opendental_changes
from odnexus.nexhealth.models import Appointment as NexHealthAppointment
from odnexus.opendental.models import Appointment as OpenDentalAppointment
from odnexus.practice import BreakWord
from odnexus.reconcile.asking import Inquiry
from odnexus.reconcile.inbox import content_id
from odnexus.reconcile.plan import Action, Base, Create, Fields, Hold, On, Retire, Update
from odnexus.reconcile.policy import PLACE_FIELDS, VISIT_FIELDS
from odnexus.reconcile.triggers import slot_of

MOVING_FIELDS = PLACE_FIELDS | {"provider"}
"""Fields that NexHealth takes by moving a booking, or with a new one."""


@define(kw_only=True)
class Scene:
    """One linked visit while it is worked on: what each side shows, updated as writes succeed."""

    known: Known
    nexhealth: NexHealthAppointment | None
    opendental: OpenDentalAppointment | None
    shows: dict[On, Fields] = field(factory=dict[On, Fields], repr=False)

    @property
    def base(self) -> Base | None:
        """Return what both sides showed when they last agreed."""
        return self.known.body.base


def _agreed(scene: Scene, on: On) -> Fields:
    """Return what one side showed when both last agreed."""
    base = scene.base or Base()
    return base.nexhealth if on is On.NEXHEALTH else base.opendental


def _said(seen: Mapped[Visit], scene: Scene, on: On) -> Fields:
    """Return the essence of what one side shows; a start or a length that it does not say is the one it had."""
    held = scene.shows.get(on) or _agreed(scene, on)
    unsaid = {issue.field for issue in seen.errors} - {"cancelled"}
    shown = essence(seen.value)
    return {name: held.get(name, value) if name in unsaid else value for name, value in shown.items()}


class AsyncWriting:
    """Writes changes of linked visits."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office
        self._moving = AsyncMoving(office)

    def show(self, scene: Scene) -> None:
        """Bring what each side shows up to date with its record."""
        scene.shows = {On.NEXHEALTH: self._of_nexhealth(scene), On.OPENDENTAL: self._of_opendental(scene)}

    async def do(self, scene: Scene, action: Action, now: datetime) -> None:
        """Carry out one action of a plan."""
        match action:
            case Update(on, changes):
                update = self._update_nexhealth if on is On.NEXHEALTH else self._update_opendental
                await update(scene, changes, now)
            case Retire(on):
                retire = self._cancel_at_nexhealth if on is On.NEXHEALTH else self._cancel_at_opendental
                await retire(scene, now)
            case Hold(clashes):
                await self._ask(scene, [f"{clash.field}: {clash.rule}" for clash in clashes], now)
            case Create():
                await self._book_anew(scene, now)
            case _:
                assert_never(action)

    def _of_nexhealth(self, scene: Scene) -> Fields:
        if scene.nexhealth is None:
            return {**_agreed(scene, On.NEXHEALTH), "cancelled": True}
        return _said(self._office.seen_of_nexhealth(scene.nexhealth), scene, On.NEXHEALTH)

    def _of_opendental(self, scene: Scene) -> Fields:
        if scene.opendental is None:
            return {**_agreed(scene, On.OPENDENTAL), "cancelled": True}
        return _said(self._office.seen_of_opendental(scene.opendental), scene, On.OPENDENTAL)

    # -- asking -------------------------------------------------------------------------------------------------------

    def state(self, scene: Scene) -> tuple[object, ...]:
        """Return which visit it is and what both sides show: a clash is a question about exactly that."""
        return (scene.known.link.id, *(scene.shows[on].get(name) for on in On for name in VISIT_FIELDS))

    def clash_id(self, scene: Scene) -> str:
        """Return the id of the question about what both sides show; others about the same build on it."""
        return content_id("visit.clash", *self.state(scene))

    def both(self, scene: Scene) -> dict[str, object]:
        """Return what both sides show, for the content of a question."""
        return {on.value: dict(scene.shows[on]) for on in On}

    async def _ask(self, scene: Scene, clashes: list[str], now: datetime) -> None:
        text = (
            f"Appointment {scene.known.link.opendental} and NexHealth booking {scene.known.link.nexhealth} were "
            f"changed on both sides ({', '.join(clashes)}). Answer the review with the side that is right."
        )
        body = {"clashes": clashes, **self.both(scene)}
        inquiry = self.inquiry(scene, kind="visit.clash", about=self.state(scene), text=text, body=body)
        await self._office.question(now, inquiry)

    def inquiry(
        self,
        scene: Scene,
        *,
        kind: str,
        about: tuple[object, ...],
        text: str,
        body: Mapping[str, object] | None = None,
    ) -> Inquiry:
        """Return a question about a linked visit; its answer makes the engine look at the visit again."""
        link = scene.known.link
        subject = link.nexhealth.id if link.nexhealth else ""
        return Inquiry(
            kind=kind,
            about=about,
            subject=link.nexhealth,
            due=scene.nexhealth.start_time if scene.nexhealth else None,
            look={"kind": "visit.look", "subject": subject, "key": f"link:{link.id}"},
            body=body or {},
            text=text,
        )

    # -- writing to NexHealth ------------------------------------------------------------------------------------------

    async def _update_nexhealth(self, scene: Scene, changes: Fields, now: datetime) -> None:
        office, appt = self._office, scene.nexhealth
        if appt is None:
            return
        answer = await self._move_or_edit(scene, appt, changes, now)
        if answer is appt:
            return
        if answer is None:
            # Not agreed: the next change or scan tries again.
            self._keep_base(scene, changes)
            return
        scene.nexhealth = answer
        scene.shows[On.NEXHEALTH] = self._of_nexhealth(scene)
        await office.note(now, "applied", scene.known.link.nexhealth, "visit.carried-to-nexhealth", fields=changes)
        self._check_taken(scene, On.NEXHEALTH, changes, now)

    async def _move_or_edit(
        self, scene: Scene, appt: NexHealthAppointment, changes: Fields, now: datetime
    ) -> NexHealthAppointment | None:
        """Return what the booking has become: *appt* itself if nothing can be said, ``None`` if it was not taken."""
        if not changes.keys() & MOVING_FIELDS:
            return await self._edit(scene, appt, changes, now)
        way = await self._moving.way(changes, now)
        try:
            answer = await self._edit(scene, appt, changes, now) if way == "edit" else None
        except ConflictError:
            await self._moving.tell_refused(scene.known, appt, scene.shows[On.OPENDENTAL], now)
            return None
        return answer if answer is not None else await self._move_otherwise(scene, appt, way, now)

    async def _edit(
        self, scene: Scene, appt: NexHealthAppointment, changes: Fields, now: datetime
    ) -> NexHealthAppointment | None:
        """Change a booking where it stands; ``None`` if NexHealth refuses to move it, or says yes and does not."""
        office, ref = self._office, scene.known.link.nexhealth
        wanted = nexhealth_changes(
            changes, shown=office.seen_of_nexhealth(appt).value, zone=office.location.zone, operatories=office.chairs()
        )
        if not wanted.value:
            await office.note(now, "observed", ref, "nexhealth.not-expressible", fields=changes)
            return appt
        try:
            answer = await office.nexhealth.appointments.update(appt.id, **wanted.value)
            answer = await office.whole(answer, appt.raw)
        except (InvalidRequestError, UnsupportedError):
            if not changes.keys() & PLACE_FIELDS:
                raise
            return None
        sent = {
            name
            for name, word in (("start", "start_time"), ("minutes", "end_time"), ("operatory", "operatory_id"))
            if name in changes and word in wanted.value
        }
        shown = office.fields_of_nexhealth(answer)
        if all(shown.get(name) == changes[name] for name in sent):
            return answer
        await office.note(now, "failed", ref, "nexhealth.ignored", fields=sorted(sent))
        return None

    async def _move_otherwise(
        self, scene: Scene, appt: NexHealthAppointment, way: str, now: datetime
    ) -> NexHealthAppointment | None:
        """Book anew and cancel, where NexHealth does not move a booking; or tell the staff, if they want it so."""
        target = scene.shows[On.OPENDENTAL]
        if way == "review" or self._office.location.visits.reschedule in ("edit", "review"):
            await self._moving.tell_refused(scene.known, appt, target, now)
            return None
        scene.known, booked = await self._moving.move(scene.known, appt, target, now)
        if booked is not None and way == "edit":
            await self._moving.learn(now)
        return booked

    async def _book_anew(self, scene: Scene, now: datetime) -> None:
        """Restored in Open Dental after a cancel: NexHealth cannot un-cancel, so it gets a new booking."""
        if scene.nexhealth is None:
            return
        scene.known, booked = await self._moving.move(scene.known, scene.nexhealth, scene.shows[On.OPENDENTAL], now)
        if booked is not None:
            scene.nexhealth = booked
            scene.shows[On.NEXHEALTH] = self._of_nexhealth(scene)

    async def _cancel_at_nexhealth(self, scene: Scene, now: datetime) -> None:
        office, link = self._office, scene.known.link
        ends = [ref for ref in link.refs if ref.side == "nexhealth"]
        for ref in ends:
            answer = await self._moving.cancel(int(ref.id))
            if ref == link.nexhealth and answer is not None:
                scene.nexhealth = answer
        scene.shows[On.NEXHEALTH] = {**scene.shows[On.NEXHEALTH], "cancelled": True}
        await office.note(now, "applied", link.nexhealth, "visit.cancelled-at-nexhealth", related=[link.opendental])

    # -- writing to Open Dental ----------------------------------------------------------------------------------------

    async def _update_opendental(self, scene: Scene, changes: Fields, now: datetime) -> None:
        office, row = self._office, scene.opendental
        if row is None:
            return
        if changes.keys() & PLACE_FIELDS and await self._target_taken(scene, changes, now):
            # The whole move waits; the base keeps what was agreed before it.
            self._keep_base(scene, PLACE_FIELDS)
            return
        number = office.tables.confirm_with
        edit = opendental_changes(changes, pattern=row.pattern or "", hygiene=bool(row.is_hygiene), confirmed=number)
        if edit.value.changes:
            row = await office.opendental.appointments.update(row.apt_num, **edit.value.changes)
        if changes.get("confirmed"):
            row = await self._confirm(row, edit.value.confirm)
        scene.opendental = row
        scene.shows[On.OPENDENTAL] = office.fields_of_opendental(row)
        await office.picture.keep(booked=[booked_of(row)])
        await office.note(now, "applied", scene.known.link.opendental, "visit.carried-to-opendental", fields=changes)
        self._check_taken(scene, On.OPENDENTAL, {k: v for k, v in changes.items() if k != "confirmed"}, now)

    async def _confirm(self, row: OpenDentalAppointment, number: int | None) -> OpenDentalAppointment:
        """Confirm by the office's definition number, or by the word where no definition is known."""
        appointments = self._office.opendental.appointments
        if number is None:
            await appointments.confirm(row.apt_num, confirm_val="Confirmed")
            return await appointments.get(row.apt_num)
        await appointments.confirm(row.apt_num, def_num=number)
        return evolve(row, confirmed=number)

    async def _target_taken(self, scene: Scene, changes: Fields, now: datetime) -> bool:
        """Return whether the place a visit is moving to is taken; the picture doubts, a fresh look decides."""
        office, link = self._office, scene.known.link
        slot = slot_of({**scene.shows[On.OPENDENTAL], **changes})
        own = scene.opendental.apt_num if scene.opendental else 0
        if slot is None or not office.picture.calendar.overlapping(slot, ignore=own):
            return False
        others = await office.collisions(slot, ignore=own)
        if not others:
            return False
        text = (
            f"NexHealth moved appointment {own} to a slot that appointment {others[0].apt_num} holds. Move one of "
            "them in Open Dental, or answer the review with book to put it beside the other."
        )
        about = (link.id, slot.start, slot.operatory)
        body = {"stands_there": [row.apt_num for row in others]}
        inquiry = self.inquiry(scene, kind="visit.slot-taken", about=about, text=text, body=body)
        answer = await office.question(now, inquiry)
        return answer is None or answer.choice != "book"

    def _keep_base(self, scene: Scene, names: Iterable[str]) -> None:
        """Remember of *names* what was agreed before: their change was not carried over."""
        base, kept = scene.base or Base(), set(names)
        for on, known in ((On.NEXHEALTH, base.nexhealth), (On.OPENDENTAL, base.opendental)):
            old = {name: value for name, value in known.items() if name in kept}
            scene.shows[on] = {**scene.shows[on], **old}

    async def _cancel_at_opendental(self, scene: Scene, now: datetime) -> None:
        office, row = self._office, scene.opendental
        if row is None:
            return
        if str(row.apt_status) != "Scheduled":
            # Break is for scheduled visits only; a completed one is not undone by a late cancellation.
            await self._ask(scene, [f"cancelled: status is {row.apt_status}"], now)
            return
        notice = row.apt_date_time - office.wall(now) if row.apt_date_time is not None else timedelta.max
        await self.take_off(row.apt_num, office.location.cancel.word(notice), now)
        scene.opendental = None
        scene.shows[On.OPENDENTAL] = {**scene.shows[On.OPENDENTAL], "cancelled": True}
        await office.note(now, "applied", scene.known.link.opendental, "visit.cancelled-at-opendental")

    async def take_off(self, apt_num: int, word: BreakWord | None, now: datetime) -> None:
        """Take an appointment off the book (PUT Break), with the broken-appointment procedure that *word* names."""
        office, listed = self._office, self._office.location.cancel.to_unscheduled_list
        appointments = office.opendental.appointments
        try:
            try:
                await appointments.break_(apt_num, send_to_unscheduled_list=listed, break_type=word)
            except InvalidRequestError:
                # A break type needs an office preference; without it the cancellation itself still counts.
                row = await appointments.get(apt_num)
                if str(row.apt_status) != "Scheduled":
                    await office.picture.keep(booked=[booked_of(row)])
                    return
                if word is None:
                    raise
                await office.note(now, "failed", office.at_opendental(apt_num), "cancel.break-type-refused")
                await appointments.break_(apt_num, send_to_unscheduled_list=listed)
        except UnsupportedError:
            await appointments.update(apt_num, apt_status="Broken")
        seen = office.picture.calendar.get(apt_num)
        if seen is not None:
            await office.picture.keep(booked=[evolve(seen, status="UnschedList" if listed else "Broken")])

    def _check_taken(self, scene: Scene, on: On, changes: Fields, now: datetime) -> None:
        """Tell people if a side answered yes and shows something else."""
        wrong = [name for name, value in changes.items() if scene.shows[on].get(name) != value]
        if wrong:
            link = scene.known.link
            end = link.nexhealth if on is On.NEXHEALTH else link.opendental
            self._office.alert(
                now,
                "visit.not-taken",
                f"{on.value} accepted a change of visit {end} but shows other values in {', '.join(wrong)}.",
                subject=end,
            )
