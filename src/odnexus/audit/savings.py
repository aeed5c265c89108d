"""What going live saves, measured: hand-offs that the engine's journal says were done, times minutes.

A hand-off is one thing that somebody at the front desk would have typed from one system into the other. Only what was
written (`applied`) counts, never what was seen or asked; questions to the staff are counted against it, since they cost
time. How many minutes a hand-off takes is the practice's own figure: take a watch, or take both ends of a range.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from attrs import field, frozen

from odnexus.reconcile.journal import Entry

HAND_OFFS: Final[Mapping[str, str]] = {
    "person.created": "charts made for new patients",
    "person.blanks-filled": "details filled into charts",
    "visit.created": "visits put into the book",
    "visit.carried-to-opendental": "changes carried into the book",
    "visit.carried-to-nexhealth": "changes carried to NexHealth",
    "visit.booked-anew": "visits moved at NexHealth",
    "visit.cancelled-at-opendental": "cancellations carried into the book",
    "visit.cancelled-at-nexhealth": "cancellations carried to NexHealth",
    "form.noted": "forms put into charts",
    "form.fields-filled": "forms' answers put into fields",
}
"""Rules of the journal that stand for a hand-off, and what it is called."""


@frozen(kw_only=True)
class Savings:
    """Hand-offs that nobody had to do.

    Attributes:
        hand_offs: How many of each sort, by what it is called.
        questions: How many questions the staff were asked instead.
        days: How long a time it was.
        each: What one hand-off takes, from and to.
        asked: What answering one question takes.
    """

    hand_offs: Mapping[str, int] = field(hash=False)
    questions: int
    days: int
    each: tuple[timedelta, timedelta]
    asked: timedelta

    @property
    def count(self) -> int:
        """All hand-offs."""
        return sum(self.hand_offs.values())

    @property
    def saved(self) -> tuple[timedelta, timedelta]:
        """The time that was saved, from and to, less what the questions took; never below nothing."""
        cost = self.questions * self.asked
        low, high = (max(timedelta(), self.count * each - cost) for each in self.each)
        return low, high

    def __str__(self) -> str:
        low, high = (time / timedelta(minutes=1) for time in self.saved)
        sorts = "\n".join(f"  {count:4} {what}" for what, count in self.hand_offs.items())
        days = f"{self.days} day{'' if self.days == 1 else 's'}"
        return (
            f"{self.count} hand-offs in {days} that nobody had to do:\n{sorts}\n"
            f"less {self.questions} questions to the staff: {low:.0f} to {high:.0f} minutes saved"
        )


def savings(
    entries: Iterable[Entry],
    *,
    days: int,
    each: tuple[timedelta, timedelta] = (timedelta(minutes=8), timedelta(minutes=12)),
    asked: timedelta = timedelta(minutes=2),
) -> Savings:
    """Return what the journal says was saved.

    Args:
        entries: The journal of the time in question, such as `EngineState.entries`.
        days: How long that was, for the reader.
        each: What one hand-off takes, from and to. Eight to twelve minutes is what practices tell; measure your own.
        asked: What answering one question takes.
    """
    counts, questions = Counter[str](), 0
    for entry in entries:
        if entry.kind == "applied" and entry.rule in HAND_OFFS:
            counts[HAND_OFFS[entry.rule]] += 1
        questions += entry.kind == "held" and any(each.startswith("review:") for each in entry.related)
    ordered = {what: counts[what] for what in HAND_OFFS.values() if counts[what]}
    return Savings(hand_offs=ordered, questions=questions, days=days, each=each, asked=asked)
