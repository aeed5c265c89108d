"""What a finding of the doctor looks like, and what to do about errors that any check may meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from attrs import frozen

State: TypeAlias = Literal["pass", "warn", "fail"]

ERRORS: Mapping[str, str] = {
    "OfficeOfflineError": "see that the office's server is on, the eConnector runs, and the key is assigned to it",
    "ConnectionFailedError": "see that the machine and the service are on and that host and base_url are right",
    "RequestTimeoutError": "see that the machine is on and not overloaded, and try again",
    "AuthenticationError": (
        "check the key: NexHealth's in the developer portal; in Open Dental it has to be enabled in Setup, Advanced "
        "Setup, API"
    ),
    "InvalidRequestError": (
        "the request is refused as it stands: see that base_url is right and that a proxy in between lets this "
        "machine through"
    ),
    "PermissionDeniedError": (
        "see in the developer portal that the key may read this: at Open Dental its permissions, at NexHealth the "
        "subdomain and the location"
    ),
    "ServerError": "it, or a proxy before it, answers with a failure: check base_url, and look at the status page",
    "RateLimitError": "too many requests: see who else uses this key, and look again in some minutes",
    "NotFoundError": "check the id in the settings, and base_url if one is given",
    "UnsupportedError": "update Open Dental",
    "UnexpectedResponseError": (
        "the answer is not what the vendor documents: see that base_url is right and no proxy answers with a page of "
        "its own; else odnexus run alerts which field: update odnexus or report it"
    ),
}


@frozen(kw_only=True)
class Line:
    """One finding.

    Attributes:
        about: Connection or location.
        check: What was checked.
        state: How it stands.
        text: What was found.
        remedy: What to do, ``""`` where nothing is to be done.
    """

    about: str
    check: str
    state: State
    text: str
    remedy: str = ""


def of_error(about: str, check: str, name: str) -> Line:
    """Return the finding that something could not be read because of the error *name*."""
    return Line(about=about, check=check, state="fail", text=f"not read: {name}", remedy=ERRORS.get(name, "try again"))


def worst(lines: list[Line]) -> State:
    """Return the worst state of *lines*."""
    states = {line.state for line in lines}
    return "fail" if "fail" in states else "warn" if "warn" in states else "pass"
