"""What audits found: data first, then a summary, a page to read, and what changed since last time.

Everything shown is masked. `unmasked` shows names and times to somebody who says who they are; that is logged.
"""

from __future__ import annotations

import csv
import json
import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast

from attrs import evolve, field, frozen

from odnexus._sync.stores import Journal
from odnexus.audit.labels import labels
from odnexus.audit.needs import judged, needs_of, told
from odnexus.audit.picture import Picture
from odnexus.audit.repairs import Repair
from odnexus.audit.rows import SEVERITIES, Audit, Row, Severity, rule_of
from odnexus.reconcile.journal import Entry

if TYPE_CHECKING:
    from odnexus.audit.figures import Figure

LOG = logging.getLogger("odnexus.audit")

COLUMNS: Final[tuple[str, ...]] = ("id", "audit", "rule", "severity", "meaning", "records", "who", "fields", "facts")
"""What a row is in a table."""


@frozen(kw_only=True)
class Summary:
    """An audit in four figures.

    Attributes:
        count: How many rows.
        of: How many records were looked at.
        share: Rows for each record looked at; 0 where there was none.
        severity: The gravest of the rows; None without rows.
    """

    count: int
    of: int
    share: float
    severity: Severity | None


@frozen(kw_only=True)
class Change:
    """What changed since an earlier run.

    Attributes:
        new: Rows that were not there.
        still: Rows that were there.
        fixed: Ids of rows that are gone.
    """

    new: tuple[Row, ...]
    still: tuple[Row, ...]
    fixed: tuple[str, ...]


def _by_columns(make: Callable[[dict[str, list[str]]], Any], rows: list[dict[str, str]]) -> Any:
    return make({name: [row[name] for row in rows] for name in COLUMNS})


def _check_by(by: str) -> str:
    if not by.strip():
        raise ValueError("by: say who looks at patients' names")
    return by.strip()


@frozen(kw_only=True)
class AuditResult:
    """The rows of one audit.

    Attributes:
        audit: The question.
        rows: What was found, everything and not only the first.
        picture: What it was asked of.
        by: Who may see names; empty for a masked result.
    """

    audit: Audit = field(repr=lambda audit: audit.name)
    rows: tuple[Row, ...] = field(repr=lambda rows: f"<{len(rows)}>")
    picture: Picture = field(repr=False)
    by: str = field(default="", repr=False)

    @property
    def summary(self) -> Summary:
        """Count, share and gravity."""
        count, of = len(self.rows), self.audit.of(self.picture) if judged(self.audit, self.picture.lacking) else 0
        found = {row.severity for row in self.rows}
        gravest: Severity | None = next((severity for severity in SEVERITIES if severity in found), None)
        return Summary(count=count, of=of, share=count / of if of else 0.0, severity=gravest)

    def unmasked(self, *, by: str, journal: Journal | None = None) -> Self:
        """Return the same with names, birth dates, telephone numbers and times.

        Who looks is logged, and written into the journal before anything is shown; names are neither.

        Args:
            by: Who looks.
            journal: The journal of a store (``store.journal``), for whoever asks later who has seen what.

        Raises:
            ValueError: *by* is empty.
            StoreError: The journal cannot be written; then nothing is shown.
        """
        who = _check_by(by)
        if journal is not None:
            entry = Entry(
                at=datetime.now(UTC),
                location=self.picture.location.name,
                kind="announced",
                subject=f"audit:{self.audit.name}",
                rule="audit.unmasked",
                related=(f"by:{who}",),
            )
            journal.append([entry])
        LOG.info("audit %s: %d rows shown with names to %s", self.audit.name, len(self.rows), who)
        return evolve(self, by=who)

    # -- data ----------------------------------------------------------------------------------------------------------

    def records(self) -> list[dict[str, str]]:
        """Return the rows as texts by column (`COLUMNS`)."""
        return [self._record(row) for row in self.rows]

    def _record(self, row: Row) -> dict[str, str]:
        return {
            "id": row.id,
            "audit": row.audit,
            "rule": row.rule,
            "severity": row.severity,
            "meaning": self.audit.rules[row.rule],
            "records": " ".join(map(str, row.subjects)),
            "who": "; ".join(labels(self.picture, row, shown=bool(self.by))),
            "fields": " ".join(row.fields),
            "facts": "; ".join(f"{name}: {words}" for name, words in row.facts.items()),
        }

    @property
    def frame(self) -> Any:
        """The rows as a `pandas.DataFrame`.

        Raises:
            ImportError: pandas is not installed; it comes with the extra ``audit``.
        """
        # By name, so that checking types does not need pandas.
        return import_module("pandas").DataFrame(self.records(), columns=list(COLUMNS))

    def to_polars(self) -> Any:
        """Return the rows as a ``polars.DataFrame``.

        Raises:
            ImportError: polars is not installed.
        """
        return _by_columns(import_module("polars").DataFrame, self.records())

    def to_arrow(self) -> Any:
        """Return the rows as a ``pyarrow.Table``.

        Raises:
            ImportError: pyarrow is not installed.
        """
        return _by_columns(import_module("pyarrow").table, self.records())

    def to_dict(self) -> dict[str, object]:
        """Return everything as JSON-safe values."""
        summary = self.summary
        return {
            "audit": self.audit.name,
            "title": self.audit.title,
            "count": summary.count,
            "of": summary.of,
            "share": summary.share,
            "severity": summary.severity,
            "rows": self.records(),
        }

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write the rows with headings, in UTF-8 with the mark by which Excel knows it."""
        with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
            writer: csv.DictWriter[str] = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(self.records())

    # -- reading -------------------------------------------------------------------------------------------------------

    def explain(self, row: Row | str) -> str:
        """Return one row in words.

        Raises:
            KeyError: There is no such row.
        """
        found = self._row(row)
        record = self._record(found)
        lines = [record["meaning"], f"Severity: {found.severity}"]
        lines += [f"- {words}" for words in labels(self.picture, found, shown=bool(self.by))]
        lines += [f"{name}: {words}" for name, words in found.facts.items()]
        return "\n".join([*lines, f"What to do: {self.audit.advice}"])

    def _row(self, row: Row | str) -> Row:
        wanted = row if isinstance(row, str) else getattr(cast("object", row), "id", None)
        for each in self.rows:
            if each.id == wanted:
                return each
        raise KeyError(f"{self.audit.name} has no such row: give one of its rows, or the id of one")

    def compare(self, earlier: AuditResult | Collection[str]) -> Change:
        """Return what is new, still there and fixed since *earlier*, a result or the ids of one (from a CSV).

        What this picture cannot tell, for want of a list or of a column, is not called fixed.

        Raises:
            TypeError: *earlier* is a text or a frame, whose letters or headings are no ids.
        """
        if isinstance(earlier, str) or hasattr(earlier, "columns"):
            raise TypeError("earlier: give a result, or the ids of one: the column id of its CSV")
        before = {row.id for row in earlier.rows} if isinstance(earlier, AuditResult) else set(earlier)
        now = {row.id for row in self.rows}
        gone = sorted(before - now) if self.rows or self.summary.of else []
        return Change(
            new=tuple(row for row in self.rows if row.id not in before),
            still=tuple(row for row in self.rows if row.id in before),
            fixed=tuple(each for each in gone if self.picture.lacking.isdisjoint(needs_of(rule_of(each)))),
        )

    def plan(self) -> tuple[Repair, ...]:
        """Return what would repair the rows that a program can repair. Nothing is sent."""
        if self.audit.repair is None:
            return ()
        found = (self.audit.repair(self.picture, row) for row in self.rows)
        return tuple(repair for repair in found if repair is not None)

    @property
    def figure(self) -> Figure:
        """What there is to see of it, as data."""
        from odnexus.audit.figures import figure_of  # noqa: PLC0415 - figures need results

        return figure_of(self)

    def plot(self, axes: Any = None) -> Any:
        """Return matplotlib's axes with `figure` drawn on *axes*, or on those of a new figure.

        Raises:
            ImportError: matplotlib is not installed; it comes with the extra ``audit``.
        """
        from odnexus.audit.plotting import axes_of  # noqa: PLC0415 - figures need results

        return axes_of(self.figure, axes)

    def _repr_html_(self) -> str:
        from odnexus.audit.page import section  # noqa: PLC0415 - pages need results

        return section(self)


@frozen(kw_only=True)
class AuditReport:
    """The results of several audits of one picture.

    Attributes:
        results: One for each audit.
        picture: What they were asked of.
        by: Who may see names; empty for a masked report.
    """

    results: tuple[AuditResult, ...]
    picture: Picture = field(repr=False)
    by: str = field(default="", repr=False)

    def __getitem__(self, name: str) -> AuditResult:
        for result in self.results:
            if result.audit.name == name:
                return result
        raise KeyError(f"there is no result {name}: choose from {', '.join(each.audit.name for each in self.results)}")

    def __iter__(self) -> Iterator[AuditResult]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, audit by audit."""
        return tuple(row for result in self.results for row in result.rows)

    @property
    def summary(self) -> Mapping[str, Summary]:
        """The summary of each audit by name."""
        return {result.audit.name: result.summary for result in self.results}

    @property
    def not_judged(self) -> tuple[str, ...]:
        """What was not asked because a table lacks a column, in words."""
        asked = [result.audit for result in self.results if result.audit.of(self.picture)]
        return tuple(told(self.picture.lacking, asked))

    @property
    def by_severity(self) -> Mapping[Severity, int]:
        """How many rows there are of each severity."""
        counts = Counter(row.severity for row in self.rows)
        return {severity: counts[severity] for severity in SEVERITIES}

    @property
    def frame(self) -> Any:
        """All rows as a `pandas.DataFrame`; raises as `AuditResult.frame`."""
        records = [record for result in self.results for record in result.records()]
        return import_module("pandas").DataFrame(records, columns=list(COLUMNS))

    def unmasked(self, *, by: str, journal: Journal | None = None) -> Self:
        """Return the same with names and times, as `AuditResult.unmasked`."""
        who = _check_by(by)
        shown = (result.unmasked(by=who, journal=journal) for result in self.results)
        return evolve(self, by=who, results=tuple(shown))

    def to_dict(self) -> dict[str, object]:
        """Return everything as JSON-safe values."""
        return {
            "location": self.picture.location.name,
            "at": self.picture.at.isoformat(),
            "window": [day.isoformat() for day in self.picture.window],
            "results": [result.to_dict() for result in self.results],
            "unread": list(self.picture.unread),
            "not_judged": list(self.not_judged),
        }

    def to_json(self, path: str | PathLike[str]) -> None:
        """Write `to_dict`, for a later `compare`."""
        Path(path).write_text(json.dumps(self.to_dict(), indent=1, ensure_ascii=False), encoding="utf-8")

    def to_html(self, path: str | PathLike[str], *, earlier: AuditReport | None = None) -> None:
        """Write one page that needs no network, to read and to print; with *earlier*, also what was settled since."""
        from odnexus.audit.page import page  # noqa: PLC0415 - pages need results

        Path(path).write_text(page(self, earlier), encoding="utf-8")

    def compare(self, earlier: AuditReport | Mapping[str, Any]) -> Mapping[str, Change]:
        """Return by audit what is new, still there and fixed; audits that *earlier* lacks are left out.

        Args:
            earlier: A report, or what `to_json` wrote of one, read again.
        """
        if isinstance(earlier, AuditReport):
            before = {result.audit.name: [row.id for row in result.rows] for result in earlier}
        else:
            before = {result["audit"]: [row["id"] for row in result["rows"]] for result in earlier["results"]}
        named = ((result.audit.name, result) for result in self.results)
        return {name: result.compare(before[name]) for name, result in named if name in before}

    def plan(self) -> tuple[Repair, ...]:
        """Return what would repair the rows that a program can repair. Nothing is sent."""
        return tuple(repair for result in self.results for repair in result.plan())

    @property
    def figures(self) -> tuple[Figure, ...]:
        """What there is to see of the whole picture, as data; figures without numbers are left out."""
        from odnexus.audit.figures import figures_of  # noqa: PLC0415 - figures need results

        return figures_of(self)

    def plot(self) -> list[Any]:
        """Return matplotlib's axes of every figure; raises as `AuditResult.plot`."""
        from odnexus.audit.plotting import axes_of  # noqa: PLC0415 - figures need results

        return [axes_of(figure) for figure in self.figures]

    def _repr_html_(self) -> str:
        from odnexus.audit.page import fragment  # noqa: PLC0415 - pages need results

        return fragment(self)
