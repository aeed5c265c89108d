"""Insurance carriers (page "Carriers"): no filters, no deleting; phones come back reformatted."""

from __future__ import annotations

import re

from odnexus.testing.opendental.endpoints import OTHERS, Answer, Ask, Endpoint, accept, created, listing, reading
from odnexus.testing.opendental.refusals import Refusal
from odnexus.testing.opendental.schema import Field, Schema
from odnexus.testing.opendental.values import BOOL, INT, STATE, TEXT, US_ZIP, Row, filled, words

CARRIER = Schema(
    name="carriers",
    key="CarrierNum",
    one="Carrier",
    first_key=61,
    fields=(
        Field("CarrierNum", INT),
        Field("CarrierName", filled(TEXT)),
        Field("Address", TEXT),
        Field("Address2", TEXT),
        Field("City", TEXT),
        Field("State", STATE),
        Field("Zip", US_ZIP),
        Field("Phone", TEXT),
        Field("ElectID", TEXT),
        Field("NoSendElect", words("SendElect", "NoSendElect", "NoSendSecondaryElect")),
        Field("IsHidden", BOOL),
    ),
)

_WRITABLE = "Address Address2 City State Zip Phone ElectID NoSendElect IsHidden"


def _reformatted(fields: Row) -> Row:
    """Return *fields* with a phone of ten digits written as the server writes it, ``(503)456-8910``."""
    numbers = re.sub(r"\D", "", fields.text("Phone", ""))
    if len(numbers) != 10:
        return fields
    return Row({**fields, "Phone": f"({numbers[:3]}){numbers[3:6]}-{numbers[6:]}"})


def _refuse_same_name(ask: Ask) -> None:
    if ask.practice.switches.carrier_names == "accept":
        return
    if any(row["CarrierName"] == ask.args.get("CarrierName") for row in ask.practice.rows("carriers")):
        raise Refusal(400, "A carrier with that name already exists.")


def _create(ask: Ask) -> Answer:
    _refuse_same_name(ask)
    return created(ask, CARRIER, ask.practice.insert("carriers", _reformatted(ask.args)))


def _change(ask: Ask) -> Answer:
    ask.practice.change("carriers", ask.row.number("CarrierNum"), _reformatted(ask.args))
    return Answer()


ENDPOINTS = (
    reading(CARRIER, "24.4.5"),
    listing(CARRIER, gate="22.4.16"),
    Endpoint(
        verb="POST",
        route="/carriers",
        since="21.4",
        permission=OTHERS,
        body=accept(CARRIER, f"CarrierName! {_WRITABLE}"),
        run=_create,
    ),
    Endpoint(
        verb="PUT",
        route="/carriers/{CarrierNum}",
        since="21.4",
        permission=OTHERS,
        body=accept(CARRIER, f"CarrierName {_WRITABLE}"),
        schema=CARRIER,
        run=_change,
    ),
)
