"""Audits of what keeps patients coming: recalls without a visit, and types that changed or miss their codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from odnexus.audit.picture import ACTIVE, Picture
from odnexus.audit.rows import Row, Severity, Subject, chart, row
from odnexus.nexhealth import models as nex

LONG_OVERDUE: Final = timedelta(days=90)
"""A recall that is overdue for longer is more than a note."""


def recalls(picture: Picture) -> Iterator[Row]:
    """Yield patients who are due and have no visit ahead; those whom no message can reach are another matter."""
    people = {held.pat_num: each for each, held in picture.linked}
    for each in picture.recalls:
        held = picture.chart_of.get(each.pat_num)
        due = each.date_due
        waits = each.is_disabled or (each.disable_until_date or picture.today) > picture.today
        if held is None or str(held.pat_status or "Patient") not in ACTIVE or due is None or due > picture.today:
            continue
        if waits or each.pat_num in picture.due_to_come or (each.date_scheduled or due) > picture.today:
            continue
        silent = not _reachable(picture, each.pat_num, people.get(each.pat_num))
        late: Severity = "warning" if silent or picture.today - due >= LONG_OVERDUE else "info"
        rule, overdue = ("recall.unreachable" if silent else "recall.no-visit"), _months(picture.today - due)
        yield row("recalls", rule, late, chart(each.pat_num), fields=("date_due", f"{each.recall_type_num}"),
                  overdue=overdue)  # fmt: skip


def _months(time: timedelta) -> str:
    return f"{time.days // 30} months" if time.days >= 60 else f"{time.days} days"


def _reachable(picture: Picture, pat_num: int, patient: nex.Patient | None) -> bool:
    """Tell whether a text or an e-mail may be sent: to a number or address that can be one, with consent.

    Where a table does not tell, nobody is said to be out of reach.
    """
    if picture.lacking & {"charts.WirelessPhone", "charts.Email"}:
        return True
    someone, held = picture.od_persons[pat_num].value, picture.chart_of[pat_num]
    refused = str(held.txt_msg_ok or "") == "No" or bool(patient and patient.unsubscribe_sms)
    return bool(someone.email) or (bool(someone.mobile) and not refused)


# -- types -------------------------------------------------------------------------------------------------------------


def changed_types(picture: Picture) -> Iterator[Row]:
    """Yield appointment types that were renamed or got another length since an earlier picture (`Picture.since`)."""
    if picture.earlier is None:
        return
    now, before = _types(picture), _types(picture.earlier)
    for subject, (name, length) in now.items():
        old_name, old_length = before.get(subject, (name, length))
        if name != old_name:
            yield row("changed-types", "type.renamed", "warning", subject, fields=("name",), before=old_name)
        if length != old_length:
            yield row("changed-types", "type.retimed", "warning", subject, fields=("length",),
                      before=f"{old_length} min", now=f"{length} min")  # fmt: skip


def _types(picture: Picture) -> dict[Subject, tuple[str, int]]:
    """Return name and minutes of each type; a pattern is made of pieces of five minutes."""
    mine = {
        Subject("opendental", "type", each.appointment_type_num): (
            each.appointment_type_name or "",
            5 * len(each.pattern or ""),
        )
        for each in picture.types
    }
    theirs = {Subject("nexhealth", "type", each.id): (each.name or "", each.minutes or 0) for each in picture.nex_types}
    return {**mine, **theirs}


def type_codes(picture: Picture) -> Iterator[Row]:
    """Yield types in use whose procedure codes the office does not have, or that have none.

    Types in use are those that the location's table or a NexHealth descriptor leads to. Without the list of codes
    nothing is judged.
    """
    known = {each.proc_code for each in picture.procedures}
    if not known:
        return
    used = {rule.appointment_type_num for rule in picture.location.types.values()} | _described(picture)
    for each in picture.types:
        if each.appointment_type_num not in used or each.is_hidden:
            continue
        subject = Subject("opendental", "type", each.appointment_type_num)
        codes = [code for code in re.split(r"[,\s]+", each.code_str or "") if code]
        if not codes:
            yield row("type-codes", "codes.none", "info", subject, fields=("code_str",))
        if missing := [code for code in codes if code not in known]:
            yield row("type-codes", "codes.unknown", "warning", subject, fields=("code_str",), codes=", ".join(missing))


def _described(picture: Picture) -> set[int]:
    foreign = (descriptor.foreign_id for each in picture.nex_types for descriptor in each.descriptors)
    return {int(number) for number in foreign if number and number.isdecimal()}
