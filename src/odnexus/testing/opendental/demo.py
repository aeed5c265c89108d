"""A small invented practice for demos and tests: people whom it is easy to mix up, rooms, words and a few visits.

Nobody here exists; numbers are 555 numbers and addresses end in example.com. Dates are relative to the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from attrs import frozen

from odnexus.testing.clock import SimClock
from odnexus.testing.opendental.practice import Practice
from odnexus.testing.opendental.simulator import OpenDentalSimulator

if TYPE_CHECKING:
    from odnexus.testing.opendental.values import Value

# Name and number per category; numbers as they grow over years, with holes. The second office has its own.
_DEFINITIONS: Mapping[int, tuple[tuple[str, int], ...]] = {
    2: (
        ("Not Called", 19),
        ("eConfirmSent", 241),
        ("Confirmed", 21),
        ("Arrived", 307),
        ("In Treatment Room", 308),
        ("eConfirmFailure", 244),
        ("Not Accepted", 243),
        ("Created from Web Sched", 352),
    ),
    4: (("Standard Account", 40), ("Payment Plan", 47), ("Courtesy", 188)),
    13: (("Left Message", 61), ("Unreachable", 66), ("Will Call Back", 251)),
    18: (("Consent Forms", 135), ("Insurance Cards", 142), ("Patient Pictures", 139)),
    25: (("Lunch", 82), ("Emergency", 86), ("Meeting", 290)),
    27: (("ApptRelated", 101), ("Insurance", 104), ("Miscellaneous", 103), ("Recall", 260)),
    35: (("General", 170), ("Hygienist", 176)),
    42: (("New patient exam", 361),),
    51: (("Cleaning", 366), ("Emergency visit", 369)),
}
_OTHER_OFFICE = 1013
"""What the second variant adds to each DefNum."""

_PROVIDERS = (
    ("DOC1", "Harlan", "Ida", False),
    ("DOC2", "Brandt", "Omar", False),
    ("HYG1", "Quist", "Noor", True),
    ("HYG2", "Salas", "Wendy", True),
)
# Name, dentist, hygienist, hygiene room, offered in Web Sched.
_ROOMS = (
    ("OP1", "DOC1", "", False, False),
    ("OP2", "DOC1", "", False, True),
    ("OP3", "DOC2", "", False, True),
    ("OP4", "DOC2", "", False, False),
    ("HY1", "", "HYG1", True, True),
    ("HY2", "", "HYG2", True, True),
)
# Name, minutes, procedures.
_TYPES = (
    ("New patient", 60, "D0150,D0210"),
    ("Hygiene", 60, "D1110"),
    ("Emergency", 30, "D0140"),
    ("Recall", 40, "D0120,D1110"),
)
_CODES = {"D0120": "PerEx", "D0140": "LtdEx", "D0150": "CompEx", "D0210": "FMX", "D1110": "Pro"}

# Label, family name, given name, middle, birth date, sex, mobile, e-mail, label of the guarantor.
_PEOPLE = (
    ("robert", "Whitfield", "Robert", "J", "1979-06-02", "Male", "(208)555-0101", "rwhitfield@example.com", ""),
    ("anna", "Whitfield", "Anna", "", "1981-11-19", "Female", "(208)555-0102", "anna.w@example.com", "robert"),
    ("twin_mia", "Castellano", "Mia", "", "2012-04-08", "Female", "", "", "mother_lucia"),
    ("twin_mara", "Castellano", "Mara", "", "2012-04-08", "Female", "", "", "mother_lucia"),
    ("mother_lucia", "Castellano", "Lucia", "R", "1984-01-27", "Female", "(208)555-0110", "lucia.c@example.com", ""),
    ("father_henry", "Abernathy", "Henry", "", "1958-09-14", "Male", "(208)555-0120", "habernathy@example.com", ""),
    ("son_henry", "Abernathy", "Henry", "", "1989-03-30", "Male", "(208)555-0120", "", "father_henry"),
    ("mother_grace", "Lindqvist", "Grace", "", "1987-07-21", "Female", "208-555-0130", "grace.l@example.com", ""),
    ("child_theo", "Lindqvist", "Theo", "", "2017-02-11", "Male", "208-555-0130", "", "mother_grace"),
    ("jose", "Muñoz", "José", "A", "1990-12-05", "Male", "208.555.0140", "jose.m@example.com", ""),
    ("obrien", "O'Brien", "Siobhán", "", "1972-08-16", "Female", "(208) 555-0141", "siobhan@example.com", ""),
    ("hyphen", "Reyes-Tanaka", "Keiko", "", "1995-05-25", "Female", "(208)555-0142", "keiko@example.com", ""),
    ("liz", "Novak", "Elizabeth", "", "1966-10-31", "Female", "(208)555-0143", "liz.novak@example.com", ""),
    ("leap", "Petrov", "Dmitri", "", "1996-02-29", "Male", "(208)555-0144", "dpetrov@example.com", ""),
    ("no_email", "Achebe", "Ngozi", "", "1954-03-03", "Female", "(208)555-0145", "", ""),
    ("no_birthday", "Vance", "Perry", "", "", "Male", "(208)555-0146", "perry@example.com", ""),
    ("land_line", "Dubois", "Claire", "", "1948-12-12", "Female", "", "", ""),
    ("sam_one", "Patel", "Sam", "", "1993-09-09", "Other", "(208)555-0148", "sam.patel@example.com", ""),
    ("sam_two", "Patel", "Samir", "", "1993-09-19", "Male", "(208)555-0149", "samir.patel@example.com", ""),
    ("spouse_a", "Ibarra", "Lou", "", "1985-05-05", "Female", "(208)555-0150", "ibarras@example.com", ""),
    ("spouse_b", "Ibarra", "Lou", "M", "1983-10-20", "Male", "(208)555-0150", "ibarras@example.com", "spouse_a"),
    ("inactive", "Fenwick", "Dale", "", "1970-01-15", "Male", "(208)555-0151", "dale@example.com", ""),
    ("archived", "Whitfield", "Bob", "", "1979-06-02", "Male", "(208)555-0199", "", ""),
    ("deceased", "Holm", "Astrid", "", "1931-04-22", "Female", "", "", ""),
    ("spanish", "Ortega", "Inés", "", "2001-07-07", "Female", "(208)555-0152", "ines@example.com", ""),
)
_EXTRA: Mapping[str, Mapping[str, Value]] = {
    "land_line": {"HmPhone": "(208)555-0147"},
    "inactive": {"PatStatus": "Inactive"},
    "archived": {"PatStatus": "Archived"},
    "deceased": {"PatStatus": "Deceased"},
    "spanish": {"Language": "spa", "TxtMsgOk": "Yes"},
    "robert": {"Preferred": "Bob", "TxtMsgOk": "Yes", "PreferConfirmMethod": "TextMessage"},
    "twin_mia": {"Position": "Child"},
    "twin_mara": {"Position": "Child"},
    "child_theo": {"Position": "Child"},
}

# Label, patient, day from today, hour and minute, room, provider, type, and what else is set.
_VISITS: tuple[tuple[str, str, int, tuple[int, int], str, str, str, Mapping[str, Value]], ...] = (
    ("robert_recall", "robert", 1, (9, 0), "HY1", "DOC1", "Recall", {"IsHygiene": True}),
    ("lucia_exam", "mother_lucia", 1, (9, 0), "OP1", "DOC1", "New patient", {"IsNewPatient": True}),
    ("henry_hygiene", "father_henry", 2, (10, 0), "HY2", "DOC2", "Hygiene", {"IsHygiene": True}),
    ("jose_emergency", "jose", 1, (11, 30), "OP3", "DOC2", "Emergency", {}),
    ("grace_asap", "mother_grace", 9, (14, 0), "OP2", "DOC1", "Recall", {"Priority": "ASAP"}),
    ("liz_asap", "liz", 12, (8, 0), "HY1", "DOC1", "Hygiene", {"Priority": "ASAP", "IsHygiene": True}),
    ("dmitri_unscheduled", "leap", -6, (15, 0), "OP4", "DOC2", "Recall", {"AptStatus": "UnschedList"}),
    ("keiko_unscheduled", "hyphen", -3, (10, 0), "HY2", "DOC2", "Hygiene", {"AptStatus": "UnschedList"}),
    ("ngozi_complete", "no_email", -7, (9, 0), "OP1", "DOC1", "Recall", {"AptStatus": "Complete"}),
    ("perry_broken", "no_birthday", -2, (13, 0), "OP2", "DOC1", "Emergency", {"AptStatus": "Broken"}),
)


@frozen(kw_only=True)
class Demo:
    """The keys of what the demo practice holds, by readable labels.

    Args:
        providers: ProvNum by abbreviation.
        operatories: OperatoryNum by name.
        definitions: DefNum by name.
        types: AppointmentTypeNum by name.
        patients: PatNum by label, such as ``robert`` or ``twin_mia``.
        appointments: AptNum by label, such as ``robert_recall``.
        clinics: ClinicNum by abbreviation; empty for an office without clinics.
    """

    providers: Mapping[str, int]
    operatories: Mapping[str, int]
    definitions: Mapping[str, int]
    types: Mapping[str, int]
    patients: Mapping[str, int]
    appointments: Mapping[str, int]
    clinics: Mapping[str, int]


def demo_practice(clock: SimClock | None = None, *, variant: int = 1, **options: Any) -> OpenDentalSimulator:
    """Return a simulator that holds the demo practice; its keys are in ``simulator.demo``.

    Args:
        clock: Source of time.
        variant: 1, or 2 for an office with other numbers for the same words.
        **options: Whatever `OpenDentalSimulator` takes.
    """
    simulator = OpenDentalSimulator(clock=clock, **options)
    simulator.seed(variant=variant)
    return simulator


def seed(practice: Practice, *, variant: int = 1) -> Demo:
    """Fill an empty *practice* with the demo data and return its keys; raise `ValueError` if it is not empty."""
    if practice.patients or practice.rows("definitions"):
        raise ValueError("the practice is not empty")
    with practice.lock:
        definitions = _define(practice, _OTHER_OFFICE if variant == 2 else 0)
        clinics = _add_clinics(practice)
        providers = _add_providers(practice)
        operatories = _add_rooms(practice, providers, clinics)
        types = _add_types(practice)
        practice.web_sched_types = {
            definitions["New patient exam"]: types["New patient"],
            definitions["Cleaning"]: types["Hygiene"],
            definitions["Emergency visit"]: types["Emergency"],
        }
        _open(practice, providers, operatories, definitions["Lunch"])
        patients = _add_people(practice, clinics)
        for name, payer in (("Blue Alder Dental", "55501"), ("Cascade Mutual", "55502"), ("Pine State Medicaid", "")):
            practice.add_carrier(CarrierName=name, ElectID=payer)
        return Demo(
            providers=providers,
            operatories=operatories,
            definitions=definitions,
            types=types,
            patients=patients,
            appointments=_add_visits(practice, patients, providers, operatories, types),
            clinics=clinics,
        )


def _define(practice: Practice, offset: int) -> dict[str, int]:
    numbers = {
        name: practice.add_definition(category, name, DefNum=number + offset)
        for category, names in _DEFINITIONS.items()
        for name, number in names
    }
    practice.confirmations = {
        "Sent": numbers["eConfirmSent"],
        "Confirmed": numbers["Confirmed"],
        "Not Accepted": numbers["Not Accepted"],
        "Failed": numbers["eConfirmFailure"],
    }
    for name, value in (
        ("PracticeTitle", "Example Family Dental"),
        ("PracticeDefaultBillType", str(numbers["Standard Account"])),
        ("BrokenApptProcedure", "3"),
        ("LanguagesUsedByPatients", "eng,spa"),
        ("AppointmentTimeIncrement", "10"),
        ("ApptsRequireProc", "1"),
        ("AppointmentWithoutProcsDefaultLength", "20"),
    ):
        practice.set_preference(name, value)
    return numbers


def _add_clinics(practice: Practice) -> dict[str, int]:
    if not practice.uses_clinics:
        return {}
    return {
        abbr: practice.add_clinic(Description=name, Abbr=abbr, Phone=phone)
        for abbr, name, phone in (("North", "North Street", "2085550180"), ("South", "South Street", "2085550181"))
    }


def _add_providers(practice: Practice) -> dict[str, int]:
    return {
        abbr: practice.add_provider(Abbr=abbr, LName=family, FName=given, IsSecondary=hygienist)
        for abbr, family, given, hygienist in _PROVIDERS
    }


def _add_rooms(practice: Practice, providers: Mapping[str, int], clinics: Mapping[str, int]) -> dict[str, int]:
    def clinic(index: int) -> int:
        # The first three rooms and the first hygiene room are in the north, the others in the south.
        return clinics["North" if index in (0, 1, 4) else "South"] if clinics else 0

    return {
        name: practice.add_operatory(
            OpName=name,
            Abbrev=name,
            ProvDentist=providers.get(dentist, 0),
            ProvHygienist=providers.get(hygienist, 0),
            IsHygiene=hygiene,
            IsWebSched=web,
            ClinicNum=clinic(index),
        )
        for index, (name, dentist, hygienist, hygiene, web) in enumerate(_ROOMS)
    }


def _add_types(practice: Practice) -> dict[str, int]:
    for code, short in _CODES.items():
        practice.add_procedure_code(code, short)
    return {
        name: practice.add_appointment_type(
            AppointmentTypeName=name, Pattern="/" + "X" * (minutes // 5 - 2) + "/", CodeStr=codes
        )
        for name, minutes, codes in _TYPES
    }


def _open(practice: Practice, providers: Mapping[str, int], operatories: Mapping[str, int], lunch: int) -> None:
    """Open the office on workdays of the next four weeks; hygienists' rows name their room, dentists' rows do not."""
    rooms = {"HYG1": str(operatories["HY1"]), "HYG2": str(operatories["HY2"])}
    for day in (practice.today() + timedelta(days=offset) for offset in range(28)):
        if day.weekday() >= 5:
            continue
        for abbr, number in providers.items():
            for start, stop in ((time(8), time(12)), (time(13), time(17))):
                practice.add_schedule(
                    SchedDate=day,
                    StartTime=start,
                    StopTime=stop,
                    SchedType="Provider",
                    ProvNum=number,
                    operatories=rooms.get(abbr, ""),
                )
        practice.add_schedule(
            SchedDate=day,
            StartTime=time(12),
            StopTime=time(13),
            SchedType="Blockout",
            BlockoutType=lunch,
            operatories=",".join(str(number) for number in operatories.values()),
        )


def _add_people(practice: Practice, clinics: Mapping[str, int]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    # Heads of families first: a guarantor exists before its dependants.
    for label, family, given, middle, birthday, sex, mobile, email, head in sorted(
        _PEOPLE, key=lambda one: bool(one[8])
    ):
        fields: dict[str, Value] = {
            "LName": family,
            "FName": given,
            "MiddleI": middle,
            "Birthdate": birthday,
            "Gender": sex,
            "WirelessPhone": mobile,
            "Email": email,
            "Guarantor": numbers.get(head, 0),
            "ClinicNum": clinics.get("North", 0),
            "Address": "12 Example Ave",
            "City": "Boise",
            "State": "ID",
            "Zip": "83702",
        }
        numbers[label] = practice.add_patient(**{**fields, **_EXTRA.get(label, {})})
    return numbers


def workday(today: date, offset: int) -> date:
    """Return the day *offset* days from *today*, moved to Monday from a weekend."""
    day = today + timedelta(days=offset)
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= 5 else day


def _add_visits(
    practice: Practice,
    patients: Mapping[str, int],
    providers: Mapping[str, int],
    operatories: Mapping[str, int],
    types: Mapping[str, int],
) -> dict[str, int]:
    hygienists = {room: hygienist for room, _, hygienist, _, _ in _ROOMS}
    numbers: dict[str, int] = {}
    for label, patient, offset, (hour, minute), room, provider, kind, extra in _VISITS:
        start = datetime.combine(workday(practice.today(), offset), time(hour, minute))
        fields: dict[str, Value] = {
            "PatNum": patients[patient],
            "AptDateTime": start,
            "Op": operatories[room],
            "ProvNum": providers[provider],
            "ProvHyg": providers.get(hygienists[room], 0),
            "AppointmentTypeNum": types[kind],
        }
        numbers[label] = practice.add_appointment(**{**fields, **extra})
    return numbers
