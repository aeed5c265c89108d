"""Every question that the engine may put to the staff, and how one is asked.

A kind that does not stand in `CHOICES` cannot be asked: a question takes its answers from that table, and the page
*Answer reviews* is held to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from odnexus.reconcile.inbox import Event, content_id
from odnexus.reconcile.reviews import Review

CHOICES: Mapping[str, tuple[str, ...]] = {
    "booking.guardian": ("link", "dismiss"),
    "form.no-chart": ("dismiss",),
    "form.not-landed": ("dismiss",),
    "form.unknown-finding": ("dismiss",),
    "person.chart-changed": ("follow", "keep"),
    "person.chart-gone": ("link", "dismiss"),
    "person.match": ("link", "create", "dismiss"),
    "person.refused": ("link", "dismiss"),
    "suggest.change": ("apply", "dismiss"),
    "suggest.create": ("apply", "dismiss"),
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
        look: The event to put once it is answered (`look_again`), empty if the answer sets nothing off.
        body: What the staff needs to see, for their eyes only: it is sealed.
        text: What the alert says: ids and what to do, never values of a patient.
    """

    kind: str
    about: tuple[object, ...]
    subject: object
    due: datetime | None = None
    look: Mapping[str, str] = field(factory=dict[str, str])
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
