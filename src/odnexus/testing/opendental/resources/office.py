"""The office itself: clinics, preferences, what a key may do (pages "Clinics", "Preferences", "API Security")."""

from __future__ import annotations

from odnexus.testing.opendental.endpoints import Answer, Ask, Endpoint, accept, listing, same
from odnexus.testing.opendental.keys import PERMISSIONS
from odnexus.testing.opendental.practice import Practice
from odnexus.testing.opendental.refusals import Refusal
from odnexus.testing.opendental.schema import Field, Schema
from odnexus.testing.opendental.values import BOOL, INT, TEXT, Row, filled, shaped

_PLACES = tuple(
    Field(f"{prefix}{name}", TEXT)
    for prefix in ("", "Billing", "PayTo")
    for name in ("Address", "Address2", "City", "State", "Zip")
)

CLINIC = Schema(
    name="clinics",
    key="ClinicNum",
    one="Clinic",
    fields=(
        Field("ClinicNum", INT),
        Field("Description", filled(TEXT)),
        *_PLACES,
        Field("Phone", shaped(r"\d{10}")),
        Field("Abbr", TEXT),
        Field("IsHidden", BOOL),
    ),
)

PREFERENCE = Schema(
    name="preferences",
    key="PrefNum",
    one="Preference",
    fields=(Field("PrefNum", INT), Field("PrefName", TEXT), Field("ValueString", TEXT)),
)

_WRITABLE = "Description Phone Abbr IsHidden " + " ".join(field.name for field in _PLACES[5:])


def _visible(practice: Practice) -> list[Row]:
    rows = practice.rows("clinics") if practice.uses_clinics else []
    return [row for row in rows if not row["IsHidden"]]


def _change(ask: Ask) -> Answer:
    number = ask.row.number("ClinicNum")
    patients = [row for row in ask.practice.rows("patients") if row["ClinicNum"] == number]
    if ask.args.flag("IsHidden", default=False) and patients:
        raise Refusal(400, "Clinic cannot be hidden because patients are attached.")
    ask.practice.change("clinics", number, ask.args)
    return Answer()


def _security_perms(ask: Ask) -> Answer:
    return Answer(
        content=[{"Permission": name, "HasPermission": name in ask.permissions} for name in sorted(PERMISSIONS)]
    )


ENDPOINTS = (
    listing(CLINIC, rows=_visible),
    Endpoint(
        verb="PUT",
        route="/clinics/{ClinicNum}",
        since="21.4",
        permission="ApiSetup",
        body=accept(CLINIC, _WRITABLE),
        schema=CLINIC,
        run=_change,
    ),
    listing(PREFERENCE, same("PrefName", TEXT)),
    Endpoint(verb="GET", route="/securityperms", since="22.2", paged=True, run=_security_perms),
)
