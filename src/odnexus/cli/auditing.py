"""``odnexus audit``: look at both systems of every location, and write down what is wrong between them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, cast, get_args

import typer
from attrs import frozen

from odnexus.audit import Also, AuditReport, Keep, Picture, Progress, audit, bars, engine_state, forecast, read
from odnexus.audit.registry import BY_NAME
from odnexus.audit.rows import SEVERITIES
from odnexus.cli.connecting import Office
from odnexus.cli.settings import Settings
from odnexus.cli.telling import (
    PRACTICE,
    Exit,
    JsonOption,
    LocationOption,
    PracticeArgument,
    print_json,
    print_table,
    told,
)
from odnexus.errors import ConfigurationError, OdnexusError, SealError
from odnexus.practice import Location
from odnexus.vault import LiveSealer

ALSO: tuple[Also, ...] = get_args(Also)


@frozen(kw_only=True)
class Order:
    """What is wanted of an audit, location by location."""

    only: tuple[str, ...]
    also: tuple[Also, ...]
    save: Path | None
    earlier: Path | None
    names_to: str | None
    charts: int | None


def audit_command(
    practice: PracticeArgument = PRACTICE,
    html: Annotated[Path | None, typer.Option(help="Write a page to read and print here.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write one CSV for each question into this folder.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only this question; may be given several times.")] = None,
    also: Annotated[
        list[str] | None, typer.Option(help="Read insurance, recalls or procedures as well; may be repeated.")
    ] = None,
    location: LocationOption = None,
    save: Annotated[Path | None, typer.Option(help="Keep the sealed picture here, for a later --earlier.")] = None,
    earlier: Annotated[Path | None, typer.Option(help="Compare with this kept picture.")] = None,
    names_to: Annotated[
        str | None, typer.Option(help="Show names to this person; that is written into the journal.")
    ] = None,
    charts: Annotated[
        int | None, typer.Option(min=1, help="About how many charts there are, for the forecast.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask what is wrong between the two systems. It only reads; patients are masked.

    Exit codes: 0 done, whatever was found, 1 a location could not be read, 2 the settings are wrong.
    """
    with told():
        order = Order(
            only=_known("only", only or (), BY_NAME),
            also=cast("tuple[Also, ...]", _known("also", also or (), ALSO)),
            save=save,
            earlier=earlier,
            names_to=names_to,
            charts=charts,
        )
        _check(order, html, csv)
        settings = Settings.load(practice)
        chosen = [settings.practice.location(location)] if location else list(settings.practice.locations)
        with Office(settings) as office:
            reports = [found for each in chosen if (found := _tried(office, each, order)) is not None]
        for report, before in reports:
            _write(report, before, _apart(html, report, chosen), _apart(csv, report, chosen))
    if as_json:
        print_json([report.to_dict() for report, _ in reports])
    else:
        _show([report for report, _ in reports])
    if len(reports) < len(chosen):
        raise typer.Exit(Exit.FAILED)


def _known(what: str, given: Sequence[str], choices: object) -> tuple[str, ...]:
    known = list(cast("Sequence[str]", choices))
    if unknown := sorted(set(given) - set(known)):
        raise ConfigurationError(f"{what}: there is no {', '.join(unknown)}; choose from {', '.join(known)}")
    return tuple(given)


def _check(order: Order, html: Path | None, csv: Path | None) -> None:
    """Refuse what would fail behind a reading that took an hour."""
    if order.names_to is not None and not order.names_to.strip():
        raise ConfigurationError("names-to: say who looks at patients' names")
    for name, path in (("html", html), ("save", order.save)):
        if path is not None and path.is_dir():
            raise ConfigurationError(f"{name}: {path} is a folder; name a file in it")
    if csv is not None and csv.is_file():
        raise ConfigurationError(f"csv: {csv} is a file; name a folder")
    for name, folder in (("html", html and html.parent), ("csv", csv), ("save", order.save and order.save.parent)):
        with _reached(name):
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def _reached(name: str) -> Generator[None, None, None]:
    """Tell which option names what cannot be read or written."""
    try:
        yield
    except OSError as error:
        raise ConfigurationError(f"{name}: {error.filename}: {error.strerror or type(error).__name__}") from None


def _earlier(order: Order, location: Location, sealer: LiveSealer, *, several: bool) -> Picture | None:
    """Return the kept picture to compare with."""
    if order.earlier is None:
        return None
    path = _named(order.earlier, location, several=several)
    try:
        with _reached("earlier"):
            return Picture.load(path, sealer, location)
    except SealError:
        raise ConfigurationError(f"earlier: {path} is no picture that --save kept with this store's key") from None


def _tried(office: Office, location: Location, order: Order) -> tuple[AuditReport, AuditReport | None] | None:
    """Return a location's report and that of an earlier picture; one location's trouble never stops another's."""
    try:
        return _asked(office, location, order)
    except ConfigurationError:
        raise
    except OdnexusError as error:
        again = "; run it again: what was read is kept for twelve hours" if error.transient else ""
        print(f"odnexus: {location.name}: {error}{again}", file=sys.stderr)
        return None


def _asked(office: Office, location: Location, order: Order) -> tuple[AuditReport, AuditReport | None]:
    sealer, several = office.sealer(), len(office.settings.practice.locations) > 1
    old = _earlier(order, location, sealer, several=several)
    picture = read(
        office.opendental(location.database),
        office.nexhealth(office.settings.practice.realm(location)),
        location,
        at=datetime.now(UTC),
        also=order.also,
        engine=engine_state(office.store, location.name, sealer=sealer, database=location.database),
        progress=_progress(office, location, order),
        keep=Keep(folder=office.store_path.parent / "audit-parts" / _file_name(location), sealer=sealer),
    )
    if order.save is not None:
        with _reached("save"):
            picture.save(_named(order.save, location, several=several), sealer)
    before = audit(old, only=order.only) if old is not None else None
    report = audit(picture.since(old) if old is not None else picture, only=order.only)
    if order.names_to is not None:
        report = report.unmasked(by=order.names_to, journal=office.store.journal)
    return report, before


def _progress(office: Office, location: Location, order: Order) -> Callable[[Progress], None] | None:
    """Return what shows how far a reading is, where a person looks on; a forecast goes before it."""
    chosen = office.settings.opendental[location.database]
    expected = None
    if order.charts is not None:
        remote = chosen.mode[0] == "remote"
        tier, page = (chosen.tier, 100) if remote else (None, 1000)
        expected = forecast(charts=order.charts, visits=order.charts // 4, tier=tier, page=page, also=order.also)
        print(f"{location.name}: {expected}", file=sys.stderr)
    return bars(expected) if sys.stderr.isatty() and find_spec("tqdm") else None


def _named(path: Path, location: Location, *, several: bool) -> Path:
    """Return *path* with the location's name in it where there are several."""
    return path.with_stem(f"{path.stem}-{_file_name(location)}") if several else path


def _file_name(location: Location) -> str:
    """Return a location's name as every system takes it for a file."""
    plain = re.sub(r"[^\w .-]", "_", location.name).strip(" .")
    return plain if plain == location.name else f"{plain}-{location.nexhealth_id}"


def _apart(path: Path | None, report: AuditReport, chosen: Sequence[Location]) -> Path | None:
    return path and _named(path, report.picture.location, several=len(chosen) > 1)


def _write(report: AuditReport, before: AuditReport | None, html: Path | None, csv: Path | None) -> None:
    if html is not None:
        with _reached("html"):
            report.to_html(html, earlier=before)
    if csv is not None:
        with _reached("csv"):
            csv.mkdir(parents=True, exist_ok=True)
            for result in report:
                result.to_csv(csv / f"{result.audit.name}.csv")


def _show(reports: Sequence[AuditReport]) -> None:
    """Print what was found, all locations together."""
    rows: list[tuple[object, ...]] = []
    for name, asked in BY_NAME.items():
        found = [(report.picture.location.name, report.summary[name]) for report in reports if name in report.summary]
        if count := sum(summary.count for _, summary in found):
            there = {summary.severity for _, summary in found}
            gravest = next(severity for severity in SEVERITIES if severity in there)
            where = [f"{place} {summary.count}" for place, summary in found if summary.count]
            rows.append((asked.title, count, gravest, where))
    if rows:
        print_table("Audit", ("question", "found", "gravest", "where"), rows)
    elif reports:
        print("Nothing found.")
    for report in reports:
        for line in _silent(report):
            print(f"not asked at {report.picture.location.name}: {line}")
        for line in report.picture.unread[:20]:
            print(f"not read at {report.picture.location.name}: {line}")
        if (more := len(report.picture.unread) - 20) > 0:
            print(f"not read at {report.picture.location.name}: {more} more; see --json")


_LISTS: dict[str, Also] = {
    "coverage-gaps": "insurance", "carriers": "insurance", "recalls": "recalls", "type-codes": "procedures",
}  # fmt: skip
"""What questions have to be read for."""


def _silent(report: AuditReport) -> list[str]:
    """Return the questions that had nothing to look at, with the option that brings it."""
    silent = [each.audit.name for each in report if not each.rows and not each.summary.of]
    options = {name: f" (--also {_LISTS[name]})" if name in _LISTS else "" for name in silent}
    options |= {name: " (--earlier)" for name in silent if name == "changed-types"}
    return [", ".join(f"{name}{option}" for name, option in options.items())] if silent else []


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(name="audit")(audit_command)
