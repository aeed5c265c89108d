"""The report as a page: one file without scripts, fonts or pictures from elsewhere, made to be read and printed.

What matters most stands first: what to do today, then the figures, then the questions ordered by how much their rows
matter, and at the end what was looked at and found in order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Final

from odnexus.audit.drawing import drawing
from odnexus.audit.labels import labels
from odnexus.audit.rows import SEVERITIES, Row, Severity
from odnexus.audit.style import BODY, STYLE

if TYPE_CHECKING:
    from odnexus.audit.report import AuditReport, AuditResult

MOST_SHOWN: Final = 200
"""Rows of one audit that a page shows; the CSV has all."""

FIRST_THINGS: Final = 4
"""Questions that the page begins with."""

_WORDS: Final[dict[Severity, str]] = {"error": "Act now", "warning": "Look at it", "info": "Good to know"}
_BAR: Final = 200


def page(report: AuditReport, earlier: AuditReport | None = None) -> str:
    """Return the whole page."""
    title = f"Audit of {escape(report.picture.location.name)}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{BODY}</style></head>"
        f"<body><main>{fragment(report, earlier)}</main></body></html>\n"
    )


def fragment(report: AuditReport, earlier: AuditReport | None = None) -> str:
    """Return the report as a piece of HTML, for notebooks."""
    ordered = sorted(report, key=_weight)
    parts = [
        f"<style>{STYLE}</style>",
        '<div class="odx">',
        _heading(report),
        _mask_note(report.by),
        _cards(report, earlier),
        _first_things(ordered),
        _figures(report),
        _overview(ordered),
        _unread((*report.not_judged, *report.picture.unread)),
        *(_section(result) for result in ordered if result.rows),
        _in_order(ordered),
        "</div>",
    ]
    return "\n".join(part for part in parts if part)


def section(result: AuditResult) -> str:
    """Return one result as a piece of HTML, for notebooks."""
    figure = result.figure
    drawn = f'<div class="figures">{drawing(figure)}</div>' if figure else ""
    return f'<style>{STYLE}</style><div class="odx">{_mask_note(result.by)}{_section(result)}{drawn}</div>'


def _weight(result: AuditResult) -> tuple[int, ...]:
    """Return what orders questions: the gravest row first, then how urgent the question is, then how many rows."""
    counts = Counter(row.severity for row in result.rows)
    gravest = next((place for place, severity in enumerate(SEVERITIES) if counts[severity]), len(SEVERITIES))
    return gravest, result.audit.urgency, *(-counts[severity] for severity in SEVERITIES)


# -- the top of the page -----------------------------------------------------------------------------------------------


def _heading(report: AuditReport) -> str:
    picture = report.picture
    first, last = picture.window
    counts = [len(rows) for rows in (picture.charts, picture.book, picture.people, picture.bookings)]
    charts, book, people, bookings = map(_count, counts, ("chart", "visit", "patient", "visit"))
    return (
        f"<h1>Audit of {escape(picture.location.name)}</h1>"
        f'<p class="sub">Taken {picture.now:%Y-%m-%d %H:%M} by the office\'s clock. Visits from {first} to {last}. '
        f"{charts} and {book} in Open Dental; {people} and {bookings} in NexHealth.</p>"
    )


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _mask_note(by: str) -> str:
    if by:
        return f'<p class="named">Shows patients by name to {escape(by)}. Do not leave it lying about.</p>'
    return (
        '<p class="sub">Patients are shown by initials and the last digits of a mobile number; find them by their '
        "chart (PatNum) or visit (AptNum) number.</p>"
    )


def _cards(report: AuditReport, earlier: AuditReport | None) -> str:
    cards = [
        f'<div class="card k-{severity}"><b>{number:,}</b>{_WORDS[severity]}</div>'
        for severity, number in report.by_severity.items()
    ]
    if earlier is not None:
        changes = report.compare(earlier).values()
        new, fixed = sum(len(each.new) for each in changes), sum(len(each.fixed) for each in changes)
        cards.append(f'<div class="card k-good"><b>{fixed:,}</b>Settled since {earlier.picture.today}</div>')
        cards.append(f'<div class="card"><b>{new:,}</b>New since then</div>')
    return f'<div class="cards">{"".join(cards)}</div>'


def _first_things(ordered: list[AuditResult]) -> str:
    grave = [result for result in ordered if result.summary.severity == "error"][:FIRST_THINGS]
    if not grave:
        return "<h2>First things</h2><p>Nothing has to be done today.</p>"
    items = (
        f'<li><a href="#{result.audit.name}">{escape(result.audit.title)}</a> '
        f"({_errors(result):,}): {escape(_sentence(result.audit.advice))}</li>"
        for result in grave
    )
    return f'<h2>First things</h2><ol class="first">{"".join(items)}</ol>'


def _errors(result: AuditResult) -> int:
    return sum(row.severity == "error" for row in result.rows)


def _sentence(text: str) -> str:
    """Return the first sentence."""
    return text.partition(". ")[0].rstrip(".") + "."


def _figures(report: AuditReport) -> str:
    drawn = [drawing(figure) for figure in report.figures]
    return f'<h2>At a glance</h2><div class="figures">{"".join(drawn)}</div>' if drawn else ""


# -- the questions -----------------------------------------------------------------------------------------------------


def _overview(ordered: list[AuditResult]) -> str:
    asked = [result for result in ordered if result.rows]
    if not asked:
        return ""
    most = max(len(result.rows) for result in asked)
    rows = (_overview_row(result, most) for result in asked)
    head = (
        '<th scope="col">Question</th><th scope="col" class="n">Found</th>'
        '<th scope="col" class="n">Looked at</th><th scope="col" class="bars">How much it matters</th>'
    )
    return f"<h2>All findings</h2><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _overview_row(result: AuditResult, most: int) -> str:
    summary = result.summary
    linked = f'<a href="#{result.audit.name}">{escape(result.audit.title)}</a>'
    return (
        f'<tr><td>{linked}</td><td class="n">{summary.count:,}</td><td class="n">{summary.of:,}</td>'
        f'<td class="bars bar">{_bar(result.rows, most)}</td></tr>'
    )


def _bar(rows: tuple[Row, ...], most: int) -> str:
    """Return a bar of three colours, as long as its share of the longest."""
    counts, left, rects = Counter(row.severity for row in rows), 0.0, list[str]()
    for severity in SEVERITIES:
        width = _BAR * counts[severity] / most
        if width:
            rects.append(f'<rect class="t-{severity}" x="{left:.1f}" y="3" width="{max(2.0, width):.1f}" height="11"/>')
            left += max(2.0, width)
    said = ", ".join(f"{_WORDS[severity]}: {counts[severity]}" for severity in SEVERITIES if counts[severity])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_BAR + 6} 16" role="img" aria-label="{said}">'
        f"<title>{said}</title>{''.join(rects)}</svg>"
    )


def _unread(lines: tuple[str, ...]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines[:20])
    more = f"<li>and {len(lines) - 20} more</li>" if len(lines) > 20 else ""
    return f"<h2>Not read</h2><p>What could not be read was not judged:</p><ul>{items}{more}</ul>"


def _in_order(ordered: list[AuditResult]) -> str:
    clean = [result for result in ordered if not result.rows and result.summary.of]
    silent = [result for result in ordered if not result.rows and not result.summary.of]
    parts = [
        f'<h2>{title}</h2><ul class="clean">{"".join(f"<li>{escape(each.audit.title)}</li>" for each in listed)}</ul>'
        for title, listed in (("Found in order", clean), ("Not asked: there was nothing to look at", silent))
        if listed
    ]
    return "".join(parts)


def _section(result: AuditResult) -> str:
    audit, shown = result.audit, sorted(result.rows, key=lambda row: SEVERITIES.index(row.severity))
    if not shown:
        return f"<h2>{escape(audit.title)}</h2><p>Nothing found.</p>"
    rest = len(shown) - MOST_SHOWN
    more = f'<p class="sub">And {rest:,} more: the CSV has all of them.</p>' if rest > 0 else ""
    head = '<th scope="col">Where</th><th scope="col">Details</th>'
    return (
        f'<h2 id="{audit.name}">{escape(audit.title)} ({len(result.rows):,})</h2>'
        f'<p class="do"><b>What to do.</b> {escape(audit.advice)}</p>'
        f'<table class="rows"><thead><tr>{head}</tr></thead>{"".join(_groups(result, shown))}</table>{more}'
    )


def _groups(result: AuditResult, rows: list[Row]) -> Iterator[str]:
    """Yield the rows of each rule under its sentence, the gravest first."""
    counts = Counter((row.severity, row.rule) for row in rows)
    shown: dict[tuple[Severity, str], list[Row]] = {}
    for row in rows[:MOST_SHOWN]:
        shown.setdefault((row.severity, row.rule), []).append(row)
    for (severity, rule), listed in shown.items():
        tag = f'<span class="tag s-{severity}">{_WORDS[severity]}</span>'
        said = f'{escape(result.audit.rules[rule])} {tag} <span class="sub">{counts[severity, rule]:,}</span>'
        lines = "".join(_line(result, row) for row in listed)
        yield f'<tbody><tr class="rule"><th colspan="2" scope="rowgroup">{said}</th></tr>{lines}</tbody>'


def _line(result: AuditResult, row: Row) -> str:
    names = labels(result.picture, row, shown=bool(result.by))
    where = "".join(f'<div class="who">{escape(words)}</div>' for words in names)
    said = [f"{_DETAILS.get(name, name)}: {words}" for name, words in row.facts.items()]
    facts = "<br>".join(map(escape, [_PHONES[name] for name in row.fields if name in _PHONES] + said))
    return f"<tr><td>{where}</td><td>{facts}</td></tr>"


_PHONES: Final = {"wireless_phone": "mobile phone", "hm_phone": "home phone", "wk_phone": "work phone"}
_DETAILS: Final = {
    "opendental": "in Open Dental",
    "nexhealth": "in NexHealth",
    "grade": "how sure",
    "newer": "changed last",
    "wrote": "last written by",
}
