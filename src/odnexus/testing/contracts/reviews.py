"""What every `Reviews` promises."""

from __future__ import annotations

from typing import cast

import pytest
from attrs import evolve

from odnexus._async.stores import AsyncReviews
from odnexus._sync.stores import Reviews
from odnexus.reconcile.reviews import Answer, Review
from odnexus.testing.contracts._base import AsyncContract, Blocking, Contract, LoopThread, missing
from odnexus.testing.contracts._samples import EXACT, LOOKALIKES, answer, at, ids, review, together


class ReviewsContract(Contract):
    """The promises of `odnexus.Reviews` as tests: subclass it as ``Test…`` and override the fixture ``reviews``."""

    @pytest.fixture
    def reviews(self) -> Reviews:
        """Return the reviews under test, empty."""
        missing("reviews")

    def test_a_question_is_asked_once(self, reviews: Reviews) -> None:
        """What is known stays as it is."""
        assert reviews.open(review("a")), "open: returns True for a new review"
        assert not reviews.open(review("a", location="North")), "open: returns False for an id that is known"
        assert reviews.get("a") == review("a"), "open: a known review is left as it is"

    def test_an_answered_question_is_not_asked_again(self, reviews: Reviews) -> None:
        """The answer is remembered."""
        reviews.open(review("a"))
        answered = reviews.answer("a", answer())

        assert not reviews.open(review("a")), "open: returns False for a review that is answered"
        assert reviews.get("a") == answered, "open: an answered review keeps its answer"

    def test_a_review_comes_back_as_it_was_opened(self, reviews: Reviews) -> None:
        """Every field, to the microsecond and the byte."""
        given = Review(
            id="a",
            kind="visit.overlap",
            location="Zahnärzte am Markt",
            subject="opendental:main/42",
            opened=EXACT,
            due=EXACT,
            choices=("move", "keep both", "ask, later"),
            body=bytes(range(256)),
        )
        reviews.open(given)

        assert reviews.get("a") == given, "open: every field of a review is kept"
        assert reviews.pending(1) == [given], "pending: every field of a review is kept"

    def test_an_answer_comes_back_as_it_was_given(self, reviews: Reviews) -> None:
        """Every field, to the microsecond."""
        given = Answer(choice="link", record="42", by="Zoë at the front desk", at=EXACT)
        reviews.open(review("a"))

        answered = reviews.answer("a", given)

        assert answered == evolve(review("a"), answer=given), "answer: returns the review with its answer"
        assert reviews.get("a") == answered, "answer: the answer is kept"
        assert reviews.answered(1) == [answered], "answered: every field of a review and its answer is kept"

    def test_unknown_reviews_are_none(self, reviews: Reviews) -> None:
        """Nothing is made up."""
        assert reviews.get("a") is None, "get: None for an id that is unknown"
        assert reviews.answer("a", answer()) is None, "answer: None for an id that is unknown"
        assert reviews.revoke("a") is None, "revoke: None for an id that is unknown"
        assert reviews.get("a") is None, "answer: stores nothing for an id that is unknown"

    def test_ids_of_reviews_are_compared_exactly(self, reviews: Reviews) -> None:
        """Case, accents and blanks make another id."""
        for name in LOOKALIKES:
            assert reviews.open(review(name)), "open: ids are compared exactly"
        assert [found and found.id for found in map(reviews.get, LOOKALIKES)] == list(LOOKALIKES), (
            "get: ids are compared exactly"
        )

    def test_a_review_is_answered_once(self, reviews: Reviews) -> None:
        """The first answer holds."""
        reviews.open(review("a"))
        first = reviews.answer("a", answer("link"))

        assert reviews.answer("a", answer("create")) is None, "answer: None for a review that is answered already"
        assert reviews.get("a") == first, "answer: the first answer holds"

    def test_pending_reviews_are_listed_oldest_first(self, reviews: Reviews) -> None:
        """By the moment of asking, whatever the order of storing."""
        for name, minutes in (("late", 30), ("early", -30), ("answered", 0), ("middle", 10)):
            reviews.open(review(name, opened=at(minutes)))
        reviews.answer("answered", answer())

        assert ids(reviews.pending(10)) == ["early", "middle", "late"], "pending: open reviews, oldest first"
        assert ids(reviews.pending(2)) == ["early", "middle"], "pending: at most `limit`"
        assert reviews.pending(0) == [], "pending: a limit of 0 gives nothing"

    def test_answered_reviews_are_listed_newest_answer_first(self, reviews: Reviews) -> None:
        """By the moment of answering."""
        for name, minutes in (("first", 1), ("last", 30), ("middle", 10)):
            reviews.open(review(name, opened=at(-minutes)))
            reviews.answer(name, answer(moment=at(minutes)))
        reviews.open(review("open"))

        assert ids(reviews.answered(10)) == ["last", "middle", "first"], "answered: the newest answer first"
        assert ids(reviews.answered(2)) == ["last", "middle"], "answered: at most `limit`"
        assert reviews.answered(0) == [], "answered: a limit of 0 gives nothing"

    def test_reviews_can_be_asked_for_a_location(self, reviews: Reviews) -> None:
        """The limit counts what is listed."""
        for number, (name, location) in enumerate([("a", "Main"), ("b", "North"), ("c", "Main"), ("d", "North")]):
            reviews.open(review(name, location=location, opened=at(number)))

        assert ids(reviews.pending(2, location="North")) == ["b", "d"], "pending: with `location`, only its reviews"
        for number, name in enumerate("dcba"):
            reviews.answer(name, answer(moment=at(number)))
        assert ids(reviews.answered(2, location="North")) == ["b", "d"], "answered: with `location`, only its reviews"

    def test_an_answer_can_be_taken_back(self, reviews: Reviews) -> None:
        """Then the question is open again and can be answered anew."""
        reviews.open(review("a"))
        reviews.answer("a", answer("link"))

        assert reviews.revoke("a") == review("a"), "revoke: returns the review, open again"
        assert ids(reviews.pending(1)) == ["a"], "revoke: the review is pending again"
        assert reviews.answered(1) == [], "revoke: the review is no longer answered"
        again = reviews.answer("a", answer("create"))
        assert again is not None, "revoke: the review can be answered anew"
        assert again.answer == answer("create"), "revoke: the new answer holds"

    def test_only_an_answer_can_be_taken_back(self, reviews: Reviews) -> None:
        """An open review has none."""
        reviews.open(review("a"))

        assert reviews.revoke("a") is None, "revoke: None for a review that is open"

    def test_one_of_several_threads_asks(self, reviews: Reviews) -> None:
        """One alert per question."""
        self.claim_concurrent()

        new = together(*[lambda: reviews.open(review("a"))] * 4)

        assert sum(new) == 1, "open: of several threads that ask the same one is told that it is new"

    def test_one_of_several_threads_answers(self, reviews: Reviews) -> None:
        """Two people at two desks."""
        self.claim_concurrent()
        reviews.open(review("a"))

        won = together(*[lambda choice=choice: reviews.answer("a", answer(choice)) for choice in "abcd"])

        kept = [found for found in won if found is not None]
        assert len(kept) == 1, "answer: of several threads that answer one wins"
        assert reviews.get("a") == kept[0], "answer: the answer of the winner holds"


class AsyncReviewsContract(AsyncContract, ReviewsContract):
    """The same for async reviews: override the fixture ``async_reviews``."""

    @pytest.fixture
    def async_reviews(self) -> AsyncReviews:
        """Return the reviews under test, empty."""
        missing("async_reviews")

    @pytest.fixture
    def reviews(self, loop: LoopThread, async_reviews: AsyncReviews) -> Reviews:
        """Return the reviews under test as sync ones."""
        return cast(Reviews, Blocking(async_reviews, loop.run))
