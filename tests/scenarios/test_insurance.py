"""T1 over real sockets: from the words that a patient typed to a coverage in the chart, past a question and a crash."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from odnexus import InsurancePolicy, SqliteStore
from tests.engine.crashing import Killed
from tests.scenarios.served import ServedTown

TABLES = ("insplans", "inssubs", "patplans")


class Fatal(httpx.BaseTransport):
    """A line to the office on which the process dies right after Open Dental has done what was asked."""

    def __init__(self) -> None:
        self._line = httpx.HTTPTransport()
        self.at = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._line.handle_request(request)
        if f"{request.method} {request.url.path}".endswith(self.at or "-"):
            self.at = ""
            answer.close()
            raise Killed
        return answer

    def close(self) -> None:
        self._line.close()


@pytest.mark.mission(
    "T1",
    shows="what a patient typed is asked about once, learned, and becomes plan, subscriber and coverage in the chart, "
    "though the process is killed in between",
    try_it="odnexus carriers list practice.toml",
)
def test_a_typed_carrier_becomes_a_coverage(tmp_path: Path) -> None:
    line = Fatal()
    with (
        SqliteStore(tmp_path / "odnexus.sqlite") as store,
        ServedTown(store=store, insurance=InsurancePolicy(mode="write"), to_opendental={"transport": line}) as town,
    ):
        carrier = town.od.practice.add_carrier(CarrierName="BlueCross BlueShield")
        town.od.practice.add_carrier(CarrierName="Delta Dental of Colorado")
        town.work()
        insured(town, "Mara", "1988-11-20", "Blue Cross")
        (question,) = town.engine.reviews()
        suggestions: Any = question.body["suggestions"]
        assert (question.review.kind, suggestions[0]["carrier_num"]) == ("insurance.carrier", carrier)
        assert [len(town.od.practice.rows(each)) for each in TABLES] == [0, 0, 0]

        town.engine.answer(question.review.id, "choose", record=str(carrier), by="front desk")
        line.at = "POST /api/v1/inssubs"
        with pytest.raises(Killed):
            town.settle()
        town.engine = town.new_engine()
        town.clock.advance(timedelta(minutes=15))  # until the lease of the dead process has run out
        town.settle()

        (plan,), (policy,), (coverage,) = (town.od.practice.rows(each) for each in TABLES)
        (chart,) = town.charts
        assert plan["CarrierNum"] == carrier
        assert (policy["Subscriber"], policy["SubscriberID"]) == (chart["PatNum"], "W12345")
        assert (coverage["PatNum"], coverage["InsSubNum"]) == (chart["PatNum"], policy["InsSubNum"])

        insured(town, "Nils", "1979-02-03", "BLUE CROSS insurance", chair=1)
        assert town.engine.reviews() == [], "the spelling was learned"
        assert [len(town.od.practice.rows(each)) for each in TABLES] == [1, 2, 2]


def insured(town: ServedTown, given: str, born: str, typed: str, *, chair: int = 0) -> None:
    """Let a patient book, and say at NexHealth how they are insured."""
    patient = town.person(given, "Lund", born, phone=f"30355501{chair:02}")
    town.book(patient, chair=chair)
    town.settle()
    plan = town.nx.state.add_insurance_plan(town.institution, name=typed, group_num="G-100")
    town.nx.state.add_coverage(patient, plan, subscriber_num="W12345" if not chair else "W2")
    town.settle()
