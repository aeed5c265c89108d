"""Procedures, recalls, ASAP texts and fields of appointments: the client at a simulated office."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from odnexus.errors import ConflictError, InvalidRequestError, NotFoundError, PermissionDeniedError, UnsupportedError
from odnexus.opendental.models import ProcStatus
from odnexus.testing.clock import VirtualClock
from odnexus.testing.opendental import OpenDentalSimulator, demo_practice
from tests._async.running import running
from tests._async.test_opendental_simulated import client, office

NEW = "26.2.1.0"


@running
async def test_procedures_are_attached_moved_and_deleted() -> None:
    simulator = office(version=NEW)
    visit = simulator.demo.appointments["robert_recall"]
    robert = simulator.demo.patients["robert"]
    async with client(simulator) as od:
        before = [row.proc_code async for row in od.procedures.iter(apt_num=visit)]
        made = await od.procedures.create(
            pat_num=robert, proc_date=date(2026, 3, 9), proc_status=ProcStatus.TP, proc_code="D0210", apt_num=visit
        )
        described = (await od.appointments.get(visit)).proc_descript or ""
        off = await od.procedures.update(made.proc_num, apt_num=0)
        after = [row.proc_code async for row in od.procedures.iter(apt_num=visit)]
        same = await od.procedures.get(made.proc_num)
        by_code = [row.proc_num async for row in od.procedures.iter(pat_num=robert, code_num=same.code_num)]
        await od.procedures.delete(made.proc_num)
        with pytest.raises(NotFoundError):
            await od.procedures.get(made.proc_num)

    assert made.proc_code == "D0210"
    assert "FMX" in described
    assert (off.apt_num, after, same.proc_num) == (0, before, made.proc_num)
    assert by_code == [made.proc_num]


@running
async def test_a_code_that_the_office_does_not_know_is_refused() -> None:
    simulator = office(version=NEW)
    async with client(simulator) as od:
        codes = {row.proc_code: row.code_num async for row in od.procedure_codes.iter()}
        one = await od.procedure_codes.get(codes["D0120"])
        with pytest.raises(NotFoundError):
            await od.procedures.create(
                pat_num=simulator.demo.patients["robert"],
                proc_date=date(2026, 3, 9),
                proc_status="TP",
                proc_code="D4242",
            )

    assert (one.proc_code, one.abbr_desc) == ("D0120", "PerEx")
    assert simulator.count("POST", "/procedurelogs") == 1


@running
async def test_an_asap_text_needs_the_list_the_time_and_the_permission() -> None:
    simulator = office(version=NEW)
    visit, op = simulator.demo.appointments["robert_recall"], simulator.demo.operatories["OP4"]
    start = datetime.combine(simulator.practice.today() + timedelta(days=2), time(9))
    tomorrow = simulator.practice.today() + timedelta(days=1)
    async with client(simulator) as od:
        with pytest.raises(InvalidRequestError):
            await od.asap_comms.create(op=op, date_time_start=start, apt_num=visit)
        simulator.practice.staff.mark_asap(visit)
        text = await od.asap_comms.create(op=op, date_time_start=start, apt_num=visit)
        unseen = [row.asap_comm_num async for row in od.asap_comms.iter()]
        seen = [row.f_key async for row in od.asap_comms.iter(date_start=start.date(), date_end=tomorrow)]
        today = [row.f_key async for row in od.asap_comms.iter(date=simulator.practice.today())]
        again = await od.asap_comms.get(text.asap_comm_num)

    assert text.f_key == again.f_key == visit
    # The documented default ends at today's midnight, so a text of today is not in it.
    assert (unseen, seen, today) == ([], [], [visit])


@running
async def test_recalls_are_read_and_put_on_the_asap_list() -> None:
    simulator = office(version=NEW)
    robert = simulator.demo.patients["robert"]
    number = simulator.practice.add_recall(PatNum=robert, DateDue=date(2026, 5, 1))
    async with client(simulator) as od:
        await od.recalls.update(number, priority="ASAP", date_due=None)
        rows = [row async for row in od.recalls.iter(pat_num=robert)]

    assert [(row.recall_num, row.priority, row.date_due) for row in rows] == [(number, "ASAP", None)]


@running
async def test_a_field_of_an_appointment_needs_its_name_first() -> None:
    simulator = office(version=NEW)
    visit = simulator.demo.appointments["robert_recall"]
    async with client(simulator) as od:
        with pytest.raises(NotFoundError):
            await od.appt_fields.set(visit, "Intake done", "Yes")
        await od.appt_field_defs.create(field_name="Intake done")
        empty = await od.appt_fields.get(visit, "Intake done")
        await od.appt_fields.set(visit, "Intake done", "No")
        await od.appt_fields.set(visit, "Intake done", "Yes")
        full = await od.appt_fields.get(visit, "Intake done")
        names = [row.field_name async for row in od.appt_field_defs.iter()]
        with pytest.raises(ConflictError):
            await od.appt_field_defs.create(field_name="Intake done")

    assert (empty.field_value, full.field_value, names) == ("", "Yes", ["Intake done"])


@running
async def test_what_the_key_may_not_and_the_office_lacks_says_so() -> None:
    poor: OpenDentalSimulator = demo_practice(VirtualClock(), permissions={"ApiReadAll"}, version="22.2.0.0")
    order: dict[str, Any] = {"pat_num": 401, "proc_date": date(2026, 3, 9), "proc_status": "TP", "proc_code": "D0120"}
    async with client(poor) as od:
        with pytest.raises(PermissionDeniedError):
            await od.procedures.create(**order)
        with pytest.raises(UnsupportedError):
            [row async for row in od.procedure_codes.iter()]
