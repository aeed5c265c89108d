from __future__ import annotations

import hmac
import json

import pytest

from odnexus._calls import Secret
from odnexus.errors import SignatureError, WebhookError
from odnexus.opendental.events import parse_event
from odnexus.opendental.models import Appointment, Patient

KEY = "OfficeKey1234567"
HEADERS = {"authorization": KEY, "Workstation": "SRV01", "EVENT-TYPE": "WatchTable: Appointment"}


def body(*rows: dict[str, object]) -> bytes:
    return json.dumps(rows).encode()


def test_rows_of_a_watched_table_are_read() -> None:
    event = parse_event(HEADERS, body({"AptNum": 880, "PatNum": 412}, {"AptNum": 881}, {"AptNum": 880}), KEY)

    assert (event.kind, event.workstation, event.ids) == ("Appointment", "SRV01", (880, 881))
    assert event.rows[0] == {"AptNum": 880, "PatNum": 412}
    assert event.records()[0] == Appointment(apt_num=880, pat_num=412)


def test_a_ui_event_is_one_object() -> None:
    headers = {"Authorization": KEY, "Event-Type": "UiEventType: PatientSelected"}
    selected = json.dumps({"PatNum": 412, "LName": "Okafor", "ClinicNum": "0", "BillingType": "StandardAccount"})

    event = parse_event(headers, selected, Secret(KEY))

    assert (event.kind, event.ids) == ("PatientSelected", (412,))
    assert isinstance(event.records()[0], Patient)
    assert "Okafor" not in repr(event)


@pytest.mark.parametrize(
    ("row", "kind", "ids"),
    [
        ({"AptNum": 880, "ProvNum": 1}, "Appointment", (880,)),
        ({"AppointmentNum": 880, "PatNum": 1}, "AppointmentDeleted", (880,)),
        ({"HistApptNum": 5, "AptNum": 880}, "AppointmentDeleted", (880,)),
        ({"PatNum": 412, "LName": "x"}, "Patient", (412,)),
        ({"OperatoryNum": 3, "OpName": "x"}, "Operatory", (3,)),
        ({"ProvNum": "2", "LName": "x"}, "Provider", (2,)),
        ({"ScheduleNum": "9", "ProvNum": "1"}, "Schedule", (9,)),
        ({"PatFieldNum": 4, "PatNum": 1}, "PatField", (4,)),
        ({"ToothInitialNum": 4, "PatNum": 1}, "ToothInitial", (4,)),
        ({"Strange": 1}, "", ()),
    ],
)
def test_senders_before_22_4_35_are_understood_by_their_rows(
    row: dict[str, object], kind: str, ids: tuple[int, ...]
) -> None:
    event = parse_event({"Authorization": KEY}, body(row), KEY)

    assert (event.kind, event.ids) == (kind, ids)


@pytest.mark.parametrize("row", [{"AptNum": 880}, {"AppointmentNum": "880"}, {"HistApptNum": 1, "AptNum": 880}])
def test_deletions_are_read_in_any_form(row: dict[str, object]) -> None:
    headers = {"Authorization": KEY, "Event-Type": "WatchTable: AppointmentDeleted"}

    assert parse_event(headers, body(row), KEY).ids == (880,)


def test_rows_without_a_key_are_kept_but_have_no_id() -> None:
    event = parse_event(HEADERS, body({"PatNum": 1}, {"AptNum": 0}, {"AptNum": "?"}), KEY)

    assert event.ids == ()
    assert len(event.rows) == 3


def test_nothing_changed_is_nothing_to_do() -> None:
    event = parse_event({"Authorization": KEY}, b"[]", KEY)

    assert (event.kind, event.ids, event.rows) == ("", (), ())


@pytest.mark.parametrize("given", ["", "OfficeKey1234568", "ODFHIR Dev/OfficeKey1234567", "OfficeKey", "é", "\udcff"])
def test_a_wrong_key_is_refused(given: str) -> None:
    with pytest.raises(SignatureError) as caught:
        parse_event({"Authorization": given}, body(), KEY)

    assert KEY not in str(caught.value)


def test_no_key_opens_nothing() -> None:
    for keys in ("", [], [""]):
        with pytest.raises(SignatureError):
            parse_event({"Authorization": ""}, body(), keys)
    with pytest.raises(SignatureError):
        parse_event({}, body(), KEY)


def test_several_keys_are_all_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def compare(given: bytes, expected: bytes) -> bool:
        compared.append(expected)
        return given == expected

    monkeypatch.setattr(hmac, "compare_digest", compare)

    event = parse_event(HEADERS, body(), [KEY, Secret("AnotherKey123456")])

    assert event.kind == "Appointment"
    assert compared == [KEY.encode(), b"AnotherKey123456"]


@pytest.mark.parametrize("content", [b"", b"{", b"7", b'["a"]', b"null", b"[" * 100_000])
def test_other_bodies_are_refused(content: bytes) -> None:
    with pytest.raises(WebhookError, match="body"):
        parse_event(HEADERS, content, KEY)


def test_records_that_do_not_fit_are_a_webhook_error_with_paths() -> None:
    event = parse_event(HEADERS, body({"AptNum": 880, "AptDateTime": "Okafor"}), KEY)

    with pytest.raises(WebhookError, match=r"@ \$\[0\]\.AptDateTime") as caught:
        event.records()
    assert "Okafor" not in str(caught.value)
    with pytest.raises(WebhookError, match="no record"):
        parse_event({"Authorization": KEY}, body({"PatFieldNum": 1}), KEY).records()
