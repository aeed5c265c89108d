"""What a mapping found out while it worked: a value together with the doubts about it, and never an exception.

An issue names a field and a rule, never the value: issues travel into logs, journals and reviews.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, Literal, TypeVar

from attrs import evolve, field, frozen

__all__ = ["Issue", "Mapped", "Severity", "gather", "rename"]

T_co = TypeVar("T_co", covariant=True)

Severity = Literal["info", "warning", "error"]
"""`info`: tidied. `warning`: something was lost or guessed. `error`: the other system will not take it."""


@frozen(kw_only=True)
class Issue:
    """One remark of a mapping.

    Attributes:
        field: The field of the essence (`birth_date`, `mobile`) that the remark is about.
        rule: A dotted name that stays the same over versions, such as ``phone.extension``.
        severity: How much it matters.
    """

    field: str
    rule: str
    severity: Severity


@frozen
class Mapped(Generic[T_co]):
    """A value and the issues met on the way to it. The value stays out of the repr: it may be a patient's."""

    value: T_co = field(repr=False)
    issues: tuple[Issue, ...] = ()

    @property
    def errors(self) -> tuple[Issue, ...]:
        """The issues that make the other system refuse the value."""
        return tuple(issue for issue in self.issues if issue.severity == "error")

    def rules(self) -> set[str]:
        """Return the names of the rules that spoke up."""
        return {issue.rule for issue in self.issues}


def rename(field_name: str, issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Return *issues* as remarks about *field_name*: a phone number does not know which phone it is."""
    return tuple(evolve(issue, field=field_name) for issue in issues)


def gather(*parts: Mapped[object]) -> tuple[Issue, ...]:
    """Return the issues of all *parts*, in order and each once."""
    found: tuple[Issue, ...] = ()
    for part in parts:
        if part.issues:
            found = (*found, *part.issues) if found else part.issues
    # Mostly none or one has anything to say, and issues are slow to hash.
    return found if len(found) < 2 else tuple(dict.fromkeys(found))
