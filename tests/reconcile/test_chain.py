"""The chain of the journal: what was changed shows, and where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from odnexus.reconcile.chain import Checking, Checkpoint, JournalCheck, extended
from odnexus.reconcile.journal import Entry

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ENTRIES = [
    Entry(
        at=NOON + timedelta(minutes=number),
        location="main",
        kind="applied",
        subject=f"nexhealth:demo/{number}",
        rule="visit.created",
        fields=("start",),
        related=(f"opendental:main/{number}",),
        requests=2,
        number=number,
    )
    for number in range(1, 11)
]


def checkpoints(*numbers: int) -> dict[int, str]:
    """Return checkpoints as they were kept while the journal grew."""
    return {number: extended(Checkpoint(), ENTRIES[:number]).digest for number in numbers}


def check(entries: list[Entry], known: dict[int, str]) -> JournalCheck:
    checking = Checking(known)
    for each in entries:
        checking.take(each)
    return checking.end()


def test_a_journal_that_nobody_touched_is_intact() -> None:
    found = check(ENTRIES, checkpoints(3, 7))

    assert found.intact
    assert (found.entries, found.covered, found.checkpoints, found.last.number) == (10, 7, 2, 7)


def test_a_chain_that_is_extended_in_pieces_is_the_same() -> None:
    piece = extended(Checkpoint(), ENTRIES[:4])

    assert extended(piece, ENTRIES[4:]) == extended(Checkpoint(), ENTRIES)


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOON},
        {"location": "x"},
        {"kind": "failed"},
        {"subject": "x"},
        {"rule": "x"},
        {"fields": ()},
        {"related": ("opendental:main/99",)},
        {"requests": 3},
    ],
    ids=lambda each: next(iter(each)),
)
def test_a_changed_entry_shows_between_its_checkpoints(change: dict[str, Any]) -> None:
    changed = [*ENTRIES[:4], evolve(ENTRIES[4], **change), *ENTRIES[5:]]

    assert check(changed, checkpoints(3, 7, 10)).broken == ((3, 7),)


@pytest.mark.parametrize("gone", [0, 4, 9])
def test_an_entry_that_was_taken_out_shows(gone: int) -> None:
    assert not check(ENTRIES[:gone] + ENTRIES[gone + 1 :], checkpoints(3, 7, 10)).intact


def test_two_faults_show_as_two() -> None:
    changed = [evolve(each, rule="x") if each.number in (2, 9) else each for each in ENTRIES]

    assert check(changed, checkpoints(3, 7, 10)).broken == ((0, 3), (7, 10))


def test_an_emptied_journal_shows() -> None:
    assert check([], checkpoints(3)).broken == ((0, 3),)
    assert check([], {}).intact
