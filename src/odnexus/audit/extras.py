"""What some audits need beyond people and visits: coverages, plans, recalls and procedure codes of Open Dental.

These are small records of an audit's own: only what a question is asked of, read by the vendor's headings from tables
or from answers of the API (pages "API PatPlans", "API InsSubs", "API InsPlans", "API Recalls", "API ProcedureCodes").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeAlias, TypeVar

from attrs import NOTHING, field, fields, frozen

from odnexus.opendental.wire import MisfitError

E = TypeVar("E", bound="Extra")

Cells: TypeAlias = Mapping[str, object]


@frozen(kw_only=True)
class Extra:
    """One row of Open Dental that only audits look at."""


@frozen(kw_only=True)
class Coverage(Extra):
    """One person's insurance: PatPlan, InsSub and InsPlan in one row. The repr shows numbers only.

    Attributes:
        pat_plan_num: PatPlanNum.
        pat_num: Who is covered.
        plan_num: The plan, 0 if it is not told.
        carrier_num: Its carrier, 0 if it is not told.
        subscriber_id: The subscriber's id at the carrier, ``""`` for none.
        date_effective: First day, None for none.
        date_term: Last day, None for none.
    """

    pat_plan_num: int = 0
    pat_num: int
    plan_num: int = 0
    carrier_num: int = 0
    subscriber_id: str = field(default="", repr=False)
    date_effective: date | None = field(default=None, repr=False)
    date_term: date | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Plan(Extra):
    """An insurance plan that subscribers share.

    Attributes:
        plan_num: PlanNum.
        carrier_num: Its carrier.
        group_num: The employer's group number.
        is_hidden: Hidden plans are no longer used.
    """

    plan_num: int
    carrier_num: int = 0
    group_num: str = ""
    is_hidden: bool = False


@frozen(kw_only=True)
class Recall(Extra):
    """When a patient is due again. The repr shows numbers only.

    Attributes:
        recall_num: RecallNum.
        pat_num: Who is due.
        recall_type_num: For what.
        date_due: When, None for never.
        date_scheduled: The day of a visit that the office has made for it, None for none.
        is_disabled: Nobody wants to be reminded.
        disable_until_date: Nobody is reminded before that day.
    """

    recall_num: int
    pat_num: int
    recall_type_num: int = 0
    date_due: date | None = field(default=None, repr=False)
    date_scheduled: date | None = field(default=None, repr=False)
    is_disabled: bool = False
    disable_until_date: date | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Procedure(Extra):
    """A procedure code of the office's list.

    Attributes:
        code_num: CodeNum.
        proc_code: The code, such as ``D1110``.
    """

    code_num: int = 0
    proc_code: str


# -- reading -----------------------------------------------------------------------------------------------------------


def _number(value: object) -> int:
    text = str(value).strip()
    if not text.lstrip("-").isdecimal():
        raise MisfitError("expected a whole number")
    return int(text)


def _flag(value: object) -> bool:
    text = str(value).strip().casefold()
    if text not in {"true", "false", "1", "0", ""}:
        raise MisfitError('expected "true" or "false"')
    return text in {"true", "1"}


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()[:10]
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise MisfitError("expected a date yyyy-MM-dd") from None
    # Open Dental writes 0001-01-01 where there is no date (page "API Specification").
    return None if day is None or day.year <= 1 else day


_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "int": _number,
    "str": lambda value: str(value).strip(),
    "bool": _flag,
    "date | None": _day,
}
_SPELT: Final[Mapping[str, str]] = {"subscriber_id": "SubscriberID"}


def heading_of(name: str) -> str:
    """Return the vendor's word for an attribute: ``pat_plan_num`` is ``PatPlanNum``."""
    return _SPELT.get(name) or "".join(part.capitalize() for part in name.split("_"))


def extra(kind: type[E], cells: Cells) -> E:
    """Return a row by heading as a record.

    Raises:
        MisfitError: A cell does not fit, or one that is needed is missing; the message names headings, no values.
    """
    said, faults = dict[str, Any](), list[str]()
    for each in fields(kind):
        heading = heading_of(each.name)
        value = cells.get(heading)
        if value is None:
            continue
        try:
            said[each.name] = _READERS[str(each.type)](value)
        except MisfitError as fault:
            faults.append(f"{fault} @ $.{heading}")
    missing = [each.name for each in fields(kind) if each.default is NOTHING and each.name not in said]
    faults += [f"missing @ $.{heading_of(name)}" for name in missing if not faults]
    if faults:
        raise MisfitError("; ".join(faults))
    return kind(**said)


def cells_of(record: Extra) -> dict[str, object]:
    """Return a record as a row by heading that `extra` reads again."""
    values = ((each.name, getattr(record, each.name)) for each in fields(type(record)))
    return {
        heading_of(name): value.isoformat() if isinstance(value, date) else value
        for name, value in values
        if value is not None
    }


def coverages_of(
    pat_plans: Iterable[Cells], ins_subs: Iterable[Cells], plans: Iterable[Plan], unread: list[str]
) -> Iterator[Coverage]:
    """Yield coverages put together from three lists of the API; what does not fit is named in *unread*."""
    subs = {str(each.get("InsSubNum")): each for each in ins_subs}
    carriers = {each.plan_num: each.carrier_num for each in plans}
    for number, row in enumerate(pat_plans, 1):
        try:
            joined = {**subs.get(str(row.get("InsSubNum")), {}), **row}
            carrier = carriers.get(_number(joined.get("PlanNum") or 0), 0)
            yield extra(Coverage, {**joined, "CarrierNum": carrier})
        except MisfitError as misfit:
            unread.append(f"coverages, row {number}: {misfit}")
