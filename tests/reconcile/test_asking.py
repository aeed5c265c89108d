"""What a question is before it is asked."""

from __future__ import annotations

from datetime import UTC, datetime

from odnexus.reconcile.asking import CHOICES, Inquiry, look_again
from odnexus.reconcile.inbox import Event, content_id

NOON = datetime(2026, 3, 2, 19, tzinfo=UTC)


def inquiry(**changes: object) -> Inquiry:
    values: dict[str, object] = {"kind": "person.match", "about": ("nexhealth:demo/7",), "subject": "nexhealth:demo/7"}
    return Inquiry(**{**values, "text": "Who is it?", **changes})  # type: ignore[arg-type]


def test_a_question_about_the_same_is_the_same_question() -> None:
    assert inquiry().id == inquiry(text="Who is that?").id == content_id("person.match", "nexhealth:demo/7")
    assert inquiry().id != inquiry(about=("nexhealth:demo/8",)).id


def test_it_offers_the_answers_of_its_kind() -> None:
    review = inquiry(due=NOON).review("main", NOON)

    assert (review.choices, review.due, review.opened) == (CHOICES["person.match"], NOON, NOON)
    assert review.body == b""


def test_what_an_answer_sets_off_stands_in_its_content() -> None:
    event = Event(id="1", key="lane", location="main", kind="visit.look", subject="9", received=NOON, due=NOON)

    assert inquiry(look=look_again(event), body={"person": {}}).content == {
        "look": {"kind": "visit.look", "subject": "9", "key": "lane"},
        "person": {},
    }
    assert inquiry().content == {}


def test_its_content_is_not_shown() -> None:
    assert "Lund" not in repr(inquiry(body={"person": {"family": "Lund"}}))
