"""Audits from the command line: tables, pages, files, JSON, several locations, kept pictures."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from odnexus.cli.app import app
from odnexus.stores import SqliteStore
from tests.cli.demo_office import Place

NAMES = ("Castellano", "Whitfield", "Abernathy", "Okafor")


def odnexus(office: Place, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["audit", str(office.file), *arguments])
    return done.exit_code, done.output


@pytest.mark.mission(
    "M1",
    shows="one command audits a practice and writes a page that shows no patient's name",
    try_it="odnexus audit practice.toml --html report.html",
)
def test_an_audit_writes_a_page_and_files_and_shows_no_name(office: Place, tmp_path: Path) -> None:
    office.od.practice.add_patient(LName="Okafor", FName="Nadia", Birthdate="")

    code, output = odnexus(office, "--html", str(tmp_path / "report.html"), "--csv", str(tmp_path / "rows"))

    assert code == 0, output
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    files = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "rows").iterdir()}
    assert "Missing or impossible birth dates" in output
    assert 'id="birth-dates"' in page
    assert len(list(csv.DictReader(files["birth-dates"].splitlines()))) == 2
    assert not any(name in text for name in NAMES for text in (output, page, *files.values()))


def test_one_question_as_json(office: Place) -> None:
    code, output = odnexus(office, "--only", "birth-dates", "--json")

    assert code == 0, output
    (report,) = json.loads(output)
    assert [result["audit"] for result in report["results"]] == ["birth-dates"]
    assert report["results"][0]["count"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--only", "typo"), "only: there is no typo"), (("--also", "claims"), "also: there is no claims")],
)
def test_what_there_is_not_is_refused_before_anything_is_read(
    office: Place, arguments: tuple[str, ...], said: str
) -> None:
    code, output = odnexus(office, *arguments)

    assert (code, len(list(office.od.requests))) == (2, 0)
    assert said in output


def test_names_are_shown_to_somebody_and_that_stands_in_the_journal(office: Place) -> None:
    code, output = odnexus(office, "--only", "birth-dates", "--json", "--names-to", "Ida Harlan")

    assert code == 0, output
    assert "Perry Vance" in output
    with SqliteStore(office.file.parent / "odnexus.sqlite") as store:
        assert [entry.related for entry in store.journal.read()] == [("by:Ida Harlan",)]


def test_a_kept_picture_shows_what_was_settled(office: Place, tmp_path: Path) -> None:
    kept, page = tmp_path / "picture.odx", tmp_path / "report.html"
    office.od.practice.add_patient(LName="Okafor", FName="Nadia", Birthdate="")
    odnexus(office, "--save", str(kept))
    number = max(office.od.practice.patients)
    office.od.practice.patients[number]["Birthdate"] = "1990-02-03"

    code, output = odnexus(office, "--earlier", str(kept), "--html", str(page), "--only", "birth-dates")

    assert code == 0, output
    assert "<b>1</b>Settled since" in page.read_text(encoding="utf-8")


SECOND = """
[[locations]]
name = "south"
nexhealth_id = 999
timezone = "America/Denver"
database = "south"

[opendental.south]
developer_key = { env = "OPENDENTAL_DEVELOPER_KEY" }
customer_key = { env = "OPENDENTAL_CUSTOMER_KEY" }
mode = "service"
base_url = "http://127.0.0.1:9/api/v1"
"""


@pytest.mark.mission("L1", shows="a location that cannot be read does not stop the audit of another")
def test_one_location_s_trouble_does_not_stop_another_s(office: Place, tmp_path: Path) -> None:
    office.write(SECOND)

    code, output = odnexus(office, "--html", str(tmp_path / "report.html"))

    assert code == 1
    assert "odnexus: south: " in output
    assert [path.name for path in tmp_path.glob("report*.html")] == ["report-main.html"]


def test_a_forecast_goes_before_the_reading(office: Place) -> None:
    code, output = odnexus(office, "--charts", "5000", "--only", "birth-dates")

    assert code == 0, output
    assert "main: 25 requests, about 1 s" in output
