"""Operations that NexHealth has and this simulator has not: they answer 501 and name themselves.

No NexHealth answers so. A plain 404 would read as a mistake in the caller's path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_LISTS_AND_RECORDS = (
    "adjustment_types",
    "adjustments",
    "charges",
    "claims",
    "fee_schedules",
    "guarantor_balances",
    "insurance_balances",
    "patient_recalls",
    "payment_plans",
    "payment_types",
    "payments",
    "procedures",
    "recall_types",
    "treatment_plans",
)

UNSERVED: frozenset[tuple[str, str]] = frozenset(
    {
        *(("GET", f"/{name}") for name in _LISTS_AND_RECORDS),
        *(("GET", f"/{name}/{{id}}") for name in _LISTS_AND_RECORDS),
        ("POST", "/adjustments"),
        ("POST", "/payments"),
        ("GET", "/fee_schedule_procedures"),
        ("GET", "/nex_staff"),
        ("GET", "/onboardings"),
        ("GET", "/onboardings/{hashid}"),
        ("POST", "/onboardings"),
    }
)
"""Verb and path of every operation of v3.0.0 that is not simulated."""

UNSERVED_ON_EDGE: frozenset[tuple[str, str]] = UNSERVED | {
    ("PATCH", "/patients/{id}"),
    ("GET", "/procedure_codes"),
    ("POST", "/medical_history/patient_items"),
}
"""The same for v3.1.0, as far as its pages could be read."""

_PATTERNS: Mapping[str, re.Pattern[str]] = {
    path: re.compile(re.sub(r"\{[a-z]+\}", "[^/]+", path)) for _, path in UNSERVED_ON_EDGE
}


def unserved(method: str, path: str, *, edge: bool) -> str | None:
    """Return the name of the operation that *method* and *path* lead to, if it is one that is not simulated."""
    table = UNSERVED_ON_EDGE if edge else UNSERVED
    names = (f"{method} {shape}" for verb, shape in table if verb == method and _PATTERNS[shape].fullmatch(path))
    return next(names, None)
