"""The vendor's words and ours: one mechanical rule, one table of exceptions, one list of words per record.

`AptDateTime` becomes `apt_date_time`, `DateTStamp` becomes `date_t_stamp`, `SSN` becomes `ssn`. Where a lower-case
twin stands beside a column (`confirmed` is the name of the definition whose number is `Confirmed`), the twin gets the
ending `_text`. `FIELDS` is the list of documented words of each record, in the vendor's order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from odnexus.opendental import models
from odnexus.opendental.models import Record

TWINS: Mapping[str, str] = {
    "confirmed": "confirmed_text",
    "unschedStatus": "unsched_status_text",
    "category": "category_text",
    "priority": "priority_text",
    "commType": "comm_type_text",
    "blockoutType": "blockout_type_text",
    "operatoryType": "operatory_type_text",
    "recallStatus": "recall_status_text",
    "docCategory": "doc_category_text",
    "subscriber": "subscriber_text",
    "ordinal": "ordinal_text",
    "planType": "plan_type_text",
    # Definitions spell it with a lower-case i before 26.2.1 and with a capital one after; both mean the same.
    "isHidden": "is_hidden",
}
"""Words that the mechanical rule would confuse with their twin."""

_BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z])(?=[0-9]+_)")

_VISIT = """
    serverDateTime AptNum PatNum AptStatus Pattern Confirmed confirmed TimeLocked Op Note ProvNum provAbbr ProvHyg
    AptDateTime NextAptNum UnschedStatus unschedStatus IsNewPatient ProcDescript Assistant ClinicNum IsHygiene
    DateTStamp DateTimeArrived DateTimeSeated DateTimeDismissed InsPlan1 InsPlan2 DateTimeAskedToArrive colorOverride
    AppointmentTypeNum SecUserNumEntry SecDateTEntry Priority PatternSecondary ItemOrderPlanned IsMirrored
"""

FIELDS: Mapping[type[Record], str] = {
    models.Patient: """
        serverDateTime PatNum LName FName MiddleI Preferred PatStatus Gender Position Birthdate SSN Address Address2
        City State Zip HmPhone WkPhone WirelessPhone Guarantor Email EstBalance PriProv priProvAbbr SecProv
        secProvAbbr FeeSched BillingType ImageFolder FamFinUrgNote MedUrgNote ApptModNote ChartNumber MedicaidID
        BalTotal Bal_0_30 Bal_31_60 Bal_61_90 BalOver90 InsEst dateTimeLastAging EmployerNum DateFirstVisit ClinicNum
        clinicAbbr HasIns Premed Ward PreferConfirmMethod PreferContactMethod PreferRecallMethod Language AdmitDate
        siteDesc SiteNum DateTStamp SuperFamily TxtMsgOk SecUserNumEntry SecDateEntry
    """,
    models.PatientRow: """
        PatNum LName FName MiddleI Preferred PatStatus Birthdate SSN Address Address2 City State Zip HmPhone WkPhone
        WirelessPhone Email priProvAbbr secProvAbbr BillingType ChartNumber ClinicNum clinicAbbr siteDesc TxtMsgOk
    """,
    models.Appointment: _VISIT,
    models.HistAppointment: "HistApptNum HistUserNum HistDateTStamp HistApptAction ApptSource" + _VISIT,
    models.WebSchedAppointment: """
        AptNum PatNum AptStatus Pattern Confirmed confirmed Op Note ProvNum provAbbr ProvHyg AptDateTime NextAptNum
        UnschedStatus unschedStatus ProcDescript ClinicNum IsHygiene DateTStamp DateTimeArrived DateTimeSeated
        DateTimeDismissed AppointmentTypeNum eServiceLogType serverDateTime
    """,
    models.Slot: "DateTimeStart DateTimeEnd ProvNum OpNum",
    models.AppointmentType: """
        AppointmentTypeNum AppointmentTypeName appointmentTypeColor IsHidden Pattern CodeStr CodeStrRequired
        RequiredProcCodesNeeded BlockoutTypes
    """,
    models.Provider: """
        ProvNum Abbr LName FName MI Suffix FeeSched Specialty SSN StateLicense IsSecondary provColor IsHidden UsingTIN
        SigOnFile NationalProvID DateTStamp IsNotPerson ProvStatus IsHiddenReport Birthdate SchedNote PreferredName
        serverDateTime
    """,
    models.Operatory: """
        OperatoryNum OpName Abbrev ItemOrder IsHidden ProvDentist ProvHygienist IsHygiene ClinicNum SetProspective
        IsWebSched OperatoryType operatoryType
    """,
    models.Definition: "DefNum ItemName ItemValue Category category isHidden IsHidden ItemOrder Supp",
    models.Clinic: """
        ClinicNum Description Address Address2 City State Zip BillingAddress BillingAddress2 BillingCity BillingState
        BillingZip PayToAddress PayToAddress2 PayToCity PayToState PayToZip Phone Abbr IsHidden
    """,
    models.Preference: "PrefNum PrefName ValueString",
    models.Schedule: """
        ScheduleNum SchedDate StartTime StopTime SchedType ProvNum BlockoutType blockoutType Note operatories
        EmployeeNum DateTStamp
    """,
    models.SecurityPerm: "Permission HasPermission",
    models.ProcedureCode: "CodeNum ProcCode Descript AbbrDesc ProcTime ProcCat IsHygiene DateTStamp",
    models.Procedure: """
        ProcNum PatNum AptNum ProcDate ProcFee Surf ToothNum ToothRange ProcStatus ProvNum PlannedAptNum ClinicNum
        CodeNum procCode descript DateTStamp serverDateTime
    """,
    models.Recall: """
        RecallNum PatNum DateDue DatePrevious RecallInterval RecallStatus recallStatus Note IsDisabled DateTStamp
        RecallTypeNum DisableUntilDate DateScheduled Priority
    """,
    models.AsapComm: """
        AsapCommNum FKey FKeyType ScheduleNum PatNum ClinicNum DateTimeEntry DateTimeExpire DateTimeSmsScheduled
        SmsSendStatus DateTimeSmsSent ResponseStatus DateTimeOrig TemplateText Note
    """,
    models.ApptField: "AptNum FieldName FieldValue",
    models.ApptFieldDef: "ApptFieldDefNum FieldName FieldType PickList",
    models.Commlog: """
        CommlogNum PatNum CommDateTime CommType commType Note Mode_ SentOrReceived UserNum DateTStamp CommSource
        ProgramNum DateTEntry ReferralNum
    """,
    models.Carrier: "CarrierNum CarrierName Address Address2 City State Zip Phone ElectID NoSendElect IsHidden",
    models.InsPlan: """
        PlanNum GroupName GroupNum PlanNote FeeSched PlanType ClaimFormNum ClaimsUseUCR CopayFeeSched EmployerNum
        CarrierNum IsMedical FilingCode ShowBaseUnits CodeSubstNone IsHidden MonthRenew FilingCodeSubtype CobRule
        SecUserNumEntry SecDateEntry SecDateTEdit BillingType ExclusionFeeRule ManualFeeSchedNum IsBlueBookEnabled
        InsPlansZeroWriteOffsOnAnnualMaxOverride InsPlansZeroWriteOffsOnFreqOrAgingOverride
    """,
    models.InsSub: """
        InsSubNum PlanNum Subscriber DateEffective DateTerm SubscriberID BenefitNotes ReleaseInfo AssignBen SubscNote
        SecDateTEdit
    """,
    models.PatPlan: """
        PatPlanNum PatNum Ordinal IsPending Relationship PatID InsSubNum OrthoAutoFeeBilledOverride
        OrthoAutoNextClaimDate SecDateTEntry SecDateTEdit
    """,
    models.Benefit: """
        BenefitNum PlanNum PatPlanNum CovCatNum BenefitType Percent MonetaryAmt TimePeriod QuantityQualifier Quantity
        CodeNum procCode CoverageLevel SecDateTEntry SecDateTEdit CodeGroupNum TreatArea
    """,
    models.InsVerify: """
        InsVerifyNum DateLastVerified UserNum VerifyType FKey DefNum Note DateLastAssigned SecDateTEdit
    """,
    models.FamilyInsurance: """
        PatNum InsSubNum Subscriber subscriber SubscriberID SubscNote PatPlanNum Ordinal ordinal IsPending
        Relationship PatID CarrierNum CarrierName PlanNum GroupName GroupNum PlanNote FeeSched feeSchedule PlanType
        planType CopayFeeSched EmployerNum employer IsMedical
    """,
    models.Subscription: """
        SubscriptionNum EndPointUrl Workstation CustomerKey WatchTable PollingSeconds UiEventType DateTimeStart
        DateTimeStop Note
    """,
    models.PatientNote: """
        PatNum FamFinancial Medical Service MedicalComp Treatment ICEName ICEPhone SecDateTEntry SecDateTEdit
    """,
    models.PatFieldDef: "PatFieldDefNum FieldName FieldType PickList IsHidden",
    models.PatField: "PatFieldNum PatNum FieldName FieldValue SecDateEntry SecDateTEdit",
    models.AllergyDef: "AllergyDefNum Description IsHidden DateTStamp SnomedType MedicationNum UniiCode",
    models.Allergy: """
        AllergyNum AllergyDefNum PatNum defDescription defSnomedType Reaction StatusIsActive DateAdverseReaction
    """,
    models.DiseaseDef: "DiseaseDefNum DiseaseName IsHidden DateTStamp ICD9Code ICD10Code SnomedCode",
    models.Disease: "DiseaseNum PatNum DiseaseDefNum diseaseDefName PatNote ProbStatus DateStart DateStop",
    models.Medication: "MedicationNum MedName GenericNum genericName Notes DateTStamp",
    models.MedicationPat: "MedicationPatNum PatNum medName MedicationNum PatNote DateStart DateStop ProvNum",
    models.PatientRace: "PatientRaceNum PatNum CdcrecCode descripition isEthnicity heirarchicalCode",
    models.Popup: """
        PopupNum PatNum Description IsDisabled PopupLevel DateTimeEntry IsArchived PopupNumArchive DateTimeDisabled
    """,
    models.SheetDef: "SheetDefNum Description SheetType",
    models.Sheet: """
        SheetNum SheetType PatNum DateTimeSheet InternalNote Description IsWebForm SheetDefNum DocNum ClinicNum
        DateTSheetEdited
    """,
    models.SheetField: """
        SheetFieldNum SheetNum FieldType FieldName FieldValue IsRequired ReportableName DateTimeSig
    """,
    models.Document: """
        DocNum MountNum PatNum filePath FileName Description Note DateCreated DocCategory docCategory ImgType
        ToothNumbers ProvNum PrintHeading DateTStamp serverDateTime
    """,
}
"""Documented words of each record."""


def snake(word: str) -> str:
    """Return our name for the vendor's *word*."""
    return TWINS.get(word) or _BORDER.sub("_", word).lower()


def _spelling(words: str) -> Mapping[str, tuple[str, ...]]:
    spelled: dict[str, tuple[str, ...]] = {}
    for word in words.split():
        name = snake(word)
        spelled[name] = (*spelled.get(name, ()), word)
    return spelled


SPELLINGS: Mapping[type[Record], Mapping[str, tuple[str, ...]]] = {
    record: _spelling(words) for record, words in FIELDS.items()
}
"""For each record: its attributes, and the vendor's words each is read from."""


def mentions(row: Record, name: str) -> bool:
    """Return whether the answer behind *row* mentioned the attribute *name* at all."""
    return any(word in row.raw for word in SPELLINGS[type(row)][name])
