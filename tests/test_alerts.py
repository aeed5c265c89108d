from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from odnexus.alerts import (
    Alert,
    AppriseSink,
    CallableSink,
    LoggingSink,
    Severity,
    at_least,
    deduplicated,
    several,
    spelled,
    watched,
)
from odnexus.errors import ConfigurationError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

# Apprise imports modules of the standard library that are on their way out.
quiet = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def make(at: datetime = NOON, *, rule: str = "office.offline", severity: Severity = "warning") -> Alert:
    return Alert(at=at, location="Main", rule=rule, severity=severity, subject="opendental:main/12", text="Look at it.")


class BrokenSink:
    def send(self, alert: Alert) -> None:
        raise RuntimeError("Jane Doe could not be reached")


def test_the_key_is_made_of_location_rule_and_subject() -> None:
    assert make().key == "Main:office.offline:opendental:main/12"


def test_a_given_key_is_kept() -> None:
    alert = Alert(at=NOON, location="Main", rule="r", text="", key="mine")

    assert alert.key == "mine"


def test_an_alert_is_logged_at_its_level(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        for severity in ("info", "warning", "error"):
            LoggingSink().send(make(severity=severity))

    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING", "ERROR"]
    assert caplog.messages[0] == "Main office.offline opendental:main/12: Look at it."


def test_an_alert_goes_to_a_logger_of_the_host(caplog: pytest.LogCaptureFixture) -> None:
    LoggingSink(logging.getLogger("practice")).send(make())

    assert [record.name for record in caplog.records] == ["practice"]


def test_a_function_is_a_sink() -> None:
    heard: list[Alert] = []

    CallableSink(heard.append).send(make())

    assert heard == [make()]


def test_each_of_several_sinks_hears_of_it_even_if_one_raises(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Alert] = []

    several(BrokenSink(), CallableSink(heard.append)).send(make())

    assert heard == [make()]
    assert caplog.messages == ["BrokenSink: a sink failed with RuntimeError"]


def test_only_what_is_urgent_enough_passes() -> None:
    heard: list[Alert] = []
    sink = at_least("warning", CallableSink(heard.append))

    for severity in ("info", "warning", "error"):
        sink.send(make(severity=severity))

    assert [alert.severity for alert in heard] == ["warning", "error"]


def test_the_same_is_said_once_per_window() -> None:
    heard: list[Alert] = []
    sink = deduplicated(CallableSink(heard.append), timedelta(hours=1))

    for minutes in (0, 30, 59, 60, 90, 121):
        sink.send(make(NOON + timedelta(minutes=minutes)))

    assert [alert.at - NOON for alert in heard] == [timedelta(0), timedelta(minutes=60), timedelta(minutes=121)]


def test_another_key_and_a_worse_severity_are_not_the_same() -> None:
    heard: list[Alert] = []
    sink = deduplicated(CallableSink(heard.append), timedelta(hours=1))

    sink.send(make())
    sink.send(make(rule="other"))
    sink.send(make(severity="error"))

    assert len(heard) == 3


def test_what_was_not_delivered_is_not_remembered_as_sent() -> None:
    sink = deduplicated(BrokenSink(), timedelta(hours=1))

    for _ in range(2):
        with pytest.raises(RuntimeError):
            sink.send(make())


def test_old_keys_are_forgotten() -> None:
    sink = deduplicated(CallableSink(lambda alert: None), timedelta(hours=1))

    for day in range(100):
        sink.send(make(NOON + timedelta(days=day), rule=f"rule {day}"))

    assert len(vars(sink)["_sent"]) == 1


@quiet
def test_apprise_is_given_title_text_and_type() -> None:
    apprise = pytest.importorskip("apprise", reason="the extra odnexus[alerts] is not installed")
    heard: list[tuple[str, str, str]] = []

    @apprise.decorators.notify(on="odnexustest")  # type: ignore[untyped-decorator]
    def take(body: str, title: str, notify_type: str, *_: object, **__: object) -> None:
        heard.append((title, body, str(getattr(notify_type, "value", notify_type))))

    AppriseSink("odnexustest://").send(make(severity="error"))

    assert heard == [("odnexus error: Main office.offline", "Look at it.\nOpen Dental 12 (main)", "failure")]


@quiet
def test_apprise_says_when_nothing_was_delivered() -> None:
    apprise = pytest.importorskip("apprise", reason="the extra odnexus[alerts] is not installed")

    @apprise.decorators.notify(on="odnexusfails")  # type: ignore[untyped-decorator]
    def refuse(*_: object, **__: object) -> bool:
        return False

    with pytest.raises(ConnectionError, match=r"office\.offline"):
        AppriseSink("odnexusfails://").send(make())


@quiet
def test_an_address_that_apprise_does_not_know_is_refused_without_being_shown() -> None:
    pytest.importorskip("apprise", reason="the extra odnexus[alerts] is not installed")

    with pytest.raises(ConfigurationError, match="address number 1") as caught:
        AppriseSink("nonsense://secret@example.com")

    assert "secret" not in str(caught.value)


def test_what_became_of_each_alert_is_told_and_the_error_still_raised() -> None:
    heard, failing = list[str](), [False]

    def channel(_: Alert) -> None:
        if failing[0]:
            raise ConnectionError("Nadia Okafor")

    sink = watched(CallableSink(channel), lambda _alert, error: heard.append(error))
    sink.send(make())
    failing[0] = True
    with pytest.raises(ConnectionError):
        sink.send(make())

    assert heard == ["", "ConnectionError"]


def test_whoever_looks_on_stops_no_alert(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Alert] = []

    def fail(_alert: Alert, _error: str) -> None:
        raise ValueError("Nadia Okafor")

    watched(CallableSink(heard.append), fail).send(make())

    assert len(heard) == 1
    assert "Okafor" not in caplog.text


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("opendental:main/12", "Open Dental 12 (main)"),
        ("nexhealth:demo-dental/90", "NexHealth 90 (demo-dental)"),
        ("event:abc", "event:abc"),
        ("", ""),
    ],
)
def test_a_record_is_named_as_people_look_for_it(subject: str, words: str) -> None:
    assert spelled(subject) == words
