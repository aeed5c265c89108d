from __future__ import annotations

import pytest

from tests.testing.opendental.desk import Desk


@pytest.fixture
def desk() -> Desk:
    """The demo practice in Service mode, Monday 2 March 2026, eight in the morning in Denver."""
    return Desk()
