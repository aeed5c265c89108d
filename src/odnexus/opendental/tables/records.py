"""Contacts, carriers and subscriptions: what may be asked and sent. The pages are named after the resources."""

from __future__ import annotations

from odnexus.errors import ConfigurationError
from odnexus.opendental import kinds
from odnexus.opendental.endpoints import Endpoint, Field, Values, exactly_one, fields, may, must, since
from odnexus.opendental.filters import changed_since, equals
from odnexus.opendental.kinds import words
from odnexus.opendental.models import CommMode, NoSendElect, SentOrReceived, UiEventType, WatchTable


def _polling_belongs_to_a_table(given: Values) -> None:
    if (given.get("watch_table") is None) != (given.get("polling_seconds") is None):
        raise ConfigurationError("polling_seconds: give it together with watch_table, and not for a UI event")


COMMLOG = Endpoint(
    method="GET", path="/commlogs/{CommlogNum}", gate=since("25.1.13"), permission="ApiReadAll", page="API Commlogs"
)
COMMLOGS = Endpoint(
    method="GET",
    path="/commlogs",
    permission="ApiReadAll",
    page="API Commlogs",
    params=fields(
        Field(word="PatNum", kind=kinds.POSITIVE, optional_from=since("25.1.13"), check=equals("pat_num")),
        may("DateTStamp", kinds.DATE_TIME, "25.1.13", check=changed_since("date_t_stamp")),
        may("Offset", kinds.NUMBER),
    ),
)
CREATE_COMMLOG = Endpoint(
    method="POST",
    path="/commlogs",
    permission="ApiComm",
    page="API Commlogs",
    repeatable=False,
    body=fields(
        must("PatNum", kinds.POSITIVE),
        must("Note", kinds.SOME_TEXT),
        may("CommDateTime", kinds.DATE_TIME.keep()),
        may("CommType", kinds.POSITIVE),
        may("commType", kinds.SOME_TEXT),
        may("Mode_", words(CommMode, *(mode for mode in CommMode if mode is not CommMode.FAX))),
        may("SentOrReceived", words(SentOrReceived)),
    ),
)
UPDATE_COMMLOG = Endpoint(
    method="PUT",
    path="/commlogs/{CommlogNum}",
    gate=since("25.2.21"),
    permission="ApiAllOthers",
    page="API Commlogs",
    partial=True,
    body=fields(may("Note", kinds.TEXT)),
)

_CARRIER_DETAILS = (
    may("Address", kinds.TEXT_100),
    may("Address2", kinds.TEXT_100),
    may("City", kinds.TEXT_100),
    may("State", kinds.STATE),
    may("Zip", kinds.US_ZIP),
    may("Phone", kinds.PHONE),
    may("ElectID", kinds.TEXT),
    may("NoSendElect", words(NoSendElect)),
    may("IsHidden", kinds.BOOLEAN),
)
CARRIER = Endpoint(
    method="GET", path="/carriers/{CarrierNum}", gate=since("24.4.5"), permission="ApiReadAll", page="API Carriers"
)
CARRIERS = Endpoint(
    method="GET",
    path="/carriers",
    gate=since("22.4.16"),
    permission="ApiReadAll",
    page="API Carriers",
    params=fields(may("Offset", kinds.NUMBER)),
)
CREATE_CARRIER = Endpoint(
    method="POST",
    path="/carriers",
    gate=since("21.4"),
    permission="ApiAllOthers",
    page="API Carriers",
    repeatable=False,
    body=fields(must("CarrierName", kinds.SOME_TEXT), *_CARRIER_DETAILS),
)
UPDATE_CARRIER = Endpoint(
    method="PUT",
    path="/carriers/{CarrierNum}",
    gate=since("21.4"),
    permission="ApiAllOthers",
    page="API Carriers",
    partial=True,
    body=fields(may("CarrierName", kinds.SOME_TEXT), *_CARRIER_DETAILS),
)

SUBSCRIPTIONS = Endpoint(
    method="GET",
    path="/subscriptions",
    gate=since("22.1"),
    permission="ApiReadAll",
    page="API Subscriptions",
    params=fields(may("Offset", kinds.NUMBER)),
)
_SUBSCRIPTION_DETAILS = (
    may("Workstation", kinds.TEXT),
    may("DateTimeStart", kinds.DATE_TIME.keep()),
    may("DateTimeStop", kinds.DATE_TIME),
    may("Note", kinds.TEXT),
)
CREATE_SUBSCRIPTION = Endpoint(
    method="POST",
    path="/subscriptions",
    gate=since("22.1"),
    permission="ApiReadAll",
    page="API Subscriptions",
    repeatable=False,
    body=fields(
        must("EndPointUrl", kinds.URL),
        Field(
            word="WatchTable",
            kind=words(WatchTable),
            word_gates={
                WatchTable.PAT_FIELD: since("22.4.8"),
                WatchTable.APPOINTMENT_DELETED: since("22.4.35"),
                WatchTable.OPERATORY: since("24.2.11"),
                WatchTable.PROVIDER: since("24.2.11"),
                WatchTable.SCHEDULE: since("24.2.11"),
                WatchTable.TOOTH_INITIAL: since("24.4.30"),
            },
        ),
        may("PollingSeconds", kinds.POSITIVE),
        may("UiEventType", words(UiEventType)),
        *_SUBSCRIPTION_DETAILS,
    ),
    rules=(exactly_one("watch_table", "ui_event_type"), _polling_belongs_to_a_table),
)
UPDATE_SUBSCRIPTION = Endpoint(
    method="PUT",
    path="/subscriptions/{SubscriptionNum}",
    gate=since("22.1"),
    permission="ApiReadAll",
    page="API Subscriptions",
    partial=True,
    body=fields(may("EndPointUrl", kinds.URL), may("PollingSeconds", kinds.POSITIVE), *_SUBSCRIPTION_DETAILS),
)
DELETE_SUBSCRIPTION = Endpoint(
    method="DELETE",
    path="/subscriptions/{SubscriptionNum}",
    gate=since("22.1"),
    permission="ApiAllOthers",
    page="API Subscriptions",
)

ENDPOINTS = (
    COMMLOG,
    COMMLOGS,
    CREATE_COMMLOG,
    UPDATE_COMMLOG,
    CARRIER,
    CARRIERS,
    CREATE_CARRIER,
    UPDATE_CARRIER,
    SUBSCRIPTIONS,
    CREATE_SUBSCRIPTION,
    UPDATE_SUBSCRIPTION,
    DELETE_SUBSCRIPTION,
)
