"""API Events (pages "API Events" and "API Guide - Events"): what machines of the office send to subscribers.

A sender polls the timestamps of watched tables. It sends the rows that changed since the subscription's DateTimeStart,
as they are now: at least once, in no promised order, never a deletion except from the table made for it. A failed
delivery leaves DateTimeStart where it was, and the next one reaches back three days at most.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from odnexus.testing.http import Json, SimDropped
from odnexus.testing.opendental import formats
from odnexus.testing.opendental.schema import Shown, names, show, since
from odnexus.testing.opendental.values import NO_DATETIME, Row, write_row, write_rows

if TYPE_CHECKING:
    from odnexus.testing.opendental.practice import Practice

Send: TypeAlias = Callable[[str, dict[str, str], bytes], int]
"""Takes a URL, headers and a body; returns the status answered. 0 or an `OSError` means that nobody answered."""

BATCH = 1000
CATCH_UP = timedelta(days=3)

# Table and timestamp by WatchTable; tables that the simulator lacks never change.
_WATCHED = {
    "Appointment": ("appointments", "DateTStamp"),
    "AppointmentDeleted": ("histappointments", "HistDateTStamp"),
    "Patient": ("patients", "DateTStamp"),
    "PatField": ("patfields", "SecDateTEdit"),
    "Operatory": ("operatories", "DateTStamp"),
    "Provider": ("providers", "DateTStamp"),
    "Schedule": ("schedules", "DateTStamp"),
}

# What a UI event says of a patient: fewer fields than a GET.
_SELECTED = names(
    "PatNum LName FName MiddleI Preferred PatStatus Gender Position Birthdate Address Address2 City State Zip HmPhone "
    "WkPhone WirelessPhone Guarantor Email PriProv SecProv BillingType ChartNumber ClinicNum TxtMsgOk"
)


class EventSender:
    """The machines of an office that send events.

    Args:
        practice: The office's data.

    Attributes:
        workstations: Names of the machines that run. A subscription without Workstation is served by each of them; an
            empty tuple means that everything is switched off.
        send: How a request leaves the office, unless `deliver` is told otherwise.
    """

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        self.workstations: tuple[str, ...] = ("SRV01",)
        self.send: Send | None = None
        self._polled: dict[int, datetime] = {}
        self._selected: dict[str, int] = {}
        practice.staff.selects = self._patient_selected

    def deliver(self, send: Send | None = None) -> int:
        """Do every poll that is due at the office's time and return how many requests left.

        Args:
            send: How a request leaves the office; the attribute of that name by default.
        """
        carry = send or self.send
        if carry is None:
            raise ValueError("send: say how events leave the office")
        return sum(self._poll(number, carry) for number in self._due())

    def _due(self) -> list[int]:
        with self._practice.lock:
            rows = self._practice.rows("subscriptions")
            return [row.number("SubscriptionNum") for row in rows if self._is_due(row)]

    def _is_due(self, row: Row) -> bool:
        now, stop = self._practice.now(), row.moment("DateTimeStop")
        last = self._polled.get(row.number("SubscriptionNum"))
        interval = timedelta(seconds=row.number("PollingSeconds"))
        runs = row.moment("DateTimeStart") <= now and (stop == NO_DATETIME or now < stop)
        return (
            bool(row["WatchTable"]) and runs and bool(self._machines(row)) and (last is None or now >= last + interval)
        )

    def _machines(self, row: Row) -> list[str]:
        return [name for name in self.workstations if row["Workstation"] in ("", name)]

    def _poll(self, number: int, send: Send) -> int:
        """Send what changed since DateTimeStart, each machine for itself; then move DateTimeStart, if all arrived."""
        with self._practice.lock:
            row = self._practice.find("subscriptions", number)
            if row is None:
                return 0
            now = self._practice.now()
            self._polled[number] = now
            bodies = [self._encode(batch) for batch in self._batches(self._changed(row))]
            machines = self._machines(row)
        # The receiver may call the API back while it answers: nothing is locked here.
        sent, arrived = 0, True
        for machine in machines:
            headers = self._headers(row, machine, f"WatchTable: {row['WatchTable']}")
            for body in bodies:
                sent += 1
                arrived = self._arrives(send, row.text("EndPointUrl"), headers, body) and arrived
        with self._practice.lock:
            row["failed"] = int(not arrived)
            if arrived:
                row["DateTimeStart"] = now
        return sent

    def _changed(self, row: Row) -> list[Shown]:
        watched = row.text("WatchTable")
        if watched not in _WATCHED:
            return []
        table, stamp = _WATCHED[watched]
        rows = [found for found in self._practice.rows(table) if found.moment(stamp) >= self._reach(row)]
        if watched == "AppointmentDeleted":
            return [self._deleted(found) for found in rows if found["HistApptAction"] == "Deleted"]
        schema = self._practice.tables[table].schema
        shown = [show(self._practice, schema, found) for found in rows]
        return [_texts(item) for item in shown] if watched == "Schedule" else shown

    def _reach(self, row: Row) -> datetime:
        """Return since when changes are sent."""
        start = row.moment("DateTimeStart")
        capped = row["failed"] or self._practice.switches.catch_up_after_shutdown == "three_days"
        return max(start, self._practice.now() - CATCH_UP) if capped else start

    def _deleted(self, row: Row) -> Shown:
        if self._practice.switches.deleted_event == "history_row":
            return show(self._practice, self._practice.tables["histappointments"].schema, row)
        return {
            "AppointmentNum": row["AptNum"],
            "PatNum": row["PatNum"],
            "AptDateTime": row["AptDateTime"],
            "DateTimeDeleted": row["HistDateTStamp"],
            "DeletedBy": "",
            "Note": row["Note"],
            "ClinicNum": row["ClinicNum"],
        }

    def _batches(self, rows: list[Shown]) -> Iterator[list[Shown]]:
        size = BATCH if since(self._practice, "23.2.1") else max(len(rows), 1)
        for first in range(0, len(rows), size):
            yield rows[first : first + size]

    def _encode(self, content: Shown | list[Shown]) -> bytes:
        style = formats.style(self._practice)
        written: Json = write_rows(content, style) if isinstance(content, list) else write_row(content, style)
        return json.dumps(written, ensure_ascii=False).encode()

    def _headers(self, row: Row, machine: str, kind: str) -> dict[str, str]:
        headers = {"Authorization": row.text("CustomerKey"), "Content-Type": "application/json"}
        if since(self._practice, "22.4.28"):
            headers["Workstation"] = machine
        if since(self._practice, "22.4.35"):
            headers["Event-Type"] = kind
        return headers

    def _arrives(self, send: Send, url: str, headers: dict[str, str], body: bytes) -> bool:
        try:
            status = send(url, headers, body)
        except (OSError, SimDropped):
            return False
        wants_2xx = self._practice.switches.event_success == "2xx"
        return 200 <= status < 300 if wants_2xx else status > 0

    def _patient_selected(self, pat_num: int, workstation: str) -> None:
        """Fire the UI events of a workstation at once; the same patient again fires nothing."""
        again = self._selected.get(workstation) == pat_num
        self._selected[workstation] = pat_num
        if again or self.send is None:
            return
        body = self._encode(self._selection(pat_num))
        for row in self._practice.rows("subscriptions"):
            if row["UiEventType"] and row["Workstation"] in ("", workstation):
                headers = self._headers(row, workstation, f"UiEventType: {row['UiEventType']}")
                self._arrives(self.send, row.text("EndPointUrl"), headers, body)

    def _selection(self, pat_num: int) -> Shown:
        full = show(self._practice, self._practice.tables["patients"].schema, self._practice.patients[pat_num])
        few = {name: full[name] for name in _SELECTED}
        return {**few, "ClinicNum": str(full["ClinicNum"]), "BillingType": str(full["BillingType"]).replace(" ", "")}


def _texts(shown: Shown) -> Shown:
    return {name: str(value) if isinstance(value, int) else value for name, value in shown.items()}
