"""The first command on a new machine: what it installs, what it runs, and when it stops."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import start


class Runs:
    """Notes every command instead of running it."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.status: dict[str, int] = {}

    def __call__(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.commands.append(command[2:])
        return subprocess.CompletedProcess(command, self.status.get(command[2], 0))

    @property
    def modules(self) -> list[str]:
        return [command[0] for command in self.commands]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    recorder = Runs()
    (tmp_path / "pyproject.toml").write_text("[project]")
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(start, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(start, "PYTHON", str(tmp_path / ".venv/bin/python"))
    monkeypatch.setattr("subprocess.run", recorder)
    monkeypatch.setattr("venv.create", lambda where, **_: where.mkdir(exist_ok=True))
    return recorder


def test_the_environment_is_filled_once_per_configuration(runs: Runs) -> None:
    start.main(["demo"])
    start.main(["demo"])
    (start.ROOT / "pyproject.toml").write_text("[project]\nname = 'changed'")
    start.main(["demo"])

    assert runs.modules == ["pip", "pip", "odnexus.cli", "odnexus.cli", "pip", "pip", "odnexus.cli"]


def test_the_demo_does_not_make_the_tests_believe_they_are_installed(runs: Runs) -> None:
    start.main(["demo"])
    start.main(["test"])

    assert runs.modules == ["pip", "pip", "odnexus.cli", "pip", "pip", "nox", "pytest"]


def test_the_suite_comes_last_and_gets_the_arguments(runs: Runs) -> None:
    assert start.main(["test", "-k", "twins"]) == 0

    assert runs.commands[-1] == ["pytest", "-k", "twins"]


def test_a_step_that_fails_ends_it(runs: Runs) -> None:
    runs.status["nox"] = 3

    assert start.main(["test"]) == 3
    assert "pytest" not in runs.modules


@pytest.mark.parametrize("arguments", [[], ["tset"]])
def test_who_names_no_job_is_told_the_jobs(
    arguments: list[str], runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main(arguments) == 2

    assert "tools/start.py test" in capsys.readouterr().out
    assert runs.commands == []


def test_an_old_python_is_told_so(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.version_info", (3, 10, 0))

    assert start.main(["test"]) == 2
    assert "3.11" in capsys.readouterr().out
    assert runs.commands == []


def test_the_steps_find_the_tools_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "elsewhere")

    assert start.environment()["PATH"].startswith(str(start.BIN))
