"""Calls that need one more: a write whose answer holds no record although one is promised.

A generator yields `Call`s and is given each result, or thrown each `ApiError`; the shells run it. Once a write was
accepted, no trouble with reading it back may look like a failed write: the caller would write it again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeAlias, TypeVar, cast

from odnexus._calls import Call
from odnexus.errors import AmbiguousWriteError, ApiError, UnexpectedResponseError
from odnexus.opendental.models import Record
from odnexus.opendental.wire import NoBody

T = TypeVar("T")
R = TypeVar("R", bound=Record)

Steps: TypeAlias = Generator[Call[Any], Any, T]


def written(
    write: Call[R | NoBody],
    bare: Callable[[int], R],
    back: Callable[[int], Call[R]] | None = None,
    *,
    number: int = 0,
    number_needed: bool = True,
) -> Steps[R]:
    """Carry out *write* and return its record: as answered, else read *back*, else *bare* with nothing but its number.

    Args:
        write: The write.
        bare: Makes a record from its number.
        back: The call that reads it back, where one is documented.
        number: Its number, if it is known before.
        number_needed: Whether a write whose number stays unknown is an error.

    Raises:
        AmbiguousWriteError: It was accepted, and nobody said which number it got.
    """
    try:
        answer = cast("R | NoBody", (yield write))
    except UnexpectedResponseError as error:
        # With a path in it: the office has done it, and only its answer does not fit.
        if not error.problems:
            raise
        answer = NoBody()
    if not isinstance(answer, NoBody):
        return answer
    known = number or answer.number
    if known and back:
        try:
            return cast(R, (yield back(known)))
        except ApiError:
            return bare(known)
    if not known and number_needed:
        raise AmbiguousWriteError("accepted, but the answer names no number", write.api, write.name)
    return bare(known)
