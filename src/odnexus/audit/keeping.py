"""Keeps pictures and finished parts of a reading in sealed files: they are full of patients' data.

A file is a sealed, packed JSON object. Records are kept as the vendor sent them, so that a later version of this
package reads what it could not read before.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from odnexus.audit.extras import Coverage, Extra, Plan, Procedure, Recall, cells_of, extra
from odnexus.audit.picture import Picture
from odnexus.errors import ConfigurationError
from odnexus.nexhealth import models as nex, wire as nexhealth_wire
from odnexus.opendental import models as od, wire as opendental_wire
from odnexus.practice import Location

if TYPE_CHECKING:
    from odnexus._sync.stores import Sealer

FORMAT: Final = 1
CONTEXT: Final = "odnexus.audit.picture"

Rows = list[dict[str, Any]]

RECORDS: Final[Mapping[str, type[od.Record | nex.Record | Extra]]] = {
    "charts": od.Patient,
    "book": od.Appointment,
    "people": nex.Patient,
    "bookings": nex.Appointment,
    "chairs": od.Operatory,
    "staff": od.Provider,
    "types": od.AppointmentType,
    "definitions": od.Definition,
    "nex_chairs": nex.Operatory,
    "nex_staff": nex.Provider,
    "nex_types": nex.AppointmentType,
    "syncs": nex.SyncStatus,
    "carriers": od.Carrier,
    "plans": Plan,
    "coverages": Coverage,
    "recalls": Recall,
    "procedures": Procedure,
    "schedules": od.Schedule,
}
"""Every list of a picture, and ``schedules``, which a reading keeps, with the record of its rows."""


def row_of(record: od.Record | nex.Record | Extra) -> Mapping[str, object]:
    """Return a record as what it was read from."""
    return cells_of(record) if isinstance(record, Extra) else record.raw


def records(name: str, rows: Iterable[object]) -> list[Any]:
    """Return the records of the list *name* that *rows* say, as `row_of` wrote them."""
    kind = RECORDS[name]
    if issubclass(kind, Extra):
        return [extra(kind, cast("Mapping[str, object]", row)) for row in rows]
    if issubclass(kind, od.Record):
        return [opendental_wire.structure(kind, row) for row in rows]
    return [nexhealth_wire.structure(row, kind) for row in rows]


def write_sealed(path: str | PathLike[str], content: object, sealer: Sealer, context: str) -> None:
    """Write *content* as JSON, packed and sealed; a file that was there stays whole until the new one is."""
    packed = zlib.compress(json.dumps(content, ensure_ascii=False, default=_plain).encode(), 3)
    target = Path(path)
    new = target.with_name(f"{target.name}.new")
    new.write_bytes(sealer.seal(packed, context))
    new.replace(target)


def read_sealed(path: str | PathLike[str], sealer: Sealer, context: str) -> Any:
    """Return what `write_sealed` wrote.

    Raises:
        OSError: The file cannot be read.
        SealError: It was sealed with another key or for something else, or altered.
    """
    return json.loads(zlib.decompress(sealer.unseal(Path(path).read_bytes(), context)))


def _plain(value: object) -> object:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


# -- pictures ----------------------------------------------------------------------------------------------------------


def save(picture: Picture, path: str | PathLike[str], sealer: Sealer) -> None:
    """Write a picture: see `Picture.save`."""
    lists = {name: [row_of(each) for each in getattr(picture, name)] for name in RECORDS if name != "schedules"}
    content = {
        "format": FORMAT,
        "location": picture.location.name,
        "nexhealth_id": picture.location.nexhealth_id,
        "at": picture.at,
        "window": picture.window,
        "hours": [(day, *hours) for day, hours in picture.hours.items()],
        "links": list(picture.links.items()),
        "aliases": list(picture.aliases.items()),
        "unread": picture.unread,
        "lacking": sorted(picture.lacking),
        "lists": lists,
    }
    write_sealed(path, content, sealer, CONTEXT)


def load(path: str | PathLike[str], sealer: Sealer, location: Location) -> Picture:
    """Return a picture that was saved: see `Picture.load`."""
    content = read_sealed(path, sealer, CONTEXT)
    if content["format"] > FORMAT:
        raise ConfigurationError("picture: it was saved by a later version of odnexus")
    if content["nexhealth_id"] != location.nexhealth_id:
        raise ConfigurationError(f"picture: it is of NexHealth's location {content['nexhealth_id']}")
    day: Callable[[str], date] = date.fromisoformat
    lists: dict[str, Any] = {name: tuple(records(name, rows)) for name, rows in content["lists"].items()}
    return Picture(
        location=location,
        at=datetime.fromisoformat(content["at"]),
        window=(day(content["window"][0]), day(content["window"][1])),
        hours={day(key): (time.fromisoformat(start), time.fromisoformat(end)) for key, start, end in content["hours"]},
        links=dict(content["links"]),
        aliases=dict(content.get("aliases", ())),
        unread=tuple(content["unread"]),
        lacking=frozenset(content.get("lacking", ())),
        **lists,
    )
