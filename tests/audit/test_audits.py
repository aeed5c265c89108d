"""Each audit on an office with exactly one fault, and all of them on one that has none."""

from __future__ import annotations

import pytest
from attrs import evolve

from odnexus.audit import AUDITS, audit, links_of
from odnexus.practice import TypeRule
from odnexus.reconcile.links import Link, Ref
from tests.audit.further import FURTHER
from tests.audit.office import AT, Break, Office, broken, drop, found, put, settle


def test_an_office_in_good_order_has_no_row() -> None:
    office = Office()

    assert office.picture().unread == ()
    assert len(office.picture().pairs) == 4
    assert office.found() == []


CASES: dict[str, tuple[list[Break], list[tuple[str, tuple[int, ...]]]]] = {
    "two charts of one person": (
        [lambda office: office.chart(40, "Keiko", "Tanaka", "1995-05-25", WirelessPhone="(208)555-0131", Guarantor=31)],
        [("chart.duplicate-family", (31, 40))],
    ),
    "two charts of one person in two families": (
        [lambda office: office.chart(40, "Keiko", "Tanaka", "1995-05-25", Email="Family31@example.com",
                                     WirelessPhone="")],
        [("chart.duplicate", (31, 40)), ("email.shared", (31, 40))],
    ),
    "two charts of one person in two clinics": (
        [lambda office: office.chart(40, "Keiko", "Tanaka", "1995-05-25", Email="Family31@example.com",
                                     WirelessPhone="", ClinicNum=2)],
        [("chart.duplicate-clinic", (31, 40)), ("email.shared", (31, 40))],
    ),
    "twins are two people": (
        [
            lambda office: office.chart(41, "Mia", "Ortega", "1990-04-08", Guarantor=41),
            lambda office: office.chart(42, "Mara", "Ortega", "1990-04-08", Guarantor=41),
        ],
        [],
    ),
    "deleted in the book": ([drop("book", "AptNum", 501)], [("visit.only-nexhealth", (9001, 711))]),
    "unknown to NexHealth": ([drop("bookings", "id", 9001)], [("visit.only-opendental", (501, 11))]),
    "cancelled on both sides": (
        [put("book", "AptNum", 501, AptStatus="UnschedList"), put("bookings", "id", 9001, cancelled=True)],
        [],
    ),
    "cancelled in NexHealth and deleted in the book": (
        [drop("book", "AptNum", 501), put("bookings", "id", 9001, cancelled=True)],
        [],
    ),
    "a patient NexHealth does not know": (
        [
            drop("people", "id", 731),
            drop("bookings", "id", 9004),
        ],
        [("visit.only-opendental", (504, 31)), ("patient.only-opendental", (31,))],
    ),
    "a new patient who waits for a chart": (
        [
            lambda office: office.person(790, "Mara", "Lund", "1988-11-20"),
            lambda office: office.online(9010, 790, 15, 1, created_at="2026-03-02T14:50:00Z"),
        ],
        [("patient.only-nexhealth", (790,))],
    ),
    "another time": (
        [put("book", "AptNum", 501, AptDateTime="2026-03-04 11:30:00")],
        [("visit.start", (501, 9001, 11))],
    ),
    "another length": ([put("book", "AptNum", 501, Pattern="X" * 9)], [("visit.length", (501, 9001, 11))]),
    "another room": ([put("book", "AptNum", 504, Op=1)], [("visit.operatory", (504, 9004, 31))]),
    "another provider": ([put("book", "AptNum", 502, ProvNum=2)], [("visit.provider", (502, 9002, 12))]),
    "a hygiene visit shown under its dentist": (
        [put("book", "AptNum", 502, ProvHyg=2, IsHygiene="true")],
        [],
    ),
    "confirmed in Open Dental": (
        [put("book", "AptNum", 501, Confirmed=21)],
        [("confirmed.only-opendental", (501, 9001, 11))],
    ),
    "confirmed by the patient": (
        [put("bookings", "id", 9001, patient_confirmed=True)],
        [("confirmed.only-nexhealth", (501, 9001, 11))],
    ),
    "cancelled in NexHealth": (
        [put("bookings", "id", 9001, cancelled=True)],
        [("cancelled.only-nexhealth", (501, 9001, 11))],
    ),
    "broken in Open Dental": (
        [put("book", "AptNum", 501, AptStatus="Broken")],
        [("cancelled.only-opendental", (501, 9001, 11))],
    ),
    "two in one room": (
        [lambda office: office.visit(9010, 510, 21, 10.5, 1), put("book", "AptNum", 510, ProvNum=2),
         put("bookings", "id", 9010, provider_id=802)],
        [("operatory.double", (502, 510, 1))],
    ),
    "one provider in two rooms": (
        [put("book", "AptNum", 503, ProvNum=1), put("bookings", "id", 9003, provider_id=801)],
        [("provider.double", (501, 503, 1))],
    ),
    "the assistant's time may overlap": (
        [put("book", "AptNum", 503, ProvNum=1, Pattern="/" * 12), put("bookings", "id", 9003, provider_id=801)],
        [],
    ),
    "one after the other": ([lambda office: office.visit(9010, 510, 21, 11, 1)], []),
    "a placeholder without a chart": (
        [lambda office: office.person(790, "Mara", "Lund", "1988-11-20")],
        [("placeholder.unlinked", (790,))],
    ),
    "a placeholder with a chart": (
        [lambda office: office.person(790, "Keiko", "Tanaka", "1995-05-25", phone_number="2085550131")],
        [("placeholder.has-chart", (790, 31))],
    ),
    "a placeholder of today": (
        [lambda office: office.person(790, "Mara", "Lund", "1988-11-20", created_at="2026-03-02T14:00:00Z")],
        [],
    ),
    "no birth date": ([put("charts", "PatNum", 21, Birthdate="0001-01-01")], [("birth-date.missing", (21,))]),
    "born in 1900": ([put("charts", "PatNum", 21, Birthdate="1900-01-01")], [("birth-date.placeholder", (21,))]),
    "born tomorrow": ([put("charts", "PatNum", 21, Birthdate="2026-03-03")], [("birth-date.future", (21,))]),
    "born in 1890": ([put("charts", "PatNum", 21, Birthdate="1890-05-05")], [("birth-date.too-old", (21,))]),
    "a short number": ([put("charts", "PatNum", 21, HmPhone="555-0199")], [("phone.invalid", (21,))]),
    "555-5555": ([put("charts", "PatNum", 21, WirelessPhone="208-555-5555")], [("phone.placeholder", (21,))]),
    "a number of two families": (
        [put("charts", "PatNum", 21, WirelessPhone="208.555.0131")],
        [("phone.shared", (21, 31))],
    ),
    "no address": ([put("charts", "PatNum", 21, Email="lucia at example")], [("email.invalid", (21,))]),
    "none@none.com": ([put("charts", "PatNum", 21, Email="none@none.com")], [("email.placeholder", (21,))]),
    "an address at the front desk": (
        [put("charts", "PatNum", 21, Email="front.desk@example.com")], [("email.role", (21,))],
    ),
    "an office's address on two families": (
        [put("charts", "PatNum", 21, Email="info@example.com"), put("charts", "PatNum", 31, Email="Info@Example.com")],
        [("email.role", (21, 31))],
    ),
    "somebody called Frontera": ([put("charts", "PatNum", 21, Email="frontera@example.com")], []),
    "numbers exchanged within a family": (
        [put("charts", "PatNum", 12, WirelessPhone="(208)555-0112"),
         put("people", "id", 711, cell_phone_number="2085550112"),
         put("people", "id", 712, cell_phone_number="2085550111")],
        [("phone.swapped", (11, 12))],
    ),
    "numbers of their own within a family": (
        [put("charts", "PatNum", 12, WirelessPhone="(208)555-0112"),
         put("people", "id", 711, cell_phone_number="2085550113"),
         put("people", "id", 712, cell_phone_number="2085550111")],
        [("details.phone", (11, 711)), ("details.phone", (12, 712))],
    ),
    "a cell phone as a home number": (
        [put("charts", "PatNum", 21, WirelessPhone="", HmPhone="(208)555-0121"),
         put("people", "id", 721, cell_phone_number="2085550121")],
        [("phone.field", (21, 721))],
    ),
    "a main phone as a home number": (
        [put("charts", "PatNum", 21, WirelessPhone="", HmPhone="(208)555-0121"),
         put("people", "id", 721, phone_number="2085550121")],
        [],
    ),
    "a guarantor whom nobody knows": ([put("charts", "PatNum", 31, Guarantor=99)], [("family.nobody", (99, 31))]),
    "a guarantor who was merged away": (
        [lambda office: office.chart(40, "Otto", "Tanaka", "1931-05-25", PatStatus="Archived"),
         put("charts", "PatNum", 31, Guarantor=40)],
        [("family.gone", (40, 31))],
    ),
    "two guarantors of each other": (
        [put("charts", "PatNum", 31, Guarantor=21), put("charts", "PatNum", 21, Guarantor=31)],
        [("family.loop", (21, 31))],
    ),
    "a guarantor with a guarantor": (
        [put("charts", "PatNum", 31, Guarantor=21), put("charts", "PatNum", 21, Guarantor=11)],
        [("family.chain", (21, 31))],
    ),
    "an address of two families": (
        [put("charts", "PatNum", 21, Email="Family31@Example.com")],
        [("email.shared", (21, 31))],
    ),
    "an inactive patient's faults matter to nobody": (
        [lambda office: office.chart(50, "Dale", "Fenwick", "", PatStatus="Inactive", Email="none@none.com")],
        [],
    ),
    "deceased": ([put("charts", "PatNum", 31, PatStatus="Deceased")], [("patient.deceased", (504, 31))]),
    "inactive": ([put("charts", "PatNum", 31, PatStatus="Inactive")], [("patient.inactive", (504, 31))]),
    "a child alone": ([put("charts", "PatNum", 12, Guarantor=12, WirelessPhone="", Email="")],
                      [("guarantor.none", (12,))]),
    "a child of nobody known": ([put("charts", "PatNum", 12, Guarantor=99, WirelessPhone="", Email="")],
                                [("guarantor.unknown", (12, 99))]),
    "a child of one who is gone": (
        [put("charts", "PatNum", 11, PatStatus="Archived"),
         put("people", "id", 711, inactive=True), drop("book", "AptNum", 501), drop("bookings", "id", 9001)],
        [("guarantor.inactive", (12, 11))],
    ),
    "seven hours late": (
        [put("book", "AptNum", 504, AptDateTime="2026-03-04 20:00:00"),
         put("bookings", "id", 9004, start_time="2026-03-05T03:00:00Z", end_time="2026-03-05T04:00:00Z")],
        [("time.outside-hours", (504, 31))],
    ),
    "late by a time that no clock explains": (
        [put("book", "AptNum", 504, AptDateTime="2026-03-04 00:30:00"),
         put("bookings", "id", 9004, start_time="2026-03-04T07:30:00Z", end_time="2026-03-04T08:30:00Z")],
        [],
    ),
    "a booking that never arrived": (
        [lambda office: office.online(9010, 721, 15, 1)],
        [("booking.stuck", (9010, 721))],
    ),
    "a booking that was missed": (
        [lambda office: office.online(9010, 721, -48, 1)],
        [("booking.missed", (9010, 721))],
    ),
    "a booking of just now": (
        [lambda office: office.online(9010, 721, 15, 1, created_at="2026-03-02T14:50:00Z")],
        [],
    ),
    "a booking that arrived by its stamp": (
        [lambda office: office.online(9010, 721, 15, 1),
         lambda office: office.book_visit(510, 21, 15, 1, Note="NexHealth 9010")],
        [],
    ),
    "a booking that somebody typed in": (
        [lambda office: office.online(9010, 721, 15, 1), lambda office: office.book_visit(510, 21, 15, 1)],
        [],
    ),
    "a schedule block": ([lambda office: office.online(9010, 0, 15, 1, unavailable=True)], []),
    "a room without a counterpart": (
        [lambda office: office.nex_chairs.append({"id": 309, "name": "New", "active": True})],
        [("operatory.unmapped", (309,))],
    ),
    "a room that is hidden": ([put("chairs", "OperatoryNum", 1, IsHidden="true")], [("operatory.hidden", (301, 1))]),
    "a provider that is gone": ([drop("staff", "ProvNum", 2)], [("provider.gone", (802, 2))]),
    "a type without a rule": (
        [lambda office: office.nex_types.append({"id": 42, "name": "Whitening", "bookable_online": True})],
        [("type.unmapped", (42,))],
    ),
    "a hidden type": (
        [settle(types={41: TypeRule(appointment_type_num=5)}),
         put("types", "AppointmentTypeNum", 5, IsHidden="true")],
        [("type.hidden", (41, 5))],
    ),
    "a room that is gone": (
        [settle(operatories={301: 7, 302: 8}), lambda office: office.tables.update(book=[], bookings=[])],
        [("operatory.gone", (301, 7)), ("operatory.gone", (302, 8))],
    ),
    "a provider without a counterpart": (
        [lambda office: office.nex_staff.append({"id": 809, "first_name": "Dana", "last_name": "New"})],
        [("provider.unmapped", (809,))],
    ),
    "a provider who is hidden": ([put("staff", "ProvNum", 2, IsHidden="true")], [("provider.hidden", (802, 2))]),
    "an area code of nowhere": (
        [put("charts", "PatNum", 21, HmPhone="(999)234-5678")],
        [("phone.unassigned", (21,))],
    ),
    "a slip in a domain": ([put("charts", "PatNum", 21, Email="lucia@gmial.com")], [("email.misspelt", (21,))]),
    "archived": ([put("charts", "PatNum", 31, PatStatus="Archived")], [("patient.archived", (504, 31))]),
    "deleted": ([put("charts", "PatNum", 31, PatStatus="Deleted")], [("patient.deleted", (504, 31))]),
    "a child of a child": (
        [lambda office: office.chart(13, "Finn", "Whitfield", "2011-02-03", Guarantor=11),
         put("charts", "PatNum", 12, Guarantor=13, WirelessPhone="", Email="")],
        [("guarantor.minor", (12, 13))],
    ),
    "a type that leads nowhere": (
        [settle(types={41: TypeRule(appointment_type_num=77)})],
        [("type.gone", (41, 77))],
    ),
}  # fmt: skip


ALL = CASES | FURTHER


@pytest.mark.parametrize("case", ALL)
def test_an_office_with_one_fault_has_its_rows_and_no_other(case: str) -> None:
    breaks, expected = ALL[case]

    assert broken(*breaks).found() == expected


def test_a_clock_that_is_wrong_for_all_is_one_row() -> None:
    office = Office()
    for booking in office.bookings:
        for name in ("start_time", "end_time"):
            hour = int(booking[name][11:13])
            booking[name] = f"{booking[name][:11]}{hour + 1:02}{booking[name][13:]}"

    rows = audit(office.picture(), only=["time-zones"]).rows

    assert [found(row) for row in rows] == [("time.shifted", (12,))]
    assert rows[0].facts == {"shift": "-1 h", "visits": "4"}


def test_a_practice_that_nexhealth_does_not_read_is_not_blamed_for_its_own_visits() -> None:
    office = broken(lambda office: office.bookings.clear(), lambda office: office.people.clear())

    assert office.found() == []


def test_every_rule_has_a_case() -> None:
    tried = {rule for _, expected in ALL.values() for rule, _ in expected}

    # A clock that is wrong for all has a test of its own.
    assert {rule for each in AUDITS for rule in each.rules} - tried == {"time.shifted"}


def test_a_link_of_the_engine_ties_what_nothing_else_does() -> None:
    office = broken(
        lambda office: office.online(9010, 721, 15, 1),
        lambda office: office.book_visit(510, 21, 16, 1),
    )
    link = Link(
        id="l",
        kind="visit",
        location="main",
        nexhealth=Ref(side="nexhealth", realm="demo-dental", id="9010"),
        opendental=Ref(side="opendental", realm="main", id="510"),
        updated=AT,
    )
    office.links = links_of([link, evolve(link, kind="person"), evolve(link, opendental=None)])

    assert office.found() == [("visit.start", (510, 9010, 21))]


def test_the_same_picture_gives_the_same_rows() -> None:
    breaks = [each for faults, _ in list(CASES.values())[:3] for each in faults]

    assert audit(broken(*breaks).picture()).rows == audit(broken(*breaks).picture()).rows


def test_an_unknown_audit_is_refused() -> None:
    with pytest.raises(ValueError, match="no audit typo"):
        audit(Office().picture(), only=["typo"])


def test_what_five_families_share_matters_more_than_what_two_do() -> None:
    office = Office()
    for number in range(41, 44):
        office.chart(number, "Ann", f"Family{number}", f"19{number}-01-01", Email="family31@example.com")
    for number in (11, 21):
        office.of("charts", "PatNum", number)["Email"] = "family31@example.com"

    rows = audit(office.picture(), only=["emails"]).rows

    assert [(row.severity, row.facts["families"]) for row in rows] == [("warning", "6")]


def test_somebody_who_hangs_on_a_circle_is_not_told_again_and_a_long_circle_is_told_once() -> None:
    office = broken(
        put("charts", "PatNum", 31, Guarantor=21),
        put("charts", "PatNum", 21, Guarantor=40),
        lambda office: office.chart(40, "Otto", "Quist", "1951-05-25", Guarantor=31),
        lambda office: office.chart(41, "Olga", "Quist", "1952-05-25", Guarantor=40),
    )

    assert [found(row) for row in audit(office.picture(), only=["guarantors"]).rows] == [("family.loop", (21, 40, 31))]
