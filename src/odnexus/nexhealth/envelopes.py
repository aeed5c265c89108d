"""What every body of NexHealth is wrapped in, and the error for one that does not fit.

It knows no record, so a first client loads it without their models.
"""

from __future__ import annotations

from odnexus._calls import Json, Reply
from odnexus.errors import UnexpectedResponseError


def envelope(reply: Reply) -> dict[str, Json] | None:
    """Return the envelope of *reply*, ``None`` if its body is something else."""
    try:
        body = reply.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) and "code" in body else None


def misfit(name: str, *problems: str) -> UnexpectedResponseError:
    """Return the error for an answer to the call *name* that does not fit."""
    return UnexpectedResponseError("; ".join(problems[:5]), "nexhealth", name, tuple(problems))
