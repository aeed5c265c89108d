"""The documented surface as data: one module of endpoints per group of resources, and all of them by name."""

from __future__ import annotations

from collections.abc import Mapping

from odnexus.opendental.endpoints import Endpoint
from odnexus.opendental.tables import (
    appointments,
    care,
    clinical,
    documents,
    insurance,
    office,
    patients,
    records,
)

ENDPOINTS: Mapping[str, Endpoint] = {
    endpoint.name: endpoint
    for module in (patients, appointments, office, records, care, clinical, documents, insurance)
    for endpoint in module.ENDPOINTS
}
"""Every endpoint that has a method of its own, by name (``"GET /patients/{PatNum}"``)."""
