"""Questions for people, and their answers."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen


@frozen(kw_only=True)
class Answer:
    """What a person decided.

    Attributes:
        choice: One of the choices that the review offers, for example ``"link"``, ``"create"``, ``"dismiss"``.
        record: Id that the choice needs (the PatNum to link), or ``""``.
        by: Who answered, as the host names its users; no patient data.
        at: When (aware, UTC).
    """

    choice: str
    record: str = ""
    by: str = ""
    at: datetime


@frozen(kw_only=True)
class Review:
    """A question for the staff: asked once, answered once, remembered.

    Attributes:
        id: Content key of the question: the same question is not asked twice.
        kind: What it is about, for example ``"person.match"``, ``"visit.overlap"``.
        location: Location it belongs to.
        subject: The record it is about, as ``side:realm/id``.
        opened: When it was asked (aware, UTC).
        due: Until when an answer still helps (the start of the visit), ``None`` if there is no such moment.
        choices: Answers that are possible.
        body: Sealed JSON: candidates, reasons and what the answer needs; never shown in ``repr``.
        answer: What was decided, ``None`` while it is open.
    """

    id: str
    kind: str
    location: str
    subject: str
    opened: datetime
    due: datetime | None = None
    choices: tuple[str, ...] = ()
    body: bytes = field(default=b"", repr=False)
    answer: Answer | None = None
