"""Versions of Open Dental, and what an office of one version lacks.

"Version Added" on a page means that the office must be at least that new. Offices run many versions at once, so what
is known about this office's version is checked before a request leaves: the endpoint, each parameter and each field
that is sent. An office whose version is not known is not held back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from odnexus._calls import Call
from odnexus.errors import ConfigurationError, UnexpectedResponseError, UnsupportedError

if TYPE_CHECKING:
    from odnexus.opendental.endpoints import Endpoint, Gate
    from odnexus.opendental.models import Preference


def _four(parts: Gate) -> Gate:
    return (*parts, 0, 0, 0, 0)[:4]


@frozen(order=True)
class Version:
    """A version such as ``25.4.48.0``; what is left out counts as 0."""

    parts: Gate = field(converter=_four)

    @classmethod
    def parse(cls, text: str) -> Version:
        """Return the version that *text* spells, or raise `ConfigurationError`."""
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6}){1,3}", text.strip()):
            raise ConfigurationError("version: give numbers and dots, such as 25.4.48.0")
        return cls(tuple(int(part) for part in text.strip().split(".")))

    def __str__(self) -> str:
        shown = self.parts[:3] if self.parts[3] == 0 else self.parts
        return ".".join(map(str, shown[:2] if shown[2:] == (0,) else shown))


def office_version(preferences: list[Preference]) -> Version:
    """Return the version that the preference ``ProgramVersion`` holds, or raise `UnexpectedResponseError`."""
    for preference in preferences:
        if preference.pref_name.casefold() == "programversion":
            try:
                return Version.parse(preference.value_string or "")
            except ConfigurationError:
                break
    problem = "expected a version @ $[0].ValueString"
    raise UnexpectedResponseError(problem, "opendental", "GET /preferences", (problem,))


def _endpoints() -> Mapping[str, Endpoint]:
    # The tables and the models behind them are half of what a first client would load, and it may never need them.
    from odnexus.opendental.tables import ENDPOINTS  # noqa: PLC0415

    return ENDPOINTS


def check(call: Call[Any], present: Version | None) -> None:
    """Raise `UnsupportedError` naming both versions if an office of version *present* lacks what *call* needs."""
    if present is None or (endpoint := _endpoints().get(call.name)) is None:
        return
    sent = {**dict(call.params), **(call.body if isinstance(call.body, dict) else {})}
    for what, gate in endpoint.gates(sent):
        if Version(gate) > present:
            needed = str(Version(gate))
            message = f"{what} needs Open Dental {needed}; this office has {present}"
            raise UnsupportedError(message, call.api, call.name, needed, str(present))


def lacking(present: Version) -> dict[str, str]:
    """Return what an office of version *present* lacks: endpoint, or endpoint and field → the version that has it."""
    missing: dict[str, str] = {}
    for endpoint in _endpoints().values():
        if Version(endpoint.gate) > present:
            missing[endpoint.name] = str(Version(endpoint.gate))
            continue
        for name, each in (*endpoint.params.items(), *endpoint.body.items()):
            if each.gate and Version(each.gate) > present:
                missing[f"{endpoint.name} {name}"] = str(Version(each.gate))
    return missing
