"""Where a client of NexHealth works: its institution and, for most calls, one of its locations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

if TYPE_CHECKING:
    from odnexus.nexhealth.endpoint import Endpoint
    from odnexus.nexhealth.rules import Values


@frozen
class Scope:
    """Where a client works: its institution and, for most calls, one of its locations."""

    subdomain: str | None = None
    location_id: int | None = None
    base_url: str = ""

    def at(self, location_id: int | None) -> Scope:
        """Return the same with another location, if one is given."""
        return self if location_id is None else evolve(self, location_id=location_id)

    def of(self, endpoint: Endpoint, given: Values) -> dict[str, object]:
        """Return *given* with what *endpoint* takes of the scope in front, unless it is given."""
        own: dict[str, object] = {"subdomain": self.subdomain, "location_id": self.location_id}
        kept = {name: item for name, item in own.items() if item is not None and name in endpoint.fields}
        return {**kept, **{name: item for name, item in given.items() if not (item is None and name in own)}}


EVERYWHERE = Scope()
"""No institution and no location: all that the key may see."""
