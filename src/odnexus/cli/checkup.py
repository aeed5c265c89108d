"""The command ``odnexus doctor``."""

from __future__ import annotations

from typing import Annotated

import typer

from odnexus.cli.connecting import Office
from odnexus.cli.doctor.checks import Line, State, examine, worst
from odnexus.cli.doctor.gather import gather
from odnexus.cli.settings import Settings
from odnexus.cli.telling import PRACTICE, Exit, JsonOption, PracticeArgument, print_json, told

_MARKS: dict[State, str] = {"pass": "ok  ", "warn": "warn", "fail": "FAIL"}


def doctor(
    practice: PracticeArgument = PRACTICE,
    as_json: JsonOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 on warnings too.")] = False,
) -> None:
    """Ask both systems whether everything is there that this practice needs. Nothing is written.

    Exit codes: 0 no check failed, 1 one did, 2 the settings are wrong.
    """
    with told():
        settings = Settings.load(practice)
        with Office(settings) as office:
            lines = examine(gather(office))
    state = worst(lines)
    if as_json:
        print_json({"state": state, "lines": lines})
    else:
        print(report(lines))
    if state == "fail" or (strict and state == "warn"):
        raise typer.Exit(Exit.FAILED)


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
