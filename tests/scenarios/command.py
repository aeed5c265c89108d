"""The command line as a person or a service of the operating system calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from odnexus.cli.app import app
from tests.cli.demo_office import KEYS

PATIENCE = 30


def odnexus(*arguments: str | Path, given: str = "") -> tuple[int, str]:
    """Run a command in this process; return its exit code and what it printed."""
    done = CliRunner().invoke(app, [str(each) for each in arguments], input=given)
    assert done.exception is None or isinstance(done.exception, SystemExit), type(done.exception)
    return done.exit_code, done.output


def rows(*arguments: str | Path) -> Any:
    """Run a command with ``--json`` and return what it printed."""
    code, output = odnexus(*arguments, "--json")
    assert code == 0, output
    return json.loads(output)


def process(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start the command as a process of its own."""
    command = [sys.executable, "-m", "odnexus.cli", *(str(each) for each in arguments)]
    return subprocess.Popen(command, env={**os.environ, **KEYS}, stderr=subprocess.PIPE, text=True)


def until(happened: Callable[[], bool]) -> bool:
    """Wait for what another thread or process does; return whether it did."""
    end = time.monotonic() + PATIENCE
    while not happened() and time.monotonic() < end:
        threading.Event().wait(0.02)
    return happened()
