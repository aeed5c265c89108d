"""Writes: what the types offer is what the tables document; it leaves as documented, and nothing else does."""

from __future__ import annotations

import base64
import inspect
import json
import re
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings, strategies as st

from odnexus.errors import ConfigurationError
from odnexus.opendental import changes, kinds
from odnexus.opendental.endpoints import Endpoint
from odnexus.opendental.tables import (
    ENDPOINTS,
    appointments,
    care,
    clinical,
    documents,
    insurance,
    office,
    patients,
    records,
)

WRITES: dict[type, Endpoint] = {
    changes.PatientCreate: patients.CREATE,
    changes.PatientChanges: patients.UPDATE,
    changes.AppointmentCreate: appointments.CREATE,
    changes.AppointmentChanges: appointments.UPDATE,
    changes.PlannedCreate: appointments.CREATE_PLANNED,
    changes.PlannedSchedule: appointments.SCHEDULE_PLANNED,
    changes.WebSchedCreate: appointments.CREATE_WEB_SCHED,
    changes.ProviderCreate: office.CREATE_PROVIDER,
    changes.ProviderChanges: office.UPDATE_PROVIDER,
    changes.DefinitionCreate: office.CREATE_DEFINITION,
    changes.ClinicChanges: office.UPDATE_CLINIC,
    changes.CommlogCreate: records.CREATE_COMMLOG,
    changes.CommlogChanges: records.UPDATE_COMMLOG,
    changes.CarrierCreate: records.CREATE_CARRIER,
    changes.CarrierChanges: records.UPDATE_CARRIER,
    changes.SubscriptionCreate: records.CREATE_SUBSCRIPTION,
    changes.SubscriptionChanges: records.UPDATE_SUBSCRIPTION,
    changes.ProcedureCreate: care.CREATE_PROCEDURE,
    changes.ProcedureChanges: care.UPDATE_PROCEDURE,
    changes.RecallChanges: care.UPDATE_RECALL,
    changes.AsapCommCreate: care.CREATE_ASAP_COMM,
    changes.ApptFieldDefCreate: care.CREATE_APPT_FIELD_DEF,
    changes.PatientNoteChanges: clinical.UPDATE_PATIENT_NOTE,
    changes.PatFieldDefCreate: clinical.CREATE_PAT_FIELD_DEF,
    changes.PatFieldDefChanges: clinical.UPDATE_PAT_FIELD_DEF,
    changes.PatFieldCreate: clinical.CREATE_PAT_FIELD,
    changes.PatFieldSet: clinical.SET_PAT_FIELD,
    changes.AllergyDefCreate: clinical.CREATE_ALLERGY_DEF,
    changes.DiseaseDefCreate: clinical.CREATE_DISEASE_DEF,
    changes.MedicationCreate: clinical.CREATE_MEDICATION,
    changes.AllergyCreate: clinical.CREATE_ALLERGY,
    changes.AllergyChanges: clinical.UPDATE_ALLERGY,
    changes.DiseaseCreate: clinical.CREATE_DISEASE,
    changes.DiseaseChanges: clinical.UPDATE_DISEASE,
    changes.MedicationPatCreate: clinical.CREATE_MEDICATION_PAT,
    changes.MedicationPatChanges: clinical.UPDATE_MEDICATION_PAT,
    changes.PopupCreate: clinical.CREATE_POPUP,
    changes.PopupChanges: clinical.UPDATE_POPUP,
    changes.SheetCreate: clinical.CREATE_SHEET,
    changes.SheetFieldChanges: clinical.UPDATE_SHEET_FIELD,
    changes.DocumentUpload: documents.UPLOAD,
    changes.DocumentByUrl: documents.SET_BY_URL,
    changes.DocumentChanges: documents.UPDATE_DOCUMENT,
    changes.InsPlanCreate: insurance.CREATE_INS_PLAN,
    changes.InsPlanChanges: insurance.UPDATE_INS_PLAN,
    changes.InsSubCreate: insurance.CREATE_INS_SUB,
    changes.InsSubChanges: insurance.UPDATE_INS_SUB,
    changes.PatPlanCreate: insurance.CREATE_PAT_PLAN,
    changes.PatPlanChanges: insurance.UPDATE_PAT_PLAN,
    changes.BenefitCreate: insurance.CREATE_BENEFIT,
    changes.BenefitChanges: insurance.UPDATE_BENEFIT,
    changes.InsVerifyChanges: insurance.UPDATE_INS_VERIFY,
}
PAIRS = pytest.mark.parametrize(("offered", "endpoint"), WRITES.items(), ids=lambda each: getattr(each, "name", ""))

TEXTS: dict[kinds.Kind, st.SearchStrategy[str]] = {
    kinds.ZIP: st.sampled_from(["97401", "97401-1234", "974011234", "A0A 0A0"]),
    kinds.US_ZIP: st.sampled_from(["97401", "97401-1234"]),
    kinds.STATE: st.sampled_from(["OR", "WA"]),
    kinds.SSN: st.from_regex(r"[0-9]{9}", fullmatch=True),
    kinds.PATTERN: st.text("X/", min_size=1, max_size=108),
    kinds.COLOR: st.sampled_from(["0,0,0", "255,1,20"]),
    kinds.URL: st.just("https://hooks.example.org/od/"),
    kinds.BASE64: st.binary(min_size=1).map(lambda content: base64.b64encode(content).decode()),
    kinds.EXTENSION: st.sampled_from([".pdf", ".jpg"]),
    kinds.TOOTH_NUMBERS: st.sampled_from(["1-5,8", "3"]),
    kinds.TEN_DIGITS: st.from_regex(r"[0-9]{10}", fullmatch=True),
}
NUMBERS: dict[kinds.Kind, st.SearchStrategy[int]] = {
    kinds.MONTH: st.integers(0, 12),
    kinds.PERCENT: st.integers(0, 100),
}
ANY_TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=15).filter(str.strip)


def is_word(option: object) -> bool:
    return isinstance(option, type) and issubclass(option, StrEnum)


def values_of(endpoint: Endpoint, name: str, annotation: Any) -> st.SearchStrategy[Any]:
    """Return values for a field as its annotation and its kind allow them."""
    kind = endpoint.body[name].kind
    return (st.none() | of_type(kind, annotation)) if kind.clearable else of_type(kind, annotation)


def of_type(kind: kinds.Kind, annotation: Any) -> st.SearchStrategy[Any]:
    options = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    for option in filter(is_word, options):
        return st.sampled_from([word for word in option if fits(kind, word)])
    plain = {
        int: NUMBERS.get(kind, st.integers(1, 10**9)),
        Decimal: st.decimals(0, 10**6, places=2),
        bool: st.booleans(),
        date: st.dates(date(1900, 1, 1)),
        datetime: st.datetimes(datetime(1900, 1, 1)),
        time: st.times(),
        str: TEXTS.get(kind, ANY_TEXT),
    }
    chosen = next((option for option in options if option in plain), None)
    return plain[chosen] if chosen else st.lists(st.integers(1, 99), max_size=3)


def fits(kind: kinds.Kind, value: object) -> bool:
    try:
        kind.to_json("it", value)
    except ConfigurationError:
        return False
    return True


def bodies(offered: type[Any], endpoint: Endpoint) -> st.SearchStrategy[dict[str, Any]]:
    hints = get_type_hints(offered)
    each = {name: values_of(endpoint, name, hint) for name, hint in hints.items()}
    needed = changes.required(offered)
    always = {name: each[name].filter(lambda value: value is not None) for name in needed}
    return st.fixed_dictionaries(always, optional={name: each[name] for name in each if name not in needed})


@PAIRS
def test_types_and_tables_say_the_same(offered: type[Any], endpoint: Endpoint) -> None:
    assert set(get_type_hints(offered)) == set(endpoint.body)
    assert changes.required(offered) == {name for name, field in endpoint.body.items() if field.required}


@PAIRS
def test_a_type_allows_none_where_a_change_can_clear(offered: type[Any], endpoint: Endpoint) -> None:
    for name, hint in get_type_hints(offered).items():
        assert (type(None) in get_args(hint)) == endpoint.body[name].kind.clearable, name


def test_every_write_with_fields_has_a_type() -> None:
    explicit = (appointments.BREAK, appointments.NOTE, appointments.CONFIRM, care.SET_APPT_FIELD)

    assert {each.name for each in ENDPOINTS.values() if each.body} == {
        each.name for each in (*WRITES.values(), *explicit)
    }


@PAIRS
@settings(max_examples=40)
@given(data=st.data())
def test_whatever_may_be_written_leaves_as_documented(offered: type[Any], endpoint: Endpoint, data: Any) -> None:
    given_values = data.draw(bodies(offered, endpoint))
    refused = ""
    sent: dict[str, Any] = {}
    try:
        sent = endpoint.content(given_values)
    except ConfigurationError as error:
        refused = str(error)

    # Only rules between fields, and an empty change, can refuse what each kind takes.
    assert not refused or re.search("together|exactly one|as long as|nothing to change|is_not_person|only for", refused)
    documented = {field.word for field in endpoint.body.values()}
    spoken = [name for name, value in given_values.items() if endpoint.partial or value is not None]
    mentioned = [] if refused else spoken
    assert set(sent) == {endpoint.body[name].word for name in mentioned} <= documented
    assert json.loads(json.dumps(sent)) == sent
    for value in sent.values():
        assert isinstance(value, str | int | float | list)
        assert not isinstance(value, bool)


@PAIRS
@settings(max_examples=25)
@given(name=st.text("abcdefNum_APt", min_size=1, max_size=12), data=st.data())
def test_nothing_else_can_leave(offered: type[Any], endpoint: Endpoint, name: str, data: Any) -> None:
    values = data.draw(bodies(offered, endpoint))
    if name in endpoint.body:
        return

    with pytest.raises(ConfigurationError, match="no such field"):
        endpoint.content({name: 1, **values})


@PAIRS
def test_numbers_are_refused_where_words_are_wanted(offered: type[Any], endpoint: Endpoint) -> None:
    for name, hint in get_type_hints(offered).items():
        if any(map(is_word, get_args(hint))):
            with pytest.raises(ConfigurationError, match="not the database's number"):
                endpoint.body[name].kind.to_json(name, 1)


def test_completion_shows_what_may_be_written() -> None:
    from odnexus._async.opendental_patients import AsyncPatients

    signature = inspect.signature(AsyncPatients.create)

    assert list(signature.parameters)[:4] == ["self", "l_name", "f_name", "middle_i"]
    assert signature.parameters["l_name"].default is inspect.Parameter.empty
    assert signature.parameters["birthdate"].default is ...
    assert list(inspect.signature(AsyncPatients.update).parameters)[:2] == ["self", "pat_num"]
