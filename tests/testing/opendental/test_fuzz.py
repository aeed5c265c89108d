"""Whatever is sent, the office answers in its own words: it never breaks, and strictness never lets more through."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from odnexus.testing import SimReply
from odnexus.testing.opendental.checking import query_params
from odnexus.testing.opendental.endpoints import Endpoint
from odnexus.testing.opendental.resources import ENDPOINTS
from tests.testing.opendental.desk import Desk

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)
# What fits somewhere, so that requests get past the first checks.
FITTING = st.sampled_from((0, 1, 2, "1", 401, 402, 8001, 19, 21, 40, 103, 361, 366, "true", "false")) | st.sampled_from(
    (
        *("2026-03-04", "2026-03-04 09:00:00", "9999-12-31 23:59:59", "9999-12-31", "0001-01-01", "08:30:00", "/XX/"),
        *("Scheduled", "Broken", "Missed", "ASAP", "Patient", "Male", "Sent", "Appointment", "ApptConfirmed", ""),
        *("https://hooks.example.com/", "0,0,0", "zzz yyyy"),
    )
)
# A request that succeeds; what is drawn goes on top of it.
GOOD: dict[str, dict[str, Any]] = {
    "POST /patients": {"LName": "Okafor", "FName": "Lena"},
    "POST /appointments": {"PatNum": 401, "Op": 1, "AptDateTime": "2026-03-04 09:00:00"},
    "POST /appointments/Planned": {"PatNum": 401, "AppointmentTypeNum": 12},
    "POST /appointments/SchedulePlanned": {"AptNum": 8011, "AptDateTime": "2026-03-04 09:00:00", "ProvNum": 1, "Op": 1},
    "PUT /appointments/{AptNum}/Break": {"sendToUnscheduledList": "true"},
    "PUT /appointments/{AptNum}/Note": {"Note": "x"},
    "POST /commlogs": {"PatNum": 401, "Note": "x"},
    "POST /carriers": {"CarrierName": "Fir"},
    "POST /insplans": {"CarrierNum": 61},
    "POST /inssubs": {"PlanNum": 3001, "Subscriber": 401, "SubscriberID": "X1"},
    "POST /patplans": {"PatNum": 402, "InsSubNum": 4001},
    "POST /benefits": {"PlanNum": 3001, "BenefitType": "CoInsurance", "CoverageLevel": "None"},
    "PUT /insverifies": {"VerifyType": "InsuranceBenefit", "FKey": 3001, "DateLastVerified": "2026-03-04"},
    "POST /providers": {"Abbr": "DOC3"},
    "POST /definitions": {"ItemName": "x", "category": "ApptConfirmed"},
    "POST /procedurelogs": {"PatNum": 401, "ProcDate": "2026-03-02", "ProcStatus": "TP", "procCode": "D0120"},
    "POST /apptfielddefs": {"FieldName": "Lab"},
    "POST /patfielddefs": {"FieldName": "Pets", "FieldType": "Text"},
    "POST /allergydefs": {"Description": "Latex"},
    "POST /diseasedefs": {"DiseaseName": "Asthma"},
    "POST /medications": {"MedName": "Metformin"},
    "POST /allergies": {"PatNum": 401, "defDescription": "Latex"},
    "POST /diseases": {"PatNum": 401, "diseaseDefName": "Asthma"},
    "POST /medicationpats": {"PatNum": 401, "medName": "Metformin"},
    "POST /documents/Upload": {"PatNum": 401, "rawBase64": "JVBERg==", "extension": ".pdf"},
    "POST /documents/SetByUrl": {"PatNum": 401, "url": "https://files.example.com/a.pdf"},
    "GET /documents": {"PatNum": 401},
    "GET /popups": {"PatNum": 401},
    "POST /popups": {"PatNum": 401, "Description": "x"},
    "POST /subscriptions": {
        "EndPointUrl": "https://hooks.example.com/",
        "WatchTable": "Appointment",
        "PollingSeconds": 5,
    },
}
STATUSES = {200, 201, 400, 401, 404}


def attempts(endpoint: Endpoint) -> st.SearchStrategy[tuple[dict[str, Any], dict[str, Any]]]:
    def some(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
        keys = st.sampled_from([*names, "Unknown"])
        return st.dictionaries(keys, FITTING | JSON, max_size=2)

    return st.tuples(some([p.name for p in query_params(endpoint)]), some([p.name for p in endpoint.body]))


def send(desk: Desk, endpoint: Endpoint, query: dict[str, Any], body: dict[str, Any]) -> SimReply:
    key = next(iter(desk.practice.tables[endpoint.schema.name].rows), 1) if endpoint.schema else 1
    good = GOOD.get(f"{endpoint.verb} {endpoint.route}", {})
    return desk.send(endpoint.verb, re.sub(r"\{\w+\}", str(key), endpoint.route), query, {**good, **body})


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: f"{e.verb} {e.route}")
def test_no_request_breaks_the_office(endpoint: Endpoint) -> None:
    desks = Desk(version="26.9"), Desk(version="26.9", strict=False)
    for desk in desks:
        desk.practice.add_appointment(PatNum=401, AptStatus="Planned")
        desk.practice.add_commlog(PatNum=401, Note="x")
        desk.practice.add_procedure_code("D0120", "PerEx")
        desk.practice.add("procedurelogs", PatNum=401, procCode="D0120")
        desk.practice.add_recall(PatNum=401)
        desk.practice.add("asapcomms", PatNum=401)
        for resource in ("subscriptions", "insplans", "inssubs", "patplans", "benefits"):
            desk.send("POST", f"/{resource}", body=GOOD[f"POST /{resource}"])

    @settings(max_examples=40, deadline=None)
    @given(attempts(endpoint))
    def run(attempt: tuple[dict[str, Any], dict[str, Any]]) -> None:
        for desk in desks:
            reply = send(desk, endpoint, *attempt)
            assert reply.status in STATUSES
            content = json.loads(reply.body) if reply.body else None
            assert isinstance(content, str) is (reply.status >= 400)

    run()
