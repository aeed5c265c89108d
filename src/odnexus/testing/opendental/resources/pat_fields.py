"""PatFieldDefs and PatFields (pages of those names): custom fields, told apart by case, without an id in the PUT."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from odnexus.testing.opendental.endpoints import (
    OTHERS,
    Answer,
    Ask,
    Endpoint,
    Filter,
    accept,
    created,
    listing,
    ordered,
    reading,
    select,
    touched,
    updated,
)
from odnexus.testing.opendental.practice import Practice
from odnexus.testing.opendental.refusals import Refusal, invalid, not_found, required
from odnexus.testing.opendental.resources.patients import refuse_deleted
from odnexus.testing.opendental.schema import Field, Schema, show, show_all, since
from odnexus.testing.opendental.values import (
    BOOL,
    DATE,
    DATETIME,
    INT,
    TEXT,
    Row,
    filled,
    filter_key,
    key_of,
    words,
)

_TYPES = (
    "Text",
    "PickList",
    "Date",
    "Checkbox",
    "Currency",
    "CareCreditStatus",
    "CareCreditPreApprovalAmt",
    "CareCreditAvailableCredit",
)

PAT_FIELD_DEF = Schema(
    name="patfielddefs",
    key="PatFieldDefNum",
    one="PatFieldDef",
    first_key=31,
    fields=(
        Field("PatFieldDefNum", INT),
        Field("FieldName", filled(TEXT)),
        Field("FieldType", words(*_TYPES)),
        # The items moved to a table of their own (page "PatFieldDefs").
        Field("PickList", TEXT, made=lambda practice, row: "" if since(practice, "24.1") else row["PickList"]),
        Field("IsHidden", BOOL),
    ),
)
PAT_FIELD = Schema(
    name="patfields",
    key="PatFieldNum",
    one="PatField",
    first_key=1201,
    stamp="SecDateTEdit",
    entered=("SecDateEntry",),
    fields=(
        Field("PatFieldNum", INT),
        Field("PatNum", key_of("patients", "Patient", zero=False)),
        Field("FieldName", filled(TEXT)),
        Field("FieldValue", filled(TEXT)),
        Field("SecDateEntry", DATE),
        Field("SecDateTEdit", DATETIME),
    ),
)


def field_def(practice: Practice, name: str) -> Row:
    """Return the definition called *name*, letter by letter, or refuse."""
    named = [row for row in practice.rows("patfielddefs") if row["FieldName"] == name]
    if not named:
        raise not_found("FieldName")
    return named[0]


def value_of(practice: Practice, pat_num: int, name: str) -> Row | None:
    """Return the row that says *name* of a patient."""
    for row in practice.rows("patfields"):
        if row["PatNum"] == pat_num and row["FieldName"] == name:
            return row
    return None


def _is_date(value: str, _: Row) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)) and bool(date.fromisoformat(value))
    except ValueError:
        return False


_FITS: Mapping[str, Callable[[str, Row], bool]] = {
    "PickList": lambda value, row: value in row.text("PickList").splitlines(),
    "Date": _is_date,
    "Checkbox": lambda value, _: value == "1",
    "Currency": lambda value, _: bool(re.fullmatch(r"-?\d+(\.\d{1,2})?", value)),
}


def _check(practice: Practice, row: Row, value: str) -> None:
    fits = _FITS.get(row.text("FieldType"))
    if practice.switches.pat_field_values == "refuse" and fits is not None and not fits(value, row):
        raise invalid("FieldValue")


def _create(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    refuse_deleted(practice, args.number("PatNum"))
    kind = field_def(practice, args.text("FieldName"))
    if kind["IsHidden"]:
        raise Refusal(400, "FieldName is hidden")
    _check(practice, kind, args.text("FieldValue"))
    if value_of(practice, args.number("PatNum"), args.text("FieldName")) and practice.switches.second_pat_field == (
        "refuse"
    ):
        raise Refusal(400, "PatField already exists")
    return created(ask, PAT_FIELD, practice.insert("patfields", args))


def _set(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    refuse_deleted(practice, args.number("PatNum"))
    _check(practice, field_def(practice, args.text("FieldName")), args.text("FieldValue"))
    row = value_of(practice, args.number("PatNum"), args.text("FieldName"))
    if row is None:
        if practice.switches.put_of_missing_pat_field == "refuse":
            raise not_found("PatField")
        row = practice.insert("patfields", args)
    practice.change("patfields", row.number("PatFieldNum"), {"FieldValue": args["FieldValue"]})
    return Answer(content=show(practice, PAT_FIELD, row) if since(practice, "25.3") else None)


def _delete(ask: Ask) -> Answer:
    named = [row for row in ask.practice.rows("patfielddefs") if row["FieldName"] == ask.row["FieldName"]]
    if named and named[0]["FieldType"] == "CareCreditStatus":
        raise Refusal(400, "PatField cannot be deleted")
    ask.practice.remove("patfields", ask.row.number("PatFieldNum"))
    return Answer()


_FILTERS = (
    Filter("PatNum", filter_key("patients", "Patient"), lambda _, row, value: row["PatNum"] == value),
    Filter("FieldName", TEXT, lambda _, row, value: row["FieldName"] == value),
    touched("SecDateTEdit", "22.4.5"),
)


def _list(ask: Ask) -> Answer:
    practice = ask.practice
    for name in ("PatNum", "FieldName"):
        if name not in ask.args and not since(practice, "22.4.5"):
            raise required(name)
    rows = select(ask, ordered(practice, PAT_FIELD), _FILTERS)
    alone = len(rows) == 1 and {"PatNum", "FieldName"} <= ask.args.keys()
    if alone and practice.switches.one_pat_field == "object":
        return Answer(content=show(practice, PAT_FIELD, rows[0]))
    return Answer(content=show_all(practice, PAT_FIELD, rows))


def _refuse_double(ask: Ask) -> None:
    name = ask.args.text("FieldName", "")
    own = ask.row.get("PatFieldDefNum")
    for row in ask.practice.rows("patfielddefs"):
        if row["FieldName"] == name and row["PatFieldDefNum"] != own:
            raise Refusal(400, "FieldName already exists")


def _define(ask: Ask) -> Answer:
    _refuse_double(ask)
    if (ask.args["FieldType"] == "PickList") != bool(ask.args.text("PickList", "")):
        raise required("PickList") if ask.args["FieldType"] == "PickList" else invalid("PickList")
    return created(ask, PAT_FIELD_DEF, ask.practice.insert("patfielddefs", ask.args))


def _redefine(ask: Ask) -> Answer:
    _refuse_double(ask)
    ask.practice.change("patfielddefs", ask.row.number("PatFieldDefNum"), ask.args)
    return updated(ask, PAT_FIELD_DEF)


def _undefine(ask: Ask) -> Answer:
    if any(row["FieldName"] == ask.row["FieldName"] for row in ask.practice.rows("patfields")):
        raise Refusal(400, "PatFieldDef is in use")
    ask.practice.remove("patfielddefs", ask.row.number("PatFieldDefNum"))
    return Answer()


ENDPOINTS = (
    listing(PAT_FIELD_DEF, gate="22.4.9"),
    Endpoint(
        verb="POST",
        route="/patfielddefs",
        since="23.3.26",
        permission=OTHERS,
        body=accept(PAT_FIELD_DEF, "FieldName! FieldType! PickList IsHidden"),
        run=_define,
    ),
    Endpoint(
        verb="PUT",
        route="/patfielddefs/{PatFieldDefNum}",
        since="23.3.26",
        permission=OTHERS,
        body=accept(PAT_FIELD_DEF, "FieldName FieldType PickList IsHidden"),
        schema=PAT_FIELD_DEF,
        run=_redefine,
    ),
    Endpoint(
        verb="DELETE",
        route="/patfielddefs/{PatFieldDefNum}",
        since="23.3.26",
        permission=OTHERS,
        schema=PAT_FIELD_DEF,
        run=_undefine,
    ),
    reading(PAT_FIELD, "22.4"),
    Endpoint(
        verb="GET",
        route="/patfields",
        since="21.1",
        query=tuple(item.param() for item in _FILTERS),
        paged=True,
        run=_list,
    ),
    Endpoint(
        verb="POST",
        route="/patfields",
        since="22.4",
        permission=OTHERS,
        body=accept(PAT_FIELD, "PatNum! FieldName! FieldValue!"),
        run=_create,
    ),
    Endpoint(
        verb="PUT",
        route="/patfields",
        since="21.1",
        permission=OTHERS,
        body=accept(PAT_FIELD, "PatNum! FieldName! FieldValue!"),
        run=_set,
    ),
    Endpoint(
        verb="DELETE",
        route="/patfields/{PatFieldNum}",
        since="22.4",
        permission=OTHERS,
        schema=PAT_FIELD,
        run=_delete,
    ),
)
