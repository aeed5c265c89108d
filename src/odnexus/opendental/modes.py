"""Ways to reach an office: where each lives, how fast it may be asked, and which one to try first.

========  =================================================  ==========================================
mode      who answers                                        limits
========  =================================================  ==========================================
remote    Open Dental's servers, through the eConnector      1 per 5 s, 1 per s or 2 per s and key
service   the API Service on the office's server             none; 1,000 rows a page
local     the program on a workstation while it is open      none; 1,000 rows a page
========  =================================================  ==========================================

Page "API Modes - Local, Service, and Remote".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from attrs import define

from odnexus._calls import require
from odnexus._pace import Limit, Pace

Mode: TypeAlias = Literal["remote", "service", "local"]
Tier: TypeAlias = Literal["read_all", "standard", "enterprise"]

REMOTE_URL = "https://api.opendental.com/api/v1"
PORTS: dict[Mode, int] = {"service": 30223, "local": 30222}

# A little above what the vendor asks for (5 s, 1 s, 0.5 s), since both clocks and networks waver.
INTERVALS: dict[Tier, float] = {"read_all": 5.05, "standard": 1.05, "enterprise": 0.525}
"""Seconds from the start of one request of a key to the start of the next, by permission (page "API Permissions")."""


def modes(mode: Mode | Sequence[Mode]) -> tuple[Mode, ...]:
    """Return the modes in order of preference, or raise `ConfigurationError`."""
    wanted: tuple[Mode, ...] = (mode,) if isinstance(mode, str) else tuple(mode)
    known = all(each in ("remote", "service", "local") for each in wanted)
    require(known, "mode", '"remote", "service", "local", or several of them in order of preference')
    require(bool(wanted) and len(set(wanted)) == len(wanted), "mode", "name at least one mode, each once")
    return wanted


def base_url(mode: Mode, host: str | None = None) -> str:
    """Return where *mode* lives; *host* is the office's server for the API Service (this machine by default)."""
    if mode == "remote":
        return REMOTE_URL
    return f"http://{(host if mode == 'service' else None) or '127.0.0.1'}:{PORTS[mode]}/api/v1"


def with_path(url: str) -> str:
    """Return *url* with ``/api/v1`` if it names a server only."""
    return url.rstrip("/") + ("" if urlsplit(url).path.strip("/") else "/api/v1")


def pace_for(mode: Mode, tier: Tier) -> Pace:
    """Return the rate budget of one key: the vendor counts execution time, so requests follow one another."""
    require(tier in INTERVALS, "tier", '"read_all", "standard" or "enterprise"')
    if mode == "remote":
        return Pace({"*": [Limit(1, INTERVALS[tier])]}, serial=True)
    return Pace()


STAY = timedelta(minutes=5)
"""How long a mode that worked is tried first, although another is preferred."""


@define
class Preference:
    """Which of several modes to try first: the one that worked lately, else in the declared order."""

    count: int
    _current: int = 0
    _until: datetime | None = None

    def order(self, now: datetime) -> list[int]:
        """Return the modes by index in the order to try them at *now*."""
        if self._until is not None and now >= self._until:
            self._current, self._until = 0, None
        return [self._current, *(index for index in range(self.count) if index != self._current)]

    def worked(self, index: int, now: datetime) -> None:
        """Remember that the mode *index* could be reached at *now*."""
        if index != self._current:
            self._current, self._until = index, now + STAY if index else None
