"""The command ``odnexus doctor``."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from odnexus.cli.connecting import Office
from odnexus.cli.doctor.checks import examine
from odnexus.cli.doctor.deliveries import judge_probe
from odnexus.cli.doctor.gather import arrival, gather
from odnexus.cli.doctor.lines import Line, State, of_error, worst
from odnexus.cli.office import receiving
from odnexus.cli.running import InstanceRunningError, only_instance
from odnexus.cli.settings import Settings
from odnexus.cli.telling import PRACTICE, Exit, JsonOption, PracticeArgument, print_json, told
from odnexus.errors import ConfigurationError

_MARKS: dict[State, str] = {"pass": "ok  ", "warn": "warn", "fail": "FAIL"}


def doctor(
    practice: PracticeArgument = PRACTICE,
    as_json: JsonOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 on warnings too.")] = False,
    repair_webhooks: Annotated[
        bool, typer.Option("--repair-webhooks", help="Make and resume what the section webhooks wants, first.")
    ] = False,
    probe_webhook: Annotated[
        bool, typer.Option("--probe-webhook", help="Wait until a delivery of NexHealth really arrives.")
    ] = False,
    wait: Annotated[float, typer.Option(min=0, help="Seconds that --probe-webhook waits.")] = 120,
) -> None:
    """Ask both systems whether everything is there that this practice needs.

    Nothing is written, except by --repair-webhooks. For --probe-webhook change something harmless at NexHealth
    meanwhile, such as the appointment of a test patient; where no connector runs, the receiver is started as the
    section receiver says.

    Exit codes: 0 no check failed, 1 one did, 2 the settings are wrong.
    """
    with told():
        settings = Settings.load(practice)
        with Office(settings) as office:
            lines = list(repaired(office)) if repair_webhooks else []
            lines += examine(gather(office))
            lines += probed(office, wait) if probe_webhook else []
    state = worst(lines)
    if as_json:
        print_json({"state": state, "lines": lines})
    else:
        print(report(lines))
    if state == "fail" or (strict and state == "warn"):
        raise typer.Exit(Exit.FAILED)


def repaired(office: Office) -> Iterator[Line]:
    """Put right what should be delivered to us, and yield what was done."""
    chosen, engine = office.settings.webhooks, office.engine()
    reports = engine.ensure_webhooks(chosen.url, events=chosen.events) if chosen.url else []
    if chosen.opendental_url:
        reports += engine.ensure_api_events(
            chosen.opendental_url, workstation=chosen.workstation, tables=chosen.tables, every=chosen.every
        )
    for each in reports:
        if each.problem:
            yield of_error(each.realm, "repaired", each.problem)
        else:
            done = [*each.created, *(["switched on again"] if each.revived else [])]
            text = f"made: {', '.join(done) or 'nothing'}; resumed: {each.resumed}"
            yield Line(about=each.realm, check="repaired", state="pass", text=text)


def probed(office: Office, wait: float) -> list[Line]:
    """Wait for a delivery of NexHealth, receiving it here if no connector does."""
    practice, length = office.settings.practice, timedelta(seconds=wait)
    realm, started = practice.realm(practice.locations[0]), datetime.now(UTC)
    chosen = office.settings.receiver
    with ExitStack() as stack:
        try:
            stack.enter_context(only_instance(office.store_path))
        except InstanceRunningError:
            pass  # it receives
        else:
            if not chosen.port:
                raise ConfigurationError("receiver.port: name the port that NexHealth's deliveries are led to")
            stack.enter_context(receiving(office.engine(), f"{chosen.host}:{chosen.port}"))
        arrived = _awaited(office, f"nexhealth:{realm}", started, length)
    return [judge_probe(realm, length, arrived)]


def _awaited(office: Office, sender: str, started: datetime, length: timedelta) -> datetime | None:
    pause = threading.Event()
    while True:
        arrived = arrival(office, sender)
        if arrived is not None and arrived >= started:
            return arrived
        if datetime.now(UTC) - started >= length:
            return None
        pause.wait(0.2)


def report(lines: list[Line]) -> str:
    """Return the findings as text, one line each, with the remedy below."""
    width = max((len(f"{line.about} · {line.check}") for line in lines), default=0)
    rows = list[str]()
    for line in lines:
        rows.append(f"{_MARKS[line.state]}  {f'{line.about} · {line.check}':{width}}  {line.text}")
        if line.remedy:
            rows.append(f"{'':{width + 8}}→ {line.remedy}")
    counts = {state: sum(line.state == state for line in lines) for state in _MARKS}
    return "\n".join([*rows, "", f"{counts['pass']} fine, {counts['warn']} to look at, {counts['fail']} to repair"])


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)
