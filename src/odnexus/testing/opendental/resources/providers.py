"""Providers (page "Providers"), hidden and deleted ones included; none is ever deleted for good."""

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
    select,
    touched,
    updated,
)
from odnexus.testing.opendental.refusals import Refusal
from odnexus.testing.opendental.schema import Field, Schema, show, show_all, stamper
from odnexus.testing.opendental.values import (
    BOOL,
    COLOR,
    DATE,
    DATETIME,
    INT,
    SSN,
    TEXT,
    Row,
    Value,
    definition,
    filled,
    key_of,
    words,
)

SPECIALTIES = 35

PROVIDER = Schema(
    name="providers",
    key="ProvNum",
    one="Provider",
    stamp="DateTStamp",
    defaults={"UsingTIN": True, "provColor": "0,0,0"},
    fields=(
        Field("ProvNum", INT),
        Field("Abbr", filled(TEXT)),
        Field("LName", TEXT),
        Field("FName", TEXT),
        Field("MI", TEXT),
        Field("Suffix", TEXT),
        Field("FeeSched", INT),
        Field("Specialty", definition(SPECIALTIES, "Specialty", zero=True)),
        Field("SSN", SSN),
        Field("StateLicense", TEXT),
        Field("IsSecondary", BOOL),
        Field("provColor", COLOR),
        Field("IsHidden", BOOL),
        Field("UsingTIN", BOOL),
        Field("SigOnFile", BOOL),
        Field("NationalProvID", TEXT),
        Field("DateTStamp", DATETIME),
        Field("IsNotPerson", BOOL),
        Field("ProvStatus", words("Active", "Deleted")),
        Field("IsHiddenReport", BOOL),
        Field("Birthdate", DATE),
        Field("SchedNote", TEXT),
        Field("PreferredName", TEXT),
    ),
)


def _in_clinic(ask: Ask, row: Row, value: Value) -> bool:
    restricted = ask.practice.provider_clinics.get(row.number("ProvNum"))
    return not row["IsHidden"] and (restricted is None or value in restricted)


_FILTERS = (
    Filter("ClinicNum", key_of("clinics", "Clinic"), _in_clinic),
    touched("DateTStamp", "21.3"),
)


def _list(ask: Ask) -> Answer:
    rows = select(ask, ordered(ask.practice, PROVIDER), _FILTERS)
    shown = show_all(ask.practice, PROVIDER, rows)
    if "ClinicNum" in ask.args:
        return Answer(content=shown.map(lambda row: {**row, "serverDateTime": ""}))
    return Answer(content=shown.map(stamper(ask.practice, last=True)))


def _one(ask: Ask) -> Answer:
    return Answer(content=stamper(ask.practice, last=True)(show(ask.practice, PROVIDER, ask.row)))


def _create(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    if args.flag("IsNotPerson", default=False) and (args.text("FName", "") or args.text("MI", "")):
        raise Refusal(400, "FName and MI must be omitted if IsNotPerson is true.")
    defaults: Row = Row({"Specialty": practice.first_definition(SPECIALTIES)})
    given = {("Birthdate" if name == "BirthDate" else name): value for name, value in args.items()}
    return created(ask, PROVIDER, practice.insert("providers", {**defaults, **given}), serverDateTime="")


def _change(ask: Ask) -> Answer:
    given = {("NationalProvID" if name == "NationalProvId" else name): value for name, value in ask.args.items()}
    ask.practice.change("providers", ask.row.number("ProvNum"), given)
    return updated(ask, PROVIDER, serverDateTime="")


ENDPOINTS = (
    Endpoint(verb="GET", route="/providers/{ProvNum}", since="24.4.17", schema=PROVIDER, run=_one),
    Endpoint(
        verb="GET",
        route="/providers",
        since="21.1",
        query=tuple(item.param() for item in _FILTERS),
        paged=True,
        run=_list,
    ),
    Endpoint(
        verb="POST",
        route="/providers",
        since="21.4",
        permission="ApiSetup",
        body=(
            *accept(
                PROVIDER,
                "Abbr! LName FName MI Suffix FeeSched Specialty SSN StateLicense@24.4.31 IsSecondary IsHidden UsingTIN "
                "SigOnFile@24.4.17 NationalProvID@24.4.31 IsNotPerson IsHiddenReport Birthdate SchedNote PreferredName",
            ),
            # The list of parameters spells it so, the example as in the answer.
            Param("BirthDate", DATE),
        ),
        run=_create,
    ),
    Endpoint(
        verb="PUT",
        route="/providers/{ProvNum}",
        since="22.1",
        permission="ApiSetup",
        body=(
            *accept(PROVIDER, "Abbr FName LName MI Suffix PreferredName Specialty SigOnFile StateLicense SSN UsingTIN"),
            # Spelled so on the page.
            Param("NationalProvId", TEXT),
            Param("NationalProvID", TEXT),
        ),
        schema=PROVIDER,
        run=_change,
    ),
)
