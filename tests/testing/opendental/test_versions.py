"""Since when the office has each method: the versions that the pages give, one below and exactly there."""

from __future__ import annotations

import pytest

from tests.testing.opendental.desk import Desk

SINCE = {
    "GET /patients/Simple": "21.2",
    "PUT /patients/1": "21.2",
    "GET /appointments/WebSched": "21.3",
    "POST /appointments/Planned": "22.2.31",
    "POST /appointments/SchedulePlanned": "22.2",
    "PUT /appointments/1/Break": "21.3",
    "GET /appointmenttypes": "22.4.10",
    "GET /apptfielddefs": "21.4",
    "GET /asapcomms": "23.3.3",
    "GET /benefits/1": "25.3.7",
    "GET /benefits": "22.3.27",
    "POST /benefits": "22.3.17",
    "PUT /benefits/1": "22.4.7",
    "GET /carriers/1": "24.4.5",
    "GET /carriers": "22.4.16",
    "POST /carriers": "21.4",
    "PUT /clinics/1": "21.4",
    "GET /commlogs/1": "25.1.13",
    "PUT /commlogs/1": "25.2.21",
    "POST /definitions": "22.1",
    "GET /documents/1": "24.2.32",
    "GET /documents": "21.2",
    "PUT /documents/1": "24.2.32",
    "GET /familymodules/1/Insurance": "21.4",
    "GET /histappointments": "23.1.30",
    "GET /insplans/1": "24.2.11",
    "GET /insplans": "22.3.30",
    "POST /insplans": "22.4.24",
    "PUT /insplans/1": "22.3.30",
    "GET /inssubs": "22.4.28",
    "GET /insverifies": "23.2.23",
    "GET /operatories/1": "24.1.10",
    "GET /patfielddefs": "22.4.9",
    "POST /patfielddefs": "23.3.26",
    "GET /patfields/1": "22.4",
    "POST /patfields": "22.4",
    "GET /patientnotes/1": "21.2",
    "GET /patientnotes": "25.2.14",
    "GET /patientraces": "22.3.12",
    "GET /patplans": "22.4.27",
    "PUT /patplans/1": "21.4",
    "GET /popups": "21.4",
    "PUT /popups/1": "25.1.12",
    "GET /procedurecodes/1": "23.3.25",
    "GET /procedurecodes": "22.3.22",
    "GET /procedurelogs/1": "23.3.13",
    "POST /procedurelogs": "21.4",
    "PUT /procedurelogs/1": "22.1",
    "GET /providers/1": "24.4.17",
    "POST /providers": "21.4",
    "PUT /providers/1": "22.1",
    "GET /recalls": "22.4.40",
    "PUT /recalls/1": "24.2.31",
    "GET /schedules": "22.1",
    "GET /securityperms": "22.2",
    "GET /sheetdefs": "23.2.5.0",
    "GET /sheetdefs/1": "25.1.20",
    "GET /sheets": "21.4",
    "POST /sheets": "23.1.32",
    "GET /sheetfields": "22.1",
    "PUT /sheetfields/1": "25.2",
    "GET /subscriptions": "22.1",
    "POST /allergies": "21.3",
    "PUT /allergies/1": "22.1",
    "GET /diseases/1": "24.2.5",
    "GET /diseases": "21.3",
    "GET /medicationpats": "21.3",
}


def below(version: str) -> str:
    """Return a version that is just too old."""
    *head, last = [int(part) for part in version.removesuffix(".0").split(".")]
    if len(head) > 1:
        return ".".join(map(str, [*head, last - 1]))
    return f"{head[0]}.{last - 1}.99" if last > 1 else f"{head[0] - 1}.4.99"


@pytest.fixture(scope="module")
def office() -> Desk:
    return Desk()


@pytest.mark.parametrize("method", SINCE)
def test_a_method_is_there_since_its_version(office: Desk, method: str) -> None:
    verb, path = method.split()
    office.practice.upgrade(below(SINCE[method]))
    before = office.send(verb, path, body={})
    office.practice.upgrade(SINCE[method])
    after = office.send(verb, path, body={})

    assert before.status == 400
    assert b"version issue" in before.body
    assert b"version issue" not in after.body
