"""A first settings file: who is who, what a person has to look at, and that it works as written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from odnexus.cli.app import app
from odnexus.cli.drafting import Pair, pairs
from odnexus.cli.settings import Settings
from tests.cli.demo_office import KEYS, Place


def init(office: Place, *options: str, file: str = "new.toml", subdomain: str = "") -> tuple[int, str, Path]:
    path = office.file.parent / file
    urls = ("--opendental-url", office.opendental_url, "--nexhealth-url", office.nexhealth_url, "--mode", "service")
    arguments = ["init", str(path), "--subdomain", subdomain or office.nx.subdomain, *urls, *options]
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, done.output, path


# --- who is who -------------------------------------------------------------------------------------------------------

OURS = {1: ("Op 1", "O1"), 2: ("Op 2", "O2"), 3: ("Hygiene", "O2")}


@pytest.mark.parametrize(
    ("name", "foreign", "number", "how"),
    [
        ("whatever", "2", 2, "by id"),
        ("OP-1", "", 1, "by name"),
        ("o1", None, 1, "by name"),
        ("Op 1", "99", 1, "by name"),
        ("O2", None, None, "unsure"),
        ("Op 9", "x", None, "unsure"),
        ("", None, None, "unsure"),
    ],
)
def test_an_id_is_believed_and_a_name_only_if_one_has_it(
    name: str, foreign: str | None, number: int | None, how: str
) -> None:
    [pair] = pairs([(31, name, foreign)], OURS)

    assert (pair.number, pair.how) == (number, how)


def test_two_without_a_name_are_not_the_same() -> None:
    assert pairs([(31, "", None)], {1: ("",)}) == [Pair(id=31, name="")]


# --- the file ---------------------------------------------------------------------------------------------------------


def test_the_file_is_read_again_as_both_systems_have_it(office: Place) -> None:
    code, output, path = init(office)

    [location] = Settings.load(path).practice.locations
    demo = office.od.demo
    assert code == 0, output
    assert (location.name, location.timezone) == ("demo-dental-downtown", "America/Denver")
    assert location.operatories == {key: demo.operatories[name] for name, key in office.nx.operatories.items()}
    assert location.providers == {key: demo.providers[name] for name, key in office.nx.providers.items()}
    assert {key: rule.appointment_type_num for key, rule in location.types.items()} == {
        key: demo.types[name] for name, key in office.nx.types.items()
    }
    assert location.confirmed == (demo.definitions["Confirmed"],)
    assert (location.modes.person, location.modes.visit) == ("observe", "observe")


def test_the_doctor_is_content_with_it_but_for_the_mode_and_who_is_told(office: Place) -> None:
    path = init(office)[2]

    done = CliRunner().invoke(app, ["doctor", str(path)])

    assert done.exit_code == 0, done.output
    assert "2 to look at, 0 to repair" in done.output


def test_what_is_only_alike_by_name_or_unknown_is_marked(office: Place) -> None:
    state = office.nx.simulator.state
    state.add_operatory(office.nx.location_id, "OP2", foreign_id="")
    state.add_operatory(office.nx.location_id, "Annex", foreign_id="")

    text = init(office)[2].read_text()

    assert re.search(r"^\d+ = \d+   # OP2 is OP2 by name: CHECK$", text, re.MULTILINE)
    assert re.search(r"^# \d+ = 0   # CHECK Annex: nothing", text, re.MULTILINE)


def test_a_second_location_is_not_silently_taken_for_one_of_the_same_database(office: Place) -> None:
    simulator = office.nx.simulator
    institution = simulator.state.locations[office.nx.location_id].institution_id
    simulator.state.add_location(institution, "Demo Dental North")

    text = init(office)[2].read_text()

    assert text.count('database = "main"\n') == 1
    assert text.count('database = "main"   # CHECK') == 1


def test_a_name_cannot_break_out_of_its_comment(office: Place) -> None:
    office.nx.simulator.state.add_operatory(office.nx.location_id, 'Evil\nsubdomain = "x"', foreign_id="")

    code, _, path = init(office)

    assert code == 0
    assert Settings.load(path).practice.subdomain == office.nx.subdomain


def test_no_key_stands_in_the_file_and_nothing_was_written_elsewhere(office: Place) -> None:
    text = init(office)[2].read_text()

    assert [key for key in KEYS.values() if key in text] == []
    assert {record.method for record in office.od.requests} == {"GET"}


def test_a_file_that_is_there_is_never_overwritten_and_the_difference_is_shown(office: Place) -> None:
    _, _, path = init(office)
    again = init(office)[1]
    state = office.nx.simulator.state
    chair = state.add_operatory(office.nx.location_id, "OP9", foreign_id="")
    edited = path.read_text().replace('"observe"', '"suggest"')
    path.write_text(edited)

    code, shown, _ = init(office)

    assert "nothing to change" in again
    assert (code, path.read_text()) == (0, edited)
    assert f"+# {chair} = 0   # CHECK OP9" in shown
    assert '-modes = { person = "suggest"' in shown


def test_an_office_that_is_not_reached_leaves_no_file(office: Place) -> None:
    office.od.offline = "econnector_down"

    code, output, path = init(office)

    assert (code, path.exists()) == (1, False)
    assert "OfficeOfflineError" in output


@pytest.mark.parametrize(("status", "body"), [(200, b"[]"), (404, b'"Preference not found"'), (400, b'"no"')])
def test_an_office_that_does_not_tell_its_version_is_there_all_the_same(
    office: Place, status: int, body: bytes
) -> None:
    office.od.faults.on("GET /preferences", kind="status", status=status, times=None, body=body)

    code, output, path = init(office)

    assert code == 0, output
    assert "# Open Dental of unknown version" in path.read_text()
    checked = CliRunner().invoke(app, ["doctor", str(path)])
    assert (checked.exit_code, "not told by the office" in checked.output) == (0, True)
    assert Settings.load(path).practice.locations[0].operatories


def test_an_unknown_institution_leaves_no_file(office: Place) -> None:
    code, _, path = init(office, subdomain="nowhere")

    assert (code, path.exists()) == (1, False)


def test_a_missing_key_is_named(office: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENDENTAL_CUSTOMER_KEY")

    code, output, _ = init(office)

    assert (code, "OPENDENTAL_CUSTOMER_KEY is not set" in output) == (2, True)


def test_a_folder_that_is_not_there_is_told_before_anything_is_asked(office: Place) -> None:
    code, output, path = init(office, file="nowhere/new.toml")

    assert code == 2
    assert "there is no such folder" in output
    assert not path.parent.exists()


def test_a_key_with_a_typographic_quote_is_refused_unseen(office: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENDENTAL_CUSTOMER_KEY", "“secret”")

    code, output, _ = init(office)

    assert code == 2
    assert "OPENDENTAL_CUSTOMER_KEY: it holds a letter that no key has" in output
    assert "secret" not in output
