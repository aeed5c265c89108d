"""The page of promises: made of marks, refused where they do not hold together."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from odnexus.cli.app import app
from tools import promises

ROOT = Path(__file__).parents[2]

WHOLE = "".join(
    f'@pytest.mark.mission("{promise}", shows="it works", try_it="odnexus demo")\ndef test_{number}() -> None: ...\n'
    for number, promise in enumerate(promises.PROMISES)
)


def folder_with(folder: Path, source: str) -> Path:
    scenarios = folder / "tests" / "scenarios"
    scenarios.mkdir(parents=True)
    (scenarios / "test_it.py").write_text(source, encoding="utf-8")
    return scenarios.parent


def test_the_page_is_what_the_tests_say() -> None:
    assert promises.main(["--check"]) == 0


def test_every_command_to_try_exists() -> None:
    words = [shlex.split(one.command) for one in promises.shown(ROOT / "tests") if one.command]

    assert [" ".join(line) for line in words if not is_command(line)] == []


def is_command(words: list[str]) -> bool:
    """Return whether *words* are a command of ours that could be typed: its name, arguments and options exist."""
    program, *rest = words
    if program != "odnexus":
        return program in ("python3", "pytest", "nox")
    command: object = get_command(app)
    while isinstance(command, TyperGroup) and rest:
        command = command.commands.get(rest.pop(0))
    if not isinstance(command, TyperCommand):
        return False
    try:
        command.make_context(program, rest)
    except Exception:  # noqa: BLE001 - whatever it is, it is not to be shown to a reader
        return False
    return True


def test_a_promise_is_shown_with_its_test_and_command(tmp_path: Path) -> None:
    found = promises.shown(folder_with(tmp_path, WHOLE))

    text = promises.page(found)

    assert "- It works.\n  `tests/scenarios/test_it.py::test_0`" in text
    assert "```console\nodnexus demo\n```" in text


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (WHOLE.replace('"E1"', '"E2"'), "E1: no test shows it"),
        (WHOLE.replace('"E1"', '"E1", "E9"'), "tests/scenarios/test_it.py::test_0: there is no promise E9"),
        (
            WHOLE.replace('shows="it works", ', "", 1),
            "tests/scenarios/test_it.py::test_0: say in `shows` what it shows",
        ),
        ("@pytest.mark.skip\n" + WHOLE, "tests/scenarios/test_it.py::test_0: skip beside a promise"),
        ('@pytest.mark.xfail(reason="x")\n' + WHOLE, "tests/scenarios/test_it.py::test_0: xfail beside a promise"),
    ],
)
def test_marks_that_do_not_hold_together_are_refused(tmp_path: Path, source: str, complaint: str) -> None:
    with pytest.raises(promises.PromiseError) as caught:
        promises.shown(folder_with(tmp_path, source))

    assert complaint in str(caught.value).splitlines()


def test_a_promise_that_no_scenario_plays_is_refused(tmp_path: Path) -> None:
    tests = folder_with(tmp_path, WHOLE.replace('"E1"', '"E2"'))
    (tests / "test_unit.py").write_text('@pytest.mark.mission("E1", shows="it works")\ndef test_it() -> None: ...\n')

    with pytest.raises(promises.PromiseError, match=r"^E1: no scenario plays it$"):
        promises.shown(tests)


def test_scenarios_come_first(tmp_path: Path) -> None:
    tests = folder_with(tmp_path, WHOLE.replace(', try_it="odnexus demo"', ""))
    (tests / "test_a.py").write_text(
        '@pytest.mark.mission("E1", shows="so", try_it="odnexus demo")\ndef test_it() -> None: ...\n'
    )

    first, second, *_ = promises.shown(tests)

    assert (first.is_scenario, second.test) == (True, "tests/test_a.py::test_it")


def test_a_test_inside_a_class_counts(tmp_path: Path) -> None:
    inside = '\nclass TestIt:\n    @pytest.mark.mission("E1", shows="it works")\n    def test_in(self) -> None: ...\n'

    found = promises.shown(folder_with(tmp_path, WHOLE + inside))

    assert "tests/scenarios/test_it.py::TestIt::test_in" in {one.test for one in found}
