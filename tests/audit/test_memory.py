"""The garbage collector rests while records are made, and only then."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from odnexus.audit import AUDITS, audit
from odnexus.mapping import Person
from odnexus.matching import Decision, Roster
from odnexus.matching.memory import without_collecting
from tests.audit.office import broken


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    yield
    gc.enable()


def test_the_collector_rests_within_and_goes_on_behind_it() -> None:
    with without_collecting():
        within = gc.isenabled()

    assert not within
    assert gc.isenabled()


def test_it_goes_on_also_behind_a_failure() -> None:
    with pytest.raises(ValueError, match="x"), without_collecting():
        int("x")

    assert gc.isenabled()


def test_what_somebody_else_has_switched_off_stays_so() -> None:
    gc.disable()
    with without_collecting():
        pass

    assert not gc.isenabled()


def test_everybody_is_looked_up_once_whatever_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = broken(
        lambda office: office.person(901, "Zoe", "Quist", "1990-05-05"),
        lambda office: office.online(9901, 901, 15, 1),
    ).picture()
    looked_up, lookup = list[Person](), Roster.lookup

    def noted(self: Roster, person: Person) -> Decision:
        looked_up.append(person)
        return lookup(self, person)

    monkeypatch.setattr(Roster, "lookup", noted)

    report = audit(picture)

    assert len(report) == len(AUDITS)
    assert looked_up
    assert len(looked_up) == len(set(looked_up))
