"""Every word that NexHealth's document v3.0.0 lists for a parameter, as types that checkers know."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

Gender: TypeAlias = Literal["Male", "Female", "Other"]
SyncLight: TypeAlias = Literal["green", "red"]
HourSource: TypeAlias = Literal["manual", "synced"]
TypeScope: TypeAlias = Literal["Institution", "Location"]

Feature: TypeAlias = Literal[
    "messaging",
    "campaigns",
    "reviews",
    "recalls",
    "reminders",
    "online_booking",
    "waitlist",
    "forms",
    "payments",
    "ledger_sync",
    "enterprise",
    "insurance_verification",
]

PatientInclude: TypeAlias = Literal[
    "upcoming_appts",
    "last_visited_appointment",
    "children",
    "guarantor",
    "procedures",
    "insurance_coverages",
    "adjustments",
    "charges",
    "payments",
    "patient_alerts",
    "address",
    "provider",
]
AppointmentInclude: TypeAlias = Literal[
    "patient", "guarantor", "descriptors", "booking_details", "procedures", "operatory", "appointment_type"
]
AppointmentTypeInclude: TypeAlias = Literal["descriptors"]
ProviderInclude: TypeAlias = Literal["locations", "availabilities", "appointment_types"]
InsurancePlanInclude: TypeAlias = Literal["patient_coverages", "subscribers", "fee_schedule"]
OperatoryInclude: TypeAlias = Literal["appointment_types", "appt_categories"]

UpdatedSort: TypeAlias = Literal["updated_at", "-updated_at"]
PatientSort: TypeAlias = Literal["id", "-id", "updated_at", "-updated_at"]

ResourceType: TypeAlias = Literal[
    "Adjustment",
    "AdjustmentType",
    "Appointment",
    "Charge",
    "Claim",
    "Document",
    "FeeSchedule",
    "FormResponse",
    "Message",
    "Onboarding",
    "Patient",
    "PatientInsuranceCoverage",
    "Payment",
    "PaymentType",
    "Procedure",
    "ProcedureCode",
    "SyncStatus",
    "TreatmentPlan",
]

WebhookEvent: TypeAlias = Literal[
    "adjustment_created",
    "adjustment_updated",
    "adjustment_deleted",
    "adjustment_insertion",
    "adjustment_type_created",
    "adjustment_type_updated",
    "appointment_insertion",
    "appointment_created",
    "appointment_updated",
    "appointment_requested",
    "charge_created",
    "charge_updated",
    "charge_deleted",
    "claim_created",
    "claim_updated",
    "claim_deleted",
    "document_insertion",
    "fee_schedule_created",
    "fee_schedule_updated",
    "form_response_insertion",
    "message_created",
    "message_updated",
    "onboarding_created",
    "onboarding_updated",
    "onboarding_availability_ready",
    "patient_created",
    "patient_updated",
    "patient_insurance_created",
    "patient_insurance_updated",
    "payment_created",
    "payment_updated",
    "payment_deleted",
    "payment_insertion",
    "payment_type_created",
    "payment_type_updated",
    "procedure_created",
    "procedure_updated",
    "procedure_code_created",
    "procedure_code_updated",
    "procedure_code_deleted",
    "sync_status_read_change",
    "sync_status_write_change",
    "treatment_plan_created",
    "treatment_plan_updated",
    "treatment_plan_deleted",
]

EVENTS: Mapping[ResourceType, tuple[WebhookEvent, ...]] = MappingProxyType(
    {
        "Adjustment": ("adjustment_created", "adjustment_updated", "adjustment_deleted", "adjustment_insertion"),
        "AdjustmentType": ("adjustment_type_created", "adjustment_type_updated"),
        "Appointment": (
            "appointment_insertion",
            "appointment_created",
            "appointment_updated",
            "appointment_requested",
        ),
        "Charge": ("charge_created", "charge_updated", "charge_deleted"),
        "Claim": ("claim_created", "claim_updated", "claim_deleted"),
        "Document": ("document_insertion",),
        "FeeSchedule": ("fee_schedule_created", "fee_schedule_updated"),
        "FormResponse": ("form_response_insertion",),
        "Message": ("message_created", "message_updated"),
        "Onboarding": ("onboarding_created", "onboarding_updated", "onboarding_availability_ready"),
        "Patient": ("patient_created", "patient_updated"),
        "PatientInsuranceCoverage": ("patient_insurance_created", "patient_insurance_updated"),
        "Payment": ("payment_created", "payment_updated", "payment_deleted", "payment_insertion"),
        "PaymentType": ("payment_type_created", "payment_type_updated"),
        "Procedure": ("procedure_created", "procedure_updated"),
        "ProcedureCode": ("procedure_code_created", "procedure_code_updated", "procedure_code_deleted"),
        "SyncStatus": ("sync_status_read_change", "sync_status_write_change"),
        "TreatmentPlan": ("treatment_plan_created", "treatment_plan_updated", "treatment_plan_deleted"),
    }
)
"""Resource type → the events that may be subscribed to (page "Webhook subscriptions")."""
