"""Takes the picture from the live systems: within their rate budgets, with progress, and again where it broke off.

A reading is complete or it is no picture: a list that breaks off raises, and never looks as if its rest was deleted.
With a `Keep`, every hundred rows of Open Dental and every page of NexHealth are kept, and the next try goes on behind
them. Rows that come twice because a list moved meanwhile are taken once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from inspect import isawaitable
from typing import TYPE_CHECKING, Final, cast

from odnexus.audit.engine_state import EngineState, ids_of
from odnexus.audit.lists import Also
from odnexus.audit.parts import Keep
from odnexus.audit.picture import Picture
from odnexus.audit.steps import Reading, Tell

if TYPE_CHECKING:
    from odnexus._async.nexhealth import AsyncNexHealth
    from odnexus._async.opendental import AsyncOpenDental
    from odnexus._sync.nexhealth import NexHealth
    from odnexus._sync.opendental import OpenDental
    from odnexus.practice import Location
    from odnexus.reconcile.links import Link

_STEP: Final = 100


def read(
    opendental: OpenDental,
    nexhealth: NexHealth,
    location: Location,
    window: tuple[date, date] | None = None,
    *,
    at: datetime,
    also: Collection[Also] = (),
    links: Mapping[int, int] | None = None,
    engine: EngineState | None = None,
    progress: Tell | None = None,
    keep: Keep | None = None,
) -> Picture:
    """Return a picture of both systems as they are now. It only reads.

    A list that one of them refuses to this key (a missing permission, an older version) is left out and named in
    `Picture.unread`; charts, patients and both calendars are needed.

    Args:
        opendental: Client of the office.
        nexhealth: Client of the institution.
        location: The location.
        window: First and last day of visits, both included; a week back and 90 days ahead unless given.
        at: Now (aware).
        also: What else to read: ``"insurance"``, ``"recalls"``, ``"procedures"``.
        links: NexHealth appointments and their AptNum, where an engine knows them.
        engine: What an engine's store knows: see `engine_state`.
        progress: Told after every hundred rows and at the end of each list; `bars` shows bars.
        keep: Where finished parts are kept, so that another call goes on where this one broke off. The picture is then
            of the moment at which the first one began.

    Raises:
        ApiError: A list that is needed could not be read, or not to its end.
        TypeError: `at` is no moment, or *window* holds no two days.
        ValueError: There is nothing else of a name, `at` has no time zone, or *window* ends before it begins.
    """
    reading = Reading(location, window, at, also, progress, keep)
    for step in reading.steps():
        with step:
            for item in step.ask(opendental, nexhealth, lambda path, skip: _rows(opendental, path, skip)):
                step.take(item)
    return reading.picture(links, engine)


async def read_async(
    opendental: AsyncOpenDental,
    nexhealth: AsyncNexHealth,
    location: Location,
    window: tuple[date, date] | None = None,
    *,
    at: datetime,
    also: Collection[Also] = (),
    links: Mapping[int, int] | None = None,
    engine: EngineState | None = None,
    progress: Tell | None = None,
    keep: Keep | None = None,
) -> Picture:
    """Return a picture as `read` does, with asynchronous clients."""
    reading = Reading(location, window, at, also, progress, keep)
    for step in reading.steps():
        with step:
            found = step.ask(opendental, nexhealth, lambda path, skip: _rows_async(opendental, path, skip))
            if isawaitable(found):
                for item in await found:
                    step.take(item)
            else:
                async for item in found:
                    step.take(item)
    return reading.picture(links, engine)


# -- lists without methods of the client -------------------------------------------------------------------------------


def _rows(opendental: OpenDental, path: str, skip: int) -> Iterator[Mapping[str, object]]:
    """Walk through a list of Open Dental page by page; a page that is no multiple of a hundred is the last."""
    while page := _page(opendental.request("GET", path, params={"Offset": skip})):
        yield from page
        skip += len(page)
        if len(page) % _STEP:
            return


async def _rows_async(opendental: AsyncOpenDental, path: str, skip: int) -> AsyncIterator[Mapping[str, object]]:
    while page := _page(await opendental.request("GET", path, params={"Offset": skip})):
        for row in page:
            yield row
        skip += len(page)
        if len(page) % _STEP:
            return


def _page(answer: object) -> list[Mapping[str, object]]:
    return cast("list[Mapping[str, object]]", answer) if isinstance(answer, list) else []


# -- helpers -----------------------------------------------------------------------------------------------------------


def links_of(links: Iterable[Link]) -> dict[int, int]:
    """Return the AptNum of each NexHealth appointment that the engine has linked, for `read` and `picture_from`."""
    return ids_of(links, "visit")
