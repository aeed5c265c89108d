"""The doctor against both systems over real HTTP."""

from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner

from odnexus.cli.app import app
from tests.cli.demo_office import KEYS, Place


def doctor(office: Place, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["doctor", str(office.file), *options])
    return done.exit_code, done.output


def states(office: Place) -> dict[tuple[str, str], Any]:
    shown = json.loads(doctor(office, "--json")[1])
    return {(line["about"], line["check"]): line for line in shown["lines"]}


def test_a_practice_in_order_is_told_so_without_a_write(office: Place) -> None:
    code, shown = doctor(office)

    assert code == 0
    assert "odnexus writes (writer.no-synchronizer)" in shown
    assert "0 to repair" in shown
    assert {record.method for record in office.od.requests} == {"GET"}


def test_warnings_fail_only_if_asked_to(office: Place) -> None:
    assert (doctor(office)[0], doctor(office, "--strict")[0]) == (0, 1)


def test_an_office_that_is_offline_fails_with_the_remedy(office: Place) -> None:
    office.od.offline = "econnector_down"

    code, shown = doctor(office)

    assert code == 1
    assert "OfficeOfflineError" in shown
    assert "eConnector runs" in shown


def test_a_wrong_key_fails_with_the_remedy(office: Place) -> None:
    office.od.disable_key()

    assert "AuthenticationError" in doctor(office)[1]


def test_a_missing_permission_is_found(office: Place) -> None:
    office.od.permit("ApiReadAll", "ApiAppointments", "ApiPatients")

    assert states(office)["opendental.main", "permission: cancel visits"]["state"] == "fail"


def test_a_wrong_zone_is_found_by_the_offices_clock(office: Place) -> None:
    office.write(zone="America/New_York")

    found = states(office)

    assert found["main", "clock"]["state"] == "fail"
    assert found["main", "time zone"]["state"] == "warn"


def test_a_location_that_is_not_there_is_found(office: Place) -> None:
    office.write(location=99999)

    assert states(office)["main", "NexHealth"]["state"] == "fail"


def test_wrong_settings_exit_with_2(office: Place) -> None:
    office.write(zone="Denver")

    assert doctor(office)[0] == 2


def test_neither_keys_nor_patients_are_shown(office: Place) -> None:
    shown = doctor(office)[1] + doctor(office, "--json")[1]

    charts = office.od.practice.patients.values()
    private = {str(row["LName"]) for row in charts} | set(KEYS.values())
    assert [word for word in private if word and word in shown] == []
