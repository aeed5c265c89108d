"""E3: a form in any of its shapes, and a note that loses no answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from odnexus.mapping.intake import NOTE_LIMIT, Form, chart_note, is_stamped, label, read_form, stamp_for, unfiled
from odnexus.mapping.table import DEFAULT_MAP, FieldMap, MapRule

WEBHOOK = {"id": 5, "patient_id": 7, "title": "Medical history", "answers": {"allergies": "latex", "city": "Denver"}}
EDGE = {"id": "a1", "patient": {"id": "7"}, "patient_submitted_data": {"allergies": "latex", "city": "Denver"}}
PLAIN = {"event": "patient.form_submitted", "patient_id": 7, "allergies": "latex", "city": "Denver"}


@pytest.mark.parametrize("record", [WEBHOOK, EDGE, PLAIN])
def test_three_shapes_say_the_same(record: dict[str, Any]) -> None:
    form = read_form(record)

    assert form.patient_id == 7
    assert form.answers == {"allergies": "latex", "city": "Denver"}


def test_what_found_no_field_is_kept() -> None:
    assert unfiled(read_form(WEBHOOK), DEFAULT_MAP, {"City"}) == {"allergies": "latex"}


def test_what_a_field_does_not_take_is_kept_too() -> None:
    assert unfiled(read_form(WEBHOOK), DEFAULT_MAP, set()) == {"allergies": "latex", "city": "Denver"}


def test_only_what_is_deliberately_left_out_is_dropped() -> None:
    fields = FieldMap(rules=(MapRule(target="nowhere", sources=("allergies",)),))

    assert unfiled(read_form(WEBHOOK), fields, set()) == {"city": "Denver"}


def test_the_note_reads_well_and_ends_with_its_stamp() -> None:
    note = chart_note(read_form(WEBHOOK), {"emergencyContact.phone": "x", "smoker": True, "teeth": [1, 2]}, "STAMP")

    assert note.splitlines() == [
        "Medical history",
        "Emergency contact phone: x",
        "Smoker: yes",
        "Teeth: 1, 2",
        "STAMP",
    ]


def test_a_long_note_is_cut_and_keeps_its_stamp() -> None:
    note = chart_note(read_form(WEBHOOK), {"story": "x" * 100_000}, "STAMP")

    assert len(note) == NOTE_LIMIT
    assert note.endswith("STAMP")


def test_labels_are_words() -> None:
    assert label("emergency_contact.firstName") == "Emergency contact first name"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_anything_can_be_read(value: object) -> None:
    record = value if isinstance(value, dict) else {"answers": value}
    form = read_form(record)

    assert "latex" not in repr(form)
    chart_note(form, unfiled(form, DEFAULT_MAP, set()), "s")


@pytest.mark.parametrize(
    ("form", "stamp"),
    [
        (Form(id="5", version="2026-03-02"), "NexHealth form 5, 2026-03-02"),
        (Form(id="5"), "NexHealth form 5, e1"),
        (Form(), "NexHealth form, e1"),
    ],
)
def test_each_submission_has_a_stamp_of_its_own(form: Form, stamp: str) -> None:
    assert stamp_for(form, "e1") == stamp


def test_a_time_of_creation_tells_no_submissions_apart() -> None:
    form = read_form({"id": 5, "created_at": "2026-03-01", "answers": {"a": 1}})

    assert (form.submitted_at, form.version) == ("2026-03-01", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("History\nHobby: go\nNexHealth form 5, e1", True),
        ("History Hobby: go NexHealth  form 5, e1 signed", True),
        ("Knee (NexHealth form 5, e1)", True),
        ("NexHealth form 55, e1", False),
        ("NexHealth form 5, e12", False),
        ("NexHealth form 5", False),
        ("NexHealth form 5, e1, document 2", False),
    ],
)
def test_a_stamp_is_told_from_one_that_begins_alike(text: str, found: bool) -> None:
    assert is_stamped(text, "NexHealth form 5, e1") is found


@pytest.mark.mission("E3", shows="answers that come as a list of questions and answers are read like any other form")
def test_answers_may_come_as_pairs() -> None:
    pairs = [
        {"question": "Do you smoke?", "answer": "no"},
        {"key": "email", "label": "Your e-mail", "value": "mara@example.com"},
        {"label": "Fax", "response": None},
        {"question": "Pets", "answer": "cat"},
        {"question": "Pets", "answer": "dog"},
        {"question": "Medication", "answer": {"name": "Aspirin", "daily": True}},
    ]

    form = read_form({"id": 9, "patient_id": 7, "answers": pairs})

    assert form.answers == {
        "Do you smoke?": "no",
        "email": "mara@example.com",
        "Pets": ["cat", "dog"],
        "Medication.name": "Aspirin",
        "Medication.daily": True,
    }


@pytest.mark.parametrize("answers", [[{"question": "Pets"}], ["cat"], [{"answer": "cat"}], []])
def test_a_list_of_anything_else_is_kept_as_it_came(answers: list[Any]) -> None:
    assert read_form({"id": 9, "answers": answers}).answers == ({"answers": answers} if answers else {})


def test_a_note_shows_an_object_in_words() -> None:
    form = read_form({"id": 9, "answers": {"drugs": [{"name": "Aspirin", "daily": True}, {"name": "Iron"}]}})

    assert "Drugs: name: Aspirin, daily: yes, name: Iron\n" in chart_note(form, form.answers, "NexHealth form 9")
