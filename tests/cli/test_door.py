"""The way in: a remedy where the extra is missing, the version, and nothing private in tracebacks."""

from __future__ import annotations

import subprocess
import sys

import pytest

import odnexus
from odnexus.cli.app import PANELS, _name, app, commands


def run(*arguments: str, missing: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command as an installed script does, with the module *missing* hidden."""
    hide = f"sys.modules[{missing!r}] = None; " if missing else ""
    code = f"import sys; {hide}sys.argv[0] = 'odnexus'; from odnexus.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def test_a_missing_extra_is_named_with_its_remedy() -> None:
    done = run("--version", missing="typer")

    assert done.returncode == 2
    assert "(typer)" in done.stderr
    assert "pip install 'odnexus[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_module_of_ours_is_no_missing_extra() -> None:
    done = run("--version", missing="odnexus.cli.app")

    assert "pip install" not in done.stderr
    assert "ModuleNotFoundError" in done.stderr


def test_the_version_is_that_of_the_package() -> None:
    done = run("--version")

    assert (done.returncode, done.stdout) == (0, f"{odnexus.__version__}\n")


@pytest.mark.parametrize("entry", [["-m", "odnexus.cli"], ["-c", "from odnexus.cli import main; main()"]])
def test_both_entries_lead_to_the_same_command(entry: list[str]) -> None:
    done = subprocess.run([sys.executable, *entry, "--version"], capture_output=True, text=True, check=False)

    assert done.stdout == f"{odnexus.__version__}\n"


def test_tracebacks_do_not_print_what_variables_hold() -> None:
    assert app.pretty_exceptions_show_locals is False


def test_each_command_stands_under_one_heading_of_the_help() -> None:
    names = [name for panel in PANELS.values() for name in panel]
    found = {_name(info) for info in commands()}

    assert sorted(names) == sorted(found)


@pytest.mark.parametrize("command", ["reseal", "authorize"])
def test_the_help_of_the_vault_loses_no_words(command: str) -> None:
    done = run("vault", command, "--help")

    # Brackets in a docstring are markup, and what stands in them is gone.
    assert "of  " not in done.stdout
    assert " and ," not in done.stdout
