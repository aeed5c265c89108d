"""The tree of errors: drawn as it is, picklable, and without values in its messages."""

from __future__ import annotations

import inspect
import pickle
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from odnexus import errors
from odnexus.errors import OdnexusError, ResponseError

SAMPLES = {
    "message": "no such record",
    "api": "opendental",
    "call": "GET /patients/{PatNum}",
    "needed": "24.4",
    "present": "23.1",
    "status": 404,
    "detail": "Jane Roe, 555-0100",
    "retry_after": timedelta(seconds=5),
    "problems": ("expected a date @ $.Birthdate",),
}
"""What the errors take, each in the order of its arguments."""


def family(kind: type[OdnexusError]) -> Iterator[type[OdnexusError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from family(child)


# Test modules may derive errors of their own.
TREE = [kind for kind in dict.fromkeys(family(OdnexusError)) if kind.__module__ == errors.__name__]


def example(kind: type[OdnexusError]) -> OdnexusError:
    """Return an error of *kind* with a value for everything that it can hold."""
    takes = inspect.signature(kind.__init__).parameters
    return kind(*[value for name, value in SAMPLES.items() if name in takes] or ["no such record"])


@pytest.mark.parametrize("kind", TREE)
def test_an_error_survives_pickling(kind: type[OdnexusError]) -> None:
    error = example(kind)

    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is kind
    assert (str(copy), copy.args, vars(copy)) == (str(error), error.args, vars(error))


@pytest.mark.parametrize("kind", TREE)
def test_an_error_answers_whether_and_when_to_try_again(kind: type[OdnexusError]) -> None:
    error = example(kind)

    assert isinstance(error.transient, bool)
    assert error.retry_after is None or isinstance(error.retry_after, timedelta)


@pytest.mark.parametrize("kind", TREE)
def test_an_error_is_named_as_one(kind: type[OdnexusError]) -> None:
    assert kind.__name__.endswith("Error")
    assert kind.__doc__


def test_the_tree_is_drawn_as_it_is() -> None:
    drawn: dict[str, str] = {}
    path: list[str] = []
    for prefix, name in re.findall(r"^(    [│├└─ ]*)(\w+Error)\b", errors.__doc__ or "", re.MULTILINE):
        depth = (len(prefix) - 4) // 4
        path[depth:] = [name]
        drawn[name] = path[depth - 1] if depth else ""

    parents = {child.__name__: kind.__name__ for kind in TREE for child in kind.__subclasses__() if child in TREE}
    assert drawn == {"OdnexusError": "", **parents}


@pytest.mark.parametrize("kind", [kind for kind in TREE if issubclass(kind, ResponseError)])
def test_what_a_vendor_wrote_is_not_printed(kind: type[ResponseError]) -> None:
    error = example(kind)

    assert "Roe" not in str(error)
    assert "Roe" not in repr(error)


def test_what_a_vendor_wrote_is_bounded() -> None:
    assert len(ResponseError("no", detail="x" * 10_000).detail) == errors.DETAIL_LIMIT
