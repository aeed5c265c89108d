"""Helpers of these tests: a caller with a token, a receiver of webhooks, the demo offices."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from attrs import frozen

from odnexus.testing import SimRequest, VirtualClock
from odnexus.testing.nexhealth import API_KEY, DemoOffice, NexHealthSimulator, Switches, demo_office
from odnexus.testing.opendental import OpenDentalSimulator, demo_practice

TEN = datetime.fromisoformat("2026-03-09T10:00:00-06:00")
"""Ten in the morning of a Monday, one week after a virtual clock begins."""

Params = Mapping[str, object]


@frozen
class Got:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def data(self) -> Any:
        return self.body["data"]

    @property
    def rows(self) -> list[Any]:
        return list(self.body["data"])

    @property
    def ids(self) -> list[int]:
        return [row["id"] for row in self.rows]

    @property
    def error(self) -> str:
        return "; ".join(self.body["error"])


class Caller:
    """Calls a simulator with a token of its own."""

    def __init__(self, simulator: NexHealthSimulator, *, key: str = API_KEY, subdomain: str | None = "demo-dental"):
        self.simulator = simulator
        self.key = key
        self.subdomain = subdomain
        self.headers = {"nex-api-version": "v3.0.0", "accept": "application/json"}
        self._token = ""

    @property
    def token(self) -> str:
        if not self._token:
            got = self.send("POST", "/authenticates", headers={"authorization": self.key})
            self._token = got.data["token"]
        return self._token

    def renew(self) -> None:
        self._token = ""

    def send(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
    ) -> Got:
        sent = {**self.headers, **({"content-type": "application/json"} if body is not None else {}), **(headers or {})}
        pairs = [(name, item) for name, value in (params or {}).items() for item in _texts(value)]
        target = f"{path}?{urlencode(pairs)}" if pairs else path
        raw = json.dumps(body).encode() if body is not None else content
        reply = self.simulator.handle(SimRequest.parse(method, target, sent, raw))
        is_json = "json" in reply.headers.get("content-type", "")
        return Got(reply.status, reply.headers, json.loads(reply.body) if is_json and reply.body else None)

    def call(self, method: str, path: str, params: Params | None = None, body: object = None) -> Got:
        scope = {} if self.subdomain is None else {"subdomain": self.subdomain}
        return self.send(method, path, {**scope, **(params or {})}, body, {"authorization": f"Bearer {self.token}"})

    def get(self, path: str, params: Params | None = None) -> Got:
        return self.call("GET", path, params)

    def post(self, path: str, body: object, params: Params | None = None) -> Got:
        return self.call("POST", path, params, body)

    def patch(self, path: str, body: object, params: Params | None = None) -> Got:
        return self.call("PATCH", path, params, body)

    def delete(self, path: str, params: Params | None = None) -> Got:
        return self.call("DELETE", path, params)

    def raw(self, method: str, path: str, content: bytes, kind: str, params: Params | None = None) -> Got:
        """Send a body that is no JSON."""
        headers = {"authorization": f"Bearer {self.token}", "content-type": kind}
        scope = {} if self.subdomain is None else {"subdomain": self.subdomain}
        return self.send(method, path, {**scope, **(params or {})}, headers=headers, content=content)

    def file(self, path: str) -> Got:
        """Fetch a file."""
        return self.send("GET", path, headers={"authorization": f"Bearer {self.token}", "accept": "*/*"})


def _texts(value: object) -> Sequence[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    return [str(value).lower() if isinstance(value, bool) else str(value)]


def upload(filename: str, document_type_id: int | None = None, content: bytes = b"%PDF-1.7") -> tuple[bytes, str]:
    """Return a multipart body as a browser writes it, and its content type."""
    parts = [f'form-data; name="file"; filename="{filename}"\r\nContent-Type: application/pdf'.encode(), content]
    body = b"--cut\r\nContent-Disposition: " + parts[0] + b"\r\n\r\n" + parts[1] + b"\r\n"
    if document_type_id is not None:
        body += (
            f'--cut\r\nContent-Disposition: form-data; name="document_type_id"\r\n\r\n{document_type_id}\r\n'.encode()
        )
    return body + b"--cut--\r\n", "multipart/form-data; boundary=cut"


class Receiver:
    """Takes webhooks and answers with the next of its statuses."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.requests: list[tuple[str, Mapping[str, str], bytes]] = []

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.requests.append((url, headers, body))
        return self.statuses.pop(0) if self.statuses else 200

    @property
    def payloads(self) -> list[Any]:
        return [json.loads(body) for _, _, body in self.requests]

    @property
    def names(self) -> list[str]:
        return [payload["event_name"] for payload in self.payloads]

    def clear(self) -> None:
        self.requests.clear()


class Desk:
    """A demo office with everything to hand."""

    def __init__(self, *, linked: bool = False, switches: Switches | None = None, **options: Any) -> None:
        self.clock = VirtualClock()
        self.opendental: OpenDentalSimulator | None = demo_practice(self.clock) if linked else None
        self.office: DemoOffice = demo_office(self.clock, self.opendental, switches=switches, **options)
        self.sim = self.office.simulator
        self.api = Caller(self.sim)
        self.place = {"location_id": self.office.location_id}

    @property
    def od(self) -> OpenDentalSimulator:
        assert self.opendental is not None
        return self.opendental

    def wait(self, **length: float) -> None:
        """Let time pass and have its effect; the next call brings a fresh token."""
        self.clock.advance(timedelta(**length))
        self.api.renew()
        self.sim.tick()

    def listen(self, *statuses: int) -> Receiver:
        receiver = Receiver(*statuses)
        self.sim.webhooks.send = receiver
        got = self.api.post("/webhook_endpoints", {"target_url": "https://hooks.example.com/nexhealth"})
        for resource, events in (
            (
                "Appointment",
                ("appointment_insertion", "appointment_created", "appointment_updated", "appointment_requested"),
            ),
            ("Patient", ("patient_created", "patient_updated")),
            ("SyncStatus", ("sync_status_read_change", "sync_status_write_change")),
        ):
            for event in events:
                self.api.post(
                    f"/webhook_endpoints/{got.data['id']}/webhook_subscriptions",
                    {"resource_type": resource, "event": event},
                )
        return receiver

    def new_patient(self, **bio: object) -> Got:
        return self.api.post("/patients", patient_body(self.office, **bio), self.place)

    def booking(self, patient_id: int | None, /, **appt: object) -> Got:
        body = {
            "patient_id": patient_id,
            "provider_id": self.office.providers["DOC1"],
            "operatory_id": self.office.operatories["OP1"],
            "start_time": TEN.isoformat(),
            "end_time": (TEN + timedelta(minutes=30)).isoformat(),
            **appt,
        }
        sent = {name: value for name, value in body.items() if value is not None}
        return self.api.post("/appointments", {"appt": sent}, self.place)

    def booked(self, **appt: object) -> Any:
        """Book for a patient of the EHR (or the only one there is) and return the row."""
        got = self.booking(self.known(), **appt)
        assert got.status == 201, got.body
        return got.data["appt"]

    def known(self) -> int:
        rows = [one.id for one in self.sim.state.patients.values() if one.foreign_id is not None]
        if rows:
            return rows[0]
        return self.sim.state.add_patient(
            self.office.location_id,
            "Ada",
            "Known",
            foreign_id="9001",
            bio={"date_of_birth": "1970-01-01", "phone_number": "5055550100"},
        )

    def edit(self, appointment_id: int, **appt: object) -> Got:
        return self.api.patch(f"/appointments/{appointment_id}", {"appt": appt})

    def show(self, appointment_id: int) -> Any:
        return self.api.get(f"/appointments/{appointment_id}").data

    def window(self, **filters: object) -> dict[str, object]:
        return {**self.place, "start": "2026-03-01T00:00:00Z", "end": "2027-03-01T00:00:00Z", **filters}


def patient_body(office: DemoOffice, **bio: object) -> dict[str, Any]:
    outer = {"first_name": "Mara", "last_name": "Lund", "email": "mara.lund@example.org"}
    person = {name: bio.pop(name, value) for name, value in outer.items()}
    details = {"date_of_birth": "1988-11-20", "phone_number": "5055550123", **bio}
    return {
        "provider": {"provider_id": office.providers["DOC1"]},
        "patient": {**person, "bio": {name: value for name, value in details.items() if value is not None}},
    }
