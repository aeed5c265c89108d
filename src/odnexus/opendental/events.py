"""API Events: what Open Dental sends to an endpoint of ours when something changed (pages "API Events", "API Guide").

They come from machines of the office, not from Open Dental's servers, carry the bare customer key and no signature,
may come twice, late, in any order, or not at all: a hint to look, never a fact. A deletion is only reported where
`AppointmentDeleted` is watched, and its form is not documented.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from typing import cast

from attrs import field, frozen

from odnexus._calls import Secret
from odnexus.errors import SignatureError, WebhookError
from odnexus.opendental import models
from odnexus.opendental.models import Record
from odnexus.opendental.wire import MisfitError, structure

Row = Mapping[str, object]

_RECORDS: Mapping[str, type[Record]] = {
    "Appointment": models.Appointment,
    "Patient": models.Patient,
    "PatientSelected": models.Patient,
    "Operatory": models.Operatory,
    "Provider": models.Provider,
    "Schedule": models.Schedule,
}

_ID_WORDS: Mapping[str, tuple[str, ...]] = {
    "Appointment": ("AptNum",),
    "AppointmentDeleted": ("AptNum", "AppointmentNum"),
    "Patient": ("PatNum",),
    "PatientSelected": ("PatNum",),
    "Operatory": ("OperatoryNum",),
    "Provider": ("ProvNum",),
    "Schedule": ("ScheduleNum",),
    "PatField": ("PatFieldNum",),
    "ToothInitial": ("ToothInitialNum",),
}

# Senders before 22.4.35 do not say what they watch; the first word that a row has tells it.
_TELLTALES = (
    ("AppointmentNum", "AppointmentDeleted"),
    ("DateTimeDeleted", "AppointmentDeleted"),
    ("HistApptNum", "AppointmentDeleted"),
    ("AptNum", "Appointment"),
    ("PatFieldNum", "PatField"),
    ("ToothInitialNum", "ToothInitial"),
    ("ScheduleNum", "Schedule"),
    ("OperatoryNum", "Operatory"),
    ("PatNum", "Patient"),
    ("ProvNum", "Provider"),
)


@frozen(kw_only=True)
class ApiEvent:
    """One request of the office.

    Attributes:
        kind: The table that is watched, ``"PatientSelected"``, or ``""`` if neither header nor rows tell.
        workstation: The machine that sent it, if it says so.
        rows: The rows as received.
        ids: The primary keys in the rows, without repetition; rows without one are left out.
    """

    kind: str
    workstation: str = ""
    rows: tuple[Row, ...] = field(default=(), repr=False)
    ids: tuple[int, ...] = ()

    def records(self) -> tuple[Record, ...]:
        """Return the rows as records; raise `WebhookError` if they do not fit, or if this kind has none."""
        record = _RECORDS.get(self.kind)
        if record is None:
            raise WebhookError(f"rows of {self.kind or 'an unknown kind'} have no record; read `rows`")
        try:
            return tuple(structure(record, row, f"$[{index}]") for index, row in enumerate(self.rows))
        except MisfitError as misfit:
            raise WebhookError(f"event {self.kind}: {misfit}") from None


def parse_event(
    headers: Mapping[str, str], body: bytes | str, customer_key: str | Secret | Sequence[str | Secret]
) -> ApiEvent:
    """Return what a request of the office says.

    Args:
        headers: Its headers, in any case.
        body: Its body as received.
        customer_key: The key of the office, or several while they are being changed.

    Raises:
        SignatureError: The key in ``Authorization`` is missing or is none of these.
        WebhookError: The body is not what API Events send.
    """
    said = {name.casefold(): value.strip() for name, value in headers.items()}
    _check_key(said.get("authorization", ""), customer_key)
    rows = _rows(body)
    kind = said.get("event-type", "").rpartition(":")[2].strip() or _kind_of(rows)
    numbers = (_id_of(kind, row) for row in rows)
    ids = tuple(dict.fromkeys(number for number in numbers if number is not None))
    return ApiEvent(kind=kind, workstation=said.get("workstation", ""), rows=rows, ids=ids)


def _check_key(given: str, expected: str | Secret | Sequence[str | Secret]) -> None:
    keys = [expected] if isinstance(expected, str | Secret) else list(expected)
    # Some frameworks keep what is no UTF-8 as lone surrogates; such a key fits none.
    sent = given.encode(errors="replace")
    # Every key is compared, so that the time tells nothing.
    matches = [hmac.compare_digest(sent, Secret(key).reveal().encode()) for key in keys if Secret(key)]
    if not given or not any(matches):
        raise SignatureError("Authorization: not the customer key of this office")


def _rows(body: bytes | str) -> tuple[Row, ...]:
    try:
        content = cast(object, json.loads(body))
    except (ValueError, RecursionError):
        raise WebhookError("body: expected JSON") from None
    rows = cast("list[object]", content) if isinstance(content, list) else [content]
    if not all(isinstance(row, dict) for row in rows):
        raise WebhookError("body: expected an object or a list of objects")
    return tuple(cast("list[Row]", rows))


def _kind_of(rows: Sequence[Row]) -> str:
    words: Row = rows[0] if rows else {}
    return next((kind for word, kind in _TELLTALES if word in words), "")


def _id_of(kind: str, row: Row) -> int | None:
    for word in _ID_WORDS.get(kind, ()):
        text = str(row.get(word, "")).strip()
        if text.isdecimal() and int(text) > 0:
            return int(text)
    return None
