"""The Open Dental client at a simulated office: every method once, and what the office may do meanwhile."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from odnexus._async.opendental import AsyncOpenDental
from odnexus.errors import (
    AuthenticationError,
    ConflictError,
    ConnectionFailedError,
    InvalidRequestError,
    NotFoundError,
    OfficeOfflineError,
    PermissionDeniedError,
    RequestTimeoutError,
)
from odnexus.opendental.models import (
    AptStatus,
    BreakType,
    ConfirmVal,
    DefCategory,
    HistApptAction,
    PatStatus,
    Priority,
    SchedType,
)
from odnexus.testing.clock import VirtualClock
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY, PERMISSIONS, OpenDentalSimulator, demo_practice
from odnexus.testing.transports import transport
from tests._async.running import clock_for, running


def office(**options: Any) -> OpenDentalSimulator:
    return demo_practice(VirtualClock(), permissions=PERMISSIONS - {"ApiEnterprise"}, **options)


def client(simulator: OpenDentalSimulator, **settings: Any) -> AsyncOpenDental:
    known: dict[str, Any] = {
        "developer_key": DEVELOPER_KEY,
        "customer_key": CUSTOMER_KEY,
        "mode": simulator.mode,
        "base_url": simulator.base_url,
        "transport": transport(simulator),
        "clock": clock_for(simulator.clock),  # type: ignore[arg-type]
    }
    return AsyncOpenDental(**known | settings)


def tomorrow(simulator: OpenDentalSimulator, hour: int = 13) -> datetime:
    return datetime.combine(simulator.practice.today() + timedelta(days=1), time(hour))


# Every method once.


@running
async def test_patients() -> None:
    simulator = office(version="26.2.1")
    lucia = simulator.demo.patients["mother_lucia"]
    async with client(simulator) as od:
        whole = await od.patients.get(lucia)
        born = [row.pat_num async for row in od.patients.simple(birthdate=date(2012, 4, 8))]
        named = [row.pat_num async for row in od.patients.search(l_name="castell", phone="208-555-0110")]
        created = await od.patients.create(
            l_name="Okafor", f_name="Lena", birthdate=date(1988, 3, 14), wireless_phone="(208)555-0188", state="ID"
        )
        changed = await od.patients.update(created.pat_num, birthdate=None, preferred="Le", premed=True)

    assert (whole.l_name, whole.guarantor) == ("Castellano", lucia)
    assert set(born) == {simulator.demo.patients["twin_mia"], simulator.demo.patients["twin_mara"]}
    assert named == [lucia]
    assert (created.birthdate, created.pat_status, created.state) == (date(1988, 3, 14), PatStatus.PATIENT, "ID")
    assert (changed.birthdate, changed.preferred, changed.premed, changed.l_name) == (None, "Le", True, "Okafor")
    assert simulator.practice.patients[created.pat_num]["Birthdate"] == date(1, 1, 1)


@running
async def test_appointments() -> None:
    simulator = office()
    demo, start = simulator.demo, tomorrow(simulator)
    async with client(simulator) as od:
        known = await od.appointments.get(demo.appointments["robert_recall"])
        day = [row.apt_num async for row in od.appointments.iter(date=start.date(), op=known.op)]
        created = await od.appointments.create(
            pat_num=demo.patients["anna"],
            op=demo.operatories["OP4"],
            apt_date_time=start,
            prov_num=demo.providers["DOC2"],
            pattern="/XXXX/",
            note="first",
            is_new_patient=True,
        )
        moved = await od.appointments.update(created.apt_num, apt_date_time=start + timedelta(hours=1), note="second")
        await od.appointments.add_note(created.apt_num, "third")
        await od.appointments.confirm(created.apt_num, def_num=demo.definitions["Confirmed"])
        confirmed = await od.appointments.get(created.apt_num)
        await od.appointments.confirm(created.apt_num, confirm_val=ConfirmVal.NONE)
        await od.appointments.break_(created.apt_num, send_to_unscheduled_list=True)
        broken = await od.appointments.get(created.apt_num)
        asap = {row.apt_num async for row in od.appointments.asap()}

    assert known.pat_num == demo.patients["robert"]
    assert day == [known.apt_num]
    assert (created.apt_date_time, created.op, created.pattern, created.is_new_patient) == (
        start,
        demo.operatories["OP4"],
        "/XXXX/",
        True,
    )
    assert moved.apt_date_time == start + timedelta(hours=1)
    assert confirmed.confirmed == demo.definitions["Confirmed"]
    assert confirmed.confirmed_text == "Confirmed"
    assert confirmed.note is not None
    assert confirmed.note.split() == ["second", "third"]
    assert broken.apt_status == AptStatus.UNSCHED_LIST
    assert asap == {demo.appointments["grace_asap"], demo.appointments["liz_asap"]}


@running
async def test_planned_appointments() -> None:
    simulator = office()
    demo, start = simulator.demo, tomorrow(simulator)
    async with client(simulator) as od:
        planned = await od.appointments.create_planned(
            pat_num=demo.patients["anna"], appointment_type_num=demo.types["Hygiene"], priority=Priority.ASAP
        )
        scheduled = await od.appointments.schedule_planned(
            apt_num=planned.apt_num,
            apt_date_time=start,
            prov_num=demo.providers["DOC1"],
            op=demo.operatories["OP1"],
        )

    assert (planned.apt_status, planned.op) == (AptStatus.PLANNED, 0)
    assert (scheduled.apt_status, scheduled.next_apt_num) == (AptStatus.SCHEDULED, planned.apt_num)
    assert scheduled.apt_num != planned.apt_num


@running
async def test_openings_and_web_sched() -> None:
    simulator = office()
    demo, start = simulator.demo, tomorrow(simulator)
    async with client(simulator) as od:
        slots = [
            slot
            async for slot in od.appointments.slots(
                date=start.date(), prov_num=demo.providers["DOC1"], op_num=demo.operatories["OP2"], length_minutes=30
            )
        ]
        bookable = [
            slot
            async for slot in od.appointments.slots_web_sched(
                date_start=start.date(), date_end=start.date(), def_num_appt_type=demo.definitions["Cleaning"]
            )
        ]
        chosen = bookable[0]
        assert chosen.date_time_start is not None
        assert chosen.date_time_end is not None
        booked = await od.appointments.create_web_sched(
            pat_num=demo.patients["anna"],
            date_time_start=chosen.date_time_start,
            date_time_end=chosen.date_time_end,
            prov_num=chosen.prov_num,
            op_num=chosen.op_num,
            def_num_appt_type=demo.definitions["Cleaning"],
        )
        listed = [row.apt_num async for row in od.appointments.web_sched(date_t_stamp=simulator.practice.now())]

    assert slots
    assert all(slot.op_num == demo.operatories["OP2"] for slot in slots)
    assert booked.apt_date_time == chosen.date_time_start
    assert booked.confirmed_text == "Created from Web Sched"
    assert listed in ([booked.apt_num], [])


@running
async def test_history_shows_what_is_gone() -> None:
    simulator = office()
    gone = simulator.demo.appointments["jose_emergency"]
    simulator.practice.staff.delete(gone)
    async with client(simulator) as od:
        with pytest.raises(NotFoundError):
            await od.appointments.get(gone)
        deleted = [
            row
            async for row in od.hist_appointments.iter(
                hist_appt_action=HistApptAction.DELETED, date_start=simulator.practice.today()
            )
        ]

    assert [row.apt_num for row in deleted] == [gone]
    assert deleted[0].pat_num == simulator.demo.patients["jose"]


@running
async def test_how_an_office_is_set_up() -> None:
    simulator = office()
    demo = simulator.demo
    async with client(simulator) as od:
        types = {row.appointment_type_name: row.pattern async for row in od.appointment_types.iter()}
        providers = {row.abbr async for row in od.providers.iter()}
        doc = await od.providers.get(demo.providers["DOC1"])
        rooms = {row.op_name async for row in od.operatories.iter()}
        room = await od.operatories.get(demo.operatories["HY1"])
        words = {row.item_name async for row in od.definitions.iter(category=DefCategory.APPT_CONFIRMED)}
        version = await od.program_version()
        preferences = [row async for row in od.preferences.iter(pref_name="ProgramVersion")]
        permissions = {row.permission: row.has_permission for row in await od.security_perms.list()}
        clinics = [row async for row in od.clinics.iter()]

    assert set(types) == set(demo.types)
    assert types["Emergency"] is not None
    assert providers == set(demo.providers)
    assert doc.is_secondary is False
    assert rooms == set(demo.operatories)
    assert room.is_hygiene is True
    assert "Confirmed" in words
    assert "Standard Account" not in words
    assert str(version) == "25.4.48"
    assert len(preferences) == 1
    assert permissions["ApiReadAll"] is True
    assert permissions["ApiEnterprise"] is False
    assert clinics == []


@running
async def test_setting_an_office_up() -> None:
    simulator = office(clinics=True)
    async with client(simulator) as od:
        provider = await od.providers.create(abbr="TMP", f_name="Una", l_name="Temple", is_secondary=True)
        changed = await od.providers.update(provider.prov_num, suffix="DMD")
        definition = await od.definitions.create(item_name="No answer", category_text=DefCategory.RECALL_UNSCHED_STATUS)
        clinic, *_ = [row async for row in od.clinics.iter()]
        await od.clinics.update(clinic.clinic_num, phone="2085550160")
        again, *_ = [row async for row in od.clinics.iter()]

    assert (provider.abbr, provider.is_secondary) == ("TMP", True)
    assert changed.suffix == "DMD"
    assert (definition.item_name, definition.category) == ("No answer", 13)
    assert again.phone == "2085550160"


@running
async def test_schedules() -> None:
    simulator = office()
    today = simulator.practice.today()
    async with client(simulator) as od:
        rows = [row async for row in od.schedules.iter(date_start=today, date_end=today + timedelta(days=7))]
        one = await od.schedules.get(rows[0].schedule_num)
        doctor = simulator.demo.providers["DOC1"]
        hers = [row async for row in od.schedules.iter(date=rows[0].sched_date, prov_num=doctor)]

    assert one == rows[0]
    assert {row.sched_type for row in rows} >= {SchedType.PROVIDER, SchedType.BLOCKOUT}
    assert all(row.prov_num == doctor for row in hers)


@running
async def test_commlogs() -> None:
    simulator = office()
    anna = simulator.demo.patients["anna"]
    async with client(simulator) as od:
        created = await od.commlogs.create(pat_num=anna, note="asked for mornings", comm_type_text="ApptRelated")
        read = await od.commlogs.get(created.commlog_num)
        changed = await od.commlogs.update(created.commlog_num, note="asked for evenings")
        listed = [row.commlog_num async for row in od.commlogs.iter(pat_num=anna)]

    assert (read.note, read.comm_type_text) == ("asked for mornings", "ApptRelated")
    assert read.comm_type == simulator.demo.definitions["ApptRelated"]
    assert changed.note == "asked for evenings"
    assert listed == [created.commlog_num]


@running
async def test_carriers() -> None:
    simulator = office()
    async with client(simulator) as od:
        created = await od.carriers.create(carrier_name="Delta Example", elect_id="55509", zip="83702")
        await od.carriers.update(created.carrier_num, elect_id=None, is_hidden=True)
        read = await od.carriers.get(created.carrier_num)
        names = [row.carrier_name async for row in od.carriers.iter()]

    assert (read.elect_id, read.is_hidden, read.zip) == ("", True, "83702")
    assert names[-1] == "Delta Example"


@running
async def test_subscriptions() -> None:
    simulator = office()
    async with client(simulator) as od:
        created = await od.subscriptions.create(
            end_point_url="https://hooks.example.org/od/",
            workstation="SRV01",
            watch_table="Appointment",
            polling_seconds=15,
        )
        await od.subscriptions.update(created.subscription_num, polling_seconds=60, date_time_stop=None)
        listed = [row async for row in od.subscriptions.iter()]
        await od.subscriptions.delete(created.subscription_num)
        left = [row async for row in od.subscriptions.iter()]

    assert [row.polling_seconds for row in listed] == [60]
    assert listed[0].date_time_stop is None
    assert left == []
    assert CUSTOMER_KEY not in repr(listed) + repr([row.raw for row in listed])


@running
async def test_the_raw_door() -> None:
    simulator = office()
    async with client(simulator) as od:
        rows: Any = await od.request("GET", "/appointmenttypes")

    assert {row["AppointmentTypeName"] for row in rows} == set(simulator.demo.types)


# What an office says no to.


@running
async def test_a_chart_that_is_there_already() -> None:
    simulator = office()
    async with client(simulator) as od:
        with pytest.raises(ConflictError):
            await od.patients.create(
                l_name="Castellano",
                f_name="Lucia",
                birthdate=date(1984, 1, 27),
                wireless_phone="(208)555-0110",
            )


@running
async def test_only_a_scheduled_visit_can_be_broken() -> None:
    simulator = office()
    async with client(simulator) as od:
        with pytest.raises(InvalidRequestError):
            await od.appointments.break_(
                simulator.demo.appointments["ngozi_complete"],
                send_to_unscheduled_list=False,
                break_type=BreakType.MISSED,
            )


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("econnector_down", OfficeOfflineError),
        ("key_not_assigned", OfficeOfflineError),
        ("key_disabled", AuthenticationError),
        ("refused", ConnectionFailedError),
        ("hanging", RequestTimeoutError),
    ],
)
@running
async def test_an_office_that_cannot_be_reached(state: Any, error: type[Exception]) -> None:
    simulator = office()
    simulator.state = state
    async with client(simulator) as od:
        with pytest.raises(error):
            await od.patients.get(1)


@running
async def test_a_key_without_a_permission() -> None:
    simulator = office()
    simulator.permit("ApiReadAll")
    async with client(simulator) as od:
        with pytest.raises((PermissionDeniedError, AuthenticationError), match="ApiPatients"):
            await od.patients.create(l_name="Okafor", f_name="Lena")


@running
async def test_changes_are_found_by_the_offices_clock() -> None:
    simulator = office()
    async with client(simulator) as od:
        before, *_ = [row async for row in od.appointments.iter(pat_num=simulator.demo.patients["robert"])]
        assert before.server_date_time is not None
        simulator.clock.sleep(60)
        simulator.practice.staff.move(before.apt_num, start=tomorrow(simulator, 15))
        changed = [row async for row in od.appointments.iter(date_t_stamp=before.server_date_time)]

    assert [row.apt_num for row in changed] == [before.apt_num]
