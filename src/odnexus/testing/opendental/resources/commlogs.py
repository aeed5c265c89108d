"""Commlogs (page "Commlogs"): notes on communication; their type is a number written as a string."""

from __future__ import annotations

from odnexus.testing.opendental.endpoints import (
    Answer,
    Ask,
    Endpoint,
    Filter,
    Param,
    accept,
    created,
    ordered,
    reading,
    select,
    touched,
    updated,
)
from odnexus.testing.opendental.practice import COMM_TYPES
from odnexus.testing.opendental.refusals import not_found, required
from odnexus.testing.opendental.resources.patients import refuse_deleted
from odnexus.testing.opendental.schema import Field, Schema, show_all, since, twin
from odnexus.testing.opendental.twins import definition_text
from odnexus.testing.opendental.values import (
    DATETIME,
    INT,
    TEXT,
    Value,
    definition,
    filter_key,
    key_of,
    words,
)

_FULL = "25.1.13"
PATIENT = key_of("patients", "Patient", zero=False)

COMMLOG = Schema(
    name="commlogs",
    key="CommlogNum",
    one="Commlog",
    first_key=5001,
    stamp="DateTStamp",
    entered=("DateTEntry",),
    defaults={"Mode_": "Phone", "SentOrReceived": "Sent"},
    fields=(
        Field("CommlogNum", INT),
        Field("PatNum", PATIENT),
        Field("CommDateTime", DATETIME),
        Field(
            "CommType",
            definition(COMM_TYPES, "CommType", zero=True),
            made=lambda _, row: str(row["CommType"]),
        ),
        twin("commType", definition_text("CommType")),
        Field("Note", TEXT),
        # With blanks on this resource, unlike elsewhere.
        Field(
            "Mode_",
            words(
                "None",
                "Email",
                "Mail",
                "Phone",
                "In Person",
                "Text",
                "Email and Text",
                "Phone and Text",
            ),
        ),
        Field("SentOrReceived", words("Neither", "Sent", "Received")),
        Field("UserNum", INT, _FULL),
        Field("DateTStamp", DATETIME, _FULL),
        Field("CommSource", words("User", "WebSched", "ProgramLink", "ApptReminder", "EServices", "FHIR"), _FULL),
        Field("ProgramNum", INT, _FULL),
        Field("DateTEntry", DATETIME, _FULL),
        Field("ReferralNum", INT, _FULL),
    ),
)

_FILTERS = (
    Filter("PatNum", filter_key("patients", "Patient"), lambda _, row, value: row["PatNum"] == value),
    touched("DateTStamp", _FULL),
)


def _list(ask: Ask) -> Answer:
    if "PatNum" not in ask.args and not since(ask.practice, _FULL):
        raise required("PatNum")
    return Answer(content=show_all(ask.practice, COMMLOG, select(ask, ordered(ask.practice, COMMLOG), _FILTERS)))


def _create(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    refuse_deleted(practice, args.number("PatNum"))
    given = {name: value for name, value in args.items() if name != "commType"}
    defaults: dict[str, Value] = {"CommDateTime": practice.now(), "CommSource": practice.switches.comm_source}
    row = practice.insert("commlogs", {**defaults, **given, "CommType": _type(ask)})
    return created(ask, COMMLOG, row, object_since="23.3.7")


def _type(ask: Ask) -> int:
    """Return the DefNum meant; the name wins over the number, Miscellaneous is the default."""
    if "commType" in ask.args:
        number = ask.practice.definition_named(COMM_TYPES, ask.args.text("commType"))
        if not number:
            raise not_found("commType")
        return number
    default = ask.practice.definition_named(COMM_TYPES, "Miscellaneous")
    return ask.args.number("CommType", default)


def _change(ask: Ask) -> Answer:
    refuse_deleted(ask.practice, ask.row.number("PatNum"))
    ask.practice.change("commlogs", ask.row.number("CommlogNum"), ask.args)
    return updated(ask, COMMLOG)


ENDPOINTS = (
    reading(COMMLOG, _FULL),
    Endpoint(
        verb="GET",
        route="/commlogs",
        since="21.1",
        query=tuple(item.param() for item in _FILTERS),
        paged=True,
        run=_list,
    ),
    Endpoint(
        verb="POST",
        route="/commlogs",
        since="21.1",
        permission="ApiComm",
        body=(
            *accept(COMMLOG, "PatNum! Note! CommDateTime CommType Mode_ SentOrReceived"),
            Param("commType", TEXT),
        ),
        run=_create,
    ),
    Endpoint(
        verb="PUT",
        route="/commlogs/{CommlogNum}",
        since="25.2.21",
        permission="ApiAllOthers",
        body=accept(COMMLOG, "Note"),
        schema=COMMLOG,
        run=_change,
    ),
)
