"""The simulator is a second reading of the documents: it shares nothing with what it is used to test."""

from __future__ import annotations

import ast
from pathlib import Path

import odnexus.testing.nexhealth
from odnexus.testing.nexhealth.records import Patient
from tests.testing.nexhealth.calling import Desk

SOURCES = sorted(Path(odnexus.testing.nexhealth.__file__).parent.glob("*.py"))


def test_nothing_of_the_client_is_imported() -> None:
    imported = {
        name
        for source in SOURCES
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        for name in _names(node)
        if name.startswith("odnexus")
    }

    assert imported
    assert {name for name in imported if not name.startswith("odnexus.testing")} == set()


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def test_a_patient_is_not_shown_by_its_repr() -> None:
    desk = Desk()
    patient: Patient = desk.sim.state.patients[desk.known()]

    shown = repr(patient) + repr(desk.sim.webhooks.deliveries)

    assert str(patient.id) in shown
    assert not [value for value in ("Ada", "Known", "5055550100", "1970-01-01") if value in shown]
