"""Who is this? Grades of certainty with reasons, and never two people taken for one."""

from __future__ import annotations

from odnexus.matching.calibrate import Calibration, Consequence, calibrate, coverage
from odnexus.matching.decide import Candidate, Comparison, Decision, Grade, compare
from odnexus.matching.explain import Explanation, explain
from odnexus.matching.roster import Chart, Roster
from odnexus.matching.sources import Weight, Weights
from odnexus.matching.tables import Duplicate, Duplicates, Linked, Links

__all__ = [
    "Calibration",
    "Candidate",
    "Chart",
    "Comparison",
    "Consequence",
    "Decision",
    "Duplicate",
    "Duplicates",
    "Explanation",
    "Grade",
    "Linked",
    "Links",
    "Roster",
    "Weight",
    "Weights",
    "calibrate",
    "compare",
    "coverage",
    "explain",
]
