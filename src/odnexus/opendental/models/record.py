"""What all records have in common: the object as received, and a repr that shows ids only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from attrs import field, frozen


@frozen(kw_only=True, repr=False)
class Record:
    """One row of Open Dental.

    Primary and foreign keys are numbers (0: none); everything else is ``None`` when the answer did not mention it. An
    empty text or an emptied field is not the same as ``None`` and stays what it is.

    Attributes:
        raw: The object as received, so that nothing unknown is lost and "was it mentioned" can be answered.
    """

    KEY: ClassVar[tuple[str, ...]] = ()
    """Attributes that tell one row of this kind from another."""

    SHOWN: ClassVar[tuple[str, ...]] = ()
    """Attributes that a repr may show: ids, never what is said about a person."""

    raw: Mapping[str, object] = field(factory=dict[str, object], repr=False, eq=False)

    @property
    def key(self) -> tuple[object, ...]:
        """Return what tells this row from the others of its kind."""
        return tuple(getattr(self, name) for name in self.KEY)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)}" for name in self.SHOWN or self.KEY)
        return f"{type(self).__name__}({shown})"
