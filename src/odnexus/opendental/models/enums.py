"""Words that Open Dental sends and accepts. Each class keeps the order of the database's integers.

On the wire an enumeration is its word, never its number (page "API Specification"). A word that is not listed here
comes back as plain text; nothing that is not listed here can be sent.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class AptStatus(StrEnum):
    """State of an appointment. There is no "cancelled": that reads as BROKEN or UNSCHED_LIST."""

    NONE = "None"
    SCHEDULED = "Scheduled"
    COMPLETE = "Complete"
    UNSCHED_LIST = "UnschedList"
    ASAP = "ASAP"
    BROKEN = "Broken"
    PLANNED = "Planned"
    PT_NOTE = "PtNote"
    PT_NOTE_COMPLETED = "PtNoteCompleted"


class Priority(StrEnum):
    """Priority of an appointment; ASAP puts it on the short-call list."""

    NORMAL = "Normal"
    ASAP = "ASAP"


class HistApptAction(StrEnum):
    """What happened to an appointment."""

    CREATED = "Created"
    CHANGED = "Changed"
    MISSED = "Missed"
    CANCELLED = "Cancelled"
    DELETED = "Deleted"


class BreakType(StrEnum):
    """Why an appointment is broken; each adds a procedure (D9986, D9987) if the office has that switched on."""

    MISSED = "Missed"
    CANCELLED = "Cancelled"


class ConfirmVal(StrEnum):
    """Confirmation by meaning; the office decides which definition stands for each."""

    NONE = "None"
    SENT = "Sent"
    CONFIRMED = "Confirmed"
    NOT_ACCEPTED = "Not Accepted"
    FAILED = "Failed"


class EServiceLogType(StrEnum):
    """Which Web Sched service made an appointment."""

    RECALL = "Recall"
    NEW_PAT = "NewPat"
    EXISTING_PAT = "ExistingPat"
    ASAP = "ASAP"
    NONE = "None"


class PatStatus(StrEnum):
    """State of a chart. ARCHIVED is also what a merged-away chart gets; DELETED cannot be set."""

    PATIENT = "Patient"
    NON_PATIENT = "NonPatient"
    INACTIVE = "Inactive"
    ARCHIVED = "Archived"
    DELETED = "Deleted"
    DECEASED = "Deceased"
    PROSPECTIVE = "Prospective"


class Gender(StrEnum):
    """Gender of a patient; OTHER can be read and searched for, not written."""

    MALE = "Male"
    FEMALE = "Female"
    UNKNOWN = "Unknown"
    OTHER = "Other"


class Position(StrEnum):
    """Marital status."""

    SINGLE = "Single"
    MARRIED = "Married"
    CHILD = "Child"
    WIDOWED = "Widowed"
    DIVORCED = "Divorced"


class ContactMethod(StrEnum):
    """How a patient wants to be reached."""

    NONE = "None"
    DO_NOT_CALL = "DoNotCall"
    HM_PHONE = "HmPhone"
    WK_PHONE = "WkPhone"
    WIRELESS_PH = "WirelessPh"
    EMAIL = "Email"
    SEE_NOTES = "SeeNotes"
    MAIL = "Mail"
    TEXT_MESSAGE = "TextMessage"


class YN(StrEnum):
    """An answer that may be missing (`TxtMsgOk`)."""

    UNKNOWN = "Unknown"
    YES = "Yes"
    NO = "No"


class NoSendElect(StrEnum):
    """Whether claims go to a carrier electronically."""

    SEND_ELECT = "SendElect"
    NO_SEND_ELECT = "NoSendElect"
    NO_SEND_SECONDARY_ELECT = "NoSendSecondaryElect"


class CommMode(StrEnum):
    """How a contact with a patient took place. These words have blanks (page "API Commlogs")."""

    NONE = "None"
    EMAIL = "Email"
    MAIL = "Mail"
    PHONE = "Phone"
    IN_PERSON = "In Person"
    TEXT = "Text"
    EMAIL_AND_TEXT = "Email and Text"
    PHONE_AND_TEXT = "Phone and Text"
    FAX = "Fax"


class SentOrReceived(StrEnum):
    """Direction of a contact."""

    NEITHER = "Neither"
    SENT = "Sent"
    RECEIVED = "Received"


class SchedType(StrEnum):
    """What a row of the schedule is about."""

    PRACTICE = "Practice"
    PROVIDER = "Provider"
    BLOCKOUT = "Blockout"
    EMPLOYEE = "Employee"
    WEB_SCHED_ASAP = "WebSchedASAP"


class RequiredProcCodesNeeded(StrEnum):
    """How many of an appointment type's required procedures must be on the appointment."""

    NONE = "None"
    AT_LEAST_ONE = "AtLeastOne"
    ALL = "All"


class ProvStatus(StrEnum):
    """State of a provider."""

    ACTIVE = "Active"
    DELETED = "Deleted"


class WatchTable(StrEnum):
    """Tables whose changes a subscription can report."""

    APPOINTMENT = "Appointment"
    PATIENT = "Patient"
    PAT_FIELD = "PatField"
    APPOINTMENT_DELETED = "AppointmentDeleted"
    OPERATORY = "Operatory"
    PROVIDER = "Provider"
    SCHEDULE = "Schedule"
    TOOTH_INITIAL = "ToothInitial"


class UiEventType(StrEnum):
    """What a workstation can report."""

    PATIENT_SELECTED = "PatientSelected"


class DefCategory(StrEnum):
    """Categories of definitions by name; `number` is what ``GET /definitions`` filters by."""

    number: int

    def __new__(cls, word: str, number: int) -> Self:
        """Return the member *word* with its *number* in the database."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.number = number
        return member

    ACCOUNT_COLORS = "AccountColors", 0
    ADJ_TYPES = "AdjTypes", 1
    APPT_CONFIRMED = "ApptConfirmed", 2
    APPT_PROCS_QUICK_ADD = "ApptProcsQuickAdd", 3
    BILLING_TYPES = "BillingTypes", 4
    PAYMENT_TYPES = "PaymentTypes", 10
    PROC_CODE_CATS = "ProcCodeCats", 11
    PROG_NOTE_COLORS = "ProgNoteColors", 12
    RECALL_UNSCHED_STATUS = "RecallUnschedStatus", 13
    DIAGNOSIS = "Diagnosis", 16
    APPOINTMENT_COLORS = "AppointmentColors", 17
    IMAGE_CATS = "ImageCats", 18
    TX_PRIORITIES = "TxPriorities", 20
    MISC_COLORS = "MiscColors", 21
    CHART_GRAPHIC_COLORS = "ChartGraphicColors", 22
    CONTACT_CATEGORIES = "ContactCategories", 23
    LETTER_MERGE_CATS = "LetterMergeCats", 24
    BLOCKOUT_TYPES = "BlockoutTypes", 25
    PROC_BUTTON_CATS = "ProcButtonCats", 26
    COMM_LOG_TYPES = "CommLogTypes", 27
    SUPPLY_CATS = "SupplyCats", 28
    PAY_SPLIT_UNEARNED_TYPE = "PaySplitUnearnedType", 29
    PROGNOSIS = "Prognosis", 30
    CLAIM_CUSTOM_TRACKING = "ClaimCustomTracking", 31
    INSURANCE_PAYMENT_TYPE = "InsurancePaymentType", 32
    TASK_PRIORITIES = "TaskPriorities", 33
    FEE_COLORS = "FeeColors", 34
    PROVIDER_SPECIALTIES = "ProviderSpecialties", 35
    CLAIM_PAYMENT_TRACKING = "ClaimPaymentTracking", 36
    ACCOUNT_QUICK_CHARGE = "AccountQuickCharge", 37
    INSURANCE_VERIFICATION_STATUS = "InsuranceVerificationStatus", 38
    REGIONS = "Regions", 39
    CLAIM_PAYMENT_GROUPS = "ClaimPaymentGroups", 40
    AUTO_NOTE_CATS = "AutoNoteCats", 41
    WEB_SCHED_NEW_PAT_APPT_TYPES = "WebSchedNewPatApptTypes", 42
    CLAIM_ERROR_CODE = "ClaimErrorCode", 43
    CLINIC_SPECIALTY = "ClinicSpecialty", 44
    CARRIER_GROUP_NAMES = "CarrierGroupNames", 46
    PAY_PLAN_CATEGORIES = "PayPlanCategories", 47
    AUTO_DEPOSIT = "AutoDeposit", 48
    INSURANCE_FILING_CODE_GROUP = "InsuranceFilingCodeGroup", 49
    TIME_CARD_ADJ_TYPES = "TimeCardAdjTypes", 50
    WEB_SCHED_EXISTING_APPT_TYPES = "WebSchedExistingApptTypes", 51
    CERTIFICATION_CATEGORIES = "CertificationCategories", 52
    E_CLIPBOARD_IMAGE_CAPTURE = "EClipboardImageCapture", 53
    TASK_CATEGORIES = "TaskCategories", 54
    OPERATORY_TYPES = "OperatoryTypes", 55


class ProcStatus(StrEnum):
    """State of a procedure: planned, complete, done before or elsewhere, referred out, deleted, a condition."""

    TP = "TP"
    C = "C"
    EC = "EC"
    EO = "EO"
    R = "R"
    D = "D"
    CN = "Cn"
    TPI = "TPi"


class ApptFieldType(StrEnum):
    """What a field of appointments holds: free text, or one of a list."""

    TEXT = "Text"
    PICK_LIST = "PickList"


class ImgType(StrEnum):
    """Kind of a document."""

    DOCUMENT = "Document"
    RADIOGRAPH = "Radiograph"
    PHOTO = "Photo"
    FILE = "File"
    ATTACHMENT = "Attachment"


class PatFieldType(StrEnum):
    """Kind of a custom patient field."""

    TEXT = "Text"
    PICK_LIST = "PickList"
    DATE = "Date"
    CHECKBOX = "Checkbox"
    CURRENCY = "Currency"
    CARE_CREDIT_STATUS = "CareCreditStatus"
    CARE_CREDIT_PRE_APPROVAL_AMT = "CareCreditPreApprovalAmt"
    CARE_CREDIT_AVAILABLE_CREDIT = "CareCreditAvailableCredit"


class ProbStatus(StrEnum):
    """State of a problem."""

    ACTIVE = "Active"
    RESOLVED = "Resolved"
    INACTIVE = "Inactive"


class PopupLevel(StrEnum):
    """Whose charts a popup appears in."""

    PATIENT = "Patient"
    FAMILY = "Family"
    SUPER_FAMILY = "SuperFamily"


class SheetType(StrEnum):
    """Kind of a sheet. CONSENT, PATIENT_LETTER, PATIENT_FORM, MEDICAL_HISTORY and EXAM_SHEET can be made."""

    LABEL_PATIENT = "LabelPatient"
    LABEL_CARRIER = "LabelCarrier"
    LABEL_REFERRAL = "LabelReferral"
    REFERRAL_SLIP = "ReferralSlip"
    LABEL_APPOINTMENT = "LabelAppointment"
    RX = "Rx"
    CONSENT = "Consent"
    PATIENT_LETTER = "PatientLetter"
    REFERRAL_LETTER = "ReferralLetter"
    PATIENT_FORM = "PatientForm"
    ROUTING_SLIP = "RoutingSlip"
    MEDICAL_HISTORY = "MedicalHistory"
    LAB_SLIP = "LabSlip"
    EXAM_SHEET = "ExamSheet"
    DEPOSIT_SLIP = "DepositSlip"
    STATEMENT = "Statement"
    MED_LAB_RESULTS = "MedLabResults"
    TREATMENT_PLAN = "TreatmentPlan"
    SCREENING = "Screening"
    PAYMENT_PLAN = "PaymentPlan"
    RX_MULTI = "RxMulti"
    ERA = "ERA"
    ERA_GRID_HEADER = "ERAGridHeader"
    RX_INSTRUCTION = "RxInstruction"
    PATIENT_DASHBOARD = "PatientDashboard"
    PATIENT_DASHBOARD_WIDGET = "PatientDashboardWidget"
    CHART_MODULE = "ChartModule"
    NONE = "None"
    CHECK = "Check"


class SheetFieldType(StrEnum):
    """Kind of a field of a sheet; OUTPUT_TEXT, INPUT_FIELD and CHECK_BOX can be written."""

    OUTPUT_TEXT = "OutputText"
    INPUT_FIELD = "InputField"
    STATIC_TEXT = "StaticText"
    PARAMETER = "Parameter"
    IMAGE = "Image"
    DRAWING = "Drawing"
    LINE = "Line"
    RECTANGLE = "Rectangle"
    CHECK_BOX = "CheckBox"
    SIG_BOX = "SigBox"
    PAT_IMAGE = "PatImage"
    SPECIAL = "Special"
    GRID = "Grid"
    COMBO_BOX = "ComboBox"
    SCREEN_CHART = "ScreenChart"
    MOBILE_HEADER = "MobileHeader"
    SIG_BOX_PRACTICE = "SigBoxPractice"
