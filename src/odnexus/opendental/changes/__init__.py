"""What may be sent: one TypedDict per write. Absent means leave, ``None`` means clear.

In a creation there is nothing to clear, so ``None`` is not sent and Open Dental's own default holds. A field whose
type has no ``None`` cannot be cleared. Enumerations may be given as members or as their words; dates and times are the
office's wall clock. Each name is the documented one in snake case; the tables in `odnexus.opendental.tables` hold
kinds, gates and rules, and a test holds the two together.
"""

from __future__ import annotations

from odnexus.opendental.changes.appointments import (
    AppointmentChanges,
    AppointmentCreate,
    PlannedCreate,
    PlannedSchedule,
    WebSchedCreate,
)
from odnexus.opendental.changes.care import (
    ApptFieldDefCreate,
    AsapCommCreate,
    ProcedureChanges,
    ProcedureCreate,
    RecallChanges,
)
from odnexus.opendental.changes.clinical import (
    AllergyChanges,
    AllergyCreate,
    AllergyDefCreate,
    DiseaseChanges,
    DiseaseCreate,
    DiseaseDefCreate,
    MedicationCreate,
    MedicationPatChanges,
    MedicationPatCreate,
    PatFieldCreate,
    PatFieldDefChanges,
    PatFieldDefCreate,
    PatFieldSet,
    PatientNoteChanges,
    PopupChanges,
    PopupCreate,
    SheetCreate,
    SheetFieldChanges,
)
from odnexus.opendental.changes.documents import DocumentByUrl, DocumentChanges, DocumentUpload
from odnexus.opendental.changes.insurance import (
    BenefitChanges,
    BenefitCreate,
    InsPlanChanges,
    InsPlanCreate,
    InsSubChanges,
    InsSubCreate,
    InsVerifyChanges,
    PatPlanChanges,
    PatPlanCreate,
)
from odnexus.opendental.changes.office import ClinicChanges, DefinitionCreate, ProviderChanges, ProviderCreate
from odnexus.opendental.changes.patients import PatientChanges, PatientCreate
from odnexus.opendental.changes.records import (
    CarrierChanges,
    CarrierCreate,
    CommlogChanges,
    CommlogCreate,
    SubscriptionChanges,
    SubscriptionCreate,
)
from odnexus.opendental.changes.spelling import required, spells_out

__all__ = [
    "AllergyChanges",
    "AllergyCreate",
    "AllergyDefCreate",
    "AppointmentChanges",
    "AppointmentCreate",
    "ApptFieldDefCreate",
    "AsapCommCreate",
    "BenefitChanges",
    "BenefitCreate",
    "CarrierChanges",
    "CarrierCreate",
    "ClinicChanges",
    "CommlogChanges",
    "CommlogCreate",
    "DefinitionCreate",
    "DiseaseChanges",
    "DiseaseCreate",
    "DiseaseDefCreate",
    "DocumentByUrl",
    "DocumentChanges",
    "DocumentUpload",
    "InsPlanChanges",
    "InsPlanCreate",
    "InsSubChanges",
    "InsSubCreate",
    "InsVerifyChanges",
    "MedicationCreate",
    "MedicationPatChanges",
    "MedicationPatCreate",
    "PatFieldCreate",
    "PatFieldDefChanges",
    "PatFieldDefCreate",
    "PatFieldSet",
    "PatPlanChanges",
    "PatPlanCreate",
    "PatientChanges",
    "PatientCreate",
    "PatientNoteChanges",
    "PlannedCreate",
    "PlannedSchedule",
    "PopupChanges",
    "PopupCreate",
    "ProcedureChanges",
    "ProcedureCreate",
    "ProviderChanges",
    "ProviderCreate",
    "RecallChanges",
    "SheetCreate",
    "SheetFieldChanges",
    "SubscriptionChanges",
    "SubscriptionCreate",
    "WebSchedCreate",
    "required",
    "spells_out",
]
