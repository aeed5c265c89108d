"""F18: an answer is lost, cut, late or a proxy's, once or several times in a row; there is one record all the same.

``ODNEXUS_TRIALS`` sets how many seeded trials each kind gets (a few by default; 10,000 for the published figure).
"""

from __future__ import annotations

import os
from random import Random

import pytest

from odnexus.testing import FaultKind
from tests.engine.town import Town

TRIALS = int(os.environ.get("ODNEXUS_TRIALS", "12"))
WRITES = ("POST /patients", "POST /appointments")
KINDS: dict[str, tuple[FaultKind, int]] = {
    "carried out, line dropped": ("lost_answer", 0),
    "reset before it was carried out": ("reset_before", 0),
    "carried out, no answer in time": ("timeout_after", 0),
    "not carried out, no answer in time": ("timeout_before", 0),
    "carried out, 502": ("status_after", 502),
    "carried out, 504": ("status_after", 504),
    "not carried out, 502": ("status", 502),
    "not carried out, 504": ("status", 504),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.mission("E1", shows="an answer that is lost, late or a proxy's makes no second record")
def test_whatever_happens_to_answers_there_is_one_record(name: str) -> None:
    kind, status = KINDS[name]
    for seed in range(TRIALS):
        random, town = Random(seed), Town()
        town.work()
        for route in random.sample(WRITES, random.randint(1, 2)):
            town.od.faults.on(route, kind=kind, status=status or 502, times=random.randint(1, 3))
        town.book(town.person("Mara", "Lund", "1988-11-20"))

        town.settle(4)
        for _ in range(4):
            town.work(60)

        assert (len(town.charts), len(town.visits)) == (1, 1), f"seed {seed}"
        assert town.engine.waiting() == [], f"seed {seed}"
