"""Contacts, carriers and subscriptions."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from attrs import field, frozen

from odnexus._calls import Secret
from odnexus.opendental.models.enums import CommMode, NoSendElect, SentOrReceived, UiEventType, WatchTable
from odnexus.opendental.models.record import Record


@frozen(kw_only=True, repr=False)
class Commlog(Record):
    """A note about a contact with a patient (page "API Commlogs").

    `comm_type` is the number of a definition, `comm_type_text` its name. Offices before 25.1.13 give eight of the
    fields only.
    """

    KEY: ClassVar[tuple[str, ...]] = ("commlog_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("commlog_num", "pat_num")

    commlog_num: int
    pat_num: int = 0
    comm_date_time: datetime | None = field(default=None, repr=False)
    comm_type: int = 0
    comm_type_text: str | None = None
    note: str | None = field(default=None, repr=False)
    mode_: CommMode | str | None = None
    sent_or_received: SentOrReceived | str | None = None
    user_num: int = 0
    date_t_stamp: datetime | None = None
    comm_source: str | None = None
    program_num: int = 0
    date_t_entry: datetime | None = None
    referral_num: int = 0


@frozen(kw_only=True, repr=False)
class Carrier(Record):
    """An insurance company in the office's list (page "API Carriers")."""

    KEY: ClassVar[tuple[str, ...]] = ("carrier_num",)

    carrier_num: int
    carrier_name: str | None = None
    address: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    phone: str | None = None
    elect_id: str | None = None
    no_send_elect: NoSendElect | str | None = None
    is_hidden: bool | None = None


@frozen(kw_only=True, repr=False)
class Subscription(Record):
    """A request for API Events (page "API Subscriptions").

    `date_time_start` moves with each poll of the sender, so it is a heartbeat; `date_time_stop` is ``None`` for
    "never". The customer key is a `Secret`, in `raw` as well; `end_point_url` may hold one.
    """

    KEY: ClassVar[tuple[str, ...]] = ("subscription_num",)

    subscription_num: int
    end_point_url: str | None = field(default=None, repr=False)
    workstation: str | None = None
    customer_key: Secret | None = field(default=None, repr=False)
    watch_table: WatchTable | str | None = None
    polling_seconds: int | None = None
    ui_event_type: UiEventType | str | None = None
    date_time_start: datetime | None = None
    date_time_stop: datetime | None = None
    note: str | None = field(default=None, repr=False)
