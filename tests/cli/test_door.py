"""The way in: a remedy where the extra is missing, the version, and nothing private in tracebacks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer import Exit

import odnexus
from odnexus.cli import telling
from odnexus.cli.app import PANELS, _name, app, commands
from odnexus.errors import StoreError


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


@pytest.mark.parametrize("letters", ["cp437", "ascii"])
def test_an_output_of_few_letters_ends_no_command(letters: str) -> None:
    told = in_letters(letters, "features")

    assert told.returncode == 0
    assert "see changes" in told.stdout.decode(letters)


def test_json_keeps_every_letter_where_the_output_has_few() -> None:
    told = in_letters("ascii", "features", "--json")

    assert told.returncode == 0
    assert json.loads(told.stdout) == json.loads(in_letters("utf-8", "features", "--json").stdout.decode("utf-8"))


def in_letters(letters: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONIOENCODING": letters, "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "odnexus.cli", *arguments]
    return subprocess.run(command, check=False, capture_output=True, env=environment)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_behind_the_output_is_told_in_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "odnexus.cli", "features"]
        told = subprocess.run(command, check=False, stdout=full, stderr=subprocess.PIPE)

    assert told.returncode != 0
    assert b"the output cannot be written (No space left on device)" in told.stderr
    assert b"Traceback" not in told.stderr


def test_what_the_machine_refuses_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exit) as caught, telling.told():
        raise PermissionError(13, "Permission denied", "report.html")

    assert caught.value.exit_code == 1
    assert capsys.readouterr().err.startswith("odnexus: report.html: permission denied; see that")


def test_certificates_that_are_not_there_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")

    with pytest.raises(Exit), telling.told():
        raise FileNotFoundError(2, "No such file or directory")

    assert "SSL_CERT_FILE" in capsys.readouterr().err


def test_a_store_that_is_broken_leads_to_the_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exit), telling.told():
        raise StoreError("odnexus.sqlite: database disk image is malformed")

    assert capsys.readouterr().err.endswith("malformed; odnexus doctor says what to do\n")
