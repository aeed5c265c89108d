"""What README and pages promise about themselves, beyond that their code runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import Reader, pages

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)])
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    return [match["content"] for match in BLOCK.finditer(text_of(page)) if match["language"] == language]


def test_the_readme_shows_the_library_in_eight_lines() -> None:
    (code,) = blocks(ROOT / "README.md", "python")

    assert len([line for line in code.splitlines() if line and not re.match(r"from|import", line)]) == 8


def test_the_eight_lines_do_what_the_readme_says_of_them(reader: Reader) -> None:
    (code,) = blocks(ROOT / "README.md", "python")
    names: dict[str, object] = {}
    charts, visits = len(reader.opendental.practice.patients), len(reader.opendental.practice.appointments)

    exec(code, names)
    engine = names["engine"]
    practice = reader.opendental.practice
    booked = [row for row in practice.appointments.values() if "NexHealth" in row.text("Note")]
    kinds = [question.review.kind for question in engine.reviews()]  # type: ignore[attr-defined]
    engine.store.close()  # type: ignore[attr-defined]

    assert (len(practice.patients) - charts, len(practice.appointments) - visits) == (1, 2)
    assert [practice.patients[row.number("PatNum")]["FName"] for row in booked] == ["Mara", "Robert"]
    assert kinds == ["person.match"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_block_of_text_is_the_output_of_code(page: Path) -> None:
    languages = [match["language"] for match in BLOCK.finditer(text_of(page))]

    assert [before for before, after in zip(["", *languages], languages, strict=False) if after == "text"] == [
        "python"
    ] * languages.count("text")


def test_an_output_that_is_not_printed_fails(tmp_path: Path) -> None:
    page = tmp_path / "wrong.md"
    page.write_text("```python\nprint(1)\n```\n\n```text\n2\n```\n", encoding="utf-8")
    examples = list(pages.parse(page).examples())
    examples[0].evaluate()

    with pytest.raises(Exception, match="2"):
        examples[1].evaluate()
