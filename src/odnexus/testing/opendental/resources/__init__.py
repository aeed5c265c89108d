"""The resources the simulator has, one small module each: a schema and its endpoints.

To add one, write such a module and name it in the two tables below; everything general (keys, versions, permissions,
paging, checks of parameters, formats) is done for it by the simulator.
"""

from __future__ import annotations

from odnexus.testing.opendental.endpoints import Endpoint
from odnexus.testing.opendental.resources import (
    appointment_actions,
    appointments,
    benefits,
    carriers,
    commlogs,
    definitions,
    hist_appointments,
    insurance,
    office,
    patient_search,
    patients,
    procedures,
    providers,
    rooms,
    slots,
    subscriptions,
    web_sched,
)
from odnexus.testing.opendental.schema import Schema

SCHEMAS: tuple[Schema, ...] = (
    definitions.DEFINITION,
    office.PREFERENCE,
    office.CLINIC,
    providers.PROVIDER,
    rooms.OPERATORY,
    rooms.APPOINTMENT_TYPE,
    rooms.SCHEDULE,
    patients.PATIENT,
    appointments.APPOINTMENT,
    hist_appointments.HISTORY,
    procedures.PROCEDURE,
    commlogs.COMMLOG,
    carriers.CARRIER,
    insurance.PLAN,
    insurance.SUBSCRIPTION,
    insurance.COVERAGE,
    benefits.BENEFIT,
    benefits.VERIFICATION,
    subscriptions.SUBSCRIPTION,
)

ENDPOINTS: tuple[Endpoint, ...] = tuple(
    endpoint
    for module in (
        patients,
        patient_search,
        appointments,
        appointment_actions,
        slots,
        web_sched,
        hist_appointments,
        rooms,
        providers,
        definitions,
        office,
        commlogs,
        carriers,
        insurance,
        benefits,
        subscriptions,
    )
    for endpoint in module.ENDPOINTS
)
