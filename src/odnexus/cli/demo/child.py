"""The demo's hold on the worker process: starts it, asks it, kills it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from threading import Timer
from typing import Any

from odnexus.testing import VirtualClock

WORKER = (sys.executable, "-m", "odnexus.cli.demo.worker")
"""The command line of the worker."""

PATIENCE = timedelta(minutes=1)
"""How long an answer may take on this machine."""


class WorkerGoneError(Exception):
    """The worker process ended before it answered."""


class WorkerFailedError(Exception):
    """The worker could not do what it was asked for."""


class Child:
    """A worker process.

    Args:
        config: What it needs to know at the start, except the time and the port.
        clock: The clock that rules both processes.
        command: Its command line.
    """

    def __init__(self, config: Mapping[str, object], clock: VirtualClock, command: Sequence[str] = WORKER) -> None:
        self._config = dict(config)
        self._clock = clock
        self._command = list(command)
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    @property
    def process(self) -> subprocess.Popen[str]:
        """The process that runs, or ran last."""
        if self._process is None:
            raise WorkerGoneError("the worker was not started")
        return self._process

    def start(self) -> None:
        """Start the process; after the first time it listens where it listened before."""
        self._let_go()
        self._process = subprocess.Popen(  # noqa: S603 - a program of ours, by a command line of ours
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.port = int(self._exchange({**self._config, "port": self.port}))

    def ask(self, do: str, **arguments: object) -> Any:
        """Return the answer to a command.

        Raises:
            WorkerGoneError: The process ended before it answered.
            WorkerFailedError: It could not do it.
        """
        return self._exchange({"do": do, **arguments})

    def _exchange(self, command: Mapping[str, object]) -> Any:
        process = self.process
        # A worker that hangs is a worker that is gone.
        watchdog = Timer(PATIENCE.total_seconds(), process.kill)
        watchdog.start()
        try:
            return self._exchange_with(process, command)
        finally:
            watchdog.cancel()

    def _exchange_with(self, process: subprocess.Popen[str], command: Mapping[str, object]) -> Any:
        line = json.dumps({**command, "now": self._clock.now().isoformat()})
        try:
            print(line, file=process.stdin, flush=True)
            answer = process.stdout.readline() if process.stdout else ""
        except OSError as error:
            raise WorkerGoneError(str(command.get("do", "start"))) from error
        if not answer:
            raise WorkerGoneError(str(command.get("do", "start")))
        told = json.loads(answer)
        self._clock.advance_to(datetime.fromisoformat(told["now"]))
        if "error" in told:
            raise WorkerFailedError(told["error"])
        return told["ok"]

    def kill(self) -> int:
        """End the process at once, without a chance to tidy up, and return its exit status."""
        self.process.kill()
        return self.process.wait()

    def stop(self) -> None:
        """Let the process end by itself; kill it if it does not."""
        process = self._process
        self._let_go()
        if process is None:
            return
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _let_go(self) -> None:
        """Close our ends of the pipes; a worker that still runs ends when its stdin does."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None and process.stdout is not None:
            # What was written to a killed process cannot be flushed.
            with contextlib.suppress(OSError):
                process.stdin.close()
            process.stdout.close()
