"""How Remote mode slows a customer key down (page "API Implementation").

One request per interval and key, whatever runs in parallel. Requests that come early wait; when too many wait, the next
one is refused with 429. The interval includes the time that the request itself takes.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from odnexus.testing.opendental.keys import ApiKey
from odnexus.testing.opendental.switches import Switches


class TooManyRequests(Exception):
    """A request beyond what waits already.

    Args:
        retry_after: How long to stay away.
    """

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after

    @property
    def seconds(self) -> int:
        """The value of the ``Retry-After`` header."""
        return max(1, math.ceil(self.retry_after.total_seconds()))


def admit(key: ApiKey, now: datetime, switches: Switches, takes: timedelta) -> timedelta:
    """Give a request its turn and return how long it waits for it.

    Args:
        key: Whose request it is.
        now: The moment it arrives.
        switches: Whether early requests wait, and how many may.
        takes: How long the office will work on it.

    Raises:
        TooManyRequests: It gets no turn.
    """
    if switches.throttle == "off":
        return timedelta(0)
    turn = max(now, key.next_turn or now)
    wait = turn - now
    waiting = math.ceil(wait / key.interval)
    if waiting > (0 if switches.throttle == "refuse" else switches.throttle_queue):
        raise TooManyRequests(wait)
    key.next_turn = turn + max(key.interval, takes)
    return wait
