"""Walking through pages: onwards, backwards, without repeating itself, and never in circles."""

from __future__ import annotations

import pytest

from odnexus.errors import UnexpectedResponseError
from odnexus.nexhealth import calls
from odnexus.nexhealth.listing import Walk
from odnexus.nexhealth.models import Page, Patient, SyncStatus
from odnexus.nexhealth.scope import Scope

HERE = Scope("demo-dental", 12)


def patients(*ids: int) -> tuple[Patient, ...]:
    return tuple(Patient(id=each, inactive=each < 0) for each in ids)


def test_the_next_page_begins_at_the_end_of_this_one() -> None:
    walk = Walk(calls.list_patients(HERE, {"name": "lund"}))
    first = walk.next

    walk.take(Page(rows=patients(1), has_next_page=True, end_cursor="a"))
    second = walk.next
    walk.take(Page(rows=patients(2), has_next_page=True, end_cursor="b"))

    assert first is not None
    assert second is not None
    assert walk.next is not None
    assert second.params == (*first.params, ("end_cursor", "a"))
    assert walk.next.params == (*first.params, ("end_cursor", "b"))


def test_the_last_page_ends_the_walk() -> None:
    walk = Walk(calls.list_patients(HERE, {}))

    walk.take(Page(rows=patients(1), end_cursor="a"))

    assert walk.next is None


def test_backwards_follows_the_other_cursor() -> None:
    walk = Walk(calls.list_patients(HERE, {"start_cursor": "m"}))

    walk.take(Page(has_previous_page=True, has_next_page=True, start_cursor="k", end_cursor="z"))

    assert walk.next is not None
    assert dict(walk.next.params)["start_cursor"] == "k"
    assert "end_cursor" not in dict(walk.next.params)


def test_rows_that_do_not_fit_or_came_before_are_counted() -> None:
    walk = Walk(calls.list_patients(HERE, {"inactive": False}))

    first = walk.take(Page(rows=patients(1, -2, 3), has_next_page=True, end_cursor="a"))
    second = walk.take(Page(rows=patients(3, -4, 5, 5)))

    assert [row.id for row in (*first.rows, *second.rows)] == [1, 3, 5]
    assert (first.dropped, first.repeated) == (1, 0)
    assert (second.dropped, second.repeated) == (1, 2)


def test_rows_without_an_id_are_all_different() -> None:
    walk = Walk(calls.list_sync_status(HERE, {}))

    page = walk.take(Page(rows=(SyncStatus(), SyncStatus())))

    assert (len(page.rows), page.repeated) == (2, 0)


def test_more_without_a_cursor_does_not_fit() -> None:
    walk = Walk(calls.list_patients(HERE, {}))

    with pytest.raises(UnexpectedResponseError, match=r"missing @ \$.page_info.end_cursor"):
        walk.take(Page(has_next_page=True))


@pytest.mark.parametrize("circle", [("a", "b", "a"), ("a", "b", "c", "a"), ("a", "b", "c", "b")])
def test_cursors_that_lead_in_a_circle_are_not_followed_for_ever(circle: tuple[str, ...]) -> None:
    walk = Walk(calls.list_patients(HERE, {}))
    for cursor in circle[:-1]:
        walk.take(Page(has_next_page=True, end_cursor=cursor))

    with pytest.raises(UnexpectedResponseError, match="same cursor"):
        walk.take(Page(has_next_page=True, end_cursor=circle[-1]))


def test_a_walk_may_begin_in_the_middle_and_is_not_followed_back_there() -> None:
    walk = Walk(calls.list_patients(HERE, {"end_cursor": "a"}))
    walk.take(Page(has_next_page=True, end_cursor="b"))

    with pytest.raises(UnexpectedResponseError, match="same cursor"):
        walk.take(Page(has_next_page=True, end_cursor="a"))


def test_a_cursor_that_leads_nowhere_is_not_followed_for_ever() -> None:
    walk = Walk(calls.list_patients(HERE, {}))
    walk.take(Page(has_next_page=True, end_cursor="a"))

    with pytest.raises(UnexpectedResponseError, match="same cursor"):
        walk.take(Page(has_next_page=True, end_cursor="a"))
