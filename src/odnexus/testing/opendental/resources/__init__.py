"""The resources the simulator has, one small module each: a schema and its endpoints.

To add one, write such a module and name it in the two tables below; everything general (keys, versions, permissions,
paging, checks of parameters, formats) is done for it by the simulator.
"""

from __future__ import annotations

from odnexus.testing.opendental.endpoints import Endpoint
from odnexus.testing.opendental.resources import (
    appointment_actions,
    appointments,
    appt_fields,
    asap,
    benefits,
    carriers,
    commlogs,
    definitions,
    documents,
    hist_appointments,
    insurance,
    medical,
    office,
    pat_fields,
    patient_notes,
    patient_search,
    patients,
    procedures,
    providers,
    rooms,
    sheets,
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
    procedures.PROCEDURE_CODE,
    procedures.PROCEDURE,
    asap.RECALL,
    asap.ASAP_COMM,
    appt_fields.APPT_FIELD_DEF,
    appt_fields.APPT_FIELD,
    commlogs.COMMLOG,
    carriers.CARRIER,
    insurance.PLAN,
    insurance.SUBSCRIPTION,
    insurance.COVERAGE,
    benefits.BENEFIT,
    benefits.VERIFICATION,
    subscriptions.SUBSCRIPTION,
    patient_notes.PATIENT_NOTE,
    pat_fields.PAT_FIELD_DEF,
    pat_fields.PAT_FIELD,
    medical.ALLERGY_DEF,
    medical.DISEASE_DEF,
    medical.MEDICATION,
    medical.ALLERGY,
    medical.DISEASE,
    medical.MEDICATION_PAT,
    documents.DOCUMENT,
    sheets.SHEET_DEF,
    sheets.SHEET,
    sheets.SHEET_FIELD,
    sheets.POPUP,
    sheets.PATIENT_RACE,
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
        procedures,
        asap,
        appt_fields,
        rooms,
        providers,
        definitions,
        office,
        commlogs,
        carriers,
        insurance,
        benefits,
        subscriptions,
        patient_notes,
        pat_fields,
        medical,
        documents,
        sheets,
    )
    for endpoint in module.ENDPOINTS
)
