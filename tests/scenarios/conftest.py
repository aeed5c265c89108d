"""What scenarios start from: a served town that was read once, or a served office with its settings file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.demo_office import KEYS, Place, place
from tests.scenarios.served import ServedTown


@pytest.fixture
def town() -> Iterator[ServedTown]:
    """Serve both systems, and let the engine look once."""
    with ServedTown() as town:
        town.work()
        yield town


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Serve the demo practice, with a settings file and its keys in the environment."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with place(tmp_path) as served:
        yield served
