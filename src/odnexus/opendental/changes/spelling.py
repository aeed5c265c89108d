"""Which keys a write needs, and how they are shown to whoever calls it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Required, TypeVar, cast, get_args, get_origin, get_type_hints

F = TypeVar("F", bound=Callable[..., Any])


def required(fields: type[Any]) -> frozenset[str]:
    """Return the keys that *fields* cannot do without."""
    return _required(fields, get_type_hints(fields, include_extras=True))


def _required(fields: type[Any], hints: Mapping[str, Any]) -> frozenset[str]:
    # Python does not see `Required` in postponed annotations by itself.
    marked = frozenset(name for name, hint in hints.items() if get_origin(hint) is Required)
    return marked | frozenset[str](cast(Any, fields).__required_keys__)


def spells_out(fields: type[Any]) -> Callable[[F], F]:
    """Return a decorator that shows the keys of *fields* in the signature of a function that unpacks them.

    Type checkers know them already; completion in notebooks looks at the signature.
    """
    hints = get_type_hints(fields, include_extras=True)
    needed = _required(fields, hints)
    keys = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if name in needed else ...,
            annotation=get_args(hints[name])[0] if get_origin(hints[name]) is Required else hints[name],
        )
        for name in sorted(hints, key=lambda name: name not in needed)
    ]

    def decorate(function: F) -> F:
        own = inspect.signature(function)
        plain = [each for each in own.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
        cast(Any, function).__signature__ = own.replace(parameters=[*plain, *keys])
        return function

    return decorate
