"""``odnexus report``: what an observing location would have done, before it is allowed to.

A location in the mode ``observe`` writes into the journal what it decided; this sums it up, each record once however
often it was looked at, beside what failed and what people would have been asked. Ids, fields, rules; no patient data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from attrs import frozen

from odnexus.cli.connecting import Office
from odnexus.cli.digest import entries_since
from odnexus.cli.settings import Settings
from odnexus.cli.telling import PRACTICE, JsonOption, LocationOption, PracticeArgument, print_json, told
from odnexus.practice import Location
from odnexus.reconcile.journal import Entry

NEW = "make a chart and a visit"
KNOWN = "make a visit for a chart that is known"
ASK = "ask the staff who it is"
CHANGE = "change a visit"
WAITING = "visit.waits-for-synchronizer"
LEAVE = "leave it to NexHealth's synchronizer"

NEXT: Mapping[str, str] = {
    "observe": 'when these look right, set modes to "suggest": each plan becomes a question that a person applies',
    "suggest": 'when you apply them all, set modes to "apply"',
    "apply": "this location writes by itself",
}


@frozen(kw_only=True)
class LocationReport:
    """What one location would have done.

    Attributes:
        location: Its name.
        person: Its mode for people.
        visit: Its mode for visits.
        would: What would have been done → to how many records.
        because: Rule → how many records.
        fields: Field of a visit that would have changed → how many records.
        failed: Rule or error → how often.
        asked: Questions that were opened → how many.
        applied: What was written or announced after all → how often.
    """

    location: str
    person: str
    visit: str
    would: Mapping[str, int]
    because: Mapping[str, int]
    fields: Mapping[str, int]
    failed: Mapping[str, int]
    asked: Mapping[str, int]
    applied: Mapping[str, int]


def report_of(location: Location, entries: Iterable[Entry]) -> LocationReport:
    """Return the report of one location from its part of the journal. The last decision about a record counts."""
    decided = dict[str, Entry]()
    failed, asked, applied = Counter[str](), Counter[str](), Counter[str]()
    for entry in entries:
        match entry.kind:
            case "decided" if _rule(entry) is not None:
                decided[entry.subject] = entry
            case "failed":
                failed[entry.rule] += 1
            case "held":
                asked[entry.rule] += 1
            case "applied":
                applied[entry.rule] += 1
                decided.pop(entry.subject, None)
            case _:
                pass
    last = list(decided.values())
    return LocationReport(
        location=location.name,
        person=location.modes.person,
        visit=location.modes.visit,
        would=Counter(map(_action, last)),
        because=Counter(_rule(entry) or "visit.changed" for entry in last),
        fields=Counter(name for entry in last if not _rule(entry) for name in entry.fields),
        failed=failed,
        asked=asked,
        applied=applied,
    )


def _rule(entry: Entry) -> str | None:
    """Return why something would have been done, ``""`` for a change of a visit, ``None`` for any other entry."""
    if entry.rule == "observe":
        return ""
    if entry.rule == WAITING:
        return entry.rule
    mode, colon, rule = entry.rule.partition(":")
    return rule if colon and mode in ("observe", "suggest") else None


def _action(entry: Entry) -> str:
    rule = _rule(entry)
    if rule == WAITING:
        return LEAVE
    if not rule:
        return CHANGE
    return KNOWN if entry.related else NEW if rule == "person.new" else ASK


def report(
    practice: PracticeArgument = PRACTICE,
    location: LocationOption = None,
    days: Annotated[float, typer.Option(help="Of the last so many days.")] = 7,
    as_json: JsonOption = False,
) -> None:
    """Sum up what observing locations would have done, what failed, and what the staff would be asked."""
    since = datetime.now(UTC) - timedelta(days=days)
    with told(), Office(Settings.load(practice)) as office:
        known = office.settings.practice
        places = [known.location(location)] if location else known.locations
        found = [report_of(place, entries_since(office.store.journal, since, location=place.name)) for place in places]
    if as_json:
        print_json(found)
    else:
        print("\n\n".join("\n".join(lines_of(each)) for each in found))


def lines_of(one: LocationReport) -> Iterator[str]:
    """Yield a report as lines of text."""
    yield f"{one.location} (people: {one.person}, visits: {one.visit})"
    for title, counts in (
        ("would", one.would),
        ("because", one.because),
        ("fields", one.fields),
        ("asked", one.asked),
        ("failed", one.failed),
        ("applied", one.applied),
    ):
        ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        for place, (name, count) in enumerate(ranked):
            yield f"  {title if not place else '':<9}{count:>5}  {name}"
    if not any((one.would, one.asked, one.failed, one.applied)):
        yield "  nothing happened"
        return
    if one.failed:
        yield "  → see what failed: odnexus journal --kind failed"
    yield f"  → {NEXT[one.visit]}"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)
