"""Collects the code of README, docs and docstrings into the ordinary suite, and gives pages what their readers have.

A page's examples run in a folder of their own, with keys in the environment. Requests to the hosts of Open Dental and
NexHealth reach an office and a platform in memory, and waiting takes no time. A block of ``text`` behind one of
``python`` shows what that printed; a block of ``toml`` is the practice's file from there on.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, chdir, redirect_stdout
from datetime import UTC, date, datetime, timedelta
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, Example as Expected, OutputChecker
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final, Self
from unittest.mock import patch

import httpx
import pytest
from attrs import frozen
from hypothesis import settings
from sybil import Document, Example, Region, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.myst import CodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser, PythonCodeBlockParser as PythonDirectiveParser
from sybil.typing import Evaluator

from odnexus import NexHealth, OpenDental, Practice, Sealer, SqliteStore, SyncEngine
from odnexus.testing import VirtualClock, demo_office, transport
from odnexus.testing.nexhealth import API_KEY
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY, demo_practice

# How long an example takes says something about the machine; whoever runs checks for others wants the same ones again.
settings.register_profile("odnexus", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("odnexus")

SECRET: Final = "whsec-example"  # noqa: S105 - invented

PRACTICE: Final = """\
subdomain = "demo-dental"

[[locations]]
name = "main"
nexhealth_id = 12
timezone = "America/Denver"
"""

PRINTED: Final = "__printed__"
READER: Final = "__reader__"


class Reader:
    """Somebody with accounts of both systems, keys in the environment, a folder to work in, and an office.

    Attributes:
        clock: The time that every client of theirs sees.
        opendental: The office.
        office: The institution at NexHealth; nobody synchronizes the two.
        bookings: Appointments that wait at NexHealth: ``new``, ``known`` and ``twin``.
    """

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.opendental = demo_practice(self.clock, mode="remote")
        self.office = demo_office(self.clock, self.opendental, linked=False)
        self.bookings: dict[str, int] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        enter = self._stack.enter_context
        enter(chdir(enter(TemporaryDirectory(ignore_cleanup_errors=True))))
        Path("practice.toml").write_text(PRACTICE, encoding="utf-8")
        keys = {
            "OPENDENTAL_DEVELOPER_KEY": DEVELOPER_KEY,
            "OPENDENTAL_CUSTOMER_KEY": CUSTOMER_KEY,
            "NEXHEALTH_API_KEY": API_KEY,
            "NEXHEALTH_WEBHOOK_SECRETS": SECRET,
            "ODNEXUS_KEY": Sealer.generate_key(),
        }
        enter(patch.dict(os.environ, keys))
        self._route()
        self._stop_time()
        self._book()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _route(self) -> None:
        ways = {"api.opendental.com": transport(self.opendental), "nexhealth.info": transport(self.office.simulator)}
        self._replace(httpx.HTTPTransport, "handle_request", ways)
        self._replace(httpx.AsyncHTTPTransport, "handle_async_request", ways)

    def _replace(self, kind: type, method: str, ways: Mapping[str, httpx.MockTransport]) -> None:
        self._stack.enter_context(patch.object(kind, method, _routed(ways, getattr(kind, method), method)))

    def _stop_time(self) -> None:
        for name, clock in (
            ("odnexus._sync._compat.SystemClock", self.clock),
            ("odnexus._async._compat.SystemAsyncClock", self.clock.for_async()),
        ):
            for method in ("now", "sleep"):
                self._stack.enter_context(patch(f"{name}.{method}", staticmethod(getattr(clock, method))))

    def _book(self) -> None:
        """Let a new patient, a known one by a short name, and the sister of two twins book on NexHealth's page."""
        app, office = self.office.simulator.patient_app, self.office
        monday = datetime(2026, 3, 9, 15, tzinfo=UTC)
        for place, (name, first, last, born, phone) in enumerate(
            (
                ("new", "Mara", "Lund", date(1988, 11, 20), "2085550161"),
                ("known", "Bob", "Whitfield", date(1979, 6, 2), "2085550101"),
                ("twin", "Mila", "Castellano", date(2012, 4, 8), "2085550110"),
            )
        ):
            self.bookings[name] = app.book(
                office.location_id,
                monday + timedelta(hours=place),
                provider_id=office.providers["DOC1"],
                operatory_id=office.operatories["OP1"],
                appointment_type_id=office.types["New patient"],
                first_name=first,
                last_name=last,
                date_of_birth=born,
                phone_number=phone,
                email=f"{first}.{last}@example.com".lower(),
            )

    def engine(self) -> SyncEngine:
        """Return an engine like the one in the README, with a secret for webhooks."""
        return SyncEngine(
            Practice.load("practice.toml"),
            nexhealth=NexHealth(api_key=API_KEY, subdomain="demo-dental"),
            opendental=OpenDental(developer_key=DEVELOPER_KEY, customer_key=CUSTOMER_KEY),
            store=self._stack.enter_context(SqliteStore("engine.sqlite")),
            sealer=Sealer.from_environment(),
            webhook_secrets=[SECRET],
            event_keys={"main": [CUSTOMER_KEY]},
        )


def _routed(
    ways: Mapping[str, httpx.MockTransport], original: Callable[..., object], method: str
) -> Callable[[object, httpx.Request], object]:
    """Return a transport's method that knows some hosts; others are reached as ever."""

    def handle(self: object, request: httpx.Request) -> object:
        way = ways.get(request.url.host)
        return original(self, request) if way is None else getattr(way, method)(request)

    return handle


@pytest.fixture
def reader() -> Iterator[Reader]:
    """Give a test what the reader of a page has."""
    with Reader() as reader:
        yield reader


def pytest_runtest_teardown() -> None:
    """Take back where a command has sent the log: its stream is closed when the test ends."""
    logger = logging.getLogger("odnexus")
    logger.handlers.clear()
    logger.propagate = True
    logger.setLevel(logging.NOTSET)


# -- pages -------------------------------------------------------------------------------------------------------------


class Printing(PythonEvaluator):
    """Runs a block and remembers what it printed."""

    def __call__(self, example: Example) -> None:
        """Run *example*."""
        with redirect_stdout(StringIO()) as printed:
            super().__call__(example)
        example.namespace[PRINTED] = printed.getvalue()


@frozen
class Block:
    """The content of a block that is no code."""

    text: str


OPENING: Final = re.compile(r"^```(\w+)$", re.MULTILINE)


class BlockParser(CodeBlockParser):
    """Finds blocks of one language and hands them to a function as what they are: no code.

    Args:
        language: The language.
        evaluator: The function.
        behind: Only blocks whose next neighbour above is of this language.
    """

    def __init__(self, language: str, evaluator: Evaluator, behind: str = "") -> None:
        super().__init__(language, evaluator)
        self._behind = behind

    def __call__(self, document: Document) -> Iterable[Region]:
        """Yield the blocks of *document*."""
        for region in super().__call__(document):
            above = OPENING.findall(document.text, 0, region.start)
            if self._behind in ("", above[-1] if above else ""):
                region.parsed = Block(region.parsed)
                yield region


def compare(example: Example) -> str | None:
    """Compare a shown output with what the block before it printed."""
    shown = Expected("", example.parsed.text)
    printed = example.namespace.get(PRINTED, "")
    checker, flags = OutputChecker(), ELLIPSIS | NORMALIZE_WHITESPACE
    if checker.check_output(shown.want, printed, flags):
        return None
    return checker.output_difference(shown, printed, flags)


def keep(example: Example) -> None:
    """Put a shown settings file where a reader would."""
    Path("practice.toml").write_text(example.parsed.text, encoding="utf-8")


def begin(namespace: dict[str, Any]) -> None:
    """Give a page its reader, and the engine that its reader has embedded."""
    reader = namespace[READER] = Reader().__enter__()
    namespace["engine"] = reader.engine()


def end(namespace: dict[str, Any]) -> None:
    """Close what the examples have left open, as the end of their program would."""
    for value in list(namespace.values()):
        if isinstance(value, SyncEngine) and isinstance(value.store, SqliteStore):
            value.store.close()
        elif isinstance(value, SqliteStore | OpenDental | NexHealth):
            value.close()
    namespace[READER].__exit__(None, None, None)


pages = Sybil(
    parsers=[
        CodeBlockParser("python", Printing(future_imports=["annotations"])),
        BlockParser("text", compare, behind="python"),
        BlockParser("toml", keep),
        SkipParser(),
    ],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
    setup=begin,
    teardown=end,
)
docstrings = Sybil(
    parsers=[DocTestParser(), PythonDirectiveParser()],
    patterns=["src/odnexus/" + "*/" * depth + "*.py" for depth in range(4)],
)

pytest_collect_file = (pages + docstrings).pytest()
