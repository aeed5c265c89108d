from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.demo_office import KEYS, Place, place
from tests.engine.town import Town


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A served practice with its keys in the environment."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with place(tmp_path) as served:
        yield served


@pytest.fixture
def town() -> Town:
    """An office on a virtual clock."""
    return Town()
