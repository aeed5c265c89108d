"""What ``--help`` prints: all that is written in the code, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from odnexus.cli.app import app

DRAWN = re.compile(r"[│╭╮╰╯─]")


def commands(one: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, one
    for name, inner in getattr(one, "commands", {}).items():
        yield from commands(inner, (*path, name))


ALL = dict(commands(typer.main.get_command(app)))


def words(text: str) -> str:
    return " ".join(DRAWN.sub(" ", text).split())


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_the_help_shows_every_text_whole(path: tuple[str, ...]) -> None:
    one = ALL[path]
    texts = [one.help or "", *(getattr(each, "help", None) or "" for each in one.params)]

    done = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "400", "TERMINAL_WIDTH": "400"})
    shown = words(done.stdout)

    # Square brackets are marks of the printer, which leaves out what it takes for one.
    assert done.exit_code == 0
    assert [text for text in texts if words(text) not in shown] == []
