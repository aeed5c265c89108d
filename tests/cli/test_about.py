"""``odnexus version`` and the help texts: what somebody sees who has just installed it."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import odnexus
from odnexus.cli.app import app


def invoke(*arguments: str) -> str:
    """Run a command that ends well and return what it prints."""
    result = CliRunner(env={"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}).invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_version_names_what_a_supporter_asks_for() -> None:
    facts = json.loads(invoke("version", "--json"))

    assert facts["odnexus"] == odnexus.__version__
    assert facts["Python"].startswith(platform.python_version())
    assert {"httpx", "attrs", "cattrs", "authlib", "rapidfuzz", "phonenumbers"} <= facts.keys()
    assert facts["extras"].startswith("cli")


def test_version_is_a_table_for_people() -> None:
    lines = dict(line.split(maxsplit=1) for line in invoke("version").splitlines())

    assert lines["odnexus"] == odnexus.__version__
    assert lines["system"] == f"{platform.system()} {platform.release()}"


@pytest.mark.parametrize("command", ["demo", "simulate", "version"])
def test_the_help_lists_the_command_in_one_sentence(command: str) -> None:
    listed = invoke("--help")
    own = invoke(command, "--help")

    assert f" {command} " in listed
    assert own.splitlines()[3].strip().endswith(".")


def test_the_help_of_the_demo_says_what_its_status_means() -> None:
    assert "Exit status 0 only if" in invoke("demo", "--help")


def test_no_command_waits_for_simulators_that_it_does_not_need() -> None:
    code = "import sys; from odnexus.cli.app import app; sys.exit('odnexus.testing' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == 0


def test_features_are_told_with_what_they_need(tmp_path: Path) -> None:
    practice = tmp_path / "practice.toml"
    practice.write_text(
        'subdomain = "demo"\n[[locations]]\nname = "main"\nnexhealth_id = 1\ntimezone = "America/Denver"\n'
        '[locations.modes]\nperson = "observe"\nvisit = "observe"\n'
    )

    every = {row["feature"]: row for row in json.loads(invoke("features", "--json"))}
    here = json.loads(invoke("features", str(practice), "--json"))

    assert every["book visits"]["permissions"] == "Appointments"
    assert every["cancel visits"]["since"] == "21.3"
    assert every["fill blanks of charts"]["on when"].endswith("fill_blanks = true")
    assert {row["permissions"] for row in here if row["Open Dental"]} == {"ReadAll"}
    assert "book visits" in invoke("features")
