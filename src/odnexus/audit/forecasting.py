"""What a reading will cost, before it starts, and bars that show how far it is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from importlib import import_module
from math import ceil
from typing import Any, Final

from attrs import frozen

from odnexus.audit.lists import Also
from odnexus.audit.picture import Picture
from odnexus.audit.steps import Progress
from odnexus.opendental.modes import INTERVALS, Tier

_SMALL_LISTS: Final = 6
_NEXHEALTH_LISTS: Final = 4
_NEXHEALTH_PAGE: Final = 1000
_NEXHEALTH_REQUESTS_PER_SECOND: Final = 10


@frozen(kw_only=True)
class Forecast:
    """What a reading costs.

    Attributes:
        opendental: Requests to Open Dental.
        nexhealth: Requests to NexHealth.
        takes: How long the rate budgets make it take at least.
    """

    opendental: int
    nexhealth: int
    takes: timedelta

    def __str__(self) -> str:
        return f"{self.opendental + self.nexhealth} requests, about {self.takes.total_seconds():.0f} s"


def forecast(
    *, charts: int, visits: int, tier: Tier | None = "standard", page: int = 100, also: Collection[Also] = ()
) -> Forecast:
    """Return what reading a practice of that size costs.

    Args:
        charts: Patients, whatever their state.
        visits: Appointments within the window.
        tier: The permission of the key in Open Dental's remote mode; None at the office's own server.
        page: Rows of a full page of Open Dental: 100, 1,000 or 10,000 by mode and permission (page "API Permissions").
        also: What else is read, at about one row of each list for a chart.
    """
    # A full last page is followed by an empty one.
    further = sum(_ROWS_PER_CHART[each] * charts // page + _LISTS_OF[each] for each in also)
    opendental = charts // page + 1 + visits // page + 1 + _SMALL_LISTS + int(further)
    nexhealth = ceil(max(1, charts) / _NEXHEALTH_PAGE) + ceil(max(1, visits) / _NEXHEALTH_PAGE) + _NEXHEALTH_LISTS
    seconds = opendental * (INTERVALS[tier] if tier else 0) + nexhealth / _NEXHEALTH_REQUESTS_PER_SECOND
    return Forecast(opendental=opendental, nexhealth=nexhealth, takes=timedelta(seconds=seconds))


_ROWS_PER_CHART: Final[dict[Also, float]] = {"insurance": 2.5, "recalls": 1.5, "procedures": 0.0}
_LISTS_OF: Final[dict[Also, int]] = {"insurance": 4, "recalls": 1, "procedures": 10}
"""A list of procedure codes has some nine hundred rows, however small the office."""


def forecast_of(picture: Picture, *, tier: Tier | None = "standard", page: int = 100) -> Forecast:
    """Return what it costs to take a picture again, by the size of an earlier one."""
    read: dict[Also, bool] = {
        "insurance": bool(picture.carriers),
        "recalls": bool(picture.recalls),
        "procedures": bool(picture.procedures),
    }
    also: list[Also] = [name for name, done in read.items() if done]
    return forecast(charts=len(picture.charts), visits=len(picture.book), tier=tier, page=page, also=also)


def bars(expected: Forecast | None = None) -> Callable[[Progress], None]:
    """Return a `progress` for `read` that shows a bar, in notebooks as well as in terminals.

    Args:
        expected: Shown before the first list: see `forecast`.

    Raises:
        ImportError: tqdm is not installed; it comes with the extra ``audit``.
    """
    try:
        tqdm: Any = import_module("tqdm.auto").tqdm
    except ImportError as error:
        raise ImportError('progress bars need tqdm: pip install "odnexus[audit]"') from error
    shown: list[Any] = []

    def tell(progress: Progress) -> None:
        if not shown:
            shown.append(tqdm(total=progress.steps, unit="list", desc=str(expected) if expected else "reading"))
        bar = shown[0]
        bar.set_postfix_str(f"{progress.what}: {progress.rows:,}")
        bar.update(progress.step - (0 if progress.done else 1) - bar.n)
        if progress.done and progress.step == progress.steps:
            bar.close()
            shown.clear()

    return tell
