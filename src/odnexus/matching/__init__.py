"""Who is this? Grades of certainty with reasons, and never two people taken for one."""

from __future__ import annotations

from odnexus.matching.calibrate import Calibration, Consequence, calibrate, coverage
from odnexus.matching.decide import Candidate, Comparison, Decision, Grade, compare
from odnexus.matching.explain import Explanation, explain
from odnexus.matching.roster import Chart, Duplicate, Roster

__all__ = [
    "Calibration",
    "Candidate",
    "Chart",
    "Comparison",
    "Consequence",
    "Decision",
    "Duplicate",
    "Explanation",
    "Grade",
    "Roster",
    "calibrate",
    "compare",
    "coverage",
    "explain",
]
