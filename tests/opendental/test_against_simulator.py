"""Figures of the Open Dental client, counted at a simulated office: what is sent, how often, and how fast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import pytest

from odnexus._sync.opendental import OpenDental
from odnexus.errors import (
    AmbiguousWriteError,
    ApiError,
    InvalidRequestError,
    RateLimitError,
    ServerError,
    UnsupportedError,
)
from odnexus.opendental import changes, kinds
from odnexus.opendental.endpoints import Endpoint
from odnexus.opendental.events import ApiEvent, parse_event
from odnexus.opendental.models import Appointment, DefCategory
from odnexus.opendental.tables import ENDPOINTS, appointments, insurance, office as office_table, patients, records
from odnexus.testing.clock import VirtualClock
from odnexus.testing.faults import FaultKind
from odnexus.testing.opendental import (
    CUSTOMER_KEY,
    DEVELOPER_KEY,
    ENTERPRISE,
    PERMISSIONS,
    OpenDentalSimulator,
    Switches,
    demo_practice,
)
from odnexus.testing.transports import transport

NEWEST = "26.2.1.0"


def office(**options: Any) -> OpenDentalSimulator:
    return demo_practice(VirtualClock(), **{"permissions": PERMISSIONS - {ENTERPRISE}, "version": NEWEST, **options})


def client(simulator: OpenDentalSimulator, **settings: Any) -> OpenDental:
    known: dict[str, Any] = {
        "developer_key": DEVELOPER_KEY,
        "customer_key": CUSTOMER_KEY,
        "mode": simulator.mode,
        "base_url": simulator.base_url,
        "transport": transport(simulator),
        "clock": simulator.clock,
    }
    return OpenDental(**known | settings)


def empty_office(count: int, **options: Any) -> OpenDentalSimulator:
    """Return an office with *count* charts and nothing else."""
    simulator = OpenDentalSimulator(clock=VirtualClock(), **options)
    for number in range(count):
        simulator.practice.add_patient(LName=f"Family{number}", FName="Pat")
    return simulator


# F9, F10: paging and pace.


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (99, 1), (100, 2), (249, 3)])
def test_pages_of_remote_mode_cost_what_they_must(count: int, requests: int) -> None:
    simulator = empty_office(count, mode="remote")

    with client(simulator) as od:
        rows = [row.pat_num for row in od.patients.simple()]

    assert len(rows) == len(set(rows)) == count
    assert simulator.count("GET", "/patients/Simple") == requests


def test_a_back_fill_takes_a_second_a_page_remote_and_no_waiting_through_the_service() -> None:
    remote, service = empty_office(2000, mode="remote"), empty_office(2000, mode="service")
    started = remote.clock.now()

    with client(remote) as od:
        assert sum(1 for _ in od.patients.simple()) == 2000
    with client(service) as od:
        assert sum(1 for _ in od.patients.simple()) == 2000

    # The pace of F10: 100 pages in 105 seconds.
    assert remote.count() == 21
    assert remote.clock.now() - started <= timedelta(seconds=21)
    assert service.clock.now() == started
    assert service.count() == 3


@pytest.mark.parametrize(
    ("tier", "permissions", "interval"),
    [
        ("read_all", {"ApiReadAll"}, 5.0),
        ("standard", {"ApiReadAll", "ApiComm"}, 1.0),
        ("enterprise", {"ApiReadAll", "ApiComm", ENTERPRISE}, 0.5),
    ],
)
def test_a_steady_client_is_never_throttled(tier: str, permissions: set[str], interval: float) -> None:
    simulator = office(mode="remote", permissions=permissions, switches=Switches(throttle="refuse"))
    robert = simulator.demo.patients["robert"]

    with client(simulator, tier=tier) as od:
        for _ in range(30):
            od.patients.get(robert)

    seen = simulator.requests
    gaps = [(later.at - sooner.at).total_seconds() for sooner, later in pairwise(seen)]
    assert {request.status for request in seen} == {200}
    assert min(gaps) >= interval
    assert max(gaps) <= interval * 1.06


def test_the_interval_holds_when_the_office_is_slow() -> None:
    simulator = office(mode="remote", switches=Switches(throttle="refuse", latency=timedelta(seconds=3)))
    robert = simulator.demo.patients["robert"]

    with client(simulator) as od:
        for _ in range(5):
            od.patients.get(robert)

    assert {request.status for request in simulator.requests} == {200}


def test_a_client_faster_than_its_permission_obeys_and_says_so() -> None:
    simulator = office(mode="remote", permissions={"ApiReadAll"}, switches=Switches(throttle="refuse"))
    robert = simulator.demo.patients["robert"]

    with client(simulator, tier="enterprise") as od:
        for _ in range(5):
            od.patients.get(robert)

    refused = Counter(request.status for request in simulator.requests)[429]
    assert refused <= 5


# Rows move while they are read.


def test_charts_that_leave_a_filter_hide_nobody() -> None:
    simulator = empty_office(350, mode="remote")
    numbers = sorted(simulator.practice.patients)
    seen = []

    with client(simulator) as od:
        for row in od.patients.simple(pat_status="Patient"):
            seen.append(row.pat_num)
            if len(seen) == 100:
                for number in numbers[10:60]:
                    simulator.practice.staff.edit_patient(number, PatStatus="Inactive")

    assert seen == sorted(set(seen)) or len(seen) == len(set(seen))
    assert set(seen) == set(numbers)


def test_deleted_visits_hide_no_others() -> None:
    simulator = office(mode="remote")
    anna, room = simulator.demo.patients["anna"], simulator.demo.operatories["OP4"]
    day = datetime.combine(simulator.practice.today() + timedelta(days=3), time(8))
    staff = simulator.practice.staff
    booked = [staff.book(anna, start=day + timedelta(minutes=5 * step), op=room) for step in range(230)]
    seen = []

    with client(simulator) as od:
        for row in od.appointments.iter(pat_num=anna):
            seen.append(row.apt_num)
            if len(seen) == 100:
                for number in booked[:7]:
                    staff.delete(number)

    assert set(seen) == set(booked)
    assert len(seen) == len(booked)


# F18: lost answers.

LOST: list[tuple[FaultKind, int]] = [
    ("lost_answer", 0),
    ("reset_before", 0),
    ("timeout_after", 0),
    ("timeout_before", 0),
    ("status_after", 502),
    ("status_after", 504),
    ("status", 500),
    ("status", 503),
]


@pytest.mark.parametrize(("kind", "status"), LOST)
def test_a_create_whose_answer_is_lost_is_sent_once_and_never_repeated(kind: FaultKind, status: int) -> None:
    simulator = office()
    simulator.faults.on("POST *", kind=kind, status=status, times=None)
    start = datetime.combine(simulator.practice.today() + timedelta(days=2), time(9))
    demo = simulator.demo

    with client(simulator) as od:
        with pytest.raises(AmbiguousWriteError):
            od.patients.create(l_name="Okafor", f_name="Lena")
        with pytest.raises(AmbiguousWriteError):
            od.appointments.create(pat_num=demo.patients["anna"], op=demo.operatories["OP1"], apt_date_time=start)
        with pytest.raises(AmbiguousWriteError):
            od.commlogs.create(pat_num=demo.patients["anna"], note="x")

    assert [simulator.count("POST", route) for route in ("/patients", "/appointments", "/commlogs")] == [1, 1, 1]
    assert sum(row["LName"] == "Okafor" for row in simulator.practice.patients.values()) <= 1


def test_a_create_that_was_never_sent_is_sent_again() -> None:
    simulator = office()
    simulator.faults.on("POST /patients", kind="refused", times=2)

    with client(simulator) as od:
        created = od.patients.create(l_name="Okafor", f_name="Lena")

    assert [n for n, row in simulator.practice.patients.items() if row["LName"] == "Okafor"] == [created.pat_num]


@pytest.mark.parametrize(("kind", "status"), LOST)
def test_a_read_or_a_plain_change_whose_answer_is_lost_is_repeated(kind: FaultKind, status: int) -> None:
    simulator = office()
    robert = simulator.demo.patients["robert"]
    simulator.faults.on("PUT /patients/{PatNum}", kind=kind, status=status, times=2)
    simulator.faults.on("GET /patients/{PatNum}", kind=kind, status=status, times=2)

    with client(simulator) as od:
        changed = od.patients.update(robert, preferred="Rob")
        read = od.patients.get(robert)

    assert changed.preferred == read.preferred == "Rob"
    assert simulator.count("PUT") == simulator.count("GET") == 3


# F19: amplification.


@pytest.mark.parametrize("status", [429, 504])
@pytest.mark.parametrize("mode", ["remote", "service"])
def test_steady_trouble_costs_at_most_five_requests_a_call(status: int, mode: str) -> None:
    simulator = office(mode=mode)
    simulator.faults.on("* *", kind="status", status=status, times=None)

    with client(simulator) as od:
        with pytest.raises((RateLimitError, ServerError)) as caught:
            list(od.patients.simple())
        reads = simulator.count()
        with pytest.raises(ApiError):
            od.appointments.confirm(1, confirm_val="Sent")

    assert reads <= 5
    assert simulator.count() - reads <= 5
    assert caught.value.status == status


# F20: the contract, under a strict office.


def plausible(simulator: OpenDentalSimulator, name: str, kind: kinds.Kind, hint: Any) -> Iterator[object]:
    """Yield values for a field: all words of an enumeration, numbers that exist, forms that are documented."""
    named = _numbers(simulator)
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    for option in options:
        if isinstance(option, type) and issubclass(option, StrEnum):
            yield from (word for word in option if _fits(kind, word))
            return
    start = datetime.combine(simulator.practice.today() + timedelta(days=2), time(9))
    texts = {
        "state": "ID", "billing_state": "ID", "pay_to_state": "ID", "zip": "83702", "billing_zip": "83702",
        "pay_to_zip": "83702-1234", "ssn": "900001234", "color_override": "10,20,30", "pattern": "/XX/",
        "pattern_secondary": "//X/", "language": "", "billing_type": "Courtesy", "phone": "2085550160",
        "end_point_url": "https://hooks.example.org/od/", "comm_type_text": "Recall", "workstation": "SRV01",
    }  # fmt: skip
    by_type: dict[type, object] = {
        bool: True,
        int: named.get(name, 1),
        str: texts.get(name, "Sample"),
        datetime: start,
        date: start.date(),
        time: time(9, 5),
        Decimal: Decimal("1500.50"),
    }
    yield next((by_type[option] for option in options if option in by_type), [])
    if NoneType in options:
        yield None


def _numbers(simulator: OpenDentalSimulator) -> dict[str, int]:
    demo, words = simulator.demo, simulator.demo.definitions
    robert, anna, doctor = demo.patients["robert"], demo.patients["anna"], demo.providers["DOC1"]
    return {
        "pat_num": anna, "guarantor": robert, "super_family": robert, "pri_prov": doctor, "sec_prov": doctor,
        "prov_num": doctor, "prov_hyg": demo.providers["HYG1"], "op": demo.operatories["OP4"],
        "confirmed": words["Confirmed"], "unsched_status": words["Left Message"], "specialty": words["General"],
        "appointment_type_num": demo.types["Emergency"], "comm_type": words["Insurance"], "fee_sched": 53,
        "employer_num": 0, "clinic_num": 0, "assistant": 0, "sec_user_num_entry": 0, "polling_seconds": 30,
        "plan_num": 3001, "pat_plan_num": 6001, "ins_sub_num": 4001, "carrier_num": 61, "subscriber": anna,
        "f_key": 6001, "quantity": 5, "percent": 80, "month_renew": 4, "ordinal": 1,
        "op_num": demo.operatories["OP4"],
    }  # fmt: skip


def _fits(kind: kinds.Kind, word: str) -> bool:
    try:
        return bool(kind.to_json("it", word))
    except ValueError:
        return False


def needed(simulator: OpenDentalSimulator, endpoint: Endpoint, step: int) -> dict[str, Any]:
    """Return the least that a write of *endpoint* needs; *step* keeps new charts apart."""
    demo = simulator.demo
    start = datetime.combine(simulator.practice.today() + timedelta(days=2), time(9))
    least: dict[str, dict[str, Any]] = {
        patients.CREATE.name: {"l_name": f"Sample{step}", "f_name": "Lena"},
        appointments.CREATE.name: {
            "pat_num": demo.patients["anna"], "op": demo.operatories["OP4"], "apt_date_time": start, "pattern": "/XX/",
        },
        appointments.CREATE_PLANNED.name: {
            "pat_num": demo.patients["anna"], "pattern": "/XX/", "appointment_type_num": demo.types["Hygiene"],
        },
        appointments.UPDATE.name: {"pattern": "/XX/"},
        office_table.CREATE_PROVIDER.name: {"abbr": f"P{step}"},
        office_table.CREATE_DEFINITION.name: {
            "item_name": f"Sample {step}", "category_text": DefCategory.RECALL_UNSCHED_STATUS,
        },
        records.CREATE_COMMLOG.name: {"pat_num": demo.patients["anna"], "note": "x"},
        records.CREATE_CARRIER.name: {"carrier_name": f"Carrier {step}"},
        insurance.CREATE_INS_PLAN.name: {"carrier_num": 61},
        insurance.CREATE_INS_SUB.name: {"plan_num": 3001, "subscriber": demo.patients["anna"], "subscriber_id": "X1"},
        insurance.CREATE_PAT_PLAN.name: {"pat_num": demo.patients["anna"], "ins_sub_num": 4000 + step},
        insurance.CREATE_BENEFIT.name: {"plan_num": 3001, "benefit_type": "Limitations", "coverage_level": "None"},
        insurance.UPDATE_INS_VERIFY.name: {
            "verify_type": "PatientEnrollment", "f_key": 6001, "date_last_verified": start.date(),
        },
        records.CREATE_SUBSCRIPTION.name: {
            "end_point_url": "https://hooks.example.org/od/", "watch_table": "Appointment", "polling_seconds": 15,
        },
    }  # fmt: skip
    return least.get(endpoint.name, {})


def write(od: OpenDental, simulator: OpenDentalSimulator, endpoint: Endpoint, values: dict[str, Any]) -> None:
    demo = simulator.demo
    subscription = 0
    if endpoint is records.UPDATE_SUBSCRIPTION:
        made = od.subscriptions.create(
            end_point_url="https://hooks.example.org/od/", watch_table="Patient", polling_seconds=15
        )
        subscription = made.subscription_num
    clinic = simulator.practice.add_clinic(Description="Elm Street", Abbr="ELM")
    carrier = simulator.practice.add_carrier(CarrierName="Delta Example")
    commlog = simulator.practice.add_commlog(PatNum=demo.patients["anna"], Note="x")
    visit = simulator.practice.staff.book(
        demo.patients["anna"], start=datetime.combine(simulator.practice.today(), time(9)), op=demo.operatories["OP1"]
    )
    plan = simulator.practice.add("insplans", CarrierNum=carrier)
    policy = simulator.practice.add("inssubs", PlanNum=plan, Subscriber=demo.patients["anna"], SubscriberID="X1")
    other = simulator.practice.add("inssubs", PlanNum=plan, Subscriber=demo.patients["anna"], SubscriberID="X2")
    coverage = simulator.practice.add("patplans", PatNum=demo.patients["robert"], InsSubNum=other)
    benefit = simulator.practice.add("benefits", PlanNum=plan, BenefitType="CoInsurance", Percent=80)
    doors: dict[str, Any] = {
        insurance.CREATE_INS_PLAN.name: od.ins_plans.create,
        insurance.UPDATE_INS_PLAN.name: lambda **fields: od.ins_plans.update(plan, **fields),
        insurance.CREATE_INS_SUB.name: od.ins_subs.create,
        insurance.UPDATE_INS_SUB.name: lambda **fields: od.ins_subs.update(policy, **fields),
        insurance.CREATE_PAT_PLAN.name: lambda **fields: od.pat_plans.create(
            **cast(Any, {**fields, "ins_sub_num": policy})
        ),
        insurance.UPDATE_PAT_PLAN.name: lambda **fields: od.pat_plans.update(coverage, **fields),
        insurance.CREATE_BENEFIT.name: od.benefits.create,
        insurance.UPDATE_BENEFIT.name: lambda **fields: od.benefits.update(benefit, **fields),
        insurance.UPDATE_INS_VERIFY.name: od.ins_verifies.update,
        patients.CREATE.name: od.patients.create,
        patients.UPDATE.name: lambda **fields: od.patients.update(demo.patients["robert"], **fields),
        appointments.CREATE.name: od.appointments.create,
        appointments.CREATE_PLANNED.name: od.appointments.create_planned,
        appointments.UPDATE.name: lambda **fields: od.appointments.update(visit, **fields),
        office_table.CREATE_PROVIDER.name: od.providers.create,
        office_table.UPDATE_PROVIDER.name: lambda **fields: od.providers.update(demo.providers["DOC2"], **fields),
        office_table.CREATE_DEFINITION.name: od.definitions.create,
        office_table.UPDATE_CLINIC.name: lambda **fields: od.clinics.update(clinic, **fields),
        records.CREATE_COMMLOG.name: od.commlogs.create,
        records.UPDATE_COMMLOG.name: lambda **fields: od.commlogs.update(commlog, **fields),
        records.CREATE_CARRIER.name: od.carriers.create,
        records.UPDATE_CARRIER.name: lambda **fields: od.carriers.update(carrier, **fields),
        records.CREATE_SUBSCRIPTION.name: od.subscriptions.create,
        records.UPDATE_SUBSCRIPTION.name: lambda **fields: od.subscriptions.update(subscription, **fields),
    }
    doors[endpoint.name](**values)


TYPES: dict[str, type] = {
    patients.CREATE.name: changes.PatientCreate,
    patients.UPDATE.name: changes.PatientChanges,
    appointments.CREATE.name: changes.AppointmentCreate,
    appointments.CREATE_PLANNED.name: changes.PlannedCreate,
    appointments.UPDATE.name: changes.AppointmentChanges,
    office_table.CREATE_PROVIDER.name: changes.ProviderCreate,
    office_table.UPDATE_PROVIDER.name: changes.ProviderChanges,
    office_table.CREATE_DEFINITION.name: changes.DefinitionCreate,
    office_table.UPDATE_CLINIC.name: changes.ClinicChanges,
    records.CREATE_COMMLOG.name: changes.CommlogCreate,
    records.UPDATE_COMMLOG.name: changes.CommlogChanges,
    records.CREATE_CARRIER.name: changes.CarrierCreate,
    records.UPDATE_CARRIER.name: changes.CarrierChanges,
    records.CREATE_SUBSCRIPTION.name: changes.SubscriptionCreate,
    records.UPDATE_SUBSCRIPTION.name: changes.SubscriptionChanges,
    insurance.CREATE_INS_PLAN.name: changes.InsPlanCreate,
    insurance.UPDATE_INS_PLAN.name: changes.InsPlanChanges,
    insurance.CREATE_INS_SUB.name: changes.InsSubCreate,
    insurance.UPDATE_INS_SUB.name: changes.InsSubChanges,
    insurance.CREATE_PAT_PLAN.name: changes.PatPlanCreate,
    insurance.UPDATE_PAT_PLAN.name: changes.PatPlanChanges,
    insurance.CREATE_BENEFIT.name: changes.BenefitCreate,
    insurance.UPDATE_BENEFIT.name: changes.BenefitChanges,
    insurance.UPDATE_INS_VERIFY.name: changes.InsVerifyChanges,
}


def _settle(endpoint: Endpoint, values: dict[str, Any], name: str) -> dict[str, Any]:
    """Return *values* without what may not stand beside the field *name*."""
    if name == "ui_event_type":
        return {key: value for key, value in values.items() if key not in ("watch_table", "polling_seconds")}
    if name in ("percent", "monetary_amt") and endpoint in (insurance.CREATE_BENEFIT, insurance.UPDATE_BENEFIT):
        return {**values, "benefit_type": "CoInsurance" if name == "percent" else "Deductible"}
    if name == "quantity_qualifier":
        return {**values, "quantity": 18}
    if name == "verify_type":
        return {**values, "f_key": 3001 if values["verify_type"] == "InsuranceBenefit" else 6001}
    if name == "pat_plan_num":
        return {key: value for key, value in values.items() if key != "plan_num"}
    if name == "pattern" and endpoint is appointments.UPDATE:
        return {"pattern": values["pattern"]}
    return values


@pytest.mark.parametrize("name", TYPES)
def test_a_strict_office_accepts_every_field_and_word_that_can_be_sent(name: str) -> None:
    simulator = office(clinics=True)
    endpoint, hints = ENDPOINTS[name], get_type_hints(TYPES[name])
    said: list[str] = []
    step = 0

    with client(simulator) as od:
        for field, hint in hints.items():
            for value in plausible(simulator, field, endpoint.body[field].kind, hint):
                step += 1
                values = needed(simulator, endpoint, step)
                if value is not None or endpoint.partial:
                    values[field] = value
                try:
                    write(od, simulator, endpoint, _settle(endpoint, values, field))
                except ApiError as error:
                    said.append(f"{field}={value!r}: {getattr(error, 'detail', '') or error}")

    assert said == []


LISTS: dict[str, dict[str, Any]] = {
    "patients.simple": {
        "l_name": "Whit", "f_name": "Rob", "birthdate": date(1979, 6, 2), "clinic_num": 0, "pat_status": "Patient",
        "date_t_stamp": datetime(2026, 1, 1), "pri_prov": 1, "gender": "Male", "position": "Single", "guarantor": 0,
        "super_family": 0, "fee_sched": 0, "employer_num": 0,
    },
    "patients.search": {
        "l_name": "Whit", "f_name": "Rob", "phone": "555-0101", "address": "x", "hide_inactive": True, "city": "x",
        "state": "ID", "ssn": "9", "chart_number": "x", "guar_only": False, "show_archived": True,
        "birthdate": date(1979, 6, 2), "site_num": 0, "subscriber_id": "x", "email": "example", "country": "x",
        "clinic_nums": [0, 1], "clinic_abbr": "x", "invoice_number": "x",
    },
    "appointments.iter": {
        "pat_num": 0, "apt_status": "Scheduled", "op": 1, "date": date(2026, 3, 3), "date_start": date(2026, 3, 3),
        "date_end": date(2026, 3, 3), "clinic_num": 0, "date_t_stamp": datetime(2026, 1, 1), "appointment_type_num": 0,
    },
    "appointments.asap": {"clinic_num": 0, "prov_num": 0},
    "appointments.web_sched": {
        "date": date(2026, 3, 3), "date_start": date(2026, 3, 3), "date_end": date(2026, 3, 3),
        "date_t_stamp": datetime(2026, 1, 1), "clinic_num": 0,
    },
    "hist_appointments.iter": {
        "hist_appt_action": "Deleted", "apt_num": 0, "pat_num": 0, "apt_status": "Broken", "clinic_num": 0,
        "date": date(2026, 3, 3), "date_start": date(2026, 3, 3), "date_end": date(2026, 3, 3),
    },
    "providers.iter": {"clinic_num": 0, "date_t_stamp": datetime(2026, 1, 1)},
    "operatories.iter": {"clinic_num": 0},
    "definitions.iter": {"category": DefCategory.APPT_CONFIRMED, "include_hidden": True},
    "preferences.iter": {"pref_name": "ProgramVersion"},
    "schedules.iter": {
        "date": date(2026, 3, 3), "sched_type": "Provider", "blockout_def_num": 0, "prov_num": 0, "employee_num": 1,
    },
    "commlogs.iter": {"pat_num": 0, "date_t_stamp": datetime(2026, 1, 1)},
}  # fmt: skip


@pytest.mark.parametrize("door", LISTS)
def test_a_strict_office_accepts_every_filter_that_can_be_sent(door: str) -> None:
    simulator = office(clinics=True)
    named = _numbers(simulator) | {
        "apt_num": simulator.demo.appointments["robert_recall"],
        "blockout_def_num": simulator.demo.definitions["Lunch"],
    }
    resource, method = door.split(".")
    said: list[str] = []

    with client(simulator) as od:
        for name, value in LISTS[door].items():
            wanted = named.get(name, value) if value == 0 and name != "clinic_num" else value
            extra = {"clinic_num": 0} if door == "appointments.asap" else {}
            try:
                list(getattr(getattr(od, resource), method)(**{name: wanted, **extra}))
            except ApiError as error:
                said.append(f"{name}: {getattr(error, 'detail', '') or error}")

    assert said == []


def test_every_filter_that_can_be_sent_is_tried() -> None:
    tried = {
        "patients.simple": patients.SIMPLE,
        "patients.search": patients.SEARCH,
        "appointments.iter": appointments.LIST,
        "appointments.asap": appointments.ASAP,
        "appointments.web_sched": appointments.WEB_SCHED,
        "hist_appointments.iter": appointments.HISTORY,
        "providers.iter": office_table.PROVIDERS,
        "operatories.iter": office_table.OPERATORIES,
        "definitions.iter": office_table.DEFINITIONS,
        "preferences.iter": office_table.PREFERENCES,
        "commlogs.iter": records.COMMLOGS,
    }

    for door, endpoint in tried.items():
        assert set(LISTS[door]) == set(endpoint.params) - {"offset"}


@pytest.mark.parametrize("strict", [True, False])
def test_strict_and_lenient_offices_end_with_the_same_data(strict: bool) -> None:
    simulator = office(strict=strict)
    with client(simulator) as od:
        created = od.patients.create(l_name="Okafor", f_name="Lena", birthdate=date(1988, 3, 14), txt_msg_ok="Yes")
        od.patients.update(created.pat_num, birthdate=None, preferred="Le")

    row = simulator.practice.patients[created.pat_num]
    told = {name: row[name] for name in ("LName", "FName", "Birthdate", "TxtMsgOk", "Preferred")}
    assert told == {
        "LName": "Okafor", "FName": "Lena", "Birthdate": date(1, 1, 1), "TxtMsgOk": "Yes", "Preferred": "Le",
    }  # fmt: skip


def test_a_strict_office_refuses_what_only_the_raw_door_can_send() -> None:
    simulator = office()

    with client(simulator) as od:
        with pytest.raises(InvalidRequestError):
            od.request("GET", "/patients", params={"search": "x"})
        with pytest.raises(InvalidRequestError):
            od.request("PUT", f"/patients/{simulator.demo.patients['robert']}", body={"first_name": "x"})


def test_an_old_office_is_sent_nothing_it_lacks() -> None:
    simulator = office(version="21.2.0.0")
    robert, said = simulator.demo.patients["robert"], []

    with client(simulator, version="21.2") as od:
        for field, hint in get_type_hints(changes.PatientChanges).items():
            value = next(iter(plausible(simulator, field, patients.UPDATE.body[field].kind, hint)))
            change: dict[str, Any] = {field: value}
            try:
                od.patients.update(robert, **change)
            except UnsupportedError as lacking:
                said.append((field, lacking.present))

    assert ("premed", "21.2") in said
    assert ("super_family", "21.2") in said
    assert {request.status for request in simulator.requests} == {200}


# API Events.


def test_what_the_office_reports_can_be_read() -> None:
    simulator, heard = office(), list[ApiEvent]()

    def receive(_: str, headers: Mapping[str, str], body: bytes) -> int:
        heard.append(parse_event(headers, body, CUSTOMER_KEY))
        return 200

    with client(simulator) as od:
        for table in ("Appointment", "AppointmentDeleted", "Patient"):
            od.subscriptions.create(
                end_point_url="https://hooks.example.org/od/",
                workstation="SRV01",
                watch_table=table,
                polling_seconds=15,
            )
    simulator.clock.sleep(30)
    simulator.deliver_events(receive)
    heard.clear()
    moved, gone = simulator.demo.appointments["robert_recall"], simulator.demo.appointments["jose_emergency"]
    simulator.practice.staff.edit(moved, Note="moved")
    simulator.practice.staff.delete(gone)
    simulator.practice.staff.edit_patient(simulator.demo.patients["anna"], Preferred="Annie")
    simulator.clock.sleep(30)
    simulator.deliver_events(receive)

    told = {event.kind: event for event in heard}
    assert told["Appointment"].ids == (moved,)
    assert told["AppointmentDeleted"].ids == (gone,)
    assert told["Patient"].ids == (simulator.demo.patients["anna"],)
    row = told["Appointment"].records()[0]
    assert isinstance(row, Appointment)
    assert row.note == "moved"
