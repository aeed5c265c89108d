"""Records of Open Dental: frozen, Python-named, typed; they know nothing of JSON.

Names follow the vendor's by one rule (`AptDateTime` → `apt_date_time`); the exceptions stand in
`odnexus.opendental.names`. Dates and times are the office's wall clock, without a zone.
"""

from __future__ import annotations

from odnexus.opendental.models.appointments import Appointment, HistAppointment, Slot, WebSchedAppointment
from odnexus.opendental.models.care import ApptField, ApptFieldDef, AsapComm, Procedure, ProcedureCode, Recall
from odnexus.opendental.models.enums import (
    YN,
    ApptFieldType,
    AptStatus,
    BreakType,
    CommMode,
    ConfirmVal,
    ContactMethod,
    DefCategory,
    EServiceLogType,
    Gender,
    HistApptAction,
    NoSendElect,
    PatStatus,
    Position,
    Priority,
    ProcStatus,
    ProvStatus,
    RequiredProcCodesNeeded,
    SchedType,
    SentOrReceived,
    UiEventType,
    WatchTable,
)
from odnexus.opendental.models.office import (
    AppointmentType,
    Clinic,
    Definition,
    Operatory,
    Preference,
    Provider,
    Schedule,
    SecurityPerm,
)
from odnexus.opendental.models.patients import Patient, PatientRow
from odnexus.opendental.models.record import Record
from odnexus.opendental.models.records import Carrier, Commlog, Subscription

__all__ = [
    "YN",
    "Appointment",
    "AppointmentType",
    "ApptField",
    "ApptFieldDef",
    "ApptFieldType",
    "AptStatus",
    "AsapComm",
    "BreakType",
    "Carrier",
    "Clinic",
    "CommMode",
    "Commlog",
    "ConfirmVal",
    "ContactMethod",
    "DefCategory",
    "Definition",
    "EServiceLogType",
    "Gender",
    "HistAppointment",
    "HistApptAction",
    "NoSendElect",
    "Operatory",
    "PatStatus",
    "Patient",
    "PatientRow",
    "Position",
    "Preference",
    "Priority",
    "ProcStatus",
    "Procedure",
    "ProcedureCode",
    "ProvStatus",
    "Provider",
    "Recall",
    "Record",
    "RequiredProcCodesNeeded",
    "SchedType",
    "Schedule",
    "SecurityPerm",
    "SentOrReceived",
    "Slot",
    "Subscription",
    "UiEventType",
    "WatchTable",
    "WebSchedAppointment",
]
