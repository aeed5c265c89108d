"""Customer keys: who may do what, and how fast (pages "API Permissions" and "API Implementation").

A key stands for one developer at one office. Keys here are invented.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from attrs import define, field

DEVELOPER_KEY = "TestDeveloperKey"
CUSTOMER_KEY = "TestCustomerKey1"

ENTERPRISE = "ApiEnterprise"

PERMISSIONS = frozenset(
    {
        "ApiReadAll",
        "ApiAllOthers",
        "ApiAppointments",
        "ApiComm",
        "ApiDocuments",
        "ApiInsurance",
        "ApiInsuranceSimple",
        "ApiPatients",
        "ApiPayments",
        "ApiPayPlans",
        "ApiProcedureLogs",
        "ApiQueries",
        "ApiSetup",
        "ApiTextingASAP",
        ENTERPRISE,
    }
)
"""Every permission there is, by its name on the wire."""

USUAL = PERMISSIONS - {"ApiTextingASAP", ENTERPRISE}
"""Everything but the special ones."""


@define(eq=False)
class ApiKey:
    """One customer key and its state at the office.

    Args:
        customer_key: The key of the office.
        developer_key: The key of the developer it belongs to.
        developer: The developer's name.
        permissions: What it may do.
        assigned: Whether the office has entered it.
        disabled_at: When somebody disabled it; `None` if nobody did.
        next_turn: Before when no further request is worked on in Remote mode.
    """

    customer_key: str = field(repr=False)
    developer_key: str = field(repr=False)
    developer: str = "Example Developer"
    permissions: frozenset[str] = USUAL
    assigned: bool = True
    disabled_at: datetime | None = None
    next_turn: datetime | None = None

    @property
    def interval(self) -> timedelta:
        """How long it is between two requests in Remote mode."""
        if ENTERPRISE in self.permissions:
            return timedelta(seconds=0.5)
        only_reading = self.permissions <= {"ApiReadAll"}
        return timedelta(seconds=5 if only_reading else 1)


def checked(permissions: Iterable[str]) -> frozenset[str]:
    """Return *permissions*; raise `ValueError` naming what is none."""
    wanted = frozenset(permissions)
    if unknown := sorted(wanted - PERMISSIONS):
        raise ValueError(f"permissions: unknown {', '.join(unknown)}")
    return wanted
