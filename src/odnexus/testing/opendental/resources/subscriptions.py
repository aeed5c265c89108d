"""Subscriptions to API Events (page "Subscriptions"): rows bound to the customer key of the request."""

from __future__ import annotations

from urllib.parse import urlsplit

from odnexus.testing.opendental.endpoints import OTHERS, Answer, Ask, Endpoint, Param, accept, created, ordered
from odnexus.testing.opendental.refusals import Refusal, WrongWordError, invalid, not_found, required
from odnexus.testing.opendental.schema import UNVERIFIED, Field, Schema, hidden, show_all, since
from odnexus.testing.opendental.values import DATETIME_OR_DATE, INT, TEXT, Row, Value, filled, words

WATCH_TABLES = {
    "Appointment": "22.1",
    "Patient": "22.1",
    "PatField": "22.4.8",
    "AppointmentDeleted": "22.4.35",
    "Operatory": "24.2.11",
    "Provider": "24.2.11",
    "Schedule": "24.2.11",
    "ToothInitial": "24.4.30",
    **dict.fromkeys(
        (
            "LabCase",
            "LabCaseDeleted",
            "MedicationPat",
            "MedicationPatDeleted",
            "PatFieldDeleted",
            "ScheduleDeleted",
            "ToothInitialDeleted",
        ),
        UNVERIFIED,
    ),
}
"""First version of each table that can be watched."""

_LONGEST = 2**31 - 1
"""Seconds that its column can hold."""

SUBSCRIPTION = Schema(
    name="subscriptions",
    key="SubscriptionNum",
    one="Subscription",
    first_key=31,
    fields=(
        Field("SubscriptionNum", INT),
        Field("EndPointUrl", filled(TEXT)),
        Field("Workstation", TEXT),
        Field("CustomerKey", TEXT),
        Field("WatchTable", words(*WATCH_TABLES, empty="")),
        Field("PollingSeconds", INT),
        Field("UiEventType", words("PatientSelected", empty="")),
        Field("DateTimeStart", DATETIME_OR_DATE),
        Field("DateTimeStop", DATETIME_OR_DATE),
        Field("Note", TEXT),
        # Whether the last delivery failed, which decides how far back the next one reaches.
        hidden("failed", INT),
    ),
)


def _mine(ask: Ask) -> list[Row]:
    return [row for row in ordered(ask.practice, SUBSCRIPTION) if row["CustomerKey"] == ask.customer_key]


def _own(ask: Ask) -> Row:
    if ask.row["CustomerKey"] != ask.customer_key:
        raise not_found(SUBSCRIPTION.one)
    return ask.row


def _list(ask: Ask) -> Answer:
    return Answer(content=show_all(ask.practice, SUBSCRIPTION, _mine(ask)))


def _create(ask: Ask) -> Answer:
    args, practice = ask.args, ask.practice
    _check_kind(ask)
    _check_url(ask, args.text("EndPointUrl"))
    defaults: dict[str, Value] = {"DateTimeStart": practice.now(), "CustomerKey": ask.customer_key}
    return created(ask, SUBSCRIPTION, practice.insert("subscriptions", {**defaults, **args}))


def _check_kind(ask: Ask) -> None:
    """A database event names a table and an interval, a UI event its type, never both."""
    args = ask.args
    if "UiEventType" in args:
        if {"WatchTable", "PollingSeconds"} & set(args):
            raise Refusal(400, "WatchTable and PollingSeconds are not allowed with UiEventType.")
        return
    if "WatchTable" not in args:
        raise required("WatchTable")
    if not since(ask.practice, WATCH_TABLES[args.text("WatchTable")]):
        raise WrongWordError(400, "WatchTable is invalid")
    if "PollingSeconds" not in args:
        raise required("PollingSeconds")
    _check_interval(args)


def _check_interval(args: Row) -> None:
    if not 1 <= args.number("PollingSeconds") <= _LONGEST:
        raise invalid("PollingSeconds")


def _check_url(ask: Ask, url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise invalid("EndPointUrl") from None
    slash = ask.practice.switches.endpoint_slash == "free" or parts.path.endswith("/")
    if parts.scheme not in ("http", "https") or not slash:
        raise invalid("EndPointUrl")


def _change(ask: Ask) -> Answer:
    row = _own(ask)
    if "EndPointUrl" in ask.args:
        _check_url(ask, ask.args.text("EndPointUrl"))
    if "PollingSeconds" in ask.args:
        if not row["WatchTable"]:
            raise invalid("PollingSeconds")
        _check_interval(ask.args)
    ask.practice.change("subscriptions", row.number("SubscriptionNum"), ask.args)
    return Answer()


def _delete(ask: Ask) -> Answer:
    ask.practice.remove("subscriptions", _own(ask).number("SubscriptionNum"))
    return Answer()


_ITEM = "/subscriptions/{SubscriptionNum}"
_CHANGEABLE = "Workstation PollingSeconds DateTimeStart DateTimeStop Note"

ENDPOINTS = (
    Endpoint(verb="GET", route="/subscriptions", since="22.1", paged=True, run=_list),
    Endpoint(
        verb="POST",
        route="/subscriptions",
        since="22.1",
        body=(
            *accept(SUBSCRIPTION, f"EndPointUrl! {_CHANGEABLE}"),
            Param("WatchTable", words(*WATCH_TABLES)),
            Param("UiEventType", words("PatientSelected")),
        ),
        run=_create,
    ),
    Endpoint(
        verb="PUT",
        route=_ITEM,
        since="22.1",
        body=accept(SUBSCRIPTION, f"EndPointUrl {_CHANGEABLE}"),
        schema=SUBSCRIPTION,
        run=_change,
    ),
    Endpoint(verb="DELETE", route=_ITEM, since="22.1", permission=OTHERS, schema=SUBSCRIPTION, run=_delete),
)
