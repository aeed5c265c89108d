"""odnexus joins Open Dental and NexHealth: clients, mapping, matching and a sync engine to embed.

Everything public is reachable from here and loaded when it is first used, so that `import odnexus`
costs next to nothing. `_HOMES` is the one list of public names; the block for type checkers repeats it
with the real types, and a test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

__version__ = "0.1.0"

_HOMES: dict[str, tuple[str, ...]] = {}
"""Module (below `odnexus`) → the names it gives to the package."""

_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [*_HOME_OF, "__version__"]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    """Import the home of *name* and keep what it gives (PEP 562)."""
    from importlib import import_module  # noqa: PLC0415 - only paid by the first use

    if name not in _HOME_OF:
        message = f"module 'odnexus' has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(import_module(f"odnexus.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, loaded or not, for completion."""
    return sorted({*globals(), *_HOME_OF})
