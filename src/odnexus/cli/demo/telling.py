"""Telling the demo to a person: the story as it happens, both calendars side by side, the verdict."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from typing import cast

from rich.console import Console
from rich.text import Text

from odnexus.cli.demo.facts import Check, Fact, Kind, Scene, Who
from odnexus.cli.demo.outcome import Outcome
from odnexus.cli.demo.verdict import Pair, Seen
from odnexus.cli.demo.words import requests_text

WIDTH = 100
"""Columns at most, and where the output is no terminal."""

NAMES: dict[Who, tuple[str, str]] = {
    "patient": ("Patient", "magenta"),
    "front desk": ("Front desk", "yellow"),
    "NexHealth": ("NexHealth", "cyan"),
    "network": ("Machine", "red"),
    "odnexus": ("odnexus", "bold"),
    "Open Dental": ("Open Dental", "green"),
    "host": ("Your app", "blue"),
    "alert": ("Alert", "red"),
}
"""How each teller is called, and its colour."""

STYLES: dict[Kind, str] = {"event": "bold", "decision": "", "why": "dim", "write": "", "note": ""}


def console() -> Console:
    """Return a console of at most `WIDTH` columns; without a terminal it prints plain text."""
    # A file in an old Windows code page has no place for every letter.
    cast(io.TextIOWrapper, sys.stdout).reconfigure(errors="replace")
    screen = Console(highlight=False, markup=False, emoji=False)
    screen.width = min(screen.width, WIDTH) if screen.is_terminal else WIDTH
    return screen


class Teller:
    """Prints the story while it goes on.

    Args:
        screen: Where to print.
    """

    def __init__(self, screen: Console) -> None:
        self._screen = screen
        self._last: tuple[str, str] = ("", "")

    def __call__(self, what: Scene | Fact, over: bool) -> None:
        """Print a fact, or a scene as it begins or ends."""
        if isinstance(what, Fact):
            self._fact(what)
        elif over:
            self._cost(what)
        else:
            self._scene(what)

    def _scene(self, scene: Scene) -> None:
        self._last = ("", "")
        self._screen.print()
        self._screen.print(Text.assemble((f"{scene.at:%H:%M} ", "bold cyan"), (scene.title, "bold underline")))

    def _fact(self, fact: Fact) -> None:
        name, colour = NAMES[fact.who]
        time = f"{fact.at:%H:%M}"
        # Who and when are said once, where they change.
        shown = ("" if self._last[0] == time else time, "" if self._last == (time, name) else name)
        self._last = (time, name)
        self._row(shown, colour, Text(fact.text, style=STYLES[fact.kind]))

    def _row(self, shown: tuple[str, str], colour: str, text: Text) -> None:
        time, name = shown
        _wrapped(self._screen, text, Text.assemble((f"{time:<6}", "dim"), (f"{name:<12}", colour)))

    def _cost(self, scene: Scene) -> None:
        if scene.requests is None or scene.allowed is None:
            return
        style = "dim italic" if scene.within else "bold red"
        text = f"Open Dental got {requests_text(scene.requests)} for this; {scene.allowed or 'none'} allowed"
        self._row(("", ""), "", Text(text, style=style))


def headline(screen: Console) -> None:
    """Say what is going to be seen."""
    screen.print(Text("odnexus demo", style="bold"))
    _wrapped(
        screen,
        "Simulators of Open Dental and NexHealth run as HTTP servers on this machine, odnexus runs in a process of its "
        "own with its store in one file. People are invented and time is virtual, a Monday at an office in Idaho; all "
        "else happens. What is told is read from the simulators, the matcher and the journal of odnexus.",
    )


def ending(screen: Console, outcome: Outcome) -> None:
    """Print both calendars and the verdict."""
    screen.print()
    screen.print(Text("Both calendars in the end", style="bold underline"))
    screen.print(Text("+ confirmed   × cancelled   = both sides agree   ! they differ", style="dim"))
    for line in _calendars(outcome.pairs):
        line.rstrip()
        screen.print(line)
    screen.print()
    screen.print(Text("Verdict", style="bold underline"))
    for check in outcome.checks:
        _check(screen, check)
    polls, idle = outcome.polls
    screen.print()
    screen.print(
        Text(f"{polls} polls, {idle} of them idle. {outcome.seconds:.1f} seconds on this machine.", style="dim")
    )
    if outcome.holds:
        screen.print(Text("Everything holds.", style="bold green"))
    else:
        screen.print(Text("Something does not hold: see above.", style="bold red"))


def _calendars(pairs: Sequence[Pair]) -> Iterator[Text]:
    left, right = f"{'NexHealth':<18}  {'booked by':<16} {'booking':<8}", f"{'Open Dental':<18}  {'appt.':<5} chart"
    yield Text(f"{left}   {right}", style="bold")
    for pair in pairs:
        rows: list[Seen | None] = [*pair.opendental] or [None]
        for place, row in enumerate(rows):
            booking = pair.nexhealth if not place else None
            mark = Text(" = ", style="green") if pair.agrees else Text(" ! ", style="bold red")
            yield _left(booking) + mark + _right(row)


def _left(booking: Seen | None) -> Text:
    if booking is None:
        return Text(" " * 45)
    return Text(f"{_place(booking)} {booking.name[:16]:<16} {booking.number:<8}", style=_style(booking))


def _right(row: Seen | None) -> Text:
    if row is None:
        return Text("nothing")
    return Text(f"{_place(row)} {row.number:<5} {row.chart} {row.name[:28]}", style=_style(row))


def _place(seen: Seen) -> str:
    sign = "×" if seen.cancelled else "+" if seen.confirmed else " "
    return f"{seen.start:%a %H:%M} {seen.minutes:>2}' {seen.chair:<4}{sign}".ljust(19)


def _style(seen: Seen) -> str:
    return "dim" if seen.cancelled else ""


def _check(screen: Console, check: Check) -> None:
    mark = ("yes  ", "green") if check.holds else ("NO   ", "bold red")
    _wrapped(screen, Text.assemble(check.text, (f" ({check.figures})", "dim")), Text.assemble(mark))
    for line in check.against:
        _wrapped(screen, Text(line, style="red"), Text(" " * 5))


def _wrapped(screen: Console, text: str | Text, margin: Text | None = None) -> None:
    """Print *text* in lines that begin below each other, the first one behind *margin*."""
    margin = margin or Text()
    indent = len(margin)
    for line in (Text(text) if isinstance(text, str) else text).wrap(screen, screen.width - indent):
        line.rstrip()
        screen.print(margin + line)
        margin = Text(" " * indent)
