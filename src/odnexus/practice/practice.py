"""A NexHealth institution and its locations, and the file that describes them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import Attribute, field, frozen

from odnexus.errors import ConfigurationError
from odnexus.mapping.table import Problem
from odnexus.practice.location import Location
from odnexus.practice.reading import PracticeFileError, problems_of_location, structured

PROCESS_SECTIONS = frozenset({"nexhealth", "opendental", "store", "vault", "run", "alerts", "webhooks", "receiver"})
"""Sections of a practice file that say how a process runs; ``odnexus run`` reads them."""


def _check_locations(instance: Practice, _: Attribute[tuple[Location, ...]], value: tuple[Location, ...]) -> None:
    names = [location.name for location in value]
    ids = [(location.subdomain or instance.subdomain, location.nexhealth_id) for location in value]
    if not value:
        raise ConfigurationError("locations: a practice has at least one location")
    if len(set(names)) < len(names):
        raise ConfigurationError("locations[].name: each location needs a name of its own")
    if len(set(ids)) < len(ids):
        raise ConfigurationError("locations[].nexhealth_id: two locations name the same NexHealth location")


@frozen(kw_only=True)
class Practice:
    """A NexHealth institution and its locations.

    Raises:
        ConfigurationError: No location, or two of one name or one NexHealth id.
    """

    subdomain: str
    locations: tuple[Location, ...] = field(validator=_check_locations)

    @classmethod
    def load(cls, path: str | Path) -> Practice:
        """Read a practice from a TOML file.

        Raises:
            PracticeFileError: The file cannot be read as a practice; it lists every problem with its place.
            OSError: The file cannot be opened.
        """
        try:
            # Editors of Windows put a mark before the first letter.
            content = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError:
            remedy = "it is not written in UTF-8; save it anew with that encoding"
            raise PracticeFileError((Problem(place="file", remedy=remedy),)) from None
        except tomllib.TOMLDecodeError as error:
            raise PracticeFileError((Problem(place="file", remedy=str(error)),)) from error
        return cls.read(content)

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Practice:
        """Return the practice that the content of a file describes; raises as `load` does.

        What a process around it needs (`PROCESS_SECTIONS`: connections, store, alerts) may stand in the same file and
        is left alone.
        """
        problems: list[Problem] = []
        content = {name: value for name, value in content.items() if name not in PROCESS_SECTIONS}
        practice = structured(content, Practice, problems)
        for number, location in enumerate(content.get("locations", ())):
            problems += problems_of_location(f"locations[{number}]", location)
        if problems or practice is None:
            raise PracticeFileError(tuple(dict.fromkeys(problems)))
        return practice

    def location(self, name: str) -> Location:
        """Return the location called *name*; raise `ConfigurationError` if there is none."""
        for location in self.locations:
            if location.name == name:
                return location
        known = ", ".join(each.name for each in self.locations)
        raise ConfigurationError(f"location: there is none called {name!r}; choose from {known}")

    def realm(self, location: Location) -> str:
        """Return the subdomain that *location* belongs to."""
        return location.subdomain or self.subdomain

    def turn(self, location: Location) -> str:
        """Return the name of the location that stands for the database of *location*: its first.

        Who works on one location of a database works on it alone: two workers in one database could make one chart
        twice.
        """
        return next(each.name for each in self.locations if each.database == location.database)

    def at_clinic(self, location: Location, clinic_num: int | None) -> Location:
        """Return the location of the same database whose clinic it is; *location* itself where none names it."""
        beside = (each for each in self.locations if each.database == location.database)
        return next((each for each in beside if clinic_num and each.clinic_num == clinic_num), location)

    def abroad(self, location: Location) -> frozenset[int]:
        """Return the NexHealth locations of the same institution that belong to other databases than *location*."""
        realm = self.realm(location)
        return frozenset(
            each.nexhealth_id
            for each in self.locations
            if self.realm(each) == realm and each.database != location.database
        )

    def inside(self, subdomain: str) -> list[Location]:
        """Return the locations of an institution; names of hosts have no case."""
        return [loc for loc in self.locations if self.realm(loc).casefold() == subdomain.casefold()]

    def route(self, subdomain: str, nexhealth_id: int | None) -> Location | None:
        """Return the location that a record of NexHealth belongs to.

        A record that names no location goes to the institution's only one; with several it has none.
        """
        inside = self.inside(subdomain)
        if nexhealth_id is None:
            return inside[0] if len(inside) == 1 else None
        return next((loc for loc in inside if loc.nexhealth_id == nexhealth_id), None)
