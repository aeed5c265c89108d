"""From a path to an endpoint, in the order in which Open Dental checks: resource, then verb and sub-method."""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import frozen

from odnexus.testing.opendental.endpoints import Endpoint
from odnexus.testing.opendental.refusals import Refusal, unknown_method, unknown_resource
from odnexus.testing.opendental.schema import names

PREFIX = "/api/v1"

NOT_SIMULATED = frozenset(
    names(
        "accountmodules adjustments autonotecontrols autonotes chartmodules claimforms claimpayments claimprocs "
        "claims claimtrackings clockevents codegroups computers covcats covspans discountplans discountplansubs "
        "ehrpatients employees employers eobattaches etransmessagetexts etranss fees feescheds labcases "
        "laboratories labturnarounds payments payplancharges payplanlinks payplans paysplits perioexams "
        "periomeasures pharmacies procnotes proctps queries quickpastecats quickpastenotes recalltypes "
        "refattaches referrals reports rxpats scheduleops securitylogs sheetfielddefs signalods statements "
        "substitutionlinks tasklists tasknotes tasks toothinitials treatplanattaches treatplans usergroupattaches "
        "usergroups userods deposits guardians patrestrictions vitalsigns"
    )
)
"""Resources that Open Dental has and this simulator has not: they answer 501, which no office would."""

METHODS_NOT_SIMULATED = frozenset(
    {
        # Files travel by SFTP, which nobody here speaks.
        ("POST", "documents", "UploadSftp"),
        ("POST", "documents", "DownloadSftp"),
        ("POST", "documents", "DownloadMount"),
        ("POST", "documents", "Thumbnails"),
        ("POST", "sheets", "DownloadSftp"),
        ("GET", "procedurelogs", "InsuranceHistory"),
        ("POST", "procedurelogs", "InsuranceHistory"),
        ("GET", "procedurelogs", "GroupNotes"),
        ("POST", "procedurelogs", "GroupNote"),
        ("PUT", "procedurelogs", "GroupNote"),
        ("DELETE", "procedurelogs", "GroupNote"),
        ("POST", "procedurecodes", ""),
        ("PUT", "procedurecodes", ""),
        ("GET", "recalls", "List"),
        ("POST", "recalls", ""),
        ("PUT", "recalls", "Status"),
        ("PUT", "recalls", "SwitchType"),
        # Only third-party code of 2026 names these.
        ("POST", "appointmenttypes", ""),
        ("PUT", "appointmenttypes", ""),
        ("DELETE", "appointmenttypes", ""),
        ("POST", "apptfields", ""),
        ("DELETE", "apptfields", ""),
        ("PUT", "apptfielddefs", ""),
    }
)
"""Verb, resource and sub-method that Open Dental has and this simulator has not, of resources that it has: 501 too."""


@frozen(kw_only=True)
class Match:
    """Where a request leads.

    Args:
        endpoint: The endpoint.
        key: The primary key in the path; 0 where there is none.
    """

    endpoint: Endpoint
    key: int = 0


@frozen(kw_only=True)
class Path:
    """The parts of a path below the prefix.

    Args:
        resource: Name of the resource.
        key: The number in the second place; `None` where there is none.
        sub: The sub-method; "" for none.
    """

    resource: str
    key: int | None
    sub: str

    @classmethod
    def parse(cls, path: str) -> Path:
        """Return the parts of *path*, which may have the prefix or not."""
        resource, *rest = path.removeprefix(PREFIX).strip("/").split("/")
        key = int(rest.pop(0)) if rest and re.fullmatch(r"\d{1,18}", rest[0]) else None
        return cls(resource=resource, key=key, sub="/".join(rest))


class Router:
    """Finds endpoints by verb and path.

    Args:
        endpoints: All there are.
    """

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._endpoints: dict[tuple[str, str, bool, str], Endpoint] = {}
        for endpoint in endpoints:
            resource, has_key, sub = _shape(endpoint.route)
            self._endpoints[endpoint.verb, resource, has_key, sub] = endpoint
        self.resources = frozenset(resource for _, resource, _, _ in self._endpoints)
        self._any_case = {_lower(shape): endpoint for shape, endpoint in self._endpoints.items()}

    def route(self, verb: str, path: str) -> str:
        """Return the route of *path* with the key's name in braces; the path itself where none leads there."""
        parts = Path.parse(path)
        endpoint = self._find(verb, parts, any_case=True)
        return endpoint.route if endpoint else path.removeprefix(PREFIX)

    def match(self, verb: str, path: str, *, any_case: bool = False) -> Match:
        """Return where *verb* and *path* lead; raise `Refusal` if nowhere."""
        parts = Path.parse(path)
        if not path.startswith(f"{PREFIX}/"):
            raise unknown_resource(path.strip("/").partition("/")[0])
        resource = parts.resource.lower() if any_case else parts.resource
        if resource in NOT_SIMULATED:
            raise Refusal(501, f"{resource} is not simulated.")
        if resource not in self.resources:
            raise unknown_resource(parts.resource)
        endpoint = self._find(verb, parts, any_case=any_case)
        if endpoint is None and (verb, resource, parts.sub) in METHODS_NOT_SIMULATED:
            raise Refusal(501, f"{resource} {verb} {parts.sub}".rstrip() + " is not simulated.")
        if endpoint is None:
            raise unknown_method(parts.resource, verb, parts.sub)
        return Match(endpoint=endpoint, key=parts.key or 0)

    def _find(self, verb: str, parts: Path, *, any_case: bool) -> Endpoint | None:
        shape = (verb, parts.resource, parts.key is not None, parts.sub)
        return self._any_case.get(_lower(shape)) if any_case else self._endpoints.get(shape)


def _shape(route: str) -> tuple[str, bool, str]:
    resource, *rest = route.strip("/").split("/")
    has_key = bool(rest) and rest[0].startswith("{")
    return resource, has_key, "/".join(rest[has_key:])


def _lower(shape: tuple[str, str, bool, str]) -> tuple[str, str, bool, str]:
    verb, resource, has_key, sub = shape
    return verb, resource.lower(), has_key, sub.lower()
