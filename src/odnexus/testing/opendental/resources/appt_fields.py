"""Values that an office keeps with its appointments (pages "ApptFields" and "ApptFieldDefs")."""

from __future__ import annotations

from odnexus.testing.opendental.endpoints import Answer, Ask, Endpoint, Param, accept, created, listing
from odnexus.testing.opendental.practice import Practice
from odnexus.testing.opendental.refusals import Refusal, not_found
from odnexus.testing.opendental.schema import Field, Schema
from odnexus.testing.opendental.values import INT, TEXT, Row, filled, key_of, words

APPT_FIELD_DEF = Schema(
    name="apptfielddefs",
    key="ApptFieldDefNum",
    one="ApptFieldDef",
    first_key=21,
    fields=(
        Field("ApptFieldDefNum", INT),
        Field("FieldName", filled(TEXT)),
        Field("FieldType", words("Text", "PickList")),
        Field("PickList", TEXT),
    ),
)

APPT_FIELD = Schema(
    name="apptfields",
    key="ApptFieldNum",
    one="ApptField",
    fields=(Field("ApptFieldNum", INT), Field("AptNum", INT), Field("FieldName", TEXT), Field("FieldValue", TEXT)),
)

_NAMED = (
    Param("AptNum", key_of("appointments", "Appointment", zero=False), required=True),
    Param("FieldName", filled(TEXT), required=True),
)


def _find(practice: Practice, args: Row) -> Row | None:
    """Return the stored value, or refuse a name that the office has not set up."""
    if all(row["FieldName"] != args["FieldName"] for row in practice.rows("apptfielddefs")):
        raise not_found("FieldName")
    rows = practice.rows("apptfields")
    return next((r for r in rows if (r["AptNum"], r["FieldName"]) == (args["AptNum"], args["FieldName"])), None)


def _get(ask: Ask) -> Answer:
    row = _find(ask.practice, ask.args)
    value = row["FieldValue"] if row else ""
    return Answer(content={"FieldName": ask.args["FieldName"], "AptNum": ask.args["AptNum"], "FieldValue": value})


def _set(ask: Ask) -> Answer:
    row = _find(ask.practice, ask.args)
    if row is None:
        ask.practice.insert("apptfields", ask.args)
    else:
        ask.practice.change("apptfields", row.number("ApptFieldNum"), {"FieldValue": ask.args["FieldValue"]})
    return Answer()


def _create(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    if any(row["FieldName"] == args["FieldName"] for row in practice.rows("apptfielddefs")):
        raise Refusal(400, "FieldName already exists.")
    if args.text("PickList", "") and args.text("FieldType", "Text") != "PickList":
        raise Refusal(400, "PickList is only allowed for FieldType PickList.")
    return created(ask, APPT_FIELD_DEF, practice.insert("apptfielddefs", args))


ENDPOINTS = (
    Endpoint(verb="GET", route="/apptfields", since="21.1", query=_NAMED, run=_get),
    Endpoint(
        verb="PUT",
        route="/apptfields",
        since="21.1",
        permission="ApiComm",
        body=(*_NAMED, Param("FieldValue", TEXT, required=True)),
        run=_set,
    ),
    listing(APPT_FIELD_DEF, gate="21.4"),
    Endpoint(
        verb="POST",
        route="/apptfielddefs",
        since="21.4",
        permission="ApiSetup",
        body=accept(APPT_FIELD_DEF, "FieldName! FieldType PickList"),
        run=_create,
    ),
)
