"""E3 at its edges: what an office does not take, what a policy switches off, and where NexHealth files itself."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from odnexus import IntakePolicy
from odnexus.mapping.answers import as_text
from odnexus.mapping.intake import label
from odnexus.mapping.table import DEFAULT_MAP, FieldMap, MapRule
from odnexus.nexhealth.webhooks import sign
from odnexus.testing.opendental import PERMISSIONS
from odnexus.testing.opendental.refusals import VERSION_ISSUE
from odnexus.testing.opendental.resources.documents import content_of
from tests.engine.test_intake_whole import FIELDS, PDF, Clinic, notes, rows, submit
from tests.engine.town import Town, at


def clinic(**location: Any) -> Clinic:
    return Clinic(**location)


# What the chart says stays.


def test_a_text_that_is_there_is_added_to_and_never_replaced() -> None:
    town = clinic()
    town.od.practice.insert("patientnotes", {"PatNum": town.chart_num, "Medical": "Diabetes.", "ICEName": "Per Lund"})

    submit(town, town.patient)
    town.settle()

    (texts,) = rows(town, "patientnotes")
    assert texts["Medical"].startswith("Diabetes.\nConditions: Asthma since childhood (NexHealth form 5")
    assert texts["ICEName"] == "Per Lund"
    assert "Emergency name: Ola Lund" in notes(town)[0]


def test_a_policy_keeps_out_of_texts_that_say_something() -> None:
    town = clinic(intake=IntakePolicy(notes="blank"))
    town.od.practice.insert("patientnotes", {"PatNum": town.chart_num, "Medical": "Diabetes."})

    submit(town, town.patient)
    town.settle()

    assert rows(town, "patientnotes")[0]["Medical"] == "Diabetes."
    assert "Conditions: Asthma since childhood" in notes(town)[0]


def test_a_custom_field_that_says_something_is_left_and_the_answer_kept() -> None:
    town = clinic()
    town.od.practice.add("patfields", PatNum=town.chart_num, FieldName="Pets", FieldValue="a cat")

    submit(town, town.patient)
    town.settle()

    values = {row["FieldName"]: row["FieldValue"] for row in rows(town, "patfields")}
    assert values["Pets"] == "a cat"
    assert "Pets: two dogs" in notes(town)[0]


def test_a_rule_that_says_always_sets_a_custom_field_anew() -> None:
    town = clinic(
        fields=FieldMap(
            rules=(
                *DEFAULT_MAP.rules,
                MapRule(target="field.Pets", sources=("pets",), write="always"),
            )
        )
    )
    town.od.practice.add("patfields", PatNum=town.chart_num, FieldName="Pets", FieldValue="a cat")

    submit(town, town.patient, {"pets": "two dogs"})
    town.settle()

    assert [row["FieldValue"] for row in rows(town, "patfields")] == ["two dogs"]
    assert notes(town) == []


def test_a_finding_that_the_chart_has_is_not_recorded_again() -> None:
    town = clinic()
    latex = rows(town, "allergydefs")[0]["AllergyDefNum"]
    town.od.practice.add("allergies", PatNum=town.chart_num, AllergyDefNum=latex, StatusIsActive=False)

    submit(town, town.patient, {"allergies": "latex"})
    town.settle()

    assert len(rows(town, "allergies")) == 1
    assert notes(town) == []


# What an office does not take.


@pytest.mark.parametrize("answer", ["vielleicht", "x" * 20])
def test_a_value_that_no_pick_list_has_is_kept(answer: str) -> None:
    town = clinic()

    submit(town, town.patient, {"braces": answer})
    town.settle()

    assert rows(town, "patfields") == []
    assert f"Braces: {answer}" in notes(town)[0]


def test_a_field_that_the_office_has_not_is_told_of_once_and_its_answers_kept() -> None:
    town = clinic(
        fields=FieldMap(
            rules=(
                *DEFAULT_MAP.rules,
                MapRule(target="field.Shoe size", sources=("shoes",)),
            )
        )
    )

    for day in (3, 4):
        submit(town, town.patient, {"shoes": "42"}, submitted=f"2026-03-0{day}T09:00:00Z")
        town.settle()

    assert [alert.rule for alert in town.alerts].count("form.no-such-field") == 1
    assert len([note for note in notes(town) if "Shoes: 42" in note]) == 2


def test_one_value_that_is_refused_costs_the_others_nothing() -> None:
    fields = FieldMap(
        rules=(
            *DEFAULT_MAP.rules,
            MapRule(target="Language", sources=("language",)),
            MapRule(target="Preferred", sources=("nick",)),
        )
    )
    town = clinic(fields=fields)

    submit(town, town.patient, {"language": "Klingon", "nick": "Mari"})
    town.settle()

    assert (town.charts[0]["Preferred"], town.charts[0]["Language"]) == ("Mari", "")
    assert "Language: Klingon" in notes(town)[0]


def test_a_value_that_is_too_long_is_kept_in_the_note() -> None:
    town = clinic()

    submit(town, town.patient, {"city": "D" * 101, "emergency": {"name": "Ola"}})
    town.settle()

    assert town.charts[0]["City"] == ""
    assert f"City: {'D' * 101}" in notes(town)[0]
    assert rows(town, "patientnotes")[0]["ICEName"] == "Ola"


def test_without_permissions_everything_is_kept_in_the_note() -> None:
    town = clinic(opendental={"permissions": PERMISSIONS - {"ApiAllOthers", "ApiDocuments"}})

    submit(town, town.patient)
    town.settle()

    for name in ("patfields", "allergies", "documents"):
        assert rows(town, name) == []
    (note,) = notes(town)
    kept = ("Conditions: Asthma since childhood", "Pets: two dogs", "Allergies: Latex, Kiwi", "Consented: yes")
    assert [line for line in kept if line not in note.splitlines()] == []
    assert "Consent: document consent.pdf was not filed: the office refused it" in note
    assert town.engine.waiting() == []


@pytest.mark.parametrize(
    ("route", "missing"),
    [
        ("GET /patfielddefs", "Pets: two dogs"),
        ("GET /allergies", "Allergies: Latex, Kiwi"),
        ("GET /documents", "Consent: document consent.pdf was not filed"),
        ("PUT /patientnotes/{PatNum}", "Emergency name: Ola Lund"),
        ("GET /definitions", "Hobby: chess"),
    ],
)
def test_what_an_older_office_lacks_is_kept_in_the_note(route: str, missing: str) -> None:
    town = clinic()
    sentence = json.dumps(f"{route}: {VERSION_ISSUE}.").encode()
    town.od.faults.on(route, kind="status", status=400, body=sentence, times=None)

    submit(town, town.patient)
    town.settle()

    (note,) = notes(town)
    assert missing in note
    assert "Hobby: chess" in note
    assert town.engine.waiting() == []


# What a policy switches off.


def test_findings_are_not_recorded_unless_the_office_wants_it() -> None:
    town = clinic(intake=IntakePolicy())

    submit(town, town.patient)
    town.settle()

    assert rows(town, "allergies") == rows(town, "diseases") == rows(town, "medicationpats") == []
    assert "Problems: asthma" in notes(town)[0]
    assert town.kinds() == []


def test_documents_are_not_filed_where_the_office_does_not_want_them() -> None:
    town = clinic(intake=IntakePolicy(documents=False))

    submit(town, town.patient)
    town.settle()

    assert rows(town, "documents") == []
    assert "document consent.pdf was not filed" in notes(town)[0]


def test_no_finding_is_no_question() -> None:
    town = clinic()

    submit(town, town.patient, {"allergies": "None", "problems": "N/A"})
    town.settle()

    assert town.kinds() == []
    assert "Allergies: None" in notes(town)[0]


# Documents.


def test_a_document_at_nexhealth_is_fetched_and_filed() -> None:
    town = clinic()
    number = town.nx.state.add_document(town.patient, "consent.pdf", PDF)
    shown = {"filename": "consent.pdf", "type": "application/pdf", "url": f"/documents/{number}/download"}

    submit(town, town.patient, {"consent": shown})
    town.settle()

    assert [content_of(row) for row in rows(town, "documents")] == [PDF]
    assert notes(town) == []


def test_another_hosts_document_is_not_fetched_but_named() -> None:
    town = clinic()
    elsewhere = {"filename": "c.pdf", "url": "https://files.example.com/c.pdf"}

    submit(town, town.patient, {"consent": elsewhere})
    town.settle()

    assert rows(town, "documents") == []
    assert "https://files.example.com/c.pdf" in notes(town)[0]


def test_a_document_that_nexhealth_has_no_more_is_named_and_a_network_failure_is_waited_out() -> None:
    town = clinic()
    number = town.nx.state.add_document(town.patient, "consent.pdf", PDF)
    town.nx.faults.on("GET /documents/{id}/download", kind="status", status=503, times=8)

    submit(town, town.patient, {"gone": {"filename": "g.pdf", "url": "/documents/4711/download"}})
    submit(
        town, town.patient, {"consent": {"filename": "c.pdf", "url": f"/documents/{number}/download"}},
        submitted="2026-03-05T09:00:00Z",
    )  # fmt: skip
    for _ in range(6):
        town.work(30)

    assert "document g.pdf /documents/4711/download was not filed" in notes(town)[0]
    assert [content_of(row) for row in rows(town, "documents")] == [PDF]


def test_a_missing_category_is_told_of_once() -> None:
    town = clinic(intake=IntakePolicy(categories=("Scans",)))

    submit(town, town.patient)
    town.settle()

    (document,) = rows(town, "documents")
    assert document["DocCategory"] == town.od.practice.first_definition(18)
    assert [alert.rule for alert in town.alerts].count("form.no-such-category") == 1


def test_a_spreadsheet_is_not_filed_but_named() -> None:
    town = clinic()

    submit(town, town.patient, {"list": {"filename": "a.xlsx", "content": base64.b64encode(b"x" * 40).decode()}})
    town.settle()

    assert rows(town, "documents") == []
    assert "a.xlsx" in notes(town)[0]


# A flat payload has no id, no chart and no signature.


def test_a_flat_form_sent_five_times_is_one_question() -> None:
    town = clinic()
    body = json.dumps({"event": "patient.form_submitted", "firstName": "Mara", "hobby": "chess"}).encode()

    for _ in range(5):
        town.engine.receive_flat("main", body)
    town.settle()

    assert town.kinds() == ["form.no-chart"]


def test_a_flat_form_that_names_its_patient_is_filed() -> None:
    town = clinic()
    body = json.dumps({"event": "patient.form_submitted", "patient_id": town.patient, "pets": "two"}).encode()

    for _ in range(5):
        town.engine.receive_flat("main", body)
    town.settle()

    assert [row["FieldValue"] for row in rows(town, "patfields")] == ["two"]


def test_another_answer_under_the_same_id_is_not_dropped() -> None:
    town = clinic()

    for hobby in ("chess", "go"):
        body = {"event": "patient.form_submitted", "id": 5, "patient_id": town.patient, "hobby": hobby}
        town.engine.receive_flat("main", json.dumps(body).encode())
    town.settle()

    assert [("chess" in note, "go" in note) for note in notes(town)] == [(True, False), (False, True)]


# Where NexHealth's synchronizer files.


def overlay(**location: Any) -> Town:
    town = Town(overlay=True, **{"fields": FIELDS, "intake": IntakePolicy(clinical=True), **location})
    town.synchronize()
    town.engine = town.new_engine(webhook_secrets=["s"])
    return town


def known_patient(town: Town) -> tuple[int, int]:
    """Return a patient who is linked: NexHealth's id and the chart."""
    chart = town.chart("Mara", "Lund", "1988-11-20")
    visit = town.od.practice.add_appointment(
        PatNum=chart, Op=town.ops[0], ProvNum=town.provs[0], AptDateTime=at(9).replace(tzinfo=None), Pattern="XXXX"
    )
    assert visit
    for _ in range(8):
        town.clock.advance(timedelta(minutes=6))
        town.nx.tick()
        town.work()
    patient = next(one.id for one in town.nx.state.patients.values() if one.foreign_id == str(chart))
    booking = town.book(patient, at(11))
    for _ in range(8):
        town.clock.advance(timedelta(minutes=6))
        town.nx.tick()
        town.work()
    assert town.link_of(booking) is not None
    return patient, chart


def charted(town: Town) -> list[int]:
    return [len(rows(town, name)) for name in ("commlogs", "patfields", "allergies", "documents")]


def test_where_nexhealth_files_nothing_is_written_and_a_missing_document_is_asked_once() -> None:
    town = overlay()
    patient, _ = known_patient(town)
    before = charted(town)

    for _ in range(2):
        submit(town, patient)
        town.work(5)
    assert town.kinds() == []
    for _ in range(8):
        town.work(10)

    assert town.kinds() == ["form.not-landed"]
    answers: Any = town.engine.reviews()[0].body["answers"]
    assert answers["hobby"] == "chess"
    assert charted(town) == before


def test_a_chart_whose_list_of_documents_is_said_to_be_empty_gets_the_document() -> None:
    town = clinic()
    town.od.switch(no_documents="not_found")

    submit(town, town.patient, {"consent": {"name": "consent.pdf", "content": base64.b64encode(PDF).decode()}})
    town.settle()

    assert [content_of(row) for row in rows(town, "documents")] == [PDF]
    assert notes(town) == []


def test_where_nexhealth_files_a_list_that_is_said_to_be_empty_is_asked_about() -> None:
    town = overlay()
    patient, _ = known_patient(town)
    town.od.switch(no_documents="not_found")

    submit(town, patient)
    for _ in range(8):
        town.work(10)

    assert town.kinds() == ["form.not-landed"]


def test_where_nexhealth_files_an_arrived_document_is_enough() -> None:
    town = overlay()
    patient, chart = known_patient(town)

    submit(town, patient)
    town.work(5)
    town.od.practice.add_definition(18, "Enlive User Forms")
    town.od.practice.add("documents", PatNum=chart, DateCreated=datetime(2026, 3, 2, 23), DocCategory=_folder(town))
    for _ in range(8):
        town.work(10)

    assert town.kinds() == []
    assert "form.landed" in [entry.rule for entry in town.engine.journal()]


def _folder(town: Town) -> int:
    number: int = town.od.practice.first_definition(18)
    return number


def test_a_filing_that_nexhealth_calls_failed_is_asked_at_once() -> None:
    town = overlay()
    patient, _ = known_patient(town)
    content = json.dumps(
        {
            "resource_type": "FormResponse",
            "event_name": "form_response_insertion.failed",
            "subdomain": "demo-dental",
            "event_time": "2026-03-02T15:10:00Z",
            "data": {"form_response": {"id": 8, "patient_id": patient, "patient_submitted_data": {"hobby": "chess"}}},
        }
    ).encode()

    for _ in range(5):
        town.engine.receive({"timestamp": "t", "signature": sign("t", content, "s")}, content)
    town.work(5)

    assert town.kinds() == ["form.not-landed"]


def test_looking_can_be_switched_off() -> None:
    town = overlay(intake=IntakePolicy(verify=False))
    patient, _ = known_patient(town)

    submit(town, patient)
    for _ in range(8):
        town.work(10)

    assert town.kinds() == []
    assert "form.filed-by-synchronizer" in [entry.rule for entry in town.engine.journal()]


# Nothing is dropped.

WORDS = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12)
FORMS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("city", "zip", "phoneNumber", "pets", "braces", "hobby", "conditions", "memberId"), WORDS),
        "emergency": st.fixed_dictionaries({}, optional={"name": WORDS, "phone": WORDS}),
        "allergies": st.lists(st.sampled_from(["Latex", "Kiwi", "Iodine", "none"]), max_size=3),
        "consented": st.booleans(),
        "problems": st.sampled_from(["asthma", "gout", "asthma, gout"]),
    },
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FORMS)
def test_every_answer_ends_in_a_field_a_record_or_the_note(answers: dict[str, Any]) -> None:
    town = clinic()

    submit(town, town.patient, answers)
    town.settle()

    names = ("patients", "patientnotes", "patfields", "allergydefs", "diseasedefs")
    stored = " ".join(str(value) for name in names for row in rows(town, name) for value in row.values())
    note = "\n".join(notes(town))
    flat = {**answers, **{f"emergency.{name}": value for name, value in answers.get("emergency", {}).items()}}
    flat.pop("emergency", None)
    for path, answer in flat.items():
        said = as_text(answer)
        in_note = f"{label(path)}: {' '.join(said.split())}" in note
        in_chart = said.casefold() in stored.casefold() or (path == "consented" and rows(town, "patfields"))
        listed = path in ("allergies", "problems") and all(
            part.strip().casefold() in stored.casefold() for part in said.split(",")
        )
        assert not said or in_note or in_chart or listed, path
