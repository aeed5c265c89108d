"""The commands of the page of promises, each typed as it stands after the lines at the head of that page."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.demo_office import KEYS, place
from tests.scenarios.command import odnexus
from tools import promises

SHOWN_ELSEWHERE = {"odnexus demo"}
"""Played whole, and for longer, by the tests of the demo."""

BLOCKS = re.findall(r"Try it:\n\n```console\n(.+?)\n```", promises.PAGE.read_text(encoding="utf-8"), re.DOTALL)
COMMANDS = sorted({line for block in BLOCKS for line in block.splitlines()} - SHOWN_ELSEWHERE)

UNTIL_STOPPED = {"odnexus run practice.toml": ["--once"]}
TYPED = {"odnexus vault rotate opendental": "TestCustomerKey1"}
"""What a person types when the command asks."""


class Window:
    """A shell of a few words, so that the lines of the page are typed as they stand: export, echo, our command."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def type(self, line: str) -> None:
        """Do what a line says; fail where a command fails."""
        if found := re.fullmatch(r"export (\w+)=\$\((.+)\)", line):
            os.environ[found[1]] = self._run(found[2]).strip()
        elif found := re.fullmatch(r"export (\w+)=(\S+)", line):
            os.environ[found[1]] = found[2]
        elif found := re.fullmatch(r"(.+) > (\S+)", line):
            (self._folder / found[2]).write_text(self._run(found[1]))
        elif found := re.fullmatch(r"(.+) \| (.+)", line):
            self._run(found[2], self._run(found[1]))
        else:
            self._run(line)

    def _run(self, command: str, given: str = "") -> str:
        program, *words = shlex.split(command)
        if program == "echo":
            return " ".join(words) + "\n"
        code, told = odnexus(*words, given=given)
        assert (program, code) == ("odnexus", 0), told
        return told


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Do what the head of the page says, in a folder where the commands are typed then."""
    folder = tmp_path_factory.mktemp("try")
    with pytest.MonkeyPatch.context() as patch, place(folder) as office:
        (folder / "practice.toml").unlink()
        patch.chdir(folder)
        for name in KEYS:
            patch.setenv(name, "")  # whatever the lines export is undone afterwards
        urls = f"--opendental-url {office.opendental_url} --nexhealth-url {office.nexhealth_url}"
        window = Window(folder)
        for line in promises.FIRST.splitlines():
            window.type(line.replace("--nexhealth-url http://127.0.0.1:30280", urls))
        with (folder / "practice.toml").open("a") as file:
            file.write(f"\n{promises.EXTRA}\n")
        for line in promises.THEN.splitlines():
            window.type(line)
        yield folder


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_works_as_it_stands(command: str, prepared: Path) -> None:
    program, *words = shlex.split(command)

    code, told = odnexus(*words, *UNTIL_STOPPED.get(command, []), given=TYPED.get(command, ""))

    assert (prepared / "practice.toml").exists()
    assert (program, code) == ("odnexus", 0), told
