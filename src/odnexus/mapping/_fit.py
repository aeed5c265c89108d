"""What a chart takes as it is: the rest is cut or left out, with an issue, so that no odd answer stops a booking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from odnexus.errors import ConfigurationError
from odnexus.mapping.issues import Issue, Mapped

__all__ = ["LONGEST_TEXT", "fitted"]

LONGEST_TEXT: Final = 100  # varchar(100), schema 25.4

# Half of an e-mail address reaches nobody, but half of a long street can be read.
_CUT: Final = frozenset({"l_name", "f_name", "middle_i", "preferred", "address", "address2", "city"})


def fitted(values: Mapping[str, object], fields: Mapping[str, str]) -> Mapped[dict[str, object]]:
    """Return those of *values* that Open Dental takes: long texts cut, anything else that does not fit left out.

    Args:
        values: Fields of a patient, by the client's names.
        fields: The client's name → the name that an issue about it carries.
    """
    # The tables take a while to load, and who only reads needs none.
    from odnexus.opendental.tables import patients  # noqa: PLC0415

    known = patients.CREATE.body
    kept: dict[str, object] = {}
    issues: list[Issue] = []
    for name, value in values.items():
        shorter = value[:LONGEST_TEXT].rstrip() if name in _CUT and isinstance(value, str) else value
        try:
            if name in known:
                known[name].kind.to_json(name, shorter)
            kept[name] = shorter
        except ConfigurationError:
            issues.append(Issue(field=fields.get(name, name), rule="value.unfit", severity="warning"))
        if shorter != value:
            issues.append(Issue(field=fields.get(name, name), rule="value.cut", severity="warning"))
    return Mapped(kept, tuple(dict.fromkeys(issues)))
