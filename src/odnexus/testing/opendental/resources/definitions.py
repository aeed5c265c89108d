"""Definitions (page "Definitions"): the office's own words, with numbers that differ from office to office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odnexus.testing.opendental.endpoints import (
    INCLUDE_HIDDEN,
    Answer,
    Ask,
    Endpoint,
    Param,
    accept,
    created,
    ordered,
    reading,
    updated,
)
from odnexus.testing.opendental.refusals import invalid
from odnexus.testing.opendental.schema import Field, Schema, show_all, twin
from odnexus.testing.opendental.values import BOOL, INT, TEXT, Kind, Row, Value, filled

if TYPE_CHECKING:
    from odnexus.testing.http import Json
    from odnexus.testing.opendental.practice import Practice

CATEGORIES = {
    0: "AccountColors",
    1: "AdjTypes",
    2: "ApptConfirmed",
    3: "ApptProcsQuickAdd",
    4: "BillingTypes",
    10: "PaymentTypes",
    11: "ProcCodeCats",
    12: "ProgNoteColors",
    13: "RecallUnschedStatus",
    15: "DiscountTypes",
    16: "Diagnosis",
    17: "AppointmentColors",
    18: "ImageCats",
    20: "TxPriorities",
    21: "MiscColors",
    22: "ChartGraphicColors",
    23: "ContactCategories",
    24: "LetterMergeCats",
    25: "BlockoutTypes",
    26: "ProcButtonCats",
    27: "CommLogTypes",
    28: "SupplyCats",
    29: "PaySplitUnearnedType",
    30: "Prognosis",
    31: "ClaimCustomTracking",
    32: "InsurancePaymentType",
    33: "TaskPriorities",
    34: "FeeColors",
    35: "ProviderSpecialties",
    36: "ClaimPaymentTracking",
    37: "AccountQuickCharge",
    38: "InsuranceVerificationStatus",
    39: "Regions",
    40: "ClaimPaymentGroups",
    41: "AutoNoteCats",
    42: "WebSchedNewPatApptTypes",
    43: "ClaimErrorCode",
    44: "ClinicSpecialty",
    46: "CarrierGroupNames",
    47: "PayPlanCategories",
    48: "AutoDeposit",
    49: "InsuranceFilingCodeGroup",
    50: "TimeCardAdjTypes",
    51: "WebSchedExistingApptTypes",
    52: "CertificationCategories",
    53: "EClipboardImageCapture",
    54: "TaskCategories",
    55: "OperatoryTypes",
}
"""Name of each category by its number."""

_NUMBERS = {name: number for number, name in CATEGORIES.items()}


def _category_number(name: str, raw: Json, _: Practice) -> Value:
    number = _NUMBERS.get(raw) if isinstance(raw, str) else None
    if number is None:
        raise invalid(name)
    return number


CATEGORY_NAME = Kind(0, _category_number)

# ItemOrder, IsHidden and Supp came with 26.2.1.
DEFINITION = Schema(
    name="definitions",
    key="DefNum",
    one="Definition",
    first_key=231,
    fields=(
        Field("DefNum", INT),
        Field("ItemName", filled(TEXT)),
        Field("ItemValue", TEXT),
        Field("Category", INT),
        twin("category", lambda _, row: CATEGORIES.get(row.number("Category"), "")),
        Field("isHidden", BOOL),
        Field("ItemOrder", INT, "26.2.1"),
        twin("IsHidden", lambda _, row: row["isHidden"], "26.2.1"),
        twin("Supp", lambda _practice, _row: "", "26.2.1"),
    ),
)


def _list(ask: Ask) -> Answer:
    args, rows = ask.args, ordered(ask.practice, DEFINITION)
    if ask.practice.switches.definition_order == "item_order":
        rows = sorted(rows, key=lambda row: (row.number("Category"), row.number("ItemOrder")))
    kept = [
        row
        for row in rows
        if row["Category"] == args.get("Category", row["Category"])
        and row["Category"] == args.get("category", row["Category"])
        and (not row["isHidden"] or args.flag("includeHidden", default=False))
    ]
    return Answer(content=show_all(ask.practice, DEFINITION, kept))


def _create(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    category = args.number("category")
    order = len(practice.definitions(category, hidden=True))
    given: Row = Row({name: args[name] for name in ("ItemName", "ItemValue", "isHidden") if name in args})
    return created(ask, DEFINITION, practice.insert("definitions", {**given, "Category": category, "ItemOrder": order}))


def _change(ask: Ask) -> Answer:
    ask.practice.change("definitions", ask.row.number("DefNum"), ask.args)
    return updated(ask, DEFINITION)


ENDPOINTS = (
    Endpoint(
        verb="GET",
        route="/definitions",
        since="21.1",
        query=(Param("Category", INT), INCLUDE_HIDDEN, Param("category", CATEGORY_NAME, "26.2.1")),
        paged=True,
        run=_list,
    ),
    reading(DEFINITION, "26.2.1"),
    Endpoint(
        verb="POST",
        route="/definitions",
        since="22.1",
        permission="ApiSetup",
        # "Category" may be sent and is ignored.
        body=(
            *accept(DEFINITION, "ItemName! ItemValue isHidden Category"),
            Param("category", CATEGORY_NAME, required=True),
        ),
        run=_create,
    ),
    Endpoint(
        verb="PUT",
        route="/definitions/{DefNum}",
        since="26.2.1",
        permission="ApiSetup",
        body=accept(DEFINITION, "ItemName ItemValue isHidden ItemOrder"),
        schema=DEFINITION,
        run=_change,
    ),
)
