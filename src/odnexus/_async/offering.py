"""Resources of a client, each made when it is first asked for: a client costs what is used of it.

The models and tables of Open Dental's whole surface take longer to load than everything else that a first client needs,
and most programs use three resources of forty.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Generic, Protocol, Self, TypeVar, cast, overload

R = TypeVar("R")


class AsyncOffers(Protocol):
    """A client that can make its resources."""

    def _make(self, kind: type[Any]) -> Any: ...


class AsyncOffered(Generic[R]):
    """An attribute of a client that is a resource: ``patients: AsyncOffered[AsyncPatients] = …``.

    The first look at it loads the module and puts the resource into the client's own attributes, where every later
    look finds it without coming here.

    Args:
        home: Module of this package and class, such as ``"opendental_patients.AsyncPatients"``.
    """

    def __init__(self, home: str) -> None:
        self._module, _, self._kind = home.partition(".")
        self.__doc__ = f"The resource `{self._kind}`."

    def __set_name__(self, owner: type[object], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, client: None, owner: type[object]) -> Self: ...
    @overload
    def __get__(self, client: AsyncOffers, owner: type[object]) -> R: ...
    def __get__(self, client: AsyncOffers | None, owner: type[object]) -> R | Self:
        if client is None:
            return self
        kind: type[R] = getattr(import_module(f"{__package__}.{self._module}"), self._kind)
        # Two threads may both come here once: resources hold nothing of their own, so either will do.
        made = cast("R", client._make(kind))  # pyright: ignore[reportPrivateUsage] - clients make what they offer
        vars(client)[self.name] = made
        return made


def forget_made(client: AsyncOffers) -> None:
    """Take out what *client* has made so far, so that it is made anew: a copy must not keep the original's."""
    held = vars(client)
    for name in [name for name in held if isinstance(getattr(type(client), name, None), AsyncOffered)]:
        del held[name]
