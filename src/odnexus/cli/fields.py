"""``odnexus fields``: look at a practice's field maps: are they sound, what would they make of an answer, what differs.

Nothing is sent anywhere. What a patient said is masked unless somebody asks to see it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast

import typer

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
from odnexus.errors import ConfigurationError, WebhookError
from odnexus.mapping.answers import as_text
from odnexus.mapping.intake import Form, read_form, unfiled
from odnexus.mapping.table import DEFAULT_MAP, Explained, MapRule
from odnexus.nexhealth.webhooks import read_delivery
from odnexus.practice import Location, Practice, PracticeFileError

commands = typer.Typer(help="Field maps: check, explain, compare.", no_args_is_help=True)

AnswersArgument = Annotated[Path, typer.Argument(help="A JSON file: a patient, a form, or a whole webhook.")]
ANSWERS = Path("answers.json")
ShowOption = Annotated[bool, typer.Option("--show", help="Show what was answered. Mind who looks over your shoulder.")]


@commands.command("check")
def check(practice: PracticeArgument = PRACTICE, as_json: JsonOption = False) -> None:
    """Check the field maps of all locations and name every problem at once.

    Exit codes: 0 all are sound, 1 one is not, 2 the file cannot be read.
    """
    with told():
        try:
            locations = Practice.load(practice).locations
        except PracticeFileError as error:
            _tell_problems(error, as_json=as_json)
            raise typer.Exit(Exit.FAILED) from None
        except OSError as error:
            raise ConfigurationError(f"{practice.name}: {error.strerror}") from None
    rows = [
        {"location": each.name, "rules": len(each.fields.rules), "own": each.fields != DEFAULT_MAP}
        for each in locations
    ]
    if as_json:
        print_json({"sound": True, "maps": rows})
        return
    for row in rows:
        print(f"{row['location']}: {row['rules']} rules, {'its own map' if row['own'] else 'the default map'}, sound")


def _tell_problems(error: PracticeFileError, *, as_json: bool) -> None:
    if as_json:
        print_json({"sound": False, "problems": error.problems})
    else:
        print_table("Problems", ("place", "remedy"), [(each.place, each.remedy) for each in error.problems])


@commands.command("explain")
def explain(
    practice: PracticeArgument = PRACTICE,
    answers: AnswersArgument = ANSWERS,
    location: LocationOption = None,
    show: ShowOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show where each value would come from, and what would stay for the note. Values are masked."""
    with told():
        place = _location(practice, location)
        form = _read(answers)
    lines = [(place.fields.rules[line.rule], line) for line in place.fields.explain(form.answers) if line.source]
    rows = [_row(rule, line, show=show) for rule, line in lines]
    filed = {line.key for _, line in lines if line.wins}
    left = unfiled(form, place.fields, filed)
    kept = {path: as_text(value) if show else masked(value) for path, value in left.items()}
    documents = [each.path for each in form.documents]
    if as_json:
        print_json({"location": place.name, "values": rows, "note": kept, "documents": documents})
        return
    columns = ("target", "from", "transform", "write", "value", "remarks")
    print_table(f"{place.name}: what the field map makes of it", columns, [tuple(row.values()) for row in rows])
    for path, value in kept.items():
        print(f"for the note: {path} = {value}")
    for path in documents:
        print(f"document: {path}")


def _row(rule: MapRule, line: Explained, *, show: bool) -> dict[str, object]:
    value = as_text(line.value) if show else masked(line.value)
    remarks = [issue.rule for issue in line.issues]
    if not line.wins and line.value not in (None, "", ()):
        remarks.append("an earlier rule has given this target a value")
    return {
        "target": rule.target,
        "from": line.source,
        "transform": rule.transform,
        "write": rule.write,
        "value": "" if line.value is None else value,
        "remarks": ", ".join(remarks),
    }


def masked(value: object) -> str:
    """Return how long a value is, and nothing of what it says."""
    return f"({len(as_text(value))} characters)"


@commands.command("diff")
def diff(
    practice: PracticeArgument = PRACTICE,
    other: Annotated[Path | None, typer.Argument(help="Another practice file; without it, the default map.")] = None,
    location: LocationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how the map of a location differs from the default map, or from that of another file."""
    with told():
        mine = _location(practice, location).fields
        theirs = DEFAULT_MAP if other is None else _location(other, location).fields
    rows = [
        {"target": each.target, "before": _said(each.before), "after": _said(each.after)} for each in theirs.diff(mine)
    ]
    if as_json:
        print_json(rows)
    elif rows:
        print_table("Differences", ("target", "before", "after"), [tuple(row.values()) for row in rows])
    else:
        print("The maps are the same.")


def _said(rule: MapRule | None) -> str:
    if rule is None:
        return "absent"
    words = f", {len(rule.words)} words" if rule.words else ""
    return f"{' or '.join(rule.sources)} by {rule.transform}, {rule.write}{words}"


def _location(practice: Path, name: str | None) -> Location:
    try:
        known = Practice.load(practice)
    except OSError as error:
        raise ConfigurationError(f"{practice.name}: {error.strerror}") from None
    if name is not None:
        return known.location(name)
    first, *others = known.locations
    if others:
        names = ", ".join(each.name for each in known.locations)
        raise ConfigurationError(f"--location: name one of {names}")
    return first


def _read(path: Path) -> Form:
    """Return what a file says: a whole webhook, a form, or the plain answers."""
    try:
        content = path.read_bytes()
        loaded: object = json.loads(content)
    except OSError as error:
        remedy = "name a JSON file with a patient, a form or a whole webhook"
        raise ConfigurationError(f"{path.name}: {error.strerror}; {remedy}") from None
    except ValueError:
        raise ConfigurationError(f"{path.name}: give a JSON file") from None
    if not isinstance(loaded, dict):
        raise ConfigurationError(f"{path.name}: give one JSON object")
    record = cast("Mapping[str, Any]", loaded)
    if "event_name" in record:
        try:
            records = read_delivery(content).records
        except WebhookError as error:
            raise ConfigurationError(f"{path.name}: {error}") from None
        return next(map(read_form, records), Form())
    return read_form(record)
