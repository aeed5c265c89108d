"""The report as a page: one file without scripts, fonts or pictures from elsewhere, made to be read and printed."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Final

from odnexus.audit.labels import labels
from odnexus.audit.rows import SEVERITIES, Row, Severity

if TYPE_CHECKING:
    from odnexus.audit.report import AuditReport, AuditResult

MOST_SHOWN: Final = 200
"""Rows of one audit that a page shows; the CSV has all."""

_COLORS: Final[dict[Severity, str]] = {"error": "#b3412f", "warning": "#c98a1b", "info": "#5b7c99"}
_WORDS: Final[dict[Severity, str]] = {"error": "Act now", "warning": "Look at it", "info": "Good to know"}
_BAR: Final = 260

_STYLE: Final = """
.odx{font:14px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif;color:#1f2933;max-width:1000px}
.odx h1{font-size:24px;margin:0 0 4px}.odx h2{font-size:17px;margin:30px 0 4px}
.odx p{margin:4px 0 10px}.odx .sub{color:#52606d}
.odx table{border-collapse:collapse;width:100%;margin:8px 0}
.odx th{text-align:left;font-weight:600;color:#52606d;border-bottom:1px solid #cbd2d9;padding:4px 10px 4px 0}
.odx td{padding:5px 10px 5px 0;border-bottom:1px solid #e4e7eb;vertical-align:top;text-align:left}
.odx td.n,.odx th.n{text-align:right;font-variant-numeric:tabular-nums}
.odx .dot{display:inline-block;width:9px;height:9px;border-radius:50%;margin-right:7px}
.odx .rows{table-layout:fixed}.odx .rows th:nth-child(1){width:34%}.odx .rows th:nth-child(2){width:40%}
.odx .who{padding-left:14px;text-indent:-14px;overflow-wrap:anywhere}
.odx .cards{display:flex;gap:12px;margin:14px 0 6px;flex-wrap:wrap}
.odx .card{border:1px solid #e4e7eb;border-left-width:5px;border-radius:6px;padding:8px 16px;min-width:130px}
.odx .card b{display:block;font-size:24px;line-height:1.15}
.odx .do{background:#f5f7fa;border-radius:6px;padding:8px 12px}.odx a{color:inherit}
.odx .named{background:#b3412f;color:#fff;padding:6px 12px;border-radius:6px}
.odx ul{margin:4px 0;padding-left:20px}.odx svg{display:block}
@media (max-width:640px){.odx .bars{display:none}}
@media print{.odx{font-size:11px;max-width:none}.odx h2,.odx .do{break-after:avoid}.odx tr{break-inside:avoid}
.odx thead{display:table-header-group}.odx *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""


def page(report: AuditReport) -> str:
    """Return the whole page."""
    title = f"Audit of {escape(report.picture.location.name)}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>body{{margin:28px;background:#fff}}@page{{margin:15mm}}</style></head>"
        f"<body>{fragment(report)}</body></html>\n"
    )


def fragment(report: AuditReport) -> str:
    """Return the report as a piece of HTML, for notebooks."""
    picture = report.picture
    first, last = picture.window
    counts = [len(rows) for rows in (picture.charts, picture.book, picture.people, picture.bookings)]
    charts, book, people, bookings = map(_count, counts, ("chart", "visit", "patient", "visit"))
    taken = f"{picture.now:%Y-%m-%d %H:%M}"
    parts = [
        f"<style>{_STYLE}</style>",
        '<div class="odx">',
        f"<h1>Audit of {escape(picture.location.name)}</h1>",
        (
            f'<p class="sub">Taken {taken} by the office\'s clock. Visits from {first} to {last}. '
            f"{charts} and {book} in Open Dental; {people} and {bookings} in NexHealth.</p>"
        ),
        _mask_note(report.by),
        _cards(report),
        _overview(report),
        _unread(picture.unread),
        *(_section(result) for result in report if result.rows),
        "</div>",
    ]
    return "\n".join(part for part in parts if part)


def section(result: AuditResult) -> str:
    """Return one result as a piece of HTML, for notebooks."""
    return f'<style>{_STYLE}</style><div class="odx">{_mask_note(result.by)}{_section(result)}</div>'


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _mask_note(by: str) -> str:
    if by:
        return f'<p class="named">Shows patients by name to {escape(by)}. Do not leave it lying about.</p>'
    return (
        '<p class="sub">Patients are shown by initials and the last digits of a mobile number; find them by their '
        "chart (PatNum) or visit (AptNum) number.</p>"
    )


def _cards(report: AuditReport) -> str:
    cards = (
        f'<div class="card" style="border-left-color:{_COLORS[severity]}"><b>{number:,}</b>{_WORDS[severity]}</div>'
        for severity, number in report.by_severity.items()
    )
    return f'<div class="cards">{"".join(cards)}</div>'


def _overview(report: AuditReport) -> str:
    most = max((len(result.rows) for result in report), default=0)
    rows = (_overview_row(result, most) for result in report)
    head = '<th>Question</th><th class="n">Found</th><th class="n">Looked at</th><th class="bars">By severity</th>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _overview_row(result: AuditResult, most: int) -> str:
    title, summary = escape(result.audit.title), result.summary
    linked = f'<a href="#{result.audit.name}">{title}</a>' if result.rows else title
    found = f"{summary.count:,}" if summary.count else "none"
    return (
        f'<tr><td>{linked}</td><td class="n">{found}</td><td class="n">{summary.of:,}</td>'
        f'<td class="bars">{_bar(result.rows, most)}</td></tr>'
    )


def _bar(rows: tuple[Row, ...], most: int) -> str:
    """Return a bar of three colours, as long as its share of the longest."""
    if not rows:
        return ""
    counts, left, rects = Counter(row.severity for row in rows), 0.0, list[str]()
    for severity in SEVERITIES:
        width = _BAR * counts[severity] / most
        if width:
            rects.append(
                f'<rect x="{left:.1f}" y="2" width="{max(2.0, width):.1f}" height="12" fill="{_COLORS[severity]}"/>'
            )
            left += max(2.0, width)
    said = ", ".join(f"{_WORDS[severity]}: {counts[severity]}" for severity in SEVERITIES if counts[severity])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_BAR + 6}" height="16" viewBox="0 0 {_BAR + 6} 16"'
        f' role="img" aria-label="{said}"><title>{said}</title>{"".join(rects)}</svg>'
    )


def _unread(lines: tuple[str, ...]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines[:20])
    more = f"<li>and {len(lines) - 20} more</li>" if len(lines) > 20 else ""
    return f"<h2>Not read</h2><p>What could not be read was not judged:</p><ul>{items}{more}</ul>"


def _section(result: AuditResult) -> str:
    audit, shown = result.audit, sorted(result.rows, key=lambda row: SEVERITIES.index(row.severity))
    if not shown:
        return f"<h2>{escape(audit.title)}</h2><p>Nothing found.</p>"
    rest = len(shown) - MOST_SHOWN
    more = f'<p class="sub">And {rest:,} more: the CSV has all of them.</p>' if rest > 0 else ""
    head = "<th>What</th><th>Where</th><th>Details</th>"
    return (
        f'<h2 id="{audit.name}">{escape(audit.title)} ({len(result.rows):,})</h2>'
        f'<p class="do"><b>What to do.</b> {escape(audit.advice)}</p>'
        f'<table class="rows"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(_line(result, row) for row in shown[:MOST_SHOWN])}</tbody></table>{more}"
    )


def _line(result: AuditResult, row: Row) -> str:
    names = labels(result.picture, row, shown=bool(result.by))
    where = "".join(f'<div class="who">{escape(words)}</div>' for words in names)
    said = [f"{_DETAILS.get(name, name)}: {words}" for name, words in row.facts.items()]
    facts = "<br>".join(map(escape, [_PHONES[name] for name in row.fields if name in _PHONES] + said))
    dot = f'<span class="dot" style="background:{_COLORS[row.severity]}" title="{_WORDS[row.severity]}"></span>'
    # The dot says it in colour; the words are there for print and for those who cannot see colours.
    return (
        f'<tr><td>{dot}{escape(result.audit.rules[row.rule])}<br><span class="sub">{_WORDS[row.severity]}</span></td>'
        f"<td>{where}</td><td>{facts}</td></tr>"
    )


_PHONES: Final = {"wireless_phone": "mobile phone", "hm_phone": "home phone", "wk_phone": "work phone"}
_DETAILS: Final = {"opendental": "in Open Dental", "nexhealth": "in NexHealth", "grade": "how sure"}
