"""The command ``odnexus demo``."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from odnexus.cli.telling import Exit


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command()(demo)


def demo(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of the story.")] = False,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Keep the store and the JSON document in this new or empty folder."),
    ] = None,
) -> None:
    """Play a go-live test and a morning at a practice, on simulators of both systems.

    Exit status 0 only if both calendars agree, nothing is lost or doubled and no chart is wrong.
    """
    # Imported here: no other command should wait for simulators to load.
    from odnexus.cli.demo import telling
    from odnexus.cli.demo.outcome import perform

    screen = telling.console()
    with _folder(keep) as folder:
        if json:
            outcome = perform(folder)
            print(outcome.as_json())
        else:
            telling.headline(screen)
            outcome = perform(folder, telling.Teller(screen))
            telling.ending(screen, outcome)
        if keep is not None:
            (folder / "demo.json").write_text(outcome.as_json(), encoding="utf-8")
    raise typer.Exit(Exit.OK if outcome.holds else Exit.FAILED)


@contextmanager
def _folder(keep: Path | None) -> Generator[Path]:
    """Give the folder to work in: a temporary one, or the one to keep."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="odnexus-demo-") as folder:
            yield Path(folder)
        return
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise typer.BadParameter("the folder is not empty", param_hint="--keep")
    yield keep
