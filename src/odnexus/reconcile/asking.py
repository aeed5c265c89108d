"""Every question that the engine may put to the staff, and how one is asked.

A kind that does not stand in `CHOICES` cannot be asked: a question takes its answers from that table, and the page
*Answer reviews* is held to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import asdict, field, frozen

from odnexus.reconcile.bodies import pack, read_slot, unpack
from odnexus.reconcile.inbox import Event, content_id
from odnexus.reconcile.reviews import Review
from odnexus.reconcile.triggers import Slot

CHOICES: Mapping[str, tuple[str, ...]] = {
    "booking.guardian": ("link", "dismiss"),
    "booking.patient-gone": ("link", "dismiss"),
    "form.no-chart": ("dismiss",),
    "form.not-landed": ("dismiss",),
    "form.unknown-finding": ("dismiss",),
    "insurance.carrier": ("choose", "dismiss"),
    "insurance.incomplete": ("choose", "dismiss"),
    "insurance.no-chart": ("dismiss",),
    "insurance.plan": ("plan", "create", "dismiss"),
    "insurance.primary": ("secondary", "dismiss"),
    "insurance.refused": ("retry", "dismiss"),
    "insurance.staged": ("write", "choose", "dismiss"),
    "insurance.subscriber": ("link", "dismiss"),
    "person.chart-changed": ("follow", "keep"),
    "person.chart-gone": ("link", "dismiss"),
    "person.match": ("link", "create", "dismiss"),
    "person.refused": ("link", "dismiss"),
    "suggest.change": ("apply", "dismiss"),
    "suggest.create": ("apply", "dismiss"),
    "type.changed": ("accept", "dismiss"),
    "visit.cannot-mirror": ("retry", "dismiss"),
    "visit.cannot-move": ("dismiss",),
    "visit.clash": ("opendental", "nexhealth", "dismiss"),
    "visit.drift": ("dismiss",),
    "visit.not-landed": ("dismiss",),
    "visit.overlap": ("keep", "cancel", "dismiss"),
    "visit.slot-taken": ("book", "dismiss"),
    "visit.unplaced": ("retry", "dismiss"),
}
"""Kind of question → the answers that it offers."""


@frozen(kw_only=True)
class Inquiry:
    """One question before it is asked.

    Attributes:
        kind: What it is about, one of `CHOICES`.
        about: What makes it this question and no other: asked again about the same, it is the same question.
        subject: The record that it is about.
        due: Until when an answer helps (aware, UTC), ``None`` if there is no such moment.
        look: The event to put once it is answered (`look_again`, perhaps with a ``payload``), empty if the answer sets
            nothing off.
        body: What the staff needs to see, for their eyes only: it is sealed.
        text: What the alert says: ids and what to do, never values of a patient.
    """

    kind: str
    about: tuple[object, ...]
    subject: object
    due: datetime | None = None
    look: Mapping[str, object] = field(factory=dict[str, object], repr=False)
    body: Mapping[str, object] = field(factory=dict[str, object], repr=False)
    text: str

    @property
    def id(self) -> str:
        """Return the id of the review."""
        return content_id(self.kind, *self.about)

    @property
    def content(self) -> dict[str, object]:
        """Return what the review keeps, to be sealed."""
        return {**({"look": dict(self.look)} if self.look else {}), **self.body}

    def review(self, location: str, now: datetime) -> Review:
        """Return the question as it is stored for *location*, still without its content."""
        return Review(
            id=self.id,
            kind=self.kind,
            location=location,
            subject=str(self.subject),
            opened=now,
            due=self.due,
            choices=CHOICES[self.kind],
        )


def look_again(event: Event) -> dict[str, str]:
    """Return which event to put again once a question is answered: one like *event*."""
    return {"kind": event.kind, "subject": event.subject, "key": event.key}


@frozen(kw_only=True)
class Parked:
    """A booking that waits for an answer, and the place in the book that it may lose meanwhile.

    Attributes:
        booking: NexHealth id of the booking.
        review: Id of the question whose answer it waits for.
        look: The event that takes it up again.
        due: When the visit begins (aware, UTC): after that no answer helps.
        slot: Where it would stand, ``None`` while no chair is known.
        told: Appointments in that slot of which people were told.
    """

    booking: str
    review: str
    look: Mapping[str, object]
    due: datetime | None = None
    slot: Slot | None = field(default=None, repr=False)
    told: tuple[int, ...] = ()

    def to_bytes(self) -> bytes:
        """Return it as JSON, for a sealed row."""
        return pack(asdict(self))

    @classmethod
    def from_bytes(cls, content: bytes) -> Parked:
        """Return what `to_bytes` wrote."""
        stored = unpack(content)
        stored["due"] = datetime.fromisoformat(stored["due"]) if stored["due"] else None
        stored["slot"], stored["told"] = read_slot(stored["slot"]), tuple(stored["told"])
        return cls(**stored)


def answered_event(review: Review, look: Mapping[str, object], now: datetime) -> Event:
    """Return the event that takes up again what waited for the answer to *review*, also where none came in time.

    It is the same event, however often it is made.
    """
    at = review.answer.at.isoformat() if review.answer is not None else "too late"
    return Event(
        id=content_id("answered", review.id, at, look["kind"], look["subject"]),
        key=str(look["key"]),
        location=review.location,
        kind=str(look["kind"]),
        subject=str(look["subject"]),
        received=now,
        due=now,
    )
