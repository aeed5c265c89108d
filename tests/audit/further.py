"""Faults of what is linked, insurance, recalls, types and the joining itself, each with the rows it should have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from odnexus.audit import EngineState
from odnexus.practice import TypeRule
from odnexus.reconcile.inbox import Event
from odnexus.reconcile.journal import Entry
from odnexus.reconcile.reviews import Review
from tests.audit.office import AT, Break, Office, drop, put, settle


def add(table: str, **cells: Any) -> Break:
    """Return a fault: a table has one row more."""
    return lambda office: office.tables.setdefault(table, []).append(cells)


def bio(id: int, **cells: Any) -> Break:
    """Return a fault: NexHealth knows something else of a patient."""
    return lambda office: office.of("people", "id", id).setdefault("bio", {}).update(cells)


def engine(**state: Any) -> Break:
    """Return a fault: the engine's store is in some state."""
    return lambda office: setattr(office, "engine", EngineState(**state))


def before(*breaks: Break) -> Break:
    """Return a fault: the office was different when an earlier picture was taken."""

    def keep(office: Office) -> None:
        office.earlier = Office()
        for each in breaks:
            each(office.earlier)

    return keep


def event(subject: str, *, kind: str = "nexhealth.appointment", hours: float = 0, reason: str = "") -> Event:
    """Return an event that was due so many hours ago."""
    due = AT - timedelta(hours=hours)
    return Event(id=f"e{subject}{hours}", key="k", location="main", kind=kind, subject=subject, received=due, due=due,
                 reason=reason)  # fmt: skip


def applied(rule: str, *related: str, fields: tuple[str, ...] = ()) -> Entry:
    """Return a line of the journal."""
    return Entry(at=AT, location="main", kind="applied", subject="nexhealth:demo/1", rule=rule, related=related,
                 fields=fields)  # fmt: skip


def carrier(number: int, name: str, payer_id: str = "55501", **cells: Any) -> Break:
    """Return a change: the office's list has a carrier."""
    return add("carriers", CarrierNum=number, CarrierName=name, ElectID=payer_id, IsHidden="false", **cells)


def covered(pat_num: int, **cells: Any) -> Break:
    """Return a change: a patient has a coverage."""
    return add("coverages", **{"PatPlanNum": pat_num, "PatNum": pat_num, "PlanNum": 1, "SubscriberID": "X1", **cells})


def due(pat_num: int, day: str, **cells: Any) -> Break:
    """Return a change: a patient is due again."""
    return add("recalls", RecallNum=pat_num, PatNum=pat_num, RecallTypeNum=1, DateDue=day, **cells)


OTHER_PATIENT: Final = {"first_name": "Omar", "last_name": "Quist", "date_of_birth": "1951-08-30"}
BOTH_MADE: Final[list[Break]] = [
    put("book", "AptNum", 501, SecDateTEntry="2026-02-24 10:00:00", Note="NexHealth 9001"),
    put("book", "AptNum", 502, SecDateTEntry="2026-02-25 10:00:00"),
]

FURTHER: Final[dict[str, tuple[list[Break], list[tuple[str, tuple[int, ...]]]]]] = {
    # -- wrong joins
    "linked to somebody else's chart": (
        [put("people", "id", 721, **OTHER_PATIENT)], [("join.other-person", (21, 721))],
    ),
    "linked to a twin's chart": (
        [put("people", "id", 712, first_name="Mara"), put("charts", "PatNum", 12, FName="Nora")],
        [("join.other-person", (12, 712))],
    ),
    "a nickname is the same person": ([put("people", "id", 711, first_name="Bob"),
                                       put("charts", "PatNum", 11, Preferred="Bob")], []),
    "two people lead to one chart": (
        [put("charts", "PatNum", 31, Birthdate="0001-01-01", PatStatus="NonPatient"),
         lambda office: office.person(791, "Keiko", "Tanaka", "1961-02-03", foreign_id="31"),
         put("people", "id", 731, date_of_birth="1995-05-25")],
        [("join.two-people", (31, 731, 791))],
    ),
    "a visit in another's chart": (
        [put("book", "AptNum", 503, PatNum=31)], [("join.visit", (503, 9003, 31, 21))],
    ),
    # -- types of visits
    "another type than was booked": (
        [settle(types={41: TypeRule(appointment_type_num=5)}), put("bookings", "id", 9001, appointment_type_id=41),
         put("book", "AptNum", 501, AppointmentTypeNum=6)],
        [("visit.type", (501, 9001, 11))],
    ),
    "the type that was booked": (
        [settle(types={41: TypeRule(appointment_type_num=5)}), put("bookings", "id", 9001, appointment_type_id=41),
         put("book", "AptNum", 501, AppointmentTypeNum=5)],
        [],
    ),
    # -- details
    "another family name": (
        [put("people", "id", 721, last_name="Moreno"), bio(721, phone_number="2085550121"),
         put("people", "id", 721, email="family21@example.com")],
        [("details.name", (21, 721))],
    ),
    "another birth date": ([put("people", "id", 721, date_of_birth="1984-01-28")], [("details.birth-date", (21, 721))]),
    "another phone": ([bio(721, cell_phone_number="2085550177")], [("details.phone", (21, 721))]),
    "a phone that is another of the chart's": (
        [bio(721, cell_phone_number="2085550177"), put("charts", "PatNum", 21, HmPhone="(208)555-0177")], [],
    ),
    "another address": (
        [bio(721, street_address="9 Example Rd", zip_code="83702"),
         put("charts", "PatNum", 21, Address="12 Example Ave", Zip="83702")],
        [("details.address", (21, 721))],
    ),
    "another e-mail": ([put("people", "id", 721, email="lucia@example.com")], [("details.email", (21, 721))]),
    "an e-mail in other letters": ([put("people", "id", 721, email="Family21@Example.com")], []),
    "inactive on one side": (
        [put("people", "id", 721, inactive=True), drop("book", "AptNum", 503), drop("bookings", "id", 9003)],
        [("details.status", (21, 721))],
    ),
    # -- texts
    "texts against a wish": (
        [put("charts", "PatNum", 21, TxtMsgOk="No"), put("people", "id", 721, unsubscribe_sms=False)],
        [("texts.against-wish", (21, 721))],
    ),
    "texts stopped at NexHealth": (
        [put("charts", "PatNum", 21, TxtMsgOk="Yes"), put("people", "id", 721, unsubscribe_sms=True)],
        [("texts.stopped", (21, 721))],
    ),
    "texts agreed on both sides": (
        [put("charts", "PatNum", 21, TxtMsgOk="Yes"), put("people", "id", 721, unsubscribe_sms=False),
         put("charts", "PatNum", 31, TxtMsgOk="No"), put("people", "id", 731, unsubscribe_sms=True)],
        [],
    ),
    # -- insurance
    "an insurance that is in the list": (
        [carrier(1, "Blue Alder Dental"), bio(721, insurance_name="blue alder")], [],
    ),
    "an insurance that is in no list": (
        [carrier(1, "Blue Alder Dental"), bio(721, insurance_name="Cascadia Mutual"),
         bio(731, insurance_name="CASCADIA MUTUAL")],
        [("carrier.unmatched", (721,))],
    ),
    "somebody without insurance": ([carrier(1, "Blue Alder Dental"), bio(721, insurance_name="none")], []),
    "two carriers that may be one": (
        [carrier(1, "Cascade Mutual of Idaho"), carrier(2, "Cascade Mutual Idaho, Inc.")],
        [("carrier.alike", (1, 2))],
    ),
    "two carriers of one name and two payers": (
        [carrier(1, "Cascade Mutual"), carrier(2, "Cascade Mutual", "55502")], [],
    ),
    "a spelling that was learned": (
        [carrier(1, "Blue Alder Dental"), bio(721, insurance_name="The Alder"), engine(aliases={"alder": 1})], [],
    ),
    "a spelling of a carrier that is gone": (
        [carrier(1, "Blue Alder Dental"), engine(aliases={"alder": 7, "old alder": 7})], [("alias.astray", (7,))],
    ),
    "a carrier without payer id": ([carrier(1, "Blue Alder", "")], [("carrier.no-payer-id", (1,))]),
    "a carrier that gets paper": ([carrier(1, "Blue Alder", "", NoSendElect="NoSendElect")], []),
    "a plan that is there twice": (
        [carrier(1, "Blue Alder"), add("plans", PlanNum=7, CarrierNum=1, GroupNum="G1"),
         add("plans", PlanNum=8, CarrierNum=1, GroupNum="g1"), add("plans", PlanNum=9, CarrierNum=1, GroupNum="G2")],
        [("plan.twice", (1, 7, 8))],
    ),
    "covered": ([covered(11, DateTerm="2026-12-31"), covered(21, DateEffective="2026-01-01")], []),
    "covered until yesterday": ([covered(21, DateTerm="2026-03-03")], [("coverage.ended", (503, 21))]),
    "covered from tomorrow": ([covered(21, DateEffective="2026-03-05")], [("coverage.not-begun", (503, 21))]),
    "covered without a number": ([covered(21, SubscriberID="")], [("coverage.no-subscriber-id", (503, 21))]),
    "an insurance that the chart lacks": (
        [covered(11), bio(721, insurance_name="Blue Alder")], [("coverage.missing", (503, 21))],
    ),
    # -- recalls
    "due without a visit": (
        [due(21, "2026-02-01"), drop("book", "AptNum", 503), drop("bookings", "id", 9003)],
        [("recall.no-visit", (21,))],
    ),
    "due with a visit": ([due(21, "2026-02-01")], []),
    "due and not to be reminded": (
        [lambda office: office.chart(40, "Ada", "Berg", "1990-01-02"), due(40, "2026-02-01", IsDisabled="true")], [],
    ),
    "due in summer": (
        [lambda office: office.chart(40, "Ada", "Berg", "1990-01-02"), due(40, "2026-08-01")], [],
    ),
    "due and out of reach": (
        [lambda office: office.chart(40, "Ada", "Berg", "1990-01-02", TxtMsgOk="No"), due(40, "2026-02-01")],
        [("recall.unreachable", (40,))],
    ),
    # -- types
    "a type of another name": (
        [before(put("types", "AppointmentTypeNum", 5, AppointmentTypeName="Prophy"))], [("type.renamed", (5,))],
    ),
    "a type of another length": (
        [before(put("nex_types", "id", 41, minutes=60)), put("nex_types", "id", 41, minutes=40)],
        [("type.retimed", (41,))],
    ),
    "types as they were": ([before()], []),
    "a code that nobody knows": (
        [settle(types={41: TypeRule(appointment_type_num=5)}), add("procedures", CodeNum=1, ProcCode="D1110"),
         put("types", "AppointmentTypeNum", 5, CodeStr="D1110,D9999")],
        [("codes.unknown", (5,))],
    ),
    "a type without codes": (
        [settle(types={41: TypeRule(appointment_type_num=5)}), add("procedures", CodeNum=1, ProcCode="D1110")],
        [("codes.none", (5,))],
    ),
    "a type without codes that nobody books": ([add("procedures", CodeNum=1, ProcCode="D1110")], []),
    # -- the joining itself
    "a synchronizer that reads no more": (
        [add("syncs", read_status="red", write_status="green")], [("sync.read-red", (12,))],
    ),
    "a synchronizer that writes no more": (
        [add("syncs", read_status="green", write_status="red")], [("sync.write-red", (12,))],
    ),
    "an engine in good health": ([engine(waiting=(event("9001"),)), add("syncs", read_status="green")], []),
    "an office that is waited for": ([engine(paused=True)], [("location.paused", (12,))]),
    "an event that was given up": (
        [engine(buried=(event("9001", reason="ServerError"), event("9001", hours=2, reason="ServerError")))],
        [("event.buried", (9001,))],
    ),
    "an event about nothing that has a number": (
        [engine(buried=(event("form-1", kind="nexhealth.form"),))], [("event.buried", (12,))],
    ),
    "events that wait": (
        [engine(waiting=(event("9001", hours=2), event("9002", hours=3)))], [("event.late", (12,))],
    ),
    "a question that was forgotten": (
        [engine(reviews=(Review(id="r", kind="person.match", location="main", subject="s",
                                opened=AT - timedelta(days=3)),))],
        [("review.forgotten", (12,))],
    ),
    "both write": (BOTH_MADE, [("writer.both", (12,))]),
    "only we write": (
        [*BOTH_MADE, engine(entries=(applied("visit.created", "opendental:main/502"),))], [],
    ),
}  # fmt: skip
