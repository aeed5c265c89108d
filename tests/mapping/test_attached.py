"""Documents inside a form are told from answers, and never end up as text."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given, strategies as st

from odnexus.mapping.attached import attachment, split
from odnexus.mapping.intake import read_form

PDF = base64.b64encode(b"%PDF-1.7 " + b"x" * 60).decode()
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 60).decode()


@pytest.mark.parametrize(
    ("value", "extension", "name"),
    [
        (PDF, ".pdf", ""),
        (PNG, ".png", ""),
        (f"data:image/png;base64,{PNG}", ".png", ""),
        ({"filename": "a.pdf", "content": PDF}, ".pdf", "a.pdf"),
        ({"originalName": "card.JPG", "url": f"data:image/jpeg;base64,{PNG}"}, ".jpg", "card.JPG"),
        ({"id": 5, "filename": "a.pdf", "type": "application/pdf", "url": "/documents/5/download"}, ".pdf", "a.pdf"),
        ({"name": "a.docx", "url": "https://files.example.com/a.docx"}, "", "a.docx"),
    ],
)
def test_a_document_is_recognised(value: object, extension: str, name: str) -> None:
    found = attachment("consent", value)

    assert found is not None
    assert (found.extension, found.name) == (extension, name)
    assert bool(found.content) != bool(found.url)
    assert PDF[:20] not in repr(found)


@pytest.mark.parametrize(
    "value", ["JVBERi", "latex", {"name": "Ola"}, {"url": "https://example.com"}, {"type": "x"}, 5, None, True, "/9j/"]
)
def test_an_answer_stays_an_answer(value: object) -> None:
    assert attachment("x", value) is None


def test_documents_are_taken_out_of_answers_and_lists() -> None:
    kept, found = split({"card": [{"filename": "a.pdf", "content": PDF}, "front"], "deep": {"sig": PNG, "x": 1}})

    assert kept == {"card": ["front"], "deep": {"sig": None, "x": 1}}
    assert [each.path for each in found] == ["card", "deep.sig"]


def test_a_form_carries_documents_inside_and_beside_its_answers() -> None:
    form = read_form({"id": 5, "answers": {"hobby": "chess", "sig": PNG}, "pdf": PDF})

    assert form.answers == {"hobby": "chess"}
    assert [each.path for each in form.documents] == ["sig", "pdf"]


ANY: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([PDF, PNG]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=15,
)


@given(st.dictionaries(st.text(min_size=1, max_size=4), ANY, max_size=4))
def test_nothing_is_lost_and_no_document_stays(record: dict[str, Any]) -> None:
    kept, found = split(record)

    assert PDF not in repr(kept)
    assert PNG not in repr(kept)
    assert repr(record).count(PDF) + repr(record).count(PNG) >= len(found)
    assert (kept == record) >= (not found)
