from __future__ import annotations

import json
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve

from odnexus.mapping.person import Address, Person
from odnexus.matching import Chart, Roster, explain

ROBERT = Person(
    family="Okafor",
    given="Robert",
    birth_date=date(1988, 3, 14),
    mobile="+15415550188",
    email="robert@example.org",
    address=Address(line_1="77 Alder Ct", city="Eugene", postal_code="97401"),
)
ROSTER = Roster(
    [
        Chart(pat_num=7, person=ROBERT),
        Chart(pat_num=9, person=evolve(ROBERT, birth_date=date(1958, 3, 14), suffix="sr", email="")),
    ]
)


def test_the_text_says_what_every_field_adds() -> None:
    text = explain(ROSTER.lookup(evolve(ROBERT, given="Bob"))).text()

    assert text.splitlines()[0] == "Chart 7 is this person."
    assert "given name: nickname of one group" in text
    assert "birth years a generation apart" not in text.split("Chart 9")[0]


def test_the_evidence_adds_up_to_the_score() -> None:
    for candidate in ROSTER.lookup(evolve(ROBERT, given="Bob", middle="J")).candidates:
        assert sum(each.bits for each in candidate.evidence) == pytest.approx(candidate.score, abs=0.05)


@pytest.mark.parametrize(
    ("person", "summary"),
    [
        (ROBERT, "Chart 7 is this person."),
        (evolve(ROBERT, birth_date=None, suffix="jr"), "No chart is certain; the best of 2 is probable."),
        (Person(given="Mara", family="Lund"), "No chart comes near: this is somebody new."),
    ],
)
def test_the_summary_says_what_was_decided(person: Person, summary: str) -> None:
    assert str(explain(ROSTER.lookup(person))).splitlines()[0] == summary


def test_two_certain_charts_are_said_to_be_perhaps_duplicates() -> None:
    twice = Roster([Chart(pat_num=1, person=ROBERT), Chart(pat_num=2, person=ROBERT)])

    assert "duplicates" in explain(twice.lookup(ROBERT)).summary()


def test_the_data_is_json() -> None:
    data = explain(ROSTER.lookup(ROBERT)).as_dict()

    assert json.loads(json.dumps(data)) == data
    assert data["chosen"] == 7


def test_the_picture_is_well_formed_and_needs_no_network() -> None:
    shown = explain(ROSTER.lookup(evolve(ROBERT, suffix="jr", mobile="")))
    page = ET.fromstring(f"<div>{shown.html()}</div>")

    assert len(page.findall("{http://www.w3.org/2000/svg}svg")) == len(shown.decision.candidates)
    assert shown._repr_html_() == shown.html()
    for word in ("http:", "https:", "<script", "url("):
        assert word not in shown.html().replace("http://www.w3.org/2000/svg", "")


def test_no_form_shows_a_value() -> None:
    shown = explain(ROSTER.lookup(evolve(ROBERT, given="Bob")))

    for form in (shown.text(), shown.html(), json.dumps(shown.as_dict()), repr(shown)):
        for value in ("bob", "okafor", "1988", "555", "alder", "example.org"):
            assert value not in form.casefold()
