"""The notebooks of the docs do what they show, and show no name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")
pytest.importorskip("pandas")

from odnexus.testing.opendental import demo  # noqa: E402 - only where notebooks can run
from tools.notebooks import FOLDER, shown, stale  # noqa: E402

NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NAMES = re.compile("|".join(sorted({family for _, family, *_ in demo._PEOPLE}, key=len)))


def test_there_are_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["before-and-after", "clean-up-duplicates", "first-audit"]


@pytest.mark.filterwarnings("default")  # Jupyter's own clients warn about themselves.
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_it_does(path: Path) -> None:
    assert stale(path) == []


@pytest.mark.mission("K4", shows="the outputs that notebooks keep show no patient's name, number or birth date")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_keeps_no_name_in_its_outputs(path: Path) -> None:
    outputs = [text for _, _, text in shown(nbformat.read(path, as_version=4))]

    assert len(outputs) > 4
    assert [found.group() for text in outputs if (found := NAMES.search(text))] == []
    assert not any(re.search(r"\(208\)|555-01|@example\.com", text) for text in outputs)
