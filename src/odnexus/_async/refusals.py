"""Answers of either system that say no and stop nothing: the work goes on without what was asked for."""

from __future__ import annotations

from odnexus.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    UnexpectedResponseError,
    UnsupportedError,
)

REFUSALS = (InvalidRequestError, NotFoundError, PermissionDeniedError, UnsupportedError, UnexpectedResponseError)
"""Answers to a question that is nice to have answered: the work goes on without."""

NOT_TAKEN = (InvalidRequestError, ConflictError, NotFoundError, PermissionDeniedError, UnsupportedError)
"""Answers that say that one value is not taken: the rest of what was said is written all the same."""

LACKING = (UnsupportedError, InvalidRequestError)
"""What an office says that is too old for a filter: the client, if it knows the version, else the office itself."""
