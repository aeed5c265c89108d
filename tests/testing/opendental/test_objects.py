"""What an answer shows of each resource, field by field as the pages list them."""

from __future__ import annotations

import pytest

from odnexus.testing.opendental.schema import names, show
from odnexus.testing.opendental.values import Row
from tests.testing.opendental.desk import Desk

_PLACE = ("Address", "Address2", "City", "State", "Zip")

OBJECTS = {
    "allergies": "AllergyNum AllergyDefNum PatNum defDescription defSnomedType Reaction StatusIsActive "
    "DateAdverseReaction",
    "appointmenttypes": "AppointmentTypeNum AppointmentTypeName appointmentTypeColor IsHidden Pattern CodeStr "
    "CodeStrRequired RequiredProcCodesNeeded BlockoutTypes",
    "apptfielddefs": "ApptFieldDefNum FieldName FieldType PickList",
    "asapcomms": "AsapCommNum FKey FKeyType ScheduleNum PatNum ClinicNum DateTimeEntry DateTimeExpire "
    "DateTimeSmsScheduled SmsSendStatus DateTimeSmsSent ResponseStatus DateTimeOrig TemplateText Note",
    "benefits": "BenefitNum PlanNum PatPlanNum CovCatNum BenefitType Percent MonetaryAmt TimePeriod QuantityQualifier "
    "Quantity CodeNum procCode CoverageLevel SecDateTEntry SecDateTEdit CodeGroupNum TreatArea",
    "carriers": "CarrierNum CarrierName Address Address2 City State Zip Phone ElectID NoSendElect IsHidden",
    "clinics": " ".join(
        ("ClinicNum Description", *(prefix + name for prefix in ("", "Billing", "PayTo") for name in _PLACE))
    )
    + " Phone Abbr IsHidden",
    "commlogs": "CommlogNum PatNum CommDateTime CommType commType Note Mode_ SentOrReceived UserNum DateTStamp "
    "CommSource ProgramNum DateTEntry ReferralNum",
    "definitions": "DefNum ItemName ItemValue Category category isHidden",
    "diseases": "DiseaseNum PatNum DiseaseDefNum diseaseDefName PatNote ProbStatus DateStart DateStop",
    "documents": "DocNum Description DateCreated DocCategory docCategory PatNum FileName ImgType ToothNumbers "
    "DateTStamp ProvNum PrintHeading",
    "insplans": "PlanNum GroupName GroupNum PlanNote FeeSched PlanType ClaimFormNum ClaimsUseUCR CopayFeeSched "
    "EmployerNum CarrierNum IsMedical FilingCode ShowBaseUnits CodeSubstNone IsHidden MonthRenew FilingCodeSubtype "
    "CobRule SecUserNumEntry SecDateEntry SecDateTEdit BillingType ExclusionFeeRule ManualFeeSchedNum "
    "IsBlueBookEnabled InsPlansZeroWriteOffsOnAnnualMaxOverride InsPlansZeroWriteOffsOnFreqOrAgingOverride",
    "inssubs": "InsSubNum PlanNum Subscriber DateEffective DateTerm SubscriberID BenefitNotes ReleaseInfo AssignBen "
    "SubscNote SecDateTEdit",
    "insverifies": "InsVerifyNum DateLastVerified UserNum VerifyType FKey DefNum Note DateLastAssigned SecDateTEdit",
    "medicationpats": "MedicationPatNum PatNum medName MedicationNum PatNote DateStart DateStop ProvNum",
    "operatories": "OperatoryNum OpName Abbrev ItemOrder IsHidden ProvDentist ProvHygienist IsHygiene ClinicNum "
    "SetProspective IsWebSched OperatoryType operatoryType",
    "patfielddefs": "PatFieldDefNum FieldName FieldType PickList IsHidden",
    "patfields": "PatFieldNum PatNum FieldName FieldValue SecDateEntry SecDateTEdit",
    "patientnotes": "PatNum FamFinancial Medical Service MedicalComp Treatment ICEName ICEPhone SecDateTEntry "
    "SecDateTEdit",
    # The two misspellings are the vendor's.
    "patientraces": "PatientRaceNum PatNum CdcrecCode descripition isEthnicity heirarchicalCode",
    "patplans": "PatPlanNum PatNum Ordinal IsPending Relationship PatID InsSubNum OrthoAutoFeeBilledOverride "
    "OrthoAutoNextClaimDate SecDateTEntry SecDateTEdit",
    "popups": "PopupNum PatNum Description IsDisabled PopupLevel DateTimeEntry IsArchived PopupNumArchive "
    "DateTimeDisabled",
    "preferences": "PrefNum PrefName ValueString",
    "providers": "ProvNum Abbr LName FName MI Suffix FeeSched Specialty SSN StateLicense IsSecondary provColor "
    "IsHidden UsingTIN SigOnFile NationalProvID DateTStamp IsNotPerson ProvStatus IsHiddenReport Birthdate SchedNote "
    "PreferredName",
    "schedules": "ScheduleNum SchedDate StartTime StopTime SchedType ProvNum BlockoutType blockoutType Note "
    "operatories EmployeeNum",
    "sheetdefs": "SheetDefNum Description SheetType",
    "sheetfields": "SheetFieldNum SheetNum FieldType FieldName FieldValue IsRequired ReportableName DateTimeSig",
    "sheets": "SheetNum SheetType PatNum DateTimeSheet InternalNote Description IsWebForm SheetDefNum DocNum ClinicNum "
    "DateTSheetEdited",
    "subscriptions": "SubscriptionNum EndPointUrl Workstation CustomerKey WatchTable PollingSeconds UiEventType "
    "DateTimeStart DateTimeStop Note",
}
"""Fields by resource in a current office; patients, appointments, procedures and recalls have tests of their own."""


@pytest.mark.parametrize("resource", OBJECTS)
def test_an_object_has_the_documented_fields(resource: str) -> None:
    practice = Desk().practice
    schema = practice.tables[resource].schema
    empty = Row({name: kind.empty for name, kind in schema.columns().items()})

    assert set(show(practice, schema, empty)) == set(names(OBJECTS[resource]))
