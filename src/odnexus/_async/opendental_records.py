"""Contacts, carriers and event subscriptions in Open Dental."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Unpack

from odnexus._async.opendental_routes import AsyncResource
from odnexus.opendental import calls, steps
from odnexus.opendental.changes import (
    CarrierChanges,
    CarrierCreate,
    CommlogChanges,
    CommlogCreate,
    SubscriptionChanges,
    SubscriptionCreate,
    spells_out,
)
from odnexus.opendental.models import Carrier, Commlog, Subscription
from odnexus.opendental.tables import records


class AsyncCommlogs(AsyncResource):
    """Notes about contacts with patients. The API cannot delete them (page "API Commlogs")."""

    async def get(self, commlog_num: int) -> Commlog:
        """Return the commlog *commlog_num* (25.1.13).

        Raises:
            NotFoundError: There is no such commlog.
        """
        return await self._connection.send(calls.get_commlog(commlog_num))

    def iter(
        self, *, pat_num: int | None = None, date_t_stamp: datetime | None = None, offset: int = 0
    ) -> AsyncIterator[Commlog]:
        """Return the commlogs that satisfy all filters, page by page.

        Args:
            pat_num: One patient; may be left out since 25.1.13.
            date_t_stamp: Changed since, by the office's clock (25.1.13).
            offset: Rows to skip: how many came before an interruption.
        """
        filters = {"pat_num": pat_num, "date_t_stamp": date_t_stamp}
        return self._connection.rows(calls.listing(records.COMMLOGS, Commlog, filters, offset))

    @spells_out(CommlogCreate)
    async def create(self, **fields: Unpack[CommlogCreate]) -> Commlog:
        """Create a commlog and return it; by default a phone call that was sent.

        An office before 23.3.7 does not answer with the record: what comes back then holds the number only, or 0.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        return await self._connection.run(
            steps.written(
                calls.create_commlog(fields),
                lambda number: Commlog(commlog_num=number),
                calls.get_commlog,
                number_needed=False,
            )
        )

    @spells_out(CommlogChanges)
    async def update(self, commlog_num: int, **changes: Unpack[CommlogChanges]) -> Commlog:
        """Overwrite the note of a commlog, which clears its signature, and return it (25.2.21).

        Raises:
            NotFoundError: There is no such commlog.
        """
        return await self._connection.run(
            steps.written(
                calls.update_commlog(commlog_num, changes),
                lambda number: Commlog(commlog_num=number),
                calls.get_commlog,
                number=commlog_num,
            )
        )


class AsyncCarriers(AsyncResource):
    """Insurance companies: no filters, so keep a copy; none can be deleted, only hidden (page "API Carriers")."""

    async def get(self, carrier_num: int) -> Carrier:
        """Return the carrier *carrier_num* (24.4.5).

        Raises:
            NotFoundError: There is no such carrier.
        """
        return await self._connection.send(calls.get_carrier(carrier_num))

    def iter(self, *, offset: int = 0) -> AsyncIterator[Carrier]:
        """Return all carriers, page by page (22.4.16); *offset* rows are skipped."""
        return self._connection.rows(calls.listing(records.CARRIERS, Carrier, {}, offset))

    @spells_out(CarrierCreate)
    async def create(self, **fields: Unpack[CarrierCreate]) -> Carrier:
        """Create a carrier and return it (21.4); its phone may come back in another form.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        return await self._connection.run(
            steps.written(calls.create_carrier(fields), lambda number: Carrier(carrier_num=number), calls.get_carrier)
        )

    @spells_out(CarrierChanges)
    async def update(self, carrier_num: int, **changes: Unpack[CarrierChanges]) -> None:
        """Change the given fields of a carrier (21.4). ``None`` clears, absent leaves.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such carrier.
        """
        await self._connection.send(calls.update_carrier(carrier_num, changes))


class AsyncSubscriptions(AsyncResource):
    """Requests for API Events of this customer key (page "API Subscriptions")."""

    def iter(self) -> AsyncIterator[Subscription]:
        """Return the subscriptions of this key (22.1); `date_time_start` is the sender's heartbeat."""
        return self._connection.rows(calls.listing(records.SUBSCRIPTIONS, Subscription, {}))

    @spells_out(SubscriptionCreate)
    async def create(self, **fields: Unpack[SubscriptionCreate]) -> Subscription:
        """Subscribe to changes of a table, or to what a workstation does, and return the subscription (22.1).

        Name the `workstation` that sends: without one every machine does, and everything comes several times.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost, or holds no number: look before subscribing again.
        """
        return await self._connection.run(
            steps.written(calls.create_subscription(fields), lambda number: Subscription(subscription_num=number))
        )

    @spells_out(SubscriptionChanges)
    async def update(self, subscription_num: int, **changes: Unpack[SubscriptionChanges]) -> None:
        """Change the given fields of a subscription (22.1); ``date_time_stop=None`` means never.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such subscription.
        """
        await self._connection.send(calls.update_subscription(subscription_num, changes))

    async def delete(self, subscription_num: int) -> None:
        """End a subscription (22.1).

        Raises:
            NotFoundError: There is no such subscription (any more).
        """
        await self._connection.send(calls.delete_subscription(subscription_num))
