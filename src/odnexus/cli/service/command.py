"""The commands ``odnexus service unit``, ``install`` and ``remove``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from odnexus.cli.service import systemd, windows
from odnexus.cli.settings import Settings
from odnexus.cli.telling import PRACTICE, PracticeArgument, told

commands = typer.Typer(help="Run the connector as a service of the operating system.", no_args_is_help=True)


@commands.command()
def unit(
    practice: PracticeArgument = PRACTICE,
    user: Annotated[str, typer.Option(help="Account to run as.")] = "odnexus",
    keys: Annotated[Path, typer.Option(help="File with the keys, as lines of NAME=value.")] = Path(
        "/etc/odnexus/keys.env"
    ),
) -> None:
    """Print a systemd unit for this installation: save it as /etc/systemd/system/odnexus.service."""
    program = Path(sys.argv[0]).absolute()
    print(systemd.unit(program=program, file=practice.absolute(), user=user, keys=keys), end="")


@commands.command()
def install(practice: PracticeArgument = PRACTICE) -> None:
    """Install the Windows service, started with Windows and restarted after failures (as administrator)."""
    with told():
        Settings.load(practice)
        windows.install(practice)
    print(f"{windows.NAME} is installed for {practice.name}. Start it: sc.exe start {windows.NAME}")


@commands.command()
def remove() -> None:
    """Stop and remove the Windows service (as administrator)."""
    with told():
        windows.remove()
    print(f"{windows.NAME} is removed")
