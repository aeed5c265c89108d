"""An invented office on the platform, to go with the demo practice of the Open Dental simulator or to stand alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict, Unpack

from attrs import frozen

from odnexus.testing.clock import SimClock
from odnexus.testing.nexhealth.simulator import NexHealthSimulator, Unknown
from odnexus.testing.nexhealth.switches import Switches
from odnexus.testing.nexhealth.synchronizer import READ_DELAY, WRITE_DELAY

if TYPE_CHECKING:
    from odnexus.testing.opendental import OpenDentalSimulator

SUBDOMAIN = "demo-dental"

# Key, first name, last name, its number in a practice of its own.
_PROVIDERS = (
    ("DOC1", "Ida", "Harlan", "1"),
    ("DOC2", "Omar", "Brandt", "2"),
    ("HYG1", "Noor", "Quist", "3"),
    ("HYG2", "Wendy", "Salas", "4"),
)
_CHAIRS = (("OP1", "1"), ("OP2", "2"), ("OP3", "3"), ("OP4", "4"), ("HY1", "5"), ("HY2", "6"))
_TYPES = (("New patient", 60), ("Hygiene", 60), ("Emergency", 30), ("Recall", 40))
_OPEN = (("08:00", "12:00"), ("13:00", "17:00"))


class Options(TypedDict, total=False):
    """What else the simulator of a demo office takes."""

    strict: bool
    strict_unknown: Unknown
    switches: Switches | None
    sandbox: bool
    api_key: str


@frozen(kw_only=True)
class DemoOffice:
    """A platform with one institution and one location, and the ids to talk about them.

    Args:
        simulator: The platform.
        subdomain: Of the institution.
        institution_id: The institution.
        location_id: The location.
        sync_id: Its sync; None without one.
        providers: Ids by the abbreviations of the Open Dental demo, such as `DOC1`.
        operatories: Ids by the names of the Open Dental demo, such as `OP1`.
        types: Ids of appointment types by name.
    """

    simulator: NexHealthSimulator
    subdomain: str
    institution_id: int
    location_id: int
    sync_id: int | None
    providers: Mapping[str, int]
    operatories: Mapping[str, int]
    types: Mapping[str, int]


def demo_office(
    clock: SimClock | None = None,
    opendental: OpenDentalSimulator | None = None,
    *,
    linked: bool | None = None,
    insert: bool | None = None,
    read_delay: timedelta = READ_DELAY,
    write_delay: timedelta = WRITE_DELAY,
    **options: Unpack[Options],
) -> DemoOffice:
    """Return a platform with the demo office.

    Providers, chairs and appointment types carry the numbers of the Open Dental demo as `foreign_id`.

    Args:
        clock: Source of time; that of *opendental* by default.
        opendental: The office's Open Dental, which has to hold the demo practice.
        linked: Put a synchronizer between the two; by default where *opendental* is given. Without one NexHealth holds
            its bookings for ever.
        insert: The flag `insert_appt_client` of the location; by default where linked.
        read_delay: Time between two read cycles of the synchronizer.
        write_delay: Time that a write waits.
        **options: Further arguments of `NexHealthSimulator`.
    """
    source = clock if clock is not None else (None if opendental is None else opendental.clock)
    simulator = NexHealthSimulator(source, **options)
    state = simulator.state
    has_link = opendental is not None if linked is None else linked
    institution = state.add_institution(SUBDOMAIN, "Demo Dental")
    sync = state.add_sync(institution) if has_link else None
    location = state.add_location(
        institution,
        "Demo Dental Downtown",
        tz="America/Denver",
        sync_id=sync,
        street_address="12 Example Ave",
        city="Boise",
        state="ID",
        zip_code="83702",
        phone_number="2085550180",
        email="desk@example.com",
        insert_appt_client=has_link if insert is None else insert,
        map_by_operatory=True,
    )
    office = DemoOffice(
        simulator=simulator,
        subdomain=SUBDOMAIN,
        institution_id=institution,
        location_id=location,
        sync_id=sync,
        providers=_add_providers(simulator, location, opendental),
        operatories=_add_chairs(simulator, location, opendental),
        types=_add_types(simulator, institution, location, opendental),
    )
    _open(office)
    if opendental is not None and sync is not None:
        simulator.connect(sync, opendental, read_delay=read_delay, write_delay=write_delay)
    return office


def _add_providers(
    simulator: NexHealthSimulator, location: int, opendental: OpenDentalSimulator | None
) -> dict[str, int]:
    numbers: Mapping[str, int] = {} if opendental is None else opendental.demo.providers
    return {
        key: simulator.state.add_provider(
            location, first, last, display_name=f"Dr. {first} {last}", foreign_id=str(numbers.get(key, number))
        )
        for key, first, last, number in _PROVIDERS
    }


def _add_chairs(simulator: NexHealthSimulator, location: int, opendental: OpenDentalSimulator | None) -> dict[str, int]:
    numbers: Mapping[str, int] = {} if opendental is None else opendental.demo.operatories
    return {
        name: simulator.state.add_operatory(location, name, foreign_id=str(numbers.get(name, number)))
        for name, number in _CHAIRS
    }


def _add_types(
    simulator: NexHealthSimulator, institution: int, location: int, opendental: OpenDentalSimulator | None
) -> dict[str, int]:
    state = simulator.state
    numbers: Mapping[str, int] = {} if opendental is None else opendental.demo.types
    ids: dict[str, int] = {}
    for index, (name, minutes) in enumerate(_TYPES, start=1):
        descriptor = state.add_descriptor(location, name, foreign_id=str(numbers.get(name, index)))
        ids[name] = state.add_appointment_type(institution, name, minutes, descriptor_ids=(descriptor,))
    return ids


def _open(office: DemoOffice) -> None:
    chairs = {"DOC1": ("OP1", "OP2"), "DOC2": ("OP3", "OP4"), "HYG1": ("HY1",), "HYG2": ("HY2",)}
    for provider, rooms in chairs.items():
        for room in rooms:
            for begin, end in _OPEN:
                office.simulator.state.add_working_hour(
                    office.location_id,
                    office.providers[provider],
                    begin,
                    end,
                    operatory_id=office.operatories[room],
                    appointment_type_ids=tuple(office.types.values()),
                )
