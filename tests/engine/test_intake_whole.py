"""E3: one form that uses every target, filed once: at every cut, after every lost answer, however often it comes."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from odnexus import IntakePolicy
from odnexus.mapping.table import DEFAULT_MAP, FieldMap, MapRule
from odnexus.nexhealth.webhooks import sign
from odnexus.testing import FaultKind
from odnexus.testing.opendental.resources.documents import content_of
from tests.engine.crashing import Killed
from tests.engine.test_crashes import CutTown
from tests.engine.town import Town

FIELDS = FieldMap(
    rules=(
        *DEFAULT_MAP.rules,
        MapRule(target="note.Medical", sources=("conditions",)),
        MapRule(target="note.Medical", sources=("surgeries",)),
        MapRule(target="note.ICEName", sources=("emergency.name",)),
        MapRule(target="note.ICEPhone", sources=("emergency.phone",), transform="phone"),
        MapRule(target="field.Pets", sources=("pets",)),
        MapRule(target="field.Ortho", sources=("braces",), words={"ja": "Yes", "nein": "No"}),
        MapRule(target="field.Consented", sources=("consented",), transform="yes-no"),
        MapRule(target="allergy", sources=("allergies",), transform="list"),
        MapRule(target="problem", sources=("problems",), transform="list"),
        MapRule(target="medication", sources=("medications",), transform="list"),
        MapRule(target="insurance.carrier", sources=("insuranceProvider",)),
        MapRule(target="insurance.member_id", sources=("memberId",)),
        MapRule(target="nowhere", sources=("newsletter",)),
    )
)
PDF = b"%PDF-1.7 an invented consent that is long enough to be one"
ANSWERS: dict[str, Any] = {
    "city": "Denver",
    "phoneNumber": "3035550199",
    "conditions": "Asthma since childhood",
    "surgeries": "Knee, 2019",
    "emergency": {"name": "Ola Lund", "phone": "303 555 0142"},
    "pets": "two dogs",
    "braces": "ja",
    "consented": True,
    "allergies": ["Latex", "Kiwi"],
    "problems": "asthma",
    "medications": {"metformin": True, "aspirin": False},
    "insuranceProvider": "Blue Cross",
    "memberId": "XQ77",
    "newsletter": "yes",
    "hobby": "chess",
    "consent": {"filename": "consent.pdf", "type": "application/pdf", "content": base64.b64encode(PDF).decode()},
}
SECRET = ("Asthma since", "Knee", "Ola Lund", "5550142", "two dogs", "Latex", "Kiwi", "Blue Cross", "XQ77", "chess")


def body(patient: int, answers: dict[str, Any], submitted: str = "2026-03-02T15:08:00Z") -> bytes:
    form = {"id": 5, "patient_id": patient, "title": "History", "submitted_at": submitted, "answers": answers}
    return json.dumps(
        {
            "resource_type": "FormRequest",
            "event_name": "form_request_completed",
            "subdomain": "demo-dental",
            "event_time": submitted,
            "data": {"form_request": form},
        }
    ).encode()


def submit(town: Town, patient: int, answers: dict[str, Any] | None = None, **more: Any) -> None:
    content = body(patient, ANSWERS if answers is None else answers, **more)
    town.engine.receive({"timestamp": "t", "signature": sign("t", content, "s")}, content)


def furnish(town: Town) -> int:
    """Set up the office's lists, and a patient with a chart; return the patient's id at NexHealth."""
    office = town.od.practice
    office.add_definition(18, "Photos")
    office.add_definition(18, "consent forms")
    office.add("patfielddefs", FieldName="Pets", FieldType="Text")
    office.add("patfielddefs", FieldName="Ortho", FieldType="PickList", PickList="Yes\r\nNo")
    office.add("patfielddefs", FieldName="Consented", FieldType="Checkbox")
    office.add("allergydefs", Description="latex")
    office.add("allergydefs", Description="Iodine")
    office.add("diseasedefs", DiseaseName="Asthma")
    office.add("medications", MedName="Metformin")
    town.engine = town.new_engine(webhook_secrets=["s"])
    town.work()
    patient = town.person("Mara", "Lund", "1988-11-20")
    town.book(patient)
    town.settle()
    return patient


class Clinic(Town):
    def __init__(self, **location: Any) -> None:
        super().__init__(**{"fields": FIELDS, "intake": IntakePolicy(clinical=True), **location})
        self.patient = furnish(self)

    @property
    def chart_num(self) -> int:
        """PatNum of the only chart."""
        (chart,) = self.charts
        return int(chart["PatNum"])


class CutClinic(CutTown):
    def __init__(self) -> None:
        super().__init__(fields=FIELDS, intake=IntakePolicy(clinical=True))
        self.patient = furnish(self)


def rows(town: Town, name: str) -> list[Any]:
    return list(town.od.practice.rows(name))


def notes(town: Town) -> list[str]:
    return [str(row["Note"]) for row in rows(town, "commlogs")]


def holds_all(town: Any) -> None:
    """Assert that the whole form stands in the chart, everything once."""
    (chart,) = town.charts
    assert chart["City"] == "Denver"
    assert chart["WirelessPhone"] == "(303)555-0100"
    (texts,) = rows(town, "patientnotes")
    assert texts["Medical"].splitlines() == [
        "Asthma since childhood",
        "Surgeries: Knee, 2019 (NexHealth form 5, 2026-03-02T15:08:00Z)",
    ]
    assert (texts["ICEName"], texts["ICEPhone"]) == ("Ola Lund", "(303)555-0142")
    assert {row["FieldName"]: row["FieldValue"] for row in rows(town, "patfields")} == {
        "Pets": "two dogs",
        "Ortho": "Yes",
        "Consented": "1",
    }
    assert len(rows(town, "patfields")) == 3
    assert len(rows(town, "allergies")) == len(rows(town, "diseases")) == len(rows(town, "medicationpats")) == 1
    assert len(rows(town, "allergydefs")) == 2, "the office's list does not grow"
    (document,) = rows(town, "documents")
    assert content_of(document) == PDF
    assert town.od.practice.definition_name(document["DocCategory"]) == "consent forms"
    (note,) = notes(town)
    kept = ["Allergies: Latex, Kiwi", "Phone number: 3035550199", "Insurance provider: Blue Cross", "Hobby: chess"]
    assert [line for line in kept if line not in note.splitlines()] == []
    assert not any(word in note for word in ("Denver", "Ola Lund", "two dogs", "Newsletter", "Asthma since"))


@pytest.mark.mission(
    "E3",
    shows="one form fills fields, chart texts, custom fields, findings and images, and a note keeps every other answer",
)
def test_every_target_is_filed_and_the_rest_is_kept() -> None:
    town = Clinic()

    submit(town, town.patient)
    town.settle()

    holds_all(town)
    assert town.kinds() == ["form.unknown-finding"]
    assert town.engine.reviews()[0].body["allergy"] == ["Kiwi"]
    assert town.engine.waiting() == []


def test_a_form_costs_the_office_a_known_number_of_requests() -> None:
    town = Clinic()
    before = town.od.count()

    submit(town, town.patient)
    town.work(poll=False)

    reads = 1 + 1 + 2 + 2 * 3 + 1 + 1  # chart, texts, custom fields, lists and findings, documents, categories
    writes = 1 + 1 + 3 + 3 + 1 + 1  # chart, texts, custom fields, findings, document, note
    assert town.od.count() - before == reads + writes


def test_insurance_stays_in_the_note_where_nothing_is_done_with_it() -> None:
    town = Clinic()

    submit(town, town.patient)
    town.settle()

    assert [entry.rule for entry in town.engine.journal(limit=1000) if "insurance" in entry.rule] == []
    assert any("Blue Cross" in note for note in notes(town))


def test_five_deliveries_are_one_filing() -> None:
    town = Clinic()

    for _ in range(5):
        submit(town, town.patient)
    town.settle()

    holds_all(town)


def test_another_submission_of_the_form_is_filed_too() -> None:
    town = Clinic()
    submit(town, town.patient)
    town.settle()

    submit(town, town.patient, {"hobby": "go", "surgeries": "Hip, 2025"}, submitted="2026-03-05T09:00:00Z")
    town.settle()

    assert [("chess" in note, "go" in note) for note in notes(town)] == [(True, False), (False, True)]
    (texts,) = rows(town, "patientnotes")
    assert "Surgeries: Hip, 2025 (NexHealth form 5, 2026-03-05T09:00:00Z)" in texts["Medical"]
    assert texts["Medical"].count("Knee") == 1


POSTS = (
    "POST /patfields",
    "POST /allergies",
    "POST /diseases",
    "POST /medicationpats",
    "POST /documents/Upload",
    "POST /commlogs",
    "PUT /patientnotes/{PatNum}",
    "PUT /patients/{PatNum}",
)


@pytest.mark.parametrize("route", POSTS)
@pytest.mark.parametrize("kind", ["lost_answer", "reset_before", "timeout_after"])
def test_a_lost_answer_files_nothing_twice(route: str, kind: FaultKind) -> None:
    town = Clinic()
    town.od.faults.on(route, kind=kind)

    submit(town, town.patient)
    town.settle(6)

    holds_all(town)
    assert town.engine.waiting() == []


@pytest.mark.parametrize("moment", ["before", "after"])
def test_every_cut_point_heals(moment: Any) -> None:
    town = CutClinic()
    submit(town, town.patient)
    town.cut.arm(-1, "before")
    town.work()
    count = len(town.cut.names)
    assert count > 40

    for number in range(count):
        town = CutClinic()
        submit(town, town.patient)
        town.cut.arm(number, moment)
        try:
            town.work()
        except Killed:
            town.live_on()
        try:
            holds_all(town)
        except AssertionError as error:
            raise AssertionError(f"cut {moment} effect {number} of {count}") from error
        assert town.engine.waiting() == []


def test_nothing_that_a_patient_said_stands_outside_what_is_sealed() -> None:
    town = Clinic()
    submit(town, town.patient)
    town.settle()

    told = repr([town.engine.journal(), town.alerts, town.happened, town.engine.waiting()])
    told += repr([question.review for question in town.engine.reviews()])
    cursors = repr(vars(town.store.cursors))
    assert "form:" in cursors
    assert [word for word in SECRET if word in told or word in cursors] == []
