"""What an endpoint is: method, path, gate, permission, and the parameters and fields that may be sent.

The tables in `odnexus.opendental.tables` are made of these. Whatever leaves the client went through `Endpoint.query`
or `Endpoint.content`, so nothing undocumented can leave it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from attrs import field, frozen

from odnexus._calls import Json, Method
from odnexus.errors import ConfigurationError
from odnexus.opendental.filters import Check
from odnexus.opendental.kinds import Kind
from odnexus.opendental.names import snake

Gate: TypeAlias = tuple[int, ...]
"""A version of Open Dental, component by component."""

Values: TypeAlias = Mapping[str, object]
"""What the caller gave, by our names."""

Rule: TypeAlias = Callable[[Values], None]
"""Checks values against each other; raises `ConfigurationError`."""

ANY_VERSION: Gate = (21, 1)
"""The first version with an API."""


def since(text: str) -> Gate:
    """Return the gate for "Version Added" *text*, such as ``22.4.28``."""
    return tuple(int(part) for part in text.split("."))


@frozen(kw_only=True)
class Field:
    """A parameter of a query or a field of a body.

    Attributes:
        word: The vendor's name.
        kind: How its value is checked and written.
        gate: Lowest version that knows it (``None``: as old as the endpoint).
        required: Whether the request makes no sense without it.
        optional_from: Lowest version in which it may be left out (``None``: always).
        word_gates: Lowest versions of single words of an enumeration.
        check: For a filter: whether a row satisfies it.
    """

    word: str
    kind: Kind
    gate: Gate | None = None
    required: bool = False
    optional_from: Gate | None = None
    word_gates: Mapping[str, Gate] = field(factory=dict[str, Gate])
    check: Check | None = None


Fields: TypeAlias = Mapping[str, Field]


def may(word: str, kind: Kind, gate: str = "", check: Check | None = None) -> Field:
    """Return an optional field."""
    return Field(word=word, kind=kind, gate=since(gate) if gate else None, check=check)


def must(word: str, kind: Kind) -> Field:
    """Return a required field."""
    return Field(word=word, kind=kind, required=True)


def fields(*declared: Field) -> Fields:
    """Return *declared* by our names."""
    return {snake(each.word): each for each in declared}


@frozen(kw_only=True)
class Endpoint:
    """One documented method of the API.

    Attributes:
        method: HTTP method.
        path: Path with the names of the ids in braces.
        gate: Lowest version that has it.
        permission: Permission the key needs, as ``GET /securityperms`` names it.
        page: The vendor's page.
        repeatable: Whether sending it twice does no harm.
        params: What a query may hold.
        body: What a body may hold.
        partial: Whether the body is a change (``None`` clears) and not a creation (``None`` is left out).
        rules: What must hold between values.
        lasting: Whether rows of this list are never removed, so that its pages need no overlap.
        unfiltered_from: Lowest version in which this list may be read without any filter (``None``: always).
    """

    method: Method
    path: str
    gate: Gate = ANY_VERSION
    permission: str
    page: str
    repeatable: bool = True
    params: Fields = field(factory=dict[str, Field])
    body: Fields = field(factory=dict[str, Field])
    partial: bool = False
    rules: tuple[Rule, ...] = ()
    lasting: bool = False
    unfiltered_from: Gate | None = None

    @property
    def name(self) -> str:
        """Return method and path without values."""
        return f"{self.method} {self.path}"

    def query(self, values: Values) -> tuple[tuple[str, str], ...]:
        """Return the parameters for *values*; ``None`` means that the filter is not wanted."""
        given = {name: value for name, value in values.items() if value is not None}
        self._check(given, self.params)
        return tuple((self.params[name].word, self.params[name].kind.to_text(name, given[name])) for name in given)

    def content(self, values: Values) -> dict[str, Json]:
        """Return the body for *values*: checked, spelled and complete."""
        given = values if self.partial else {name: value for name, value in values.items() if value is not None}
        self._check(given, self.body)
        if self.partial and not given:
            raise ConfigurationError(f"{self.name}: nothing to change; name at least one field")
        return {self.body[name].word: self.body[name].kind.to_json(name, given[name]) for name in given}

    def gates(self, sent: Mapping[str, Json]) -> Iterator[tuple[str, Gate]]:
        """Yield what of this endpoint and of what is *sent* has a minimum version, by name."""
        yield self.name, self.gate
        filtered = any(each.check is not None and each.word in sent for each in self.params.values())
        if self.unfiltered_from and not filtered:
            yield f"{self.name} without a filter", self.unfiltered_from
        for name, each in (*self.params.items(), *self.body.items()):
            value = sent.get(each.word)
            if each.gate and each.word in sent:
                yield f"{name} ({each.word})", each.gate
            if each.optional_from and each.word not in sent:
                yield f"leaving out {name} ({each.word})", each.optional_from
            if isinstance(value, str) and value in each.word_gates:
                yield f"{name} {value!r}", each.word_gates[value]

    def _check(self, given: Values, known: Fields) -> None:
        for name in given:
            if name not in known:
                raise ConfigurationError(f"{name}: {self.name} has no such field; {_nearest(name, known)}")
        for name, each in known.items():
            if each.required and given.get(name) is None:
                raise ConfigurationError(f"{name}: {self.name} needs it ({each.word})")
        for rule in self.rules:
            rule(given)


def _nearest(name: str, known: Fields) -> str:
    by_word = {each.word.casefold(): ours for ours, each in known.items()}
    if ours := by_word.get(name.casefold()):
        return f"its Python name is {ours!r}"
    from difflib import get_close_matches  # noqa: PLC0415 - only paid by a mistake

    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"it has {', '.join(known) or 'none'}"


def all_or_none(*names: str) -> Rule:
    """Return the rule that *names* are given together or not at all."""

    def rule(given: Values) -> None:
        missing = [name for name in names if given.get(name) is None]
        if missing and len(missing) < len(names):
            raise ConfigurationError(f"{missing[0]}: give {' and '.join(names)} together")

    return rule


def not_both(one: str, other: str) -> Rule:
    """Return the rule that at most one of two fields is given."""

    def rule(given: Values) -> None:
        if given.get(one) is not None and given.get(other) is not None:
            raise ConfigurationError(f"{other}: not together with {one}; leave one of them out")

    return rule


def exactly_one(*names: str) -> Rule:
    """Return the rule that exactly one of *names* is given."""

    def rule(given: Values) -> None:
        if sum(given.get(name) is not None for name in names) != 1:
            raise ConfigurationError(f"{names[0]}: give exactly one of {', '.join(names)}")

    return rule


def same_length(one: str, other: str) -> Rule:
    """Return the rule that two texts, if both are given, are of one length."""

    def rule(given: Values) -> None:
        first, second = given.get(one), given.get(other)
        if isinstance(first, str) and isinstance(second, str) and len(first) != len(second):
            raise ConfigurationError(f"{other}: make it as long as {one}")

    return rule
