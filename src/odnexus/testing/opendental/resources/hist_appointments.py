"""History of appointments (page "HistAppointments"): a row for each creation, change, miss, cancellation, deletion."""

from __future__ import annotations

from odnexus.testing.opendental.endpoints import dated, listing, same
from odnexus.testing.opendental.resources.appointments import APPOINTMENT
from odnexus.testing.opendental.schema import Field, Schema
from odnexus.testing.opendental.values import DATETIME, INT, filter_key, words

ACTION = words("Created", "Changed", "Missed", "Cancelled", "Deleted")
SOURCE = words(
    "None",
    "EConnector",
    "Broadcaster",
    "BroadcastMonitor",
    "ServiceMainHQ",
    "OpenDentalService",
    "OpenDentalAPIService",
)

HISTORY = Schema(
    name="histappointments",
    key="HistApptNum",
    one="HistAppointment",
    first_key=20001,
    fields=(
        Field("HistApptNum", INT),
        Field("HistUserNum", INT),
        Field("HistDateTStamp", DATETIME),
        Field("HistApptAction", ACTION),
        Field("ApptSource", SOURCE),
        *(field for field in APPOINTMENT.fields if field.shown),
    ),
)

ENDPOINTS = (
    listing(
        HISTORY,
        same("HistApptAction", ACTION),
        # A deleted appointment is still a good filter here.
        same("AptNum", INT),
        same("PatNum", filter_key("patients", "Patient")),
        same("AptStatus", words("Scheduled", "Complete", "UnschedList", "Broken", "Planned")),
        same("ClinicNum", filter_key("clinics", "Clinic")),
        *dated(lambda ask: ask.practice.switches.history_dates),
        gate="23.1.30",
    ),
)
