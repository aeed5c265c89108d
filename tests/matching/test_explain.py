from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
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
        (
            evolve(ROBERT, given="R", mobile="", address=Address(), suffix="jr"),
            "No chart is certain; the only candidate is probable.",
        ),
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


def pictures(html: str) -> list[ET.Element]:
    return [ET.fromstring(part) for part in re.findall(r"<svg.*?</svg>", html)]


def test_the_picture_is_well_formed_and_needs_no_network(tmp_path: Path) -> None:
    explanation = explain(ROSTER.lookup(evolve(ROBERT, given="Bob")))
    explanation.to_html(tmp_path / "why.html")
    page = (tmp_path / "why.html").read_text(encoding="utf-8")

    assert len(pictures(page)) == 2
    assert explanation._repr_html_() == explanation.html()
    assert explanation.html() in page
    assert not re.findall(r"(?:src|href|url|@import|script)\b", page)
    assert "prefers-color-scheme:dark" in page


@pytest.mark.mission("M1", shows="why two records are one person is a picture that an office manager can read")
def test_the_picture_says_in_words_what_it_shows() -> None:
    decision = ROSTER.lookup(evolve(ROBERT, given="Bob"))
    for picture, candidate in zip(pictures(explain(decision).html()), decision.candidates, strict=True):
        label = picture.attrib["aria-label"]
        shown = " ".join(picture.itertext())
        for each in candidate.evidence:
            assert f"{each.words} {each.bits:+.1f}" in label
            assert each.words in shown
            assert f"{each.bits:+.1f}" in shown
        assert f"{candidate.score:+.1f}" in shown


def test_the_bars_of_a_picture_end_where_the_sum_begins() -> None:
    decision = ROSTER.lookup(evolve(ROBERT, given="Bob"))
    (bars, *_) = (
        [
            (float(bar.attrib["x"]), float(bar.attrib["width"]))
            for bar in picture.iter("{http://www.w3.org/2000/svg}rect")
        ]
        for picture in pictures(explain(decision).html())
    )

    *_, last, total = bars
    assert last[0] + last[1] == pytest.approx(total[0] + total[1], abs=1.5)
    assert bars[0][0] + bars[0][1] == pytest.approx(total[0], abs=1.5), "it begins at the line where the sum begins"


def test_a_veto_stands_above_the_bars() -> None:
    html = explain(ROSTER.lookup(evolve(ROBERT, given="Bob"))).html().split("Chart 9")[1]

    assert html.index("whatever the bars say") < html.index("<svg")


def test_no_form_shows_a_value() -> None:
    shown = explain(ROSTER.lookup(evolve(ROBERT, given="Bob")))

    for form in (shown.text(), shown.html(), json.dumps(shown.as_dict()), repr(shown)):
        for value in ("bob", "okafor", "1988", "555", "alder", "example.org"):
            assert value not in form.casefold()
