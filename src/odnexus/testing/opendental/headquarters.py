"""Several offices behind one address, as in Remote mode: the customer key says which office is meant."""

from __future__ import annotations

from odnexus.testing.clock import SimClock
from odnexus.testing.http import SimReply, SimRequest
from odnexus.testing.opendental import refusals
from odnexus.testing.opendental.simulator import OpenDentalSimulator


class Headquarters:
    """What answers at ``api.opendental.com``: passes each request on to the office of its customer key.

    Args:
        *offices: The offices, with one clock and different customer keys.
    """

    def __init__(self, *offices: OpenDentalSimulator) -> None:
        clocks = {id(office.clock) for office in offices}
        keys = [key for office in offices for key in office.customer_keys]
        if len(clocks) != 1 or len(keys) != len(set(keys)):
            raise ValueError("offices: they need one clock and keys of their own")
        self.offices = offices

    @property
    def clock(self) -> SimClock:
        """The clock of all offices."""
        return self.offices[0].clock

    def handle(self, request: SimRequest) -> SimReply:
        """Answer one request through the office it is meant for; raise `SimDropped` if the line fails."""
        customer_key = request.headers.get("authorization", "").rpartition("/")[2]
        for office in self.offices:
            if customer_key in office.customer_keys:
                return office.handle(request)
        return SimReply.of(401, refusals.NOT_AUTHORIZED)
