"""What scenarios start from: a served town whose charts and calendars were read once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.served import ServedTown


@pytest.fixture
def town() -> Iterator[ServedTown]:
    """Serve both systems, and let the engine look once."""
    with ServedTown() as town:
        town.work()
        yield town
