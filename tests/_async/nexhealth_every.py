"""Every method of the NexHealth client with every parameter it takes, for tests that look at what leaves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from odnexus._async.nexhealth import AsyncNexHealth
from odnexus.nexhealth.words import EVENTS

SINCE = datetime(2026, 2, 1, 8, 30, 0, 250000, tzinfo=UTC)
START = datetime(2026, 3, 9, 16, tzinfo=UTC)
END = START + timedelta(minutes=30)
DAY = date(2026, 3, 9)


async def call_everything(nex: AsyncNexHealth) -> None:
    """Call each method, with all that its lists, reads and writes can say."""
    await _practice(nex)
    await _patients(nex)
    await _insurance(nex)
    await _appointments(nex)
    await _types_and_slots(nex)
    await _charts(nex)
    await _webhooks(nex)


async def _charts(nex: AsyncNexHealth) -> None:
    _ = [row async for row in nex.patient_documents.iter(700412)]
    await nex.patient_documents.upload(700412, "consent.pdf", b"%PDF", document_type_id=7)
    await nex.patient_documents.upload(700412, "card.jpg", b"x", location_id=13)
    await nex.patient_documents.download("/documents/5/download")
    _ = [row async for row in nex.document_types.iter(active=False)]
    await nex.document_types.get(7, location_id=13)
    _ = [row async for row in nex.patient_alerts.iter(700412, include_disabled=True)]
    await nex.patient_alerts.get(700412, 9)
    await nex.patient_alerts.create(700412, "late")
    await nex.patient_alerts.disable(700412, 9)
    _ = [row async for row in nex.clinical_notes.iter()]
    _ = [
        page
        async for page in nex.clinical_notes.pages(
            location_id=13,
            patient_id=700412,
            procedure_id=4,
            entered_before=END,
            entered_after=START,
            updated_since=SINCE,
            per_page=1000,
            end_cursor="a",
        )
    ]


async def _practice(nex: AsyncNexHealth) -> None:
    _ = [row async for row in nex.institutions.iter()]
    await nex.institutions.get(411)
    _ = [row async for row in nex.locations.iter()]
    _ = [
        row
        async for row in nex.locations.iter(
            everywhere=True, inactive=False, foreign_id="1", filter_by_subscription_feature="waitlist"
        )
    ]
    await nex.locations.get(12)
    await nex.locations.descriptors(12)
    await nex.locations.descriptors(12, descriptor_type="Procedure Code")
    _ = [row async for row in nex.providers.iter()]
    everything: dict[str, Any] = {
        "location_id": 13,
        "foreign_id": "7",
        "requestable": True,
        "inactive": False,
        "updated_since": SINCE,
        "include": ["locations", "availabilities", "appointment_types"],
        "ids": [77, 78],
        "sort": "-updated_at",
        "per_page": 50,
    }
    _ = [page async for page in nex.providers.pages(end_cursor="a", **everything)]
    _ = [page async for page in nex.providers.pages(start_cursor="b", **everything)]
    await nex.providers.get(77)
    await nex.providers.get(77, include=("availabilities", "appointment_types"))
    _ = [row async for row in nex.operatories.iter()]
    _ = [
        page
        async for page in nex.operatories.pages(
            location_id=13,
            search_name="OP",
            foreign_id="1",
            updated_since=SINCE,
            include=["appointment_types", "appt_categories"],
            per_page=1,
            end_cursor="a",
        )
    ]
    await nex.operatories.get(31, include=["appointment_types"])
    await nex.sync_status.list()
    await nex.sync_status.list(everywhere=True, read_status="green", write_status="red", location_ids=[12, 13])


async def _insurance(nex: AsyncNexHealth) -> None:
    _ = [row async for row in nex.insurance_plans.iter()]
    plans: dict[str, Any] = {
        "updated_since": SINCE,
        "payer_id": "60054",
        "group_num": "G-100",
        "include_deleted": True,
        "sort": "-updated_at",
        "per_page": 10,
    }
    _ = [page async for page in nex.insurance_plans.pages(end_cursor="a", **plans)]
    await nex.insurance_plans.get(55)
    await nex.insurance_plans.get(55, include=["patient_coverages", "subscribers", "fee_schedule"])
    _ = [row async for row in nex.insurance_coverages.iter()]
    coverages: dict[str, Any] = {"updated_since": SINCE, "patient_id": 700412, "active": False, "per_page": 10}
    _ = [page async for page in nex.insurance_coverages.pages(end_cursor="a", **coverages)]
    await nex.insurance_coverages.get(66)


async def _patients(nex: AsyncNexHealth) -> None:
    _ = [row async for row in nex.patients.iter()]
    _ = [
        page
        async for page in nex.patients.pages(
            location_id=13,
            narrow=False,
            name="lund",
            email="mara.lund@example.org",
            phone_number="5055550123",
            date_of_birth=date(1988, 11, 20),
            inactive=False,
            foreign_id="100437",
            updated_since=SINCE,
            new_patient=False,
            non_patient=False,
            forms_syncable=True,
            location_strict=True,
            sort=["-updated_at", "id"],
            per_page=1000,
            end_cursor="a",
        )
    ]
    await nex.patients.get(700412)
    await nex.patients.get(
        700412,
        include=[
            "upcoming_appts",
            "last_visited_appointment",
            "children",
            "guarantor",
            "procedures",
            "insurance_coverages",
            "adjustments",
            "charges",
            "payments",
            "patient_alerts",
            "address",
            "provider",
        ],
    )
    person: dict[str, Any] = {
        "provider_id": 77,
        "first_name": "Mara",
        "last_name": "Lund",
        "email": "mara.lund@example.org",
        "date_of_birth": date(1988, 11, 20),
        "phone_number": "5055550123",
    }
    await nex.patients.create(**person)
    await nex.patients.create(
        location_id=13,
        return_existing_if_match=True,
        home_phone_number="5055550124",
        cell_phone_number="5055550125",
        work_phone_number="5055550126",
        custom_contact_number="5055550127",
        gender="Other",
        weight=70,
        height=175,
        street_address="12 Example Ave",
        address_line_1="12 Example Ave",
        address_line_2="Apt 4B",
        city="Boise",
        state="ID",
        zip_code="83702",
        insurance_name="Delta",
        ssn="000-00-0000",
        race="",
        **person,
    )


async def _appointments(nex: AsyncNexHealth) -> None:
    _ = [row async for row in nex.appointments.iter(start=START, end=END)]
    _ = [
        page
        async for page in nex.appointments.pages(
            location_id=13,
            start=START,
            end=END,
            timezone="America/Denver",
            cancelled=False,
            unavailable=False,
            nex_only=True,
            updated_since=SINCE,
            appointment_type_id=27,
            foreign_id="94",
            created_by=901,
            patient_ids=range(1, 26),
            provider_ids=[77],
            operatory_ids=[31, 32],
            sort="updated_at",
            per_page=1000,
            end_cursor="a",
        )
    ]
    await nex.appointments.get(90210417)
    await nex.appointments.get(
        90210417,
        include=(
            "patient",
            "guarantor",
            "descriptors",
            "booking_details",
            "procedures",
            "operatory",
            "appointment_type",
        ),
    )
    await nex.appointments.create(patient_id=700412, provider_id=77, start_time=START, end_time=END)
    await nex.appointments.create(
        location_id=13,
        notify_patient=True,
        patient_id=700412,
        provider_id=77,
        operatory_id=31,
        start_time=START,
        appointment_type_id=27,
        note="n" * 128,
        is_guardian=True,
        is_new_clients_patient=True,
        referrer="https://example.com/book",
        patient={"first_name": "Jo", "last_name": "Lund", "date_of_birth": date(2015, 5, 3), "gender": "Male"},
        descriptor_ids=[12, 13],
        appointments_per_timeslot=2,
    )
    await nex.appointments.create(provider_id=77, start_time=START, end_time=END, unavailable=True)
    await nex.appointments.update(90210417, confirmed=True)
    await nex.appointments.update(90210417, cancelled=True)
    await nex.appointments.update(
        90210417, checkin_at=START, start_time=START, end_time=END, operatory_id=32, note="moved"
    )
    await nex.appointments.descriptors(90210417, descriptor_type="Procedure Code")


async def _types_and_slots(nex: AsyncNexHealth) -> None:
    _ = [row async for row in nex.appointment_types.iter()]
    _ = [row async for row in nex.appointment_types.iter(location_id=13, include=["descriptors"])]
    await nex.appointment_types.get(27, include=["descriptors"], location_id=13)
    changes: dict[str, Any] = {
        "name": "Hygiene",
        "minutes": 60,
        "parent_type": "Location",
        "parent_id": 12,
        "bookable_online": False,
        "emr_appt_descriptor_ids": [12],
    }
    await nex.appointment_types.create(location_id=13, **changes)
    await nex.appointment_types.update(27, location_id=13, **changes)
    await nex.appointment_types.update(27, emr_appt_descriptor_ids=[])
    await nex.appointment_types.delete(27, location_id=13)
    await nex.appointment_types.descriptors(27, location_id=13, descriptor_type="Procedure Code")
    await nex.available_slots.list(start_date=DAY, days=7, appointment_type_id=27)
    await nex.available_slots.list(
        start_date=DAY,
        days=14,
        lids=[12, 13],
        pids=[77, 78],
        operatory_ids=[31],
        working_hour_label_id=11,
        working_hour_source="manual",
        slot_length=30,
        slot_interval=15,
        overlapping_operatory_slots=True,
        appointments_per_timeslot=5,
    )


async def _webhooks(nex: AsyncNexHealth) -> None:
    _ = [row async for row in nex.webhook_endpoints.iter()]
    _ = [row async for row in nex.webhook_endpoints.iter(active=True)]
    await nex.webhook_endpoints.create(target_url="https://example.com/hook", active=True)
    await nex.webhook_endpoints.update(3, target_url="https://example.com/hook", active=True)
    subscriptions = nex.webhook_endpoints.subscriptions(3)
    _ = [row async for row in subscriptions.iter(everywhere=True)]
    _ = [row async for row in subscriptions.iter(resource_type="Appointment", event="appointment_insertion")]
    for resource_type, events in EVENTS.items():
        for event in events:
            await subscriptions.create(resource_type=resource_type, event=event, active=False)
    await subscriptions.update(8, active=True)
    await subscriptions.update(8, new_endpoint_id=4)
    await subscriptions.delete(8)
    await nex.webhook_endpoints.delete(3)
