"""The documented surface as data: one module of endpoints per group of resources, and all of them by name."""

from __future__ import annotations

from collections.abc import Mapping

from odnexus.opendental.endpoints import Endpoint
from odnexus.opendental.tables import appointments, insurance, office, patients, records

ENDPOINTS: Mapping[str, Endpoint] = {
    endpoint.name: endpoint
    for endpoint in (
        *patients.ENDPOINTS,
        *appointments.ENDPOINTS,
        *office.ENDPOINTS,
        *records.ENDPOINTS,
        *insurance.ENDPOINTS,
    )
}
"""Every endpoint that has a method of its own, by name (``"GET /patients/{PatNum}"``)."""
