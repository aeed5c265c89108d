"""Audits from the command line: tables, pages, files, JSON, several locations, kept pictures."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from odnexus.audit import Picture, audit
from odnexus.cli.app import app
from odnexus.cli.auditing import _show
from odnexus.practice import Location
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


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--html", "{folder}"), "html: {folder} is a folder; name a file in it"),
        (("--save", "{folder}"), "save: {folder} is a folder; name a file in it"),
        (("--csv", "{file}"), "csv: {file} is a file; name a folder"),
        (("--html", "{file}/report.html"), "html: {file}"),
        (("--names-to", " "), "names-to: say who looks"),
        (("--charts", "0"), "Invalid value for '--charts'"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_read(
    office: Place, tmp_path: Path, options: tuple[str, str], said: str
) -> None:
    file = tmp_path / "file.txt"
    file.write_text("mine", encoding="utf-8")
    places = {"folder": tmp_path, "file": file}

    code, output = odnexus(office, options[0], options[1].format(**places))

    assert (code, len(list(office.od.requests))) == (2, 0), output
    assert said.format(**places) in output.replace("\n", "")
    assert file.read_text(encoding="utf-8") == "mine"


def test_folders_that_are_not_there_are_made(office: Place, tmp_path: Path) -> None:
    page, kept = tmp_path / "a" / "report.html", tmp_path / "b" / "picture.odx"

    code, output = odnexus(office, "--only", "phones", "--html", str(page), "--save", str(kept))

    assert code == 0, output
    assert page.exists()
    assert kept.exists()
    assert "Nothing found." in output


def test_a_page_that_cannot_be_written_after_all_is_told_in_one_line(office: Place, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    (tmp_path / "report-main.html").mkdir()
    office.write(SECOND)

    code, output = odnexus(office, "--only", "phones", "--html", str(page))

    assert code == 2
    assert f"html: {tmp_path / 'report-main.html'}: " in output


@pytest.mark.parametrize("content", [None, "no picture"])
def test_a_kept_picture_that_cannot_be_read_is_refused_before_anything_is_read(
    office: Place, tmp_path: Path, content: str | None
) -> None:
    kept = tmp_path / "picture.odx"
    if content is not None:
        kept.write_text(content, encoding="utf-8")

    code, output = odnexus(office, "--earlier", str(kept))

    assert (code, len(list(office.od.requests))) == (2, 0)
    assert "odnexus: earlier: " in output


def test_questions_that_had_nothing_to_look_at_are_named_with_what_brings_it(office: Place) -> None:
    code, output = odnexus(office, "--only", "carriers", "--only", "changed-types")

    assert code == 0, output
    assert "not asked at main: carriers (--also insurance), changed-types (--earlier)" in output


def test_a_spelling_that_the_practice_has_learned_is_no_finding(office: Place) -> None:
    patient = office.nx.simulator.state.add_patient(
        office.nx.location_id,
        "Ada",
        "Quist",
        email="ada@example.com",
        foreign_id="411",
        bio={"insurance_name": "Old Pine"},
    )
    listed = CliRunner().invoke(app, ["carriers", "list", str(office.file), "--json"])
    number = json.loads(listed.output)[0]["carrier_num"]
    options = ("--only", "carriers", "--also", "insurance", "--json")

    _, before = odnexus(office, *options)
    learned = CliRunner().invoke(app, ["carriers", "learn", str(office.file), "Old Pine", str(number)])
    _, after = odnexus(office, *options)

    assert patient
    assert learned.exit_code == 0, learned.output
    assert "carrier.unmatched" in before
    assert "carrier.unmatched" not in after


def test_a_list_that_the_key_may_not_read_does_not_stop_the_audit(office: Place) -> None:
    office.od.faults.on("GET /carriers", kind="status", status=401, times=None)

    code, output = odnexus(office, "--only", "carriers", "--only", "birth-dates", "--also", "insurance")

    assert code == 0, output
    assert "Missing or impossible birth dates" in output
    assert "not read at main: carriers: the key has no right to read it" in output


def test_of_many_lines_that_were_not_read_the_rest_is_counted(
    office: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = Picture(
        location=Location(name="main", nexhealth_id=12, timezone="America/Denver"),
        at=datetime(2026, 3, 2, tzinfo=UTC),
        window=(date(2026, 3, 2), date(2026, 3, 3)),
        unread=tuple(f"list {number}: refused" for number in range(25)),
    )

    _show([audit(picture, only=["phones"])])

    told = capsys.readouterr().out
    assert told.count("not read at main: list ") == 20
    assert "not read at main: 5 more; see --json" in told


def test_after_an_outage_the_same_command_goes_on(office: Place) -> None:
    office.od.faults.on("GET /appointments", kind="status", status=500, times=None)

    code, output = odnexus(office, "--only", "birth-dates")
    asked = sum(each.path.endswith("/Simple") for each in office.od.requests)
    office.od.faults.clear()
    again, later = odnexus(office, "--only", "birth-dates")

    assert code == 1
    assert "run it again: what was read is kept for twelve hours" in output
    assert "Nothing found" not in output
    assert again == 0, later
    assert sum(each.path.endswith("/Simple") for each in office.od.requests) == asked


def test_a_name_that_no_file_can_have_is_written_otherwise(office: Place, tmp_path: Path) -> None:
    office.write(SECOND)
    office.file.write_text(office.file.read_text(encoding="utf-8").replace('"main"', '"East/West: 1"', 1), "utf-8")
    office.file.write_text(
        office.file.read_text(encoding="utf-8").replace("[locations]]", '[locations]]\ndatabase = "main"', 1), "utf-8"
    )

    odnexus(office, "--only", "phones", "--html", str(tmp_path / "report.html"))

    assert [path.name for path in tmp_path.glob("report*")] == [f"report-East_West_ 1-{office.nx.location_id}.html"]
    assert (tmp_path / "audit-parts").is_dir()
    assert not (tmp_path / "audit-parts" / "East").exists()
