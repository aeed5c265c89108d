"""Every test of the engine fails if the engine calls something that no feature of its location declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from odnexus._async import nexhealth_gate as async_gate, opendental_routes as async_routes
from odnexus._calls import Call
from odnexus._sync import nexhealth_gate as gate, opendental_routes as routes
from odnexus.errors import NotAllowedError


@pytest.fixture(autouse=True)
def undeclared(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Collect what was refused; a test that wants a refusal empties the list."""
    refused: list[str] = []
    for kind in (routes.Connection, async_routes.AsyncConnection, gate.Gate, async_gate.AsyncGate):
        _listen(monkeypatch, kind, refused)
    yield refused
    assert refused == [], "declare these calls in odnexus.reconcile.features.FEATURES"


def _listen(monkeypatch: pytest.MonkeyPatch, kind: Any, refused: list[str]) -> None:
    permit = kind.permit

    def listening(self: Any, call: Call[Any]) -> None:
        try:
            permit(self, call)
        except NotAllowedError as error:
            refused.append(str(error))
            raise

    monkeypatch.setattr(kind, "permit", listening)
