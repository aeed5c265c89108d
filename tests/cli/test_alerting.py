"""Who is told: quiet hours, no repetition, the weekly digest, reminders and endpoints switched on again."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from odnexus.alerts import Alert, CallableSink, QuietHours
from odnexus.cli.alerting import FAILING, Alarm, alarm, noted_in
from odnexus.cli.connecting import Keys, Office
from odnexus.cli.doctor.here import here_facts, judge_here
from odnexus.cli.office import hourly, look_after_deliveries, remind, serve, weekly_digest
from odnexus.cli.settings import Settings, WebhookSettings
from odnexus.errors import ConfigurationError
from odnexus.reconcile.alerting import Severity
from odnexus.stores import MemoryStore, Sealer
from odnexus.vault import Vault
from tests.cli.demo_office import Place
from tests.cli.mailbox import Mailbox, letters_to

DENVER = ZoneInfo("America/Denver")
ALERTS = (
    '\n[alerts]\nto = [{ env = "MAIL" }]\nquiet_from = "21:00"\nquiet_until = "07:00"\nrepeat_after = "1 h"\n'
    'digest = "monday"\n'
)


def at(hour: int, minute: int = 0, *, day: int = 2) -> datetime:
    """Return a moment of March 2026 in Denver; the 2nd is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=DENVER).astimezone(UTC)


def make(moment: datetime, rule: str = "visit.overlap", severity: Severity = "warning") -> Alert:
    return Alert(at=moment, location="main", rule=rule, severity=severity, text="Look at it.")


def quiet(heard: list[Alert], start: time = time(21), end: time = time(7)) -> QuietHours:
    return QuietHours(CallableSink(heard.append), start, end, DENVER)


# --- quiet hours ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "minute", "silent"), [(20, 59, False), (21, 0, True), (3, 0, True), (6, 59, True), (7, 0, False)]
)
def test_a_night_goes_over_midnight(hour: int, minute: int, silent: bool) -> None:
    assert quiet([]).is_quiet(at(hour, minute)) is silent


@pytest.mark.parametrize(("hour", "silent"), [(11, False), (12, True), (13, False)])
def test_quiet_hours_may_lie_within_a_day(hour: int, silent: bool) -> None:
    assert quiet([], time(12), time(13)).is_quiet(at(hour)) is silent


def test_equal_times_mean_never() -> None:
    sink = quiet([], time(0), time(0))

    assert [sink.is_quiet(at(hour)) for hour in (0, 12, 23)] == [False] * 3


def test_errors_come_through_at_night() -> None:
    heard: list[Alert] = []
    alert = make(at(3), severity="error")

    quiet(heard).send(alert)

    assert heard == [alert]


def test_what_was_held_comes_in_the_morning_in_order_and_once() -> None:
    heard: list[Alert] = []
    sink, first, second, third = quiet(heard), make(at(22)), make(at(3, day=3), "b"), make(at(8, day=3), "c")
    sink.send(first)
    sink.send(second)
    sink.flush(at(6, day=3))
    before = list(heard)

    sink.send(third)
    sink.flush(at(9, day=3))

    assert (before, heard) == ([], [first, second, third])


def test_an_error_at_night_does_not_wake_what_is_held() -> None:
    heard: list[Alert] = []
    sink = quiet(heard)
    sink.send(make(at(22)))

    sink.send(make(at(3, day=3), severity="error"))

    assert [alert.severity for alert in heard] == ["error"]


def test_what_cannot_be_sent_is_held_on() -> None:
    heard: list[Alert] = []
    down = [True]

    def take(alert: Alert) -> None:
        if down[0]:
            raise ConnectionError
        heard.append(alert)

    sink = QuietHours(CallableSink(take), time(21), time(7), DENVER)
    sink.send(make(at(22)))
    with pytest.raises(ConnectionError):
        sink.flush(at(8, day=3))
    down[0] = False

    sink.flush(at(9, day=3))

    assert len(heard) == 1


# --- from the settings ------------------------------------------------------------------------------------------------


@pytest.fixture
def alarmed(office: Place, monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, list[Alert], Alarm]:
    monkeypatch.setenv("MAIL", "json://secret-password@example.com")
    settings, heard = Settings.load(office.write(ALERTS)), list[Alert]()
    return settings, heard, alarm(settings, Keys(settings), lambda _: CallableSink(heard.append))


@pytest.mark.mission("R5", shows="alerts reach the addresses of the practice and the log")
def test_alerts_go_to_the_log_and_the_addresses(alarmed: Any, caplog: pytest.LogCaptureFixture) -> None:
    _, heard, told = alarmed

    told.sink.send(make(at(12)))

    assert (len(heard), len(caplog.records)) == (1, 1)


def test_the_same_is_not_said_twice_within_the_hour_but_logged(alarmed: Any, caplog: pytest.LogCaptureFixture) -> None:
    _, heard, told = alarmed

    for minutes in (0, 30, 59, 60):
        told.sink.send(make(at(12) + timedelta(minutes=minutes)))

    assert (len(heard), len(caplog.records)) == (2, 4)


def test_what_is_not_urgent_stays_in_the_log(alarmed: Any) -> None:
    _, heard, told = alarmed

    told.sink.send(make(at(12), severity="info"))

    assert heard == []


def test_an_address_that_fails_stops_nothing(office: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL", "x")
    settings = Settings.load(office.write(ALERTS))

    def fail(_: Alert) -> None:
        raise ConnectionError

    alarm(settings, Keys(settings), lambda _: CallableSink(fail)).sink.send(make(at(12)))


def test_without_addresses_the_log_is_enough(office: Place) -> None:
    settings = Settings.load(office.file)

    assert alarm(settings, Keys(settings)).channels is None


def test_without_apprise_the_remedy_is_told(office: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL", "json://example.com")
    monkeypatch.setitem(sys.modules, "apprise", None)
    settings = Settings.load(office.write(ALERTS))

    with pytest.raises(ConfigurationError, match=r"odnexus\[alerts\]"):
        alarm(settings, Keys(settings))


# --- chores -----------------------------------------------------------------------------------------------------------


def test_the_digest_comes_on_monday_morning_once(alarmed: Any) -> None:
    settings, heard, _ = alarmed
    sink = CallableSink(heard.append)

    with Office(settings) as office:
        for moment in (at(6), at(7), at(8), at(12, day=3), at(7, day=9)):
            weekly_digest(office, "monday", sink, moment)

    assert [alert.at for alert in heard] == [at(7), at(7, day=9)]
    assert "main" in heard[0].text


@pytest.mark.mission("K1", shows="a key that has become old is told about", try_it="odnexus vault list")
def test_a_credential_that_is_old_is_told_about_once_a_month(office: Place) -> None:
    heard: list[Alert] = []
    vault = Vault(office.file.parent / "v", Sealer.ephemeral())
    vault.set("nexhealth", "invented", at(12) - timedelta(days=181))
    vault.set("fresh", "invented", at(12))

    cursors = MemoryStore().cursors
    for moment in (at(12), at(13), at(12, day=31), at(12, day=31) + timedelta(days=1)):
        remind(vault, timedelta(days=180), CallableSink(heard.append), cursors, moment)

    assert [(alert.subject, alert.at.month) for alert in heard] == [("nexhealth", 3), ("nexhealth", 4)]
    assert "odnexus vault rotate nexhealth" in heard[0].text


def test_an_endpoint_that_nexhealth_switched_off_is_switched_on_again(office: Place) -> None:
    url, heard = "https://hooks.example.com/nexhealth", list[Alert]()
    with Office(Settings.load(office.file)) as opened:
        endpoints = opened.nexhealth(office.nx.subdomain).webhook_endpoints
        ours, other = endpoints.create(target_url=url), endpoints.create(target_url="https://other.example.com/")
        for each in (ours, other):
            endpoints.update(each.id, active=False)

        engine, sink = opened.engine(CallableSink(heard.append)), CallableSink(heard.append)
        for _ in range(2):
            look_after_deliveries(engine, WebhookSettings(url=url), sink, at(12))

        active = {each.id: each.active for each in endpoints.iter()}

    assert active == {ours.id: True, other.id: False}
    assert [alert.rule for alert in heard] == ["webhook.revived"]


def test_a_chore_is_done_once_an_hour() -> None:
    done: list[datetime] = []
    chore = hourly(done.append)

    for minutes in (0, 30, 60, 61):
        chore(at(12) + timedelta(minutes=minutes))

    assert done == [at(12), at(13)]


def test_senders_of_the_office_that_fell_silent_are_told_about(office: Place) -> None:
    heard: list[Alert] = []
    chosen = WebhookSettings(opendental_url="http://127.0.0.1:9/opendental/", workstation="SRV01")
    with Office(Settings.load(office.file)) as opened:
        now, sink = datetime.now(UTC), CallableSink(heard.append)
        for moment in (now, now + timedelta(hours=1)):
            look_after_deliveries(opened.engine(), chosen, sink, moment)

    assert [alert.rule for alert in heard] == ["events.silent"]
    assert "SRV01" not in heard[0].text


def test_deliveries_that_a_key_may_not_look_after_are_told_about(office: Place) -> None:
    heard: list[Alert] = []
    office.nx.simulator.faults.on("GET /webhook_endpoints", kind="status", status=403, times=None, body=b"{}")
    with Office(Settings.load(office.file)) as opened:
        chosen = WebhookSettings(url="https://x.example.com/")
        look_after_deliveries(opened.engine(), chosen, CallableSink(heard.append), at(12))

    assert [alert.rule for alert in heard] == ["webhook.refused"]
    assert "developer portal" in heard[0].text


# --- over a real line -------------------------------------------------------------------------------------------------


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Mailbox]]:
    with letters_to(monkeypatch) as served:
        yield served


@pytest.mark.filterwarnings("ignore::DeprecationWarning:apprise")
@pytest.mark.mission(
    "R5",
    shows="a question reaches a real address once, with what happened, which record, and what to click",
)
def test_a_question_reaches_a_real_address_once(office: Place, mailbox: type[Mailbox]) -> None:
    office.od.practice.add_patient(FName="Nadja", LName="Okafor", Birthdate=date(1991, 3, 4))
    booking = office.book()
    text = office.write('\n[alerts]\nto = [{ env = "MAIL" }]\nat_least = "info"\n')
    with Office(Settings.load(text)) as opened:
        for _ in range(2):
            serve(opened, threading.Event(), once=True)

    [letter] = [each for each in mailbox.letters if "person.match" in each["title"]]
    what, click, record = letter["message"].splitlines()
    assert what.startswith("A booking names a patient who may be one of several charts")
    assert click == "→ odnexus review list"
    assert record == f"NexHealth {office.nx.simulator.state.appointments[booking].patient_id} (demo-dental)"
    assert "Okafor" not in json.dumps(mailbox.letters)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:apprise")
@pytest.mark.mission("R5", shows="an address that takes nothing stops no work, and the doctor says so")
def test_an_address_that_fails_stops_nothing_and_is_reported(
    office: Place, mailbox: type[Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "status", 500)
    office.write('\n[alerts]\nto = [{ env = "MAIL" }]\n')
    with Office(Settings.load(office.file)) as opened:
        told = noted_in(opened.store, "main")
        told_to = alarm(opened.settings, opened.keys, told=told)
        told_to.sink.send(make(at(12)))
        told_to.sink.send(make(at(13), "other"))
        failed = opened.store.cursors.get(FAILING)
        rules = [entry.rule for entry in opened.store.journal.read()]
        facts = here_facts(opened, at(14))
        monkeypatch.setattr(mailbox, "status", 200)
        told_to.sink.send(make(at(14), "third"))
        mended = opened.store.cursors.get(FAILING)

    assert (str(failed).endswith("ConnectionError"), mended) == (True, None)
    assert rules == ["alert.not-delivered"]
    assert {line.check: line.state for line in judge_here(facts)}["alerts"] == "warn"
