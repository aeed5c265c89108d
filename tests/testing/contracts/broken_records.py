"""Reviews and journals with one fault each."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from odnexus.reconcile.journal import Entry
from odnexus.reconcile.reviews import Answer, Review
from odnexus.stores.memory import MemoryJournal, MemoryReviews
from tests.testing.contracts.broken import Rendezvous, breaks, folded

# -- reviews


@breaks("test_a_question_is_asked_once", "test_an_answered_question_is_not_asked_again")
class AsksAgain(MemoryReviews):
    def open(self, review: Review) -> bool:
        self._reviews[review.id] = review
        return True


@breaks("test_a_question_is_asked_once")
class OverwritesReviews(MemoryReviews):
    def open(self, review: Review) -> bool:
        new = super().open(review)
        self._reviews[review.id] = review
        return new


@breaks("test_an_answered_question_is_not_asked_again")
class AsksAgainOnceAnswered(MemoryReviews):
    def open(self, review: Review) -> bool:
        known = self._reviews.get(review.id)
        if known and known.answer:
            del self._reviews[review.id]
        return super().open(review)


@breaks("test_a_review_comes_back_as_it_was_opened")
class LosesTheMomentUntilWhichItHelps(MemoryReviews):
    def open(self, review: Review) -> bool:
        return super().open(evolve(review, due=None))


@breaks("test_an_answer_comes_back_as_it_was_given")
class LosesWhoAnswered(MemoryReviews):
    def answer(self, id: str, answer: Answer) -> Review | None:
        return super().answer(id, evolve(answer, by=""))


@breaks("test_an_answer_comes_back_as_it_was_given")
class OnlySaysThatItAnswers(MemoryReviews):
    def answer(self, id: str, answer: Answer) -> Review | None:
        return evolve(self._reviews[id], answer=answer)


@breaks("test_unknown_reviews_are_none")
class MakesReviewsUp(MemoryReviews):
    def answer(self, id: str, answer: Answer) -> Review | None:
        self.open(Review(id=id, kind="", location="", subject="", opened=answer.at))
        return super().answer(id, answer)


@breaks("test_ids_of_reviews_are_compared_exactly")
class FoldsIdsOfReviews(MemoryReviews):
    def open(self, review: Review) -> bool:
        return folded(review.id) not in map(folded, self._reviews) and super().open(review)


@breaks("test_a_review_is_answered_once", "test_one_of_several_threads_answers")
class AnswersTwice(MemoryReviews):
    def answer(self, id: str, answer: Answer) -> Review | None:
        return self._change(id, answer, lambda review: True)


@breaks("test_pending_reviews_are_listed_oldest_first")
class ListsReviewsAsTheyCame(MemoryReviews):
    def pending(self, limit: int, *, location: str | None = None) -> list[Review]:
        return [review for review in self._of(location) if review.answer is None][:limit]


@breaks("test_pending_reviews_are_listed_oldest_first")
class ListsAnsweredReviewsAsPending(MemoryReviews):
    def pending(self, limit: int, *, location: str | None = None) -> list[Review]:
        return sorted(self._of(location), key=lambda review: review.opened)[:limit]


@breaks("test_answered_reviews_are_listed_newest_answer_first")
class ListsAnswersByTheirQuestions(MemoryReviews):
    def answered(self, limit: int, *, location: str | None = None) -> list[Review]:
        found = super().answered(1000, location=location)
        return sorted(found, key=lambda review: review.opened, reverse=True)[:limit]


@breaks("test_reviews_can_be_asked_for_a_location")
class ListsReviewsOfEveryLocation(MemoryReviews):
    def _of(self, location: str | None) -> list[Review]:
        return super()._of(None)


@breaks("test_an_answer_can_be_taken_back")
class KeepsRevokedAnswers(MemoryReviews):
    def revoke(self, id: str) -> Review | None:
        review = self.get(id)
        return review and evolve(review, answer=None)


@breaks("test_only_an_answer_can_be_taken_back")
class RevokesWhatIsOpen(MemoryReviews):
    def revoke(self, id: str) -> Review | None:
        return self._change(id, None, lambda review: True)


@breaks("test_one_of_several_threads_asks")
class LooksAndThenAsks(MemoryReviews):
    def __init__(self) -> None:
        super().__init__()
        self._rendezvous = Rendezvous()

    def open(self, review: Review) -> bool:
        new = review.id not in self._reviews
        self._rendezvous.meet()
        super().open(review)
        return new


# -- journal


@breaks("test_entries_are_read_in_order")
class ReadsByTime(MemoryJournal):
    def read(
        self, *, after: int = 0, limit: int = 100, location: str | None = None, subject: str | None = None
    ) -> list[Entry]:
        found = super().read(after=after, limit=1000, location=location, subject=subject)
        return sorted(found, key=lambda entry: entry.at)[:limit]


@breaks("test_entries_are_read_in_order")
class AppendsBackwards(MemoryJournal):
    def append(self, entries: Sequence[Entry]) -> None:
        super().append(entries[::-1])


@breaks("test_numbers_grow")
class KeepsTheNumbersThatItWasGiven(MemoryJournal):
    def append(self, entries: Sequence[Entry]) -> None:
        super().append(entries)
        for place, entry in enumerate(entries, len(self._entries) - len(entries)):
            self._entries[place] = evolve(self._entries[place], number=entry.number or place + 1)


@breaks("test_numbers_grow")
class NumbersFromZero(MemoryJournal):
    def append(self, entries: Sequence[Entry]) -> None:
        super().append(entries)
        self._entries = [evolve(entry, number=place) for place, entry in enumerate(self._entries)]


@breaks("test_an_entry_comes_back_as_it_was_appended")
class LosesWhatIsRelated(MemoryJournal):
    def append(self, entries: Sequence[Entry]) -> None:
        super().append([evolve(entry, related=()) for entry in entries])


@breaks("test_reading_goes_on_behind_a_number")
class ReadsTheLastAgain(MemoryJournal):
    def read(
        self, *, after: int = 0, limit: int = 100, location: str | None = None, subject: str | None = None
    ) -> list[Entry]:
        return super().read(after=after - 1, limit=limit, location=location, subject=subject)


@breaks("test_reading_goes_on_behind_a_number")
class ReadsTheNewestWhenLimited(MemoryJournal):
    def read(
        self, *, after: int = 0, limit: int = 100, location: str | None = None, subject: str | None = None
    ) -> list[Entry]:
        return super().read(after=after, limit=10_000, location=location, subject=subject)[-limit:]


@breaks("test_reading_can_be_asked_for_a_location_or_a_subject")
class ForgetsTheSecondFilter(MemoryJournal):
    def read(
        self, *, after: int = 0, limit: int = 100, location: str | None = None, subject: str | None = None
    ) -> list[Entry]:
        return super().read(after=after, limit=limit, location=location, subject=None if location else subject)


@breaks("test_subjects_are_compared_exactly")
class FoldsSubjects(MemoryJournal):
    def append(self, entries: Sequence[Entry]) -> None:
        super().append([evolve(entry, subject=folded(entry.subject)) for entry in entries])

    def read(
        self, *, after: int = 0, limit: int = 100, location: str | None = None, subject: str | None = None
    ) -> list[Entry]:
        wanted = None if subject is None else folded(subject)
        return super().read(after=after, limit=limit, location=location, subject=wanted)


@breaks("test_a_large_batch_of_entries_is_kept")
class AppendsAThousandAtMost(MemoryJournal):
    def append(self, entries: Sequence[Entry]) -> None:
        super().append(entries[:1000])


@breaks("test_threads_append_without_loss")
class LooksAndThenAppends(MemoryJournal):
    def __init__(self) -> None:
        super().__init__()
        self._rendezvous = Rendezvous()

    def append(self, entries: Sequence[Entry]) -> None:
        present = list(self._entries)
        self._rendezvous.meet()
        numbered = [evolve(entry, number=place) for place, entry in enumerate(entries, len(present) + 1)]
        self._entries = present + numbered

    def read(
        self, *, after: int = 0, limit: int = 100, location: str | None = None, subject: str | None = None
    ) -> list[Entry]:
        self._rendezvous.meet()
        return super().read(after=after, limit=limit, location=location, subject=subject)
