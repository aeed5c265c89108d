"""M1 and M2: what happens by itself at each match grade, what is asked, and what becomes of the answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any, get_args

import pytest

from odnexus import MatchPolicy
from odnexus.matching import Grade
from odnexus.practice import Certain, Unknown, Unsure
from tests.engine.crashing import Killed
from tests.engine.test_crashes import CutTown
from tests.engine.town import Town, at

# One who books → the chart that is meant, as the matcher grades it.
PEOPLE: dict[Grade, tuple[tuple[str, str, str, str], dict[str, str]]] = {
    Grade.CERTAIN: (("Robert", "Hale", "1975-04-02", "3035550142"), {"FName": "Robert", "LName": "Hale"}),
    Grade.PROBABLE: (("Bob", "Miller", "1981-06-30", "3035550143"), {"FName": "Robert", "LName": "Miller"}),
    Grade.POSSIBLE: (("Ella", "Ruiz", "2015-06-01", "3035550144"), {"FName": "Emma", "LName": "Ruiz"}),
    Grade.CERTAINLY_NOT: (("Mara", "Lund", "1988-11-20", "3035550145"), {}),
}
HOURS = dict(zip(PEOPLE, (8, 10, 13, 15), strict=True))
POLICIES = [
    MatchPolicy(certain=certain, probable=probable, possible=possible, certainly_not=unknown)
    for certain, probable, possible, unknown in product(
        get_args(Certain), get_args(Unsure), get_args(Unsure), get_args(Unknown)
    )
]


def settled(policy: MatchPolicy) -> tuple[Town, dict[Grade, int], dict[Grade, int]]:
    """Let one person of each grade book. Returns their charts and their bookings."""
    town = Town(match=policy)
    charts: dict[Grade, int] = {}
    for grade, ((_, _, born, phone), names) in PEOPLE.items():
        if names:
            phones = {"WirelessPhone": f"({phone[:3]}){phone[3:6]}-{phone[6:]}"} if grade is Grade.CERTAIN else {}
            charts[grade] = town.chart(names["FName"], names["LName"], born, **phones)
    town.work()
    bookings = {grade: town.book(town.person(*who), at(HOURS[grade])) for grade, (who, _) in PEOPLE.items()}
    town.settle()
    return town, charts, bookings


@pytest.mark.mission(
    "M1", shows="each match grade is linked, asked about or given a new chart, just as the practice has chosen"
)
@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: f"{p.certain}-{p.probable}-{p.possible}-{p.certainly_not}")
def test_every_policy_decides_every_grade(policy: MatchPolicy) -> None:
    town, charts, bookings = settled(policy)

    asked = {question.at_risk[0].booking: question for question in town.engine.reviews()}
    for grade, booking in bookings.items():
        wish = getattr(policy, grade.name.lower())
        if wish == "review":
            question = asked.pop(str(booking))
            assert question.review.choices == ("link", "create", "dismiss")
            candidates: Any = question.body["candidates"]
            assert [each["pat_num"] for each in candidates] == ([charts[grade]] if grade in charts else [])
            assert all(each["grade"] == grade.value and each["reasons"] for each in candidates)
            assert town.link_of(booking) is None
        else:
            chart = town.row_of(booking)["PatNum"]
            assert (chart == charts.get(grade)) == (wish == "link")
            assert (chart in charts.values()) == (wish == "link")
    assert asked == {}


@pytest.mark.mission("M1", shows="two charts that both fit are always a question, whatever the policy")
def test_two_certain_candidates_are_a_question() -> None:
    town = Town(match=MatchPolicy(certain="link", probable="create", possible="create", certainly_not="create"))
    twice = [town.chart("Robert", "Hale", "1975-04-02", WirelessPhone="(303)555-0142") for _ in range(2)]
    town.work()

    town.book(town.person("Robert", "Hale", "1975-04-02", "3035550142"))
    town.settle()

    (question,) = town.engine.reviews()
    candidates: Any = question.body["candidates"]
    assert {each["pat_num"] for each in candidates} == set(twice)
    assert [each["grade"] for each in candidates] == ["certain", "certain"]
    assert town.visits == []


def test_the_journal_says_why_a_link_was_made_by_itself() -> None:
    town = Town()
    robert = town.chart("Robert", "Hale", "1975-04-02", WirelessPhone="(303)555-0142")
    town.work()

    town.book(town.person("Bob", "Hale", "1975-04-02", "3035550142"))
    town.work()

    (entry,) = [each for each in town.engine.journal(limit=1000) if each.rule == "person.certain"]
    assert "given name: nickname of one group" in entry.fields
    assert "phone: the same" in entry.fields
    assert entry.related == (f"opendental:main/{robert}",)


def test_what_a_poll_costs_stands_in_its_own_line() -> None:
    town = Town()
    town.work()
    before = len(town.engine.journal(limit=1000))
    town.book(town.person("Mara", "Lund", "1988-11-20"))

    town.work()

    entries = town.engine.journal(limit=1000)[before:]
    assert [(each.rule, each.requests) for each in entries] == [
        ("location.polled", 2),
        ("person.created", 2),
        ("visit.created", 1),
        ("appointment.created", 1),
    ]


# -- answers -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked() -> Any:
    """Ella has booked, and may be Emma."""
    town: Any = Town()
    town.emma = town.chart("Emma", "Ruiz", "2015-06-01")
    town.work()
    town.patient = town.person("Ella", "Ruiz", "2015-06-01")
    town.booking = town.book(town.patient)
    town.work()
    (question,) = town.engine.reviews()
    town.review = question.review.id
    return town


def answer(town: Any, choice: str, **details: Any) -> None:
    town.engine.answer(town.review, choice, by="front desk", **details)
    town.settle()


@pytest.mark.mission(
    "M2", shows="what was decided is remembered, listed, and can be taken back",
    try_it="odnexus review list --answered",
)  # fmt: skip
def test_answers_are_remembered_and_listed(asked: Any) -> None:
    answer(asked, "link", record=asked.emma)

    (review,) = asked.engine.answers()

    assert review.id == asked.review
    assert review.answer is not None
    assert (review.answer.choice, review.answer.record, review.answer.by) == ("link", str(asked.emma), "front desk")
    entry = next(each for each in asked.engine.journal(limit=1000) if each.rule == "person.answered")
    assert f"review:{asked.review}" in entry.related


def test_what_rests_on_an_answer_is_named(asked: Any) -> None:
    answer(asked, "link", record=asked.emma)
    second = asked.book(asked.patient, at(14))
    asked.settle()

    made = {(link.kind, str(link.opendental)) for link in asked.engine.consequences(asked.review)}

    numbers = {asked.row_of(booking)["AptNum"] for booking in (asked.booking, second)}
    assert made == {("person", f"opendental:main/{asked.emma}"), *(("visit", f"opendental:main/{n}") for n in numbers)}


@pytest.mark.parametrize("choice", ["link", "create"])
def test_an_answer_that_was_taken_back_is_asked_for_again(asked: Any, choice: str) -> None:
    answer(asked, choice, **({"record": asked.emma} if choice == "link" else {}))
    (visit,) = asked.visits

    asked.engine.revoke(asked.review)
    asked.book(asked.patient, at(14))
    asked.settle()

    assert asked.kinds() == ["person.match"]
    assert asked.visits == [visit]
    revoked = next(each for each in asked.engine.journal(limit=1000) if each.rule == "revoked")
    assert f"opendental:main/{visit['AptNum']}" in revoked.related

    chart = asked.chart("Ella", "Ruiz", "2015-06-01")
    answer(asked, "link", record=chart)
    assert [row["PatNum"] for row in asked.visits] == [visit["PatNum"], chart]
    assert len(asked.charts) == (2 if choice == "link" else 3)


def test_taking_an_answer_back_leaves_who_else_has_the_chart(asked: Any) -> None:
    emma = asked.person("Emma", "Ruiz", "2015-06-01")
    asked.book(emma, at(11))
    asked.settle()
    answer(asked, "link", record=asked.emma)

    asked.engine.revoke(asked.review)
    asked.book(asked.patient, at(14))
    asked.book(emma, at(15))
    asked.settle()

    assert asked.kinds() == ["person.match"]
    assert [row["PatNum"] for row in asked.visits] == [asked.emma] * 3


def test_not_the_same_is_a_veto_from_then_on(asked: Any) -> None:
    answer(asked, "create")
    link = asked.engine.links(kind="person")[0]
    asked.store.links.forget(link)

    decision = asked.engine.explain("main", asked.patient)

    vetoes = {each.pat_num: [veto.value for veto in each.vetoes] for each in decision.candidates}
    assert "a person said they are not the same" in vetoes[asked.emma]
    assert decision.chosen not in (None, asked.emma)


def test_a_dismissed_patient_is_not_asked_about_again(asked: Any) -> None:
    answer(asked, "dismiss")

    asked.book(asked.patient, at(14))
    asked.settle()

    assert (asked.kinds(), asked.visits) == ([], [])


def test_a_chart_that_is_gone_and_dismissed_waits_for_nobody(asked: Any) -> None:
    answer(asked, "link", record=asked.emma)
    asked.od.practice.staff.edit_patient(asked.emma, PatStatus="Archived")
    asked.settle()
    asked.book(asked.patient, at(14))
    asked.settle()
    assert asked.kinds() == ["person.chart-gone"]

    asked.engine.answer(asked.engine.reviews()[0].review.id, "dismiss")
    asked.settle()
    asked.book(asked.patient, at(15))
    asked.settle()

    assert asked.kinds() == []
    assert len(asked.visits) == 1


def test_what_was_refused_is_tried_again_until_it_is_answered(asked: Any) -> None:
    asked.od.faults.on("POST /patients", kind="status", status=400, times=1)
    mara = asked.person("Mara", "Lund", "1988-11-20")
    asked.book(mara, at(13))
    asked.settle()
    assert asked.kinds() == ["person.match", "person.refused"]

    asked.book(mara, at(15))
    asked.settle()

    assert len([row for row in asked.charts if row["LName"] == "Lund"]) == 1
    assert len(asked.visits) == 1


def test_an_answer_about_a_refusal_that_was_taken_back_is_asked_for_again(asked: Any) -> None:
    asked.od.faults.on("POST /patients", kind="status", status=400, times=1)
    mara = asked.person("Mara", "Lund", "1988-11-20")
    asked.book(mara, at(13))
    asked.settle()
    refused = asked.engine.reviews()[1].review
    chart = asked.chart("Mara", "Lund", "1988-11-20")
    asked.engine.answer(refused.id, "link", record=chart)
    asked.settle()

    asked.engine.revoke(refused.id)
    asked.book(mara, at(15))
    asked.settle()

    assert refused.id in [question.review.id for question in asked.engine.reviews()]
    assert [row["PatNum"] for row in asked.visits] == [chart]


# -- killed while answering --------------------------------------------------------------------------------------------


def in_question() -> tuple[CutTown, str]:
    town = CutTown()
    town.chart("Emma", "Ruiz", "2015-06-01")
    town.work()
    town.book(town.person("Ella", "Ruiz", "2015-06-01"))
    town.work()
    return town, town.engine.reviews()[0].review.id


def killed(town: CutTown, number: int, act: Callable[[], object]) -> bool:
    """Do *act* and end the process after its effect *number*; return whether it came so far."""
    town.cut.arm(number, "after")
    try:
        act()
    except Killed:
        return True
    finally:
        town.cut.disarm()
        town.engine = town.new_engine()
    return False


def test_an_answer_counts_wherever_the_process_is_killed_while_it_is_given() -> None:
    for number in range(20):
        town, review = in_question()

        came_so_far = killed(town, number, partial(town.engine.answer, review, "create"))
        town.live_on()
        if town.kinds():
            town.engine.answer(review, "create")
            town.settle()

        assert (len(town.charts), len(town.visits), town.kinds()) == (2, 1, []), f"killed after effect {number}"
        if not came_so_far:
            assert number > 2
            return
    raise AssertionError("answering has more effects than this")


def test_an_answer_is_taken_back_wherever_the_process_is_killed_meanwhile() -> None:
    for number in range(20):
        town, review = in_question()
        town.engine.answer(review, "create")
        town.settle()

        came_so_far = killed(town, number, partial(town.engine.revoke, review))
        if not town.kinds():
            town.engine.revoke(review)
        town.book(town.nx.state.appointments[min(town.nx.state.appointments)].patient_id, at(14))
        town.live_on()

        assert (town.kinds(), len(town.visits)) == (["person.match"], 1), f"killed after effect {number}"
        if not came_so_far:
            assert number > 2
            return
    raise AssertionError("taking back has more effects than this")
