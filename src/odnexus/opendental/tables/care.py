"""What visits are for and who is asked to come sooner: procedures, recalls, ASAP texts, fields of appointments."""

from __future__ import annotations

from odnexus.opendental import kinds
from odnexus.opendental.endpoints import Endpoint, exactly_one, fields, may, must, not_both, since
from odnexus.opendental.filters import changed_since, equals
from odnexus.opendental.kinds import words
from odnexus.opendental.models import ApptFieldType, Priority, ProcStatus

PROCEDURE_CODE = Endpoint(
    method="GET",
    path="/procedurecodes/{CodeNum}",
    gate=since("23.3.25"),
    permission="ApiReadAll",
    page="API ProcedureCodes",
)
PROCEDURE_CODES = Endpoint(
    method="GET",
    path="/procedurecodes",
    gate=since("22.3.22"),
    permission="ApiReadAll",
    page="API ProcedureCodes",
    lasting=True,
    params=fields(
        may("DateTStamp", kinds.DATE_TIME, "22.4.28", check=changed_since("date_t_stamp")),
        may("Offset", kinds.NUMBER),
    ),
)

PROCEDURE = Endpoint(
    method="GET",
    path="/procedurelogs/{ProcNum}",
    gate=since("23.3.13"),
    permission="ApiReadAll",
    page="API ProcedureLogs",
)
PROCEDURES = Endpoint(
    method="GET",
    path="/procedurelogs",
    permission="ApiReadAll",
    page="API ProcedureLogs",
    params=fields(
        may("PatNum", kinds.POSITIVE, check=equals("pat_num")),
        may("AptNum", kinds.POSITIVE, "22.3.32", check=equals("apt_num")),
        may("ProcStatus", words(ProcStatus), "25.2.21", check=equals("proc_status")),
        may("PlannedAptNum", kinds.POSITIVE, "24.4.5", check=equals("planned_apt_num")),
        may("ClinicNum", kinds.NUMBER, "23.3.13", check=equals("clinic_num")),
        may("CodeNum", kinds.POSITIVE, "25.2.21", check=equals("code_num")),
        may("DateTStamp", kinds.DATE_TIME, check=changed_since("date_t_stamp")),
        may("Offset", kinds.NUMBER),
    ),
)
_PROCEDURE_DETAILS = (
    may("AptNum", kinds.KEY),
    may("ProcFee", kinds.TEXT.keep()),
    may("Surf", kinds.TEXT),
    may("ToothNum", kinds.TEXT),
    may("ToothRange", kinds.TEXT),
    may("ProvNum", kinds.POSITIVE),
    may("PlannedAptNum", kinds.KEY),
    may("ClinicNum", kinds.KEY),
)
CREATE_PROCEDURE = Endpoint(
    method="POST",
    path="/procedurelogs",
    gate=since("21.4"),
    permission="ApiProcedureLogs",
    page="API ProcedureLogs",
    repeatable=False,
    body=fields(
        must("PatNum", kinds.POSITIVE),
        must("ProcDate", kinds.DATE.keep()),
        must("ProcStatus", words(ProcStatus, ProcStatus.TP, ProcStatus.C, ProcStatus.EO)),
        may("procCode", kinds.SOME_TEXT),
        may("CodeNum", kinds.POSITIVE, "25.2.21"),
        *_PROCEDURE_DETAILS,
    ),
    rules=(exactly_one("proc_code", "code_num"),),
)
UPDATE_PROCEDURE = Endpoint(
    method="PUT",
    path="/procedurelogs/{ProcNum}",
    gate=since("22.1"),
    permission="ApiProcedureLogs",
    page="API ProcedureLogs",
    partial=True,
    body=fields(
        may("ProcDate", kinds.DATE.keep()),
        may("ProcStatus", words(ProcStatus, ProcStatus.TP, ProcStatus.C, ProcStatus.EO)),
        *_PROCEDURE_DETAILS,
    ),
)
DELETE_PROCEDURE = Endpoint(
    method="DELETE",
    path="/procedurelogs/{ProcNum}",
    gate=since("22.1"),
    permission="ApiProcedureLogs",
    page="API ProcedureLogs",
)

RECALLS = Endpoint(
    method="GET",
    path="/recalls",
    gate=since("22.4.40"),
    permission="ApiReadAll",
    page="API Recalls",
    params=fields(may("PatNum", kinds.POSITIVE, check=equals("pat_num")), may("Offset", kinds.NUMBER)),
)
UPDATE_RECALL = Endpoint(
    method="PUT",
    path="/recalls/{RecallNum}",
    gate=since("24.2.31"),
    permission="ApiAllOthers",
    page="API Recalls",
    partial=True,
    body=fields(
        may("DateDue", kinds.DATE),
        may("RecallInterval", kinds.SOME_TEXT),
        may("RecallStatus", kinds.KEY),
        may("Note", kinds.TEXT),
        may("IsDisabled", kinds.BOOLEAN),
        may("DisableUntilDate", kinds.DATE),
        may("Priority", words(Priority, clear=Priority.NORMAL)),
    ),
)

ASAP_COMM = Endpoint(
    method="GET",
    path="/asapcomms/{AsapCommNum}",
    gate=since("23.3.3"),
    permission="ApiReadAll",
    page="API AsapComms",
)
ASAP_COMMS = Endpoint(
    method="GET",
    path="/asapcomms",
    gate=since("23.3.3"),
    permission="ApiReadAll",
    page="API AsapComms",
    lasting=True,
    params=fields(
        may("ClinicNum", kinds.NUMBER, check=equals("clinic_num")),
        # A text of the last day is missing unless dateEnd is a day later: its default is today's midnight.
        may("date", kinds.DATE),
        may("dateStart", kinds.DATE),
        may("dateEnd", kinds.DATE),
        may("Offset", kinds.NUMBER),
    ),
    rules=(not_both("date", "date_start"),),
)
CREATE_ASAP_COMM = Endpoint(
    method="POST",
    path="/asapcomms",
    gate=since("23.3.3"),
    permission="ApiTextingASAP",
    page="API AsapComms",
    repeatable=False,
    body=fields(
        must("op", kinds.POSITIVE),
        must("dateTimeStart", kinds.DATE_TIME.keep()),
        may("aptNum", kinds.POSITIVE),
        may("recallNum", kinds.POSITIVE, "25.2.9"),
    ),
    rules=(exactly_one("apt_num", "recall_num"),),
)

APPT_FIELD = Endpoint(
    method="GET",
    path="/apptfields",
    permission="ApiReadAll",
    page="API ApptFields",
    params=fields(must("AptNum", kinds.POSITIVE), must("FieldName", kinds.SOME_TEXT)),
)
SET_APPT_FIELD = Endpoint(
    method="PUT",
    path="/apptfields",
    permission="ApiComm",
    page="API ApptFields",
    body=fields(must("AptNum", kinds.POSITIVE), must("FieldName", kinds.SOME_TEXT), must("FieldValue", kinds.TEXT)),
)
APPT_FIELD_DEFS = Endpoint(
    method="GET",
    path="/apptfielddefs",
    gate=since("21.4"),
    permission="ApiReadAll",
    page="API ApptFieldDefs",
    params=fields(may("Offset", kinds.NUMBER)),
)
CREATE_APPT_FIELD_DEF = Endpoint(
    method="POST",
    path="/apptfielddefs",
    gate=since("21.4"),
    permission="ApiSetup",
    page="API ApptFieldDefs",
    repeatable=False,
    body=fields(
        must("FieldName", kinds.SOME_TEXT), may("FieldType", words(ApptFieldType)), may("PickList", kinds.TEXT)
    ),
)

ENDPOINTS = (
    PROCEDURE_CODE,
    PROCEDURE_CODES,
    PROCEDURE,
    PROCEDURES,
    CREATE_PROCEDURE,
    UPDATE_PROCEDURE,
    DELETE_PROCEDURE,
    RECALLS,
    UPDATE_RECALL,
    ASAP_COMM,
    ASAP_COMMS,
    CREATE_ASAP_COMM,
    APPT_FIELD,
    SET_APPT_FIELD,
    APPT_FIELD_DEFS,
    CREATE_APPT_FIELD_DEF,
)
