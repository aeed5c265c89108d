"""What is wrong between two systems, asked of a whole practice at once: audits, and pages to read them by.

An audit looks at a `Picture`: both systems at one moment, taken from live clients, from records, or from tables and CSV
exports without any key. It changes nothing and sends nothing. Results are data first, and masked::

    report = audit(picture)
    report["duplicate-charts"].to_csv("duplicates.csv")
    report.to_html("report.html")

Data frames need the extra ``audit`` (pandas), and import it when a frame is asked for.
"""

from __future__ import annotations

from collections.abc import Collection

from odnexus.audit.engine_state import EngineState, engine_state
from odnexus.audit.extras import Coverage, Plan, Procedure, Recall
from odnexus.audit.figures import Figure, Series
from odnexus.audit.forecasting import Forecast, bars, forecast, forecast_of
from odnexus.audit.lists import Also
from odnexus.audit.needs import known
from odnexus.audit.parts import Keep
from odnexus.audit.picture import Pair, Picture
from odnexus.audit.reading import links_of, read, read_async
from odnexus.audit.registry import AUDITS, BY_NAME
from odnexus.audit.repairs import Repair
from odnexus.audit.report import AuditReport, AuditResult, Change, Summary
from odnexus.audit.rows import Audit, Row, Severity, Subject
from odnexus.audit.savings import Savings, savings
from odnexus.audit.steps import Progress
from odnexus.audit.tables import Tables, picture_from
from odnexus.audit.working import Wrote, writers
from odnexus.matching.memory import without_collecting

__all__ = [
    "AUDITS",
    "Also",
    "Audit",
    "AuditReport",
    "AuditResult",
    "Change",
    "Coverage",
    "EngineState",
    "Figure",
    "Forecast",
    "Keep",
    "Pair",
    "Picture",
    "Plan",
    "Procedure",
    "Progress",
    "Recall",
    "Repair",
    "Row",
    "Savings",
    "Series",
    "Severity",
    "Subject",
    "Summary",
    "Tables",
    "Wrote",
    "audit",
    "bars",
    "engine_state",
    "forecast",
    "forecast_of",
    "links_of",
    "picture_from",
    "read",
    "read_async",
    "savings",
    "writers",
]


def audit(picture: Picture, *, only: Collection[str] = ()) -> AuditReport:
    """Ask *picture* every question, or only some.

    Args:
        picture: Both systems at one moment: see `read` and `picture_from`.
        only: Names of audits (`AUDITS`); all unless given.

    Raises:
        ValueError: There is no audit of a name.
    """
    if isinstance(only, str):
        only = [only]
    if unknown := sorted(set(only) - BY_NAME.keys()):
        raise ValueError(f"there is no audit {', '.join(unknown)}: choose from {', '.join(BY_NAME)}")
    asked = [each for each in AUDITS if not only or each.name in only]
    with without_collecting():
        results = [
            AuditResult(audit=each, rows=tuple(known(each.find(picture), picture.lacking)), picture=picture)
            for each in asked
        ]
    return AuditReport(results=tuple(results), picture=picture)
