"""PatientNotes (page "PatientNotes"): the long texts of a chart, one row to a patient, made when it is looked at."""

from __future__ import annotations

from odnexus.testing.opendental.endpoints import OTHERS, Answer, Ask, Endpoint, accept, ordered
from odnexus.testing.opendental.practice import Practice
from odnexus.testing.opendental.resources.patients import PATIENT, refuse_deleted
from odnexus.testing.opendental.schema import Field, Schema, show, show_all
from odnexus.testing.opendental.values import DATETIME, INT, TEXT, Row, text

_FULL = "25.2.14"

PATIENT_NOTE = Schema(
    name="patientnotes",
    key="PatNum",
    one="PatientNote",
    stamp="SecDateTEdit",
    entered=("SecDateTEntry",),
    fields=(
        Field("PatNum", INT),
        Field("FamFinancial", TEXT, _FULL),
        Field("Medical", TEXT),
        Field("Service", TEXT),
        Field("MedicalComp", TEXT, _FULL),
        Field("Treatment", TEXT, _FULL),
        Field("ICEName", TEXT),
        Field("ICEPhone", text(30)),
        Field("SecDateTEntry", DATETIME, _FULL),
        Field("SecDateTEdit", DATETIME, _FULL),
    ),
)


def note_of(practice: Practice, pat_num: int) -> Row:
    """Return the row of a patient, made if there is none yet."""
    return practice.find("patientnotes", pat_num) or practice.insert("patientnotes", {"PatNum": pat_num})


def _get(ask: Ask) -> Answer:
    return Answer(content=show(ask.practice, PATIENT_NOTE, note_of(ask.practice, ask.row.number("PatNum"))))


def _list(ask: Ask) -> Answer:
    for patient in ask.practice.rows("patients"):
        note_of(ask.practice, patient.number("PatNum"))
    return Answer(content=show_all(ask.practice, PATIENT_NOTE, ordered(ask.practice, PATIENT_NOTE)))


def _change(ask: Ask) -> Answer:
    number = ask.row.number("PatNum")
    refuse_deleted(ask.practice, number)
    note_of(ask.practice, number)
    ask.practice.change("patientnotes", number, ask.args)
    return _get(ask)


ENDPOINTS = (
    Endpoint(verb="GET", route="/patientnotes/{PatNum}", since="21.2", schema=PATIENT, run=_get),
    Endpoint(verb="GET", route="/patientnotes", since=_FULL, paged=True, run=_list),
    Endpoint(
        verb="PUT",
        route="/patientnotes/{PatNum}",
        since="21.2",
        permission=OTHERS,
        body=accept(
            PATIENT_NOTE,
            f"FamFinancial@{_FULL} Medical Service@21.4 MedicalComp@{_FULL} Treatment@{_FULL} ICEName ICEPhone",
        ),
        schema=PATIENT,
        run=_change,
    ),
)
