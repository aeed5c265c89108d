"""Operations as a table: method, path, parameters, body, and the function that carries it out.

Modules named `…_routes` hold the tables and functions of one group of resources. Adding a resource means adding a
table; the pipeline in `simulator` reads nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property
from typing import Literal, TypeVar
from uuid import UUID

from attrs import define, field, frozen

from odnexus.testing.nexhealth.access import Lane
from odnexus.testing.nexhealth.envelope import DEFAULT_PAGE, LONGEST_PAGE, Answer, Page, paged, sort_key
from odnexus.testing.nexhealth.fields import Field
from odnexus.testing.nexhealth.parts import Part
from odnexus.testing.nexhealth.platform import Platform
from odnexus.testing.nexhealth.records import ApiUser, Institution, Location, Stamped
from odnexus.testing.nexhealth.values import Refusal, Row, Values

R = TypeVar("R")
S = TypeVar("S", bound=Stamped)

Method = Literal["GET", "POST", "PATCH", "DELETE"]

SUBDOMAIN = Field(name="subdomain", required=True)
ANY_SUBDOMAIN = Field(name="subdomain")
LOCATION = Field(name="location_id", kind="number", required=True)
ANY_LOCATION = Field(name="location_id", kind="number")
UPDATED_SINCE = Field(name="updated_since", kind="instant")
PAGING = (
    Field(name="start_cursor"),
    Field(name="end_cursor"),
    Field(name="per_page", kind="number", default=DEFAULT_PAGE),
)


def include(*words: str, default: str | None = None) -> Field:
    """Return the parameter `include[]` with its words."""
    return Field(name="include[]", kind="texts", words=words, default=default)


@define(kw_only=True)
class Ask:
    """One request after every check: what an operation works with."""

    platform: Platform
    now: datetime
    user: ApiUser
    ids: Mapping[str, int]
    query: Values
    body: Values = field(factory=Values)
    institution: Institution | None = None
    location: Location | None = None
    scope: str = ""
    parts: Mapping[str, Part] = field(factory=dict[str, Part])

    @property
    def id(self) -> int:
        """The id in the path."""
        return self.ids["id"]

    @property
    def tenant(self) -> Institution:
        """The institution, where `subdomain` is required."""
        assert self.institution is not None
        return self.institution

    @property
    def office(self) -> Location:
        """The location, where `location_id` is required."""
        assert self.location is not None
        return self.location

    @cached_property
    def included(self) -> frozenset[str]:
        """What `include[]` asks for; its default when it is absent."""
        default = self.query.text("include[]")
        return frozenset(self.query.texts("include[]") or ((default,) if default else ()))

    def sees(self, institution_id: int) -> bool:
        """Tell whether the key may see the institution."""
        return self.user.sees(self.platform.state.institutions[institution_id].subdomain)

    def page_of(
        self,
        records: Sequence[R],
        shape: Callable[[R], Row],
        *,
        sort: Sequence[str] = (),
    ) -> Answer:
        """Return one page of a list, as the cursors and `sort` ask for."""
        key = sort_key(self.query.text("sort"), sort)
        return paged(records, self._page(), key, shape, self.platform.switches)

    def _page(self) -> Page:
        switches, size = self.platform.switches, self.query.needed("per_page")
        if size > LONGEST_PAGE and switches.per_page_above_limit == "clamp":
            size = LONGEST_PAGE
        if not 1 <= size <= LONGEST_PAGE:
            raise Refusal(400, "per_page does not have a valid value")
        back, forth = self.query.text("start_cursor"), self.query.text("end_cursor")
        if back and forth and switches.both_cursors == "refuse":
            raise Refusal(400, "start_cursor, end_cursor are mutually exclusive")
        backward = bool(back) and not forth
        direction: Literal["forward", "backward"] = "backward" if backward else "forward"
        return Page(size=size, cursor=forth or back, direction=direction, scope=self.scope)


@frozen(kw_only=True)
class Route:
    """One operation.

    Args:
        method: The verb.
        path: The path with names for ids, such as `/patients/{id}`.
        run: What it does.
        query: Its parameters.
        body: Its body fields; None where it takes no body.
        migrated: It declares the version header and answers `application/json`.
        lane: Which limit per minute counts it.
        search: Ten calls a second at most.
    """

    method: Method
    path: str
    run: Callable[[Ask], Answer]
    query: tuple[Field, ...] = ()
    body: tuple[Field, ...] | None = None
    migrated: bool = True
    lane: Lane = "others"
    search: bool = False
    multipart: tuple[str, ...] = ()
    """Names of the parts of a multipart body, the required one first; such an operation takes no JSON."""

    @property
    def name(self) -> str:
        """Verb and path."""
        return f"{self.method} {self.path}"

    def match(self, path: str) -> dict[str, int] | None:
        """Return the ids in *path*, or None when it is another operation's."""
        found = _pattern(self.path).fullmatch(path)
        return None if found is None else {name: _number(text) for name, text in found.groupdict().items()}


@cache
def _pattern(path: str) -> re.Pattern[str]:
    with_uuid = path.replace("{uuid}", "(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
    return re.compile(re.sub(r"\{([a-z_]+)\}", r"(?P<\1>[0-9]{1,18})", with_uuid))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else UUID(text).int


def found(record: S | None, what: str) -> S:
    """Return *record*, or refuse with 404 when there is none."""
    if record is None:
        raise Refusal(404, f"{what} not found")
    return record
