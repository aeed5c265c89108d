"""The commands of ``odnexus``, and what they have in common."""

from __future__ import annotations

from typing import Annotated

import typer
from typer.models import CommandInfo, TyperInfo

import odnexus
from odnexus.cli import (
    about,
    auditing,
    carriers,
    checkup,
    desk,
    fields,
    keys,
    logbook,
    observing,
    office,
    rehearsing,
    simulate,
    starting,
)
from odnexus.cli.demo import command as demo
from odnexus.cli.service import command as service

app = typer.Typer(
    name="odnexus",
    help="Join Open Dental and NexHealth.",
    no_args_is_help=True,
    # Patients' data stands in local variables: a traceback must not print them.
    pretty_exceptions_show_locals=False,
)


def _print_version(value: bool) -> None:
    if value:
        print(odnexus.__version__)
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Join Open Dental and NexHealth."""


checkup.register(app)
office.register(app)
logbook.register(app)
auditing.register(app)
starting.register(app)
rehearsing.register(app)
observing.register(app)
app.add_typer(desk.events, name="events")
app.add_typer(desk.review, name="review")
app.add_typer(carriers.commands, name="carriers")
app.add_typer(keys.commands, name="vault")
app.add_typer(fields.commands, name="fields")
app.add_typer(service.commands, name="service")
demo.register(app)
simulate.register(app)
about.register(app)

PANELS = {
    "Try it, without an account": ("demo", "simulate"),
    "Set up": ("init", "doctor", "rehearse", "report", "vault", "fields", "features", "version"),
    "Run": ("run", "service", "status", "resume"),
    "Every day": ("review", "events", "journal", "links", "digest", "carriers", "audit"),
}
"""Under which heading of the help each command stands, in this order."""


def _arrange() -> None:
    """Put each command under its heading."""
    place = {name: (panel, number) for panel, names in PANELS.items() for number, name in enumerate(names)}
    order = list(PANELS)
    for info in commands():
        info.rich_help_panel = place[_name(info)][0]
    for infos in (app.registered_commands, app.registered_groups):
        infos.sort(key=lambda info: (order.index(place[_name(info)][0]), place[_name(info)][1]))


def commands() -> list[CommandInfo | TyperInfo]:
    """Return every command and every group of commands."""
    return [*app.registered_commands, *app.registered_groups]


def _name(info: CommandInfo | TyperInfo) -> str:
    return str(info.name or getattr(info.callback, "__name__", ""))


_arrange()
