"""K4: known names, numbers and dates are planted, and everything that odnexus produced is searched for them.

Two lives are lived: an office in memory in which as much as possible goes wrong, and a served one with the command line
as a user has it. Whatever they say, log, keep and raise is collected. `test_a_leak_would_be_found` shows that each
collector works.
"""

from __future__ import annotations

import gc
import io
import json
import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from odnexus.alerts import CallableSink
from odnexus.cli.app import app
from odnexus.cli.connecting import Office
from odnexus.cli.office import serve
from odnexus.cli.running import Connector, Rhythm, write_beat
from odnexus.cli.settings import Settings
from odnexus.errors import OdnexusError
from odnexus.nexhealth.webhooks import sign
from odnexus.stores import SqliteStore
from odnexus.testing import SimDropped
from odnexus.testing.opendental.keys import CUSTOMER_KEY, DEVELOPER_KEY
from tests.cli.demo_office import KEYS, place
from tests.engine.town import Town, at

GIVEN, FAMILY, OTHER_FAMILY = "Zephyrine", "Quillfeather", "Wexthorpe"
BORN = "1987-06-05"
PHONE = "3035550147"
EMAIL = "zq.canary@example.com"
STREET, CITY = "77 Marigold Mews", "Larkspurton"
ANSWER = "allergic to periwinkle"
NOTE = "please whisper to the canary"

CANARIES = (
    *(GIVEN, FAMILY, OTHER_FAMILY, EMAIL, "zq.canary", STREET, "Marigold", CITY, "periwinkle", "whisper to the"),
    *(BORN, "1987-6-5", "06/05/1987", "6/5/1987", "19870605", "5 Jun 1987", "date(1987, 6, 5)", "datetime(1987, 6, 5"),
    *(PHONE, "(303)555-0147", "(303) 555-0147", "303-555-0147", "555-0147", "5550147"),
)
"""What was planted, in each form in which either system or Python may write it."""


def found_in(text: str) -> list[str]:
    """Return the canaries that *text* holds, however it is written."""
    plain = text.casefold()
    return [each for each in CANARIES if each.casefold() in plain]


class Collector(logging.Handler):
    """Everything that every logger says at every level, as a host's log would show it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
        self.text = io.StringIO()

    def emit(self, record: logging.LogRecord) -> None:
        self.text.write(self.format(record) + "\n")
        # What a structured log would keep beside the message.
        self.text.write(repr({name: value for name, value in vars(record).items() if name != "exc_info"}) + "\n")


@contextmanager
def listening() -> Iterator[tuple[Collector, list[str]]]:
    """Collect all logs, and every error of ours that is made, with its causes and notes, as a traceback shows it."""
    collector, errors = Collector(), list[OdnexusError]()
    shown = list[str]()
    root, new = logging.getLogger(), OdnexusError.__new__
    loggers = [root, *(each for each in logging.Logger.manager.loggerDict.values() if isinstance(each, logging.Logger))]
    before = [(each, each.level, each.propagate) for each in loggers]

    def making(kind: type[OdnexusError], *args: Any, **_: Any) -> OdnexusError:
        error = Exception.__new__(kind, *args)
        errors.append(error)
        return error

    for each in loggers:
        each.setLevel(logging.DEBUG)
        each.propagate = True
    root.addHandler(collector)
    setattr(OdnexusError, "__new__", making)  # noqa: B010 - a method of the class, for a while
    try:
        yield collector, shown
    finally:
        setattr(OdnexusError, "__new__", new)  # noqa: B010
        root.removeHandler(collector)
        for each, level, propagate in before:
            each.setLevel(level)
            each.propagate = propagate
        shown += [text for error in errors for text in _shown(error)]
        errors.clear()


def _shown(error: BaseException) -> list[str]:
    lines = traceback.format_exception(error)
    chain: list[BaseException] = [error]
    while (behind := chain[-1].__cause__ or chain[-1].__context__) is not None and behind not in chain:
        chain.append(behind)
    notes = [note for each in chain for note in getattr(each, "__notes__", ())]
    return ["".join(lines), repr(error), str(error), *notes]


# -- an office in which much goes wrong --------------------------------------------------------------------------------


class Life:
    """A town whose patients are canaries, and everything that it produced."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.town = Town(store=SqliteStore(folder / "store.db"))
        self.town.engine = self.town.new_engine(
            webhook_secrets=["s"], event_keys={"main": [CUSTOMER_KEY]}, handlers={"*": self._handle}
        )
        self.told: list[str] = []
        self._failures = 3

    def _handle(self, event: Any) -> None:
        """Fail as a careless handler does: with a patient's name in the message."""
        self.told.append(repr(event))
        if self._failures:
            self._failures -= 1
            raise RuntimeError(f"cannot greet {GIVEN} {FAMILY}, born {BORN}")

    def live(self) -> None:
        """Let the office live through all that may go wrong."""
        town, faults = self.town, self.town.od.faults
        town.work()
        first = town.book(self._person(GIVEN, FAMILY), at(9), note=NOTE)
        faults.on("POST /patients", kind="lost_answer")
        faults.on("POST /appointments", kind="timeout_after")
        town.settle(4)
        town.chart(GIVEN[:4], OTHER_FAMILY, BORN, WirelessPhone="(303)555-0147", Address=STREET, City=CITY)
        town.chart(GIVEN, OTHER_FAMILY, BORN, HmPhone=PHONE, Email=EMAIL)
        town.book(self._person(GIVEN, OTHER_FAMILY), at(11), chair=1, note=NOTE)
        town.settle()
        town.book(self._person("Winifred", FAMILY), at(9), chair=2)
        town.settle()
        self._webhooks(first)
        town.od.offline = "econnector_down"
        town.book(self._person("Yolanthe", FAMILY), at(13), chair=2)
        town.settle(4)
        town.od.offline = False
        faults.on("PUT /appointments/*", kind="status", status=400, body=f"{GIVEN} {FAMILY} {BORN}".encode(), times=9)
        town.nx.patient_app.reschedule(first, at(15), minutes=60)
        town.settle(4)
        self._refused()
        town.engine.scan("main")
        town.settle(3)
        self._bury()

    def _person(self, first: str, last: str) -> int:
        return self.town.person(first, last, BORN, PHONE, email=EMAIL)

    def _webhooks(self, booking: int) -> None:
        answers = {"phoneNumber": PHONE, "street": STREET, "city": CITY, "allergies": ANSWER}
        person = self.town.nx.state.appointments[booking].patient_id
        form = {"id": 5, "patient_id": person, "title": f"History of {FAMILY}", "answers": answers}
        body = json.dumps(
            {
                "resource_type": "FormRequest",
                "event_name": "form_request_completed",
                "subdomain": "demo-dental",
                "event_time": "2026-03-02T15:10:00Z",
                "data": {"form_request": form},
            }
        ).encode()
        for name, sent in (("s", body), ("wrong", body), ("s", f"not json {GIVEN} {FAMILY} {BORN}".encode())):
            self._try(partial(self.town.engine.receive, _signed(name, sent), sent))
        flat = {"event": "appointment.created", "firstName": GIVEN, "lastName": FAMILY, "dateOfBirth": BORN}
        self._try(lambda: self.town.engine.receive_flat("main", json.dumps(flat).encode()))
        self._try(lambda: self.town.engine.receive_opendental({}, f"[{{{GIVEN}".encode()))
        self.town.settle()

    def _refused(self) -> None:
        """Ask both clients for what they or the systems refuse."""
        engine: Any = self.town.engine
        od, nx = engine._opendental, engine._nexhealth
        self._try(lambda: od.patients.create(l_name=FAMILY, f_name=GIVEN, birthdate="5.6.1987x"))
        self._try(lambda: od.patients.create(l_name=FAMILY, f_name=GIVEN, wireless_phone=PHONE * 9))
        self._try(lambda: od.request("GET", "/patients", params={"LName": FAMILY, "Nothing": GIVEN}))
        self._try(lambda: nx.patients.create(location_id=self.town.location_id, first_name=GIVEN, last_name=FAMILY))
        self._try(lambda: nx.request("GET", "/patients/999999", params={"name": f"{GIVEN} {FAMILY}"}))

    def _bury(self) -> None:
        """Let an event run out of attempts."""
        self.town.od.faults.on("GET /patients/Simple", kind="status", status=400, body=FAMILY.encode(), times=500)
        self.town.book(self._person("Xanthippe", FAMILY), at(16), chair=2)
        for _ in range(9):
            self.town.clock.advance(timedelta(hours=6))
            self.town.engine.poll("main")
            self.town.engine.step()

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (OdnexusError, SimDropped) as error:
            self.told += _shown(error)

    def said(self) -> dict[str, str]:
        """Return all that was produced, by where it came from."""
        engine, store = self.town.engine, self.town.store
        questions = engine.reviews()
        beats = self.folder / "beat"
        connector = Connector(
            engine=engine, rhythm=Rhythm(timedelta(minutes=5), at(2).time()), now=self.town.clock.now,
            beat=write_beat(beats),
        )  # fmt: skip
        connector._show(self.town.clock.now())
        files = {path.name: path.read_bytes().decode("latin-1") for path in self.folder.iterdir() if path.is_file()}
        return {
            "alerts": repr(self.town.alerts),
            "journal": repr(engine.journal(limit=9000)),
            "events": repr([*store.inbox.waiting(900), *store.inbox.buried(900)]),
            "links": repr(engine.links(limit=900)),
            "questions": repr(questions) + repr([each.review for each in questions]),
            "status": repr(engine.status()),
            "handlers and errors": "\n".join(self.told),
            **_ours(),
            **files,
        }


def _signed(secret: str, body: bytes) -> dict[str, str]:
    return {"timestamp": "t", "signature": sign("t", body, secret)}


def _ours() -> dict[str, str]:
    """Return how the living records of ours show themselves, by class: each gets into somebody's log one day."""
    shown: dict[str, str] = {}
    for each in gc.get_objects():
        kind = type(each)
        ours = hasattr(kind, "__attrs_attrs__") and kind.__module__.startswith("odnexus.")
        # The simulators are the systems themselves, and the demo's people are invented and told of.
        if ours and not kind.__module__.startswith(("odnexus.testing", "odnexus.cli.demo")):
            name = f"{kind.__module__}.{kind.__qualname__}"
            shown[name] = f"{shown.get(name, '')}\n{each!r}"
    return shown


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Life, dict[str, str]]]:
    lived = Life(tmp_path_factory.mktemp("life"))
    with listening() as (logs, errors):
        lived.live()
        said = lived.said()
    said |= {"logs": logs.text.getvalue(), "every error that was made": "\n".join(errors)}
    yield lived, said
    lived.town.store.close()  # type: ignore[attr-defined]


@pytest.mark.mission("K4", shows="planted names, numbers and dates are found in nothing that odnexus says or keeps")
def test_nothing_that_was_produced_holds_a_canary(life: tuple[Life, dict[str, str]]) -> None:
    leaks = {where: found_in(text) for where, text in life[1].items()}

    assert {where: what for where, what in leaks.items() if what} == {}


def test_the_life_was_rich_enough_to_mean_something(life: tuple[Life, dict[str, str]]) -> None:
    lived, said = life
    rules = {entry.rule for entry in lived.town.engine.journal(limit=9000)}

    assert {"visit.found-after-doubt", "person.found-after-doubt", "person.match", "form.noted"} <= rules
    assert {"location.offline", "visit.carried-to-opendental", "buried", "AmbiguousWriteError"} <= rules
    assert {"store.db", "store.db-wal", "beat", "alerts", "logs"} <= said.keys()
    assert [where for where, text in said.items() if not text] == []
    for kind in ("SignatureError", "WebhookError", "ConfigurationError", "InvalidRequestError", "OfficeOfflineError"):
        assert kind in said["every error that was made"]
    planted = repr([dict(each) for each in lived.town.charts])
    assert {FAMILY, OTHER_FAMILY, STREET} <= set(found_in(planted))


def test_the_staff_does_see_whom_a_question_is_about(life: tuple[Life, dict[str, str]]) -> None:
    bodies = json.dumps([dict(question.body) for question in life[0].town.engine.reviews()], default=str)

    assert OTHER_FAMILY in bodies


# -- a served office and the command line ------------------------------------------------------------------------------

COMMANDS = [
    ["doctor"],
    ["journal"],
    ["journal", "--verify"],
    ["events", "list"],
    ["events", "list", "--buried"],
    ["links"],
    ["digest"],
    ["status"],
    ["review", "list"],
    ["vault", "list"],
]


def test_the_command_line_shows_no_canary_and_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    outputs: dict[str, str] = {}
    alerts: list[object] = []
    with place(tmp_path) as office, listening() as (logs, errors):
        office.od.practice.add_patient(FName=GIVEN, LName=FAMILY, Birthdate=at(0).date().replace(1987, 6, 5))
        office.book(GIVEN, FAMILY, born=BORN)
        office.book(GIVEN[:4], OTHER_FAMILY, hour=14, born=BORN)
        office.write('\n[vault]\nkey = { env = "ODNEXUS_KEY" }\n\n[run]\nheartbeat = "beat"\n')
        with Office(Settings.load(office.file)) as opened:
            serve(opened, threading.Event(), once=True)
            alerts.append(CallableSink(alerts.append))
        for command in COMMANDS:
            at_practice = [str(office.file)] if command == ["doctor"] else ["--practice", str(office.file)]
            for ending in ([], ["--json"]):
                done = CliRunner().invoke(app, [*command, *at_practice, *ending])
                outputs[" ".join([*command, *ending])] = done.output + repr(done.exception)
        files = {path.name: path.read_bytes().decode("latin-1") for path in tmp_path.iterdir() if path.is_file()}
    said = {**outputs, **files, "logs": logs.text.getvalue(), "errors": "\n".join(errors)}

    assert {where: what for where, text in said.items() if (what := found_in(text))} == {}
    secrets = [*KEYS.values(), DEVELOPER_KEY, CUSTOMER_KEY]
    assert [where for where, text in said.items() for key in secrets if key in text and where != "practice.toml"] == []
    assert "visit.created" in outputs["journal --json"]
    assert "receive_response_headers" in said["logs"], "the loggers of the libraries below were listened to"


# -- the collectors ----------------------------------------------------------------------------------------------------


def _fail() -> None:
    try:
        int(BORN)
    except ValueError as cause:
        error = OdnexusError("wrapped")
        error.add_note(f"while calling {PHONE}")
        raise error from cause


def test_a_leak_would_be_found() -> None:
    with listening() as (logs, errors):
        logging.getLogger("somewhere.deep").debug("found %s", FAMILY)
        with suppress(OdnexusError):
            _fail()

    assert FAMILY in found_in(logs.text.getvalue())
    assert {BORN, PHONE} <= set(found_in("\n".join(errors)))


@pytest.mark.parametrize(
    "text", [f"<{GIVEN.upper()}>", "tel:(303) 555-0147", "born 06/05/1987", "datetime.date(1987, 6, 5)"]
)
def test_a_canary_is_known_in_every_spelling(text: str) -> None:
    assert found_in(text)
    assert found_in("a visit was created, opendental:main/12") == []
