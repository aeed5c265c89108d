"""What was saved is counted from what was done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from odnexus.audit import savings
from odnexus.audit.savings import HAND_OFFS
from tests.audit.further import applied

MINUTE = timedelta(minutes=1)


@pytest.mark.mission("R6", shows="the hours that the engine saved are counted from its journal, less what it asked")
def test_only_what_was_written_counts_and_questions_cost() -> None:
    done = [applied("person.created"), applied("visit.created"), applied("visit.created")]
    seen = [evolve(applied("visit.created"), kind="decided"), applied("something.else")]
    asked = [evolve(applied("person.match", "review:1"), kind="held")]

    found = savings([*done, *seen, *asked], days=7)

    assert found.hand_offs == {"charts made for new patients": 1, "visits put into the book": 2}
    assert found.saved == (22 * MINUTE, 34 * MINUTE)
    assert str(found).endswith("less 1 questions to the staff: 22 to 34 minutes saved")


def test_questions_cannot_make_it_less_than_nothing() -> None:
    asked = [evolve(applied("person.match", "review:1"), kind="held")] * 3

    assert savings(asked, days=7).saved == (timedelta(), timedelta())


def test_every_hand_off_is_a_rule_that_the_engine_writes(request: pytest.FixtureRequest) -> None:
    sources = (request.config.rootpath / "src" / "odnexus" / "_async").glob("*.py")
    text = "".join(path.read_text(encoding="utf-8") for path in sources)

    assert [rule for rule in HAND_OFFS if f'"{rule}"' not in text] == []
