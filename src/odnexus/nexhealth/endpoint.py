"""What an endpoint is, and the pieces of which `odnexus.nexhealth.table` is put together."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

from attrs import field, frozen

from odnexus._calls import Method
from odnexus.nexhealth.fields import (
    Field,
    between,
    boolean,
    foreign_id,
    instant,
    integer,
    many,
    one_or_many,
    text,
    word,
)
from odnexus.nexhealth.rates import classes_of
from odnexus.nexhealth.rules import Rule

LARGEST_PAGE: Final = 1000
"""Largest `per_page` of cursor lists (page "Pagination"); NexHealth's own default is 5."""


@frozen(kw_only=True)
class Endpoint:
    """One operation of the API.

    Attributes:
        method: HTTP method.
        route: Path with the names of ids, as in the vendor's document.
        fields: What it takes, in the order in which it is sent.
        rules: What holds between fields.
        idempotent: True if repeating it after doubt is harmless.
        classes: Rate classes (`odnexus.nexhealth.rates`).
    """

    method: Method
    route: str
    fields: Mapping[str, Field] = field(factory=dict[str, Field])
    rules: tuple[Rule, ...] = ()
    idempotent: bool
    classes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return method and route, for messages and journal."""
        return f"{self.method} {self.route}"


def endpoint(
    method: Method, route: str, fields: Mapping[str, Field] | None = None, *rules: Rule, idempotent: bool | None = None
) -> Endpoint:
    """Return an operation; only a POST cannot be repeated, unless told otherwise."""
    return Endpoint(
        method=method,
        route=route,
        fields=MappingProxyType(dict(fields or {})),
        rules=rules,
        idempotent=method != "POST" if idempotent is None else idempotent,
        classes=classes_of(method, route),
    )


# --- fields that recur -------------------------------------------------------------------------------------------

SUBDOMAIN = Field(kind=text, required=True)
ANY_SUBDOMAIN = Field(kind=text)
LOCATION_ID = Field(kind=integer, required=True)
ANY_LOCATION_ID = Field(kind=integer)
SINCE = Field(kind=instant)
FLAG = Field(kind=boolean)
TEXT = Field(kind=text)
NUMBER = Field(kind=integer)
FOREIGN_ID = Field(kind=foreign_id)
DESCRIPTOR_TYPE = {"descriptor_type": TEXT}
PAGING = {
    "start_cursor": TEXT,
    "end_cursor": TEXT,
    "per_page": Field(kind=between(1, LARGEST_PAGE)),
}


def include(alias: object) -> Field:
    """Return the parameter `include[]` with the words of *alias*."""
    return Field(kind=many(word(*get_args(alias))), wire="include[]", array="repeat")


def ids(wire: str, array: Literal["repeat", "comma"], *, most: int | None = None, required: bool = False) -> Field:
    """Return a parameter that takes a list of ids, spelled *wire*."""
    return Field(kind=many(integer, most=most), wire=wire, array=array, required=required)


def inside(place: str, **fields: Field) -> dict[str, Field]:
    """Return *fields* put into the body at *place*."""
    return {name: Field(kind=each.kind, place=place, required=each.required) for name, each in fields.items()}


def sort(alias: object) -> Field:
    """Return the parameter `sort`, a comma list of the words of *alias*."""
    return Field(kind=one_or_many(word(*get_args(alias))))


def one_of_words(alias: object) -> Field:
    """Return a parameter that takes one of the words of *alias*."""
    return Field(kind=word(*get_args(alias)))
