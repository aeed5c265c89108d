"""Invented answers of NexHealth."""

from __future__ import annotations

import json
from typing import Any

from odnexus._calls import Reply


def reply(data: Any, *, status: int = 200, **rest: Any) -> Reply:
    """Return an answer with an envelope around *data*."""
    body = {"code": True, "description": None, "error": [], "data": data, **rest}
    return Reply(status, {"content-type": "application/json"}, json.dumps(body).encode())


def refusal(status: int, *texts: str, **rest: Any) -> Reply:
    """Return an answer that says no."""
    body = {"code": False, "description": None, "error": list(texts), "data": {}, **rest}
    return Reply(status, {}, json.dumps(body).encode())


def page(rows: list[Any], *, end: str | None = None, start: str | None = None, **rest: Any) -> Reply:
    """Return one page of a cursor list; *end* leads on, *start* leads back."""
    info = {
        "has_previous_page": start is not None,
        "has_next_page": end is not None,
        "start_cursor": start,
        "end_cursor": end,
    }
    return reply(rows, page_info=info, **rest)


PATIENT: dict[str, Any] = {
    "id": 700412,
    "email": "mara.lund@example.org",
    "first_name": "Mara",
    "middle_name": None,
    "last_name": "Lund",
    "name": "Mara Lund",
    "created_at": "2026-03-02T17:04:11.482Z",
    "updated_at": "2026-03-02T17:04:11Z",
    "institution_id": 411,
    "foreign_id": None,
    "foreign_id_type": "nex",
    "bio": {
        "phone_number": "5055550123",
        "cell_phone_number": "",
        "date_of_birth": "1988-11-20",
        "gender": "Female",
        "new_patient": True,
        "non_patient": False,
    },
    "inactive": False,
    "last_sync_time": None,
    "guarantor_id": None,
    "location_ids": [12],
}

APPOINTMENT: dict[str, Any] = {
    "id": 90210417,
    "patient_id": 700412,
    "provider_id": 77,
    "provider_name": "Dr. Ida Harlan",
    "start_time": "2026-03-09T16:00:00.000Z",
    "end_time": "2026-03-09T16:30:00Z",
    "confirmed": False,
    "cancelled": False,
    "unavailable": False,
    "timezone": "America/Denver",
    "timezone_offset": "-7:00",
    "appointment_type_id": 27,
    "operatory_id": 31,
    "location_id": 12,
    "foreign_id": "8842",
    "foreign_id_type": "msg-opendental-DataSource-204",
    "misc": {"is_booked_on_nexhealth": True},
    "created_at": "2026-03-02T17:05:02.310Z",
    "updated_at": "2026-03-02T17:09:40.001Z",
}
