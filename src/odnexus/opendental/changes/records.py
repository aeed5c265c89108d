"""Fields of commlogs, carriers and subscriptions that may be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Required, TypedDict

from odnexus.opendental.models import CommMode, NoSendElect, SentOrReceived, UiEventType, WatchTable


class CommlogCreate(TypedDict, total=False):
    """A new commlog (page "API Commlogs", POST). `comm_type_text` is a definition's name and wins over its number."""

    pat_num: Required[int]
    note: Required[str]
    comm_date_time: datetime
    comm_type: int
    comm_type_text: str
    mode_: CommMode | str
    sent_or_received: SentOrReceived | str


class CommlogChanges(TypedDict, total=False):
    """Changes of a commlog (page "API Commlogs", PUT): the note is overwritten and the signature cleared."""

    note: str | None


class _CarrierDetails(TypedDict, total=False):
    address: str | None
    address2: str | None
    city: str | None
    state: str | None
    zip: str | None
    phone: str | None
    elect_id: str | None
    no_send_elect: NoSendElect | str
    is_hidden: bool


class CarrierCreate(_CarrierDetails, total=False):
    """A new carrier (page "API Carriers", POST)."""

    carrier_name: Required[str]


class CarrierChanges(_CarrierDetails, total=False):
    """Changes of a carrier (page "API Carriers", PUT)."""

    carrier_name: str


class _SubscriptionDetails(TypedDict, total=False):
    workstation: str | None
    polling_seconds: int
    date_time_start: datetime
    date_time_stop: datetime | None
    note: str | None


class SubscriptionCreate(_SubscriptionDetails, total=False):
    """A new subscription (page "API Subscriptions", POST).

    Give `watch_table` with `polling_seconds`, or `ui_event_type`. Without `workstation` every machine sends.
    """

    end_point_url: Required[str]
    watch_table: WatchTable | str
    ui_event_type: UiEventType | str


class SubscriptionChanges(_SubscriptionDetails, total=False):
    """Changes of a subscription (page "API Subscriptions", PUT); what is watched cannot be changed."""

    end_point_url: str
