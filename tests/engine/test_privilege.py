"""The engine calls what the settings of its location need, and can call nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from odnexus._sync.opendental import OpenDental
from odnexus.errors import NotAllowedError
from odnexus.practice import Modes
from odnexus.reconcile import features
from odnexus.reconcile.features import FEATURES, allowed
from odnexus.testing import transport
from odnexus.testing.opendental.keys import CUSTOMER_KEY, DEVELOPER_KEY
from tests.engine.town import Town, at


def live(town: Town) -> None:
    """Let the town live through each thing that the engine does."""
    town.chart("Jane", "Roe", "1985-03-04", WirelessPhone="3035550100")
    people = [("Jane", "Roe", "1985-03-04"), ("Nora", "Field", "1990-05-06"), ("Otis", "Grant", "1970-01-02")]
    patients = [town.person(*each, f"303555010{number}") for number, each in enumerate(people)]
    first, second, third = (town.book(each, at(9 + 2 * n), chair=n) for n, each in enumerate(patients))
    town.settle()
    link = town.link_of(first)
    if link is not None and link.opendental is not None:
        row = town.row_of(first)
        town.od.practice.staff.move(row["AptNum"], start=row["AptDateTime"] + timedelta(hours=3), op=town.ops[1])
        town.od.practice.staff.confirm(town.row_of(third)["AptNum"])
    town.nx.patient_app.cancel(second)
    town.settle()
    town.nx.patient_app.reschedule(third, at(16), minutes=60)
    town.nx.patient_app.confirm(first)
    town.settle(8)
    town.engine.scan("main")
    town.settle()


def heard(simulator: Any) -> set[str]:
    """Return the endpoints that a simulator was asked for."""
    return {f"{each.method} {each.route or each.path}" for each in simulator.requests}


SETTINGS: dict[str, dict[str, Any]] = {
    "as delivered": {},
    "observing": {"modes": Modes(person="observe", visit="observe")},
    "suggesting": {"modes": Modes(person="apply", visit="suggest")},
    "no blanks": {"fill_blanks": False},
}


@pytest.mark.mission("K3", shows="nothing leaves the engine that the switched-on features do not declare")
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_every_request_is_within_what_the_location_declares(settings: dict[str, Any]) -> None:
    town = Town(**settings)

    live(town)

    assert "GET /appointments" in heard(town.od)
    assert heard(town.od) <= (allowed(town.location, "opendental").calls or frozenset())
    assert heard(town.nx) <= {*(allowed(town.location, "nexhealth").calls or ()), "POST /authenticates"}


def test_the_life_of_the_town_writes_all_that_is_declared_for_visits() -> None:
    town = Town()

    live(town)

    on = features.features_of(town.location)
    declared = {name for each in on for name in (*each.opendental, *each.nexhealth) if "GET" not in name}
    forms = {"POST /commlogs", "PUT /patients/{PatNum}", "POST /documents/Upload"}
    assert declared - heard(town.od) - heard(town.nx) == forms


def test_a_call_that_is_not_declared_is_neither_sent_nor_forgotten(
    monkeypatch: pytest.MonkeyPatch, undeclared: list[str]
) -> None:
    lacking = tuple(each for each in FEATURES if each.name != "book visits")
    monkeypatch.setattr(features, "features_of", lambda location, _: tuple(e for e in lacking if e.is_on(location)))
    town = Town()
    town.book(town.person("Jane", "Roe", "1985-03-04"))

    town.work()

    assert "POST /appointments" not in heard(town.od)
    assert [each.rule for each in town.engine.journal() if each.kind == "failed"] == ["NotAllowedError"]
    assert len(town.engine.waiting()) == 1
    assert "'book visits' (modes.visit = apply or suggest" in undeclared.pop()


def test_a_client_that_is_used_alone_is_free_or_reads_only(undeclared: list[str]) -> None:
    town = Town()
    keys: dict[str, Any] = {"developer_key": DEVELOPER_KEY, "customer_key": CUSTOMER_KEY, "mode": town.od.mode}
    number = town.chart("Jane", "Roe", "1985-03-04")
    free = OpenDental(**keys, transport=transport(town.od), clock=town.clock)
    reading = OpenDental(**keys, transport=transport(town.od), clock=town.clock, read_only=True)

    free.patients.update(number, birthdate=date(1985, 3, 5))

    assert reading.patients.get(number).birthdate == date(1985, 3, 5)
    with pytest.raises(NotAllowedError, match="only reads"):
        reading.patients.update(number, birthdate=date(1985, 3, 4))
    with pytest.raises(NotAllowedError, match="only reads"):
        reading.request("POST", "/popups", body={})
    undeclared.clear()
