"""What waits for people: ``odnexus events`` and ``odnexus review``, straight from the store."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, cast

import typer

from odnexus.cli.causes import cause_of
from odnexus.cli.choosing import Choice, KindOption, ReasonOption, SinceOption, UntilOption, check_location
from odnexus.cli.connecting import Office
from odnexus.cli.lanes import MOST, find, settle
from odnexus.cli.settings import Settings
from odnexus.cli.telling import (
    PRACTICE,
    JsonOption,
    LocationOption,
    PracticeOption,
    give_up,
    plain,
    print_json,
    print_table,
    told,
)
from odnexus.errors import ConfigurationError
from odnexus.reconcile.inbox import Bury, Event, Retry
from odnexus.reconcile.journal import Entry
from odnexus.reconcile.reports import AtRisk, Question
from odnexus.reconcile.reviews import Review

events = typer.Typer(help="Stored signals: what waits, what was given up, and why.", no_args_is_help=True)
review = typer.Typer(help="Questions for the staff.", no_args_is_help=True)

IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Their ids, or the beginnings.")]
IdArgument = Annotated[str, typer.Argument(help="Its id, or the beginning of it.")]
LimitOption = Annotated[int, typer.Option("--limit", "-n", help="At most so many.")]


# --- events -----------------------------------------------------------------------------------------------------------


def _event(event: Event, buried: bool) -> dict[str, object]:
    """Return what may be shown of an event: everything but its sealed payload."""
    return {
        "id": event.id,
        "state": "buried" if buried else "waiting",
        "location": event.location,
        "kind": event.kind,
        "subject": event.subject,
        "received": event.received,
        "due": event.due,
        "attempts": event.attempts,
        "reason": event.reason,
        "means": cause_of(event.reason).means,
        "next": cause_of(event.reason).next,
        "lane": event.key,
    }


@events.command("list")
def list_events(
    practice: PracticeOption = PRACTICE,
    location: LocationOption = None,
    buried: Annotated[bool, typer.Option("--buried", help="Only what was given up.")] = False,
    kind: KindOption = None,
    reason: ReasonOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: LimitOption = 100,
    as_json: JsonOption = False,
) -> None:
    """Show what is not finished, oldest first, and what was given up, with the reason in words."""
    with told(), Office(Settings.load(practice)) as office:
        choice = Choice.of(kind, reason, since, until)
        found = [(each, False) for each in _chosen(office, choice, location, buried=False)] if not buried else []
        found += [(each, True) for each in _chosen(office, choice, location, buried=True)]
        check_location(office.settings.practice, location, found)
    rows = [_event(each, gone) for each, gone in found[: max(limit, 0)]]
    if as_json:
        print_json(rows)
        return
    names = ("id", "state", "location", "kind", "subject", "due", "attempts", "reason", "next")
    cells = [[str(row["id"])[:12], *(row[name] for name in names[1:])] for row in rows]
    print_table("Events", names, cells)


def _chosen(office: Office, choice: Choice, location: str | None, *, buried: bool) -> list[Event]:
    inbox = office.store.inbox
    return choice.among((inbox.buried if buried else inbox.waiting)(MOST, location=location))


@events.command("show")
def show_event(id: IdArgument, practice: PracticeOption = PRACTICE, as_json: JsonOption = False) -> None:
    """Show an event and what the journal says of it."""
    with told(), Office(Settings.load(practice)) as office:
        event, buried = find(office.store, id)
        about = {f"event:{event.id}", f"{event.kind}:{event.subject}"}
        entries = [each for name in sorted(about) for each in office.store.journal.read(subject=name, limit=100)]
    shown = _event(event, buried)
    if as_json:
        print_json({**shown, "journal": entries})
        return
    print_table("Event", ("field", "value"), shown.items())
    print_table("Journal", ("at", "kind", "rule"), [(each.at, each.kind, each.rule) for each in entries])


@events.command()
def retry(
    ids: IdsArgument = None,
    practice: PracticeOption = PRACTICE,
    location: LocationOption = None,
    kind: KindOption = None,
    reason: ReasonOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
) -> None:
    """Work on events as soon as possible; one that was given up gets all its attempts back.

    Name them by id, or choose buried ones by location, kind, reason and time.
    """
    now = datetime.now(UTC)
    with told(), Office(Settings.load(practice)) as office:
        choice = Choice.of(kind, reason, since, until)
        meant = _meant(office, ids, choice, location, buried=True)
        if not meant:
            print("nothing was given up that is chosen so")
        for event, buried in meant:
            if not buried:
                settle(office.store, event, Retry(now, event.reason, counted=False), now)
            elif not office.store.inbox.revive(event.id, now):
                raise give_up(f"event {event.id} is not buried any more")
            _note(office, event, "event.retried-by-hand", now)
            print(f"{event.id} is due now")


@events.command()
def bury(
    ids: IdsArgument = None,
    why: Annotated[str, typer.Option("--why", help="Why, in words without patient data.")] = "by hand",
    practice: PracticeOption = PRACTICE,
    location: LocationOption = None,
    kind: KindOption = None,
    reason: ReasonOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
) -> None:
    """Give events up: they are kept, listed and can be retried; their lanes go on.

    Name them by id, or choose waiting ones by location, kind, reason and time.
    """
    now = datetime.now(UTC)
    with told(), Office(Settings.load(practice)) as office:
        choice = Choice.of(kind, reason, since, until)
        for event, buried in _meant(office, ids, choice, location, buried=False):
            if buried:
                raise give_up(f"event {event.id} is buried already")
            settle(office.store, event, Bury(why), now)
            _note(office, event, "event.buried-by-hand", now)
            print(f"{event.id} is buried")


def _meant(
    office: Office, ids: list[str] | None, choice: Choice, location: str | None, *, buried: bool
) -> list[tuple[Event, bool]]:
    """Return the events that a command names by id, or else chooses; all of them are never meant by mistake."""
    if ids:
        if choice or location:
            raise ConfigurationError("id: name events by id or choose them, not both")
        return [find(office.store, each) for each in ids]
    if not choice and not location:
        raise ConfigurationError("id: name an event, or choose by --location, --kind, --reason, --since, --until")
    found = [(event, buried) for event in _chosen(office, choice, location, buried=buried)]
    check_location(office.settings.practice, location, found)
    return found


def _note(office: Office, event: Event, rule: str, now: datetime) -> None:
    entry = Entry(
        at=now,
        location=event.location,
        kind="decided",
        subject=f"event:{event.id}",
        rule=rule,
        related=(f"{event.kind}:{event.subject}",),
    )
    office.store.journal.append([entry])


# --- reviews ----------------------------------------------------------------------------------------------------------


def _review(each: Review) -> dict[str, object]:
    """Return what may be shown of a review without opening it."""
    return {
        "id": each.id,
        "kind": each.kind,
        "location": each.location,
        "subject": each.subject,
        "opened": each.opened,
        "answer by": each.due,
        "choices": each.choices,
        "answer": each.answer.choice if each.answer else None,
        "by": each.answer.by if each.answer else None,
    }


def _at_risk(each: AtRisk) -> dict[str, object]:
    """Return what a booking may lose: numbers and times, nothing that names a patient."""
    others = ", ".join(f"{number} ({start:%H:%M})" for number, start in each.others.items())
    return {
        "booking": each.booking,
        "begins": each.slot.start if each.slot is not None else None,
        "operatory": each.slot.operatory if each.slot is not None else None,
        "held by": each.hold,
        "also there": others,
    }


@review.command("list")
def list_reviews(
    practice: PracticeOption = PRACTICE,
    location: LocationOption = None,
    answered: Annotated[bool, typer.Option("--answered", help="Those that were answered, the newest first.")] = False,
    limit: LimitOption = 100,
    as_json: JsonOption = False,
) -> None:
    """Show open questions, oldest first. No patient data."""
    with told(), Office(Settings.load(practice)) as office:
        reviews = office.store.reviews
        found = (reviews.answered if answered else reviews.pending)(limit, location=location)
        check_location(office.settings.practice, location, found)
    rows = [_review(each) for each in found]
    if as_json:
        print_json(rows)
        return
    names = ("id", "kind", "location", "subject", "opened", "answer by", "answer" if answered else "choices")
    print_table("Questions", names, [[row[name] for name in names] for row in rows])


NUMBERS = {"link": "PATNUM", "choose": "CARRIERNUM", "plan": "PLANNUM"}
"""What `--record` is for a choice."""


@review.command("show")
def show_review(
    id: IdArgument,
    practice: PracticeOption = PRACTICE,
    show: Annotated[bool, typer.Option("--show", help="Open what is sealed: this prints patient data.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show one question and the slots that wait for its answer; with --show also its candidates and reasons."""
    with told(), Office(Settings.load(practice)) as office:
        found = _found(office, id)
        question = office.engine().review(found.id)
    body: Mapping[str, object] = question.body if question is not None and show else {}
    at_risk = [_at_risk(each) for each in (question.at_risk if question is not None else ())]
    shown = {**_review(found), "at risk": at_risk, **({"content": body} if show else {})}
    if as_json:
        print_json(shown)
        return
    print_table("Question", ("field", "value"), _review(found).items())
    if at_risk:
        print_table("Slots at risk", tuple(at_risk[0]), [tuple(each.values()) for each in at_risk])
    if show:
        print("Content (patient data)", *_outline(plain(body)), sep="\n")
    if found.answer is None:
        print(*_next(found, show=show), sep="\n")


def _outline(value: object, depth: int = 1) -> Iterator[str]:
    """Yield nested content as indented lines; each record of a list begins with a dash."""
    indent = "  " * depth
    match value:
        case dict():
            for name, each in cast("dict[str, object]", value).items():
                if each and type(each) in (dict, list):
                    yield f"{indent}{name}:"
                    yield from _outline(each, depth + 1)
                elif each not in (None, "", [], {}):
                    yield f"{indent}{name}: {each}"
        case list():
            for each in cast("list[object]", value):
                # A record of which nothing is known still counts as one.
                first, *rest = [*_outline(each, depth + 1)] or ["nothing"]
                yield f"{indent}- {first.strip()}"
                yield from rest
        case _:
            yield f"{indent}{value}"


def _next(found: Review, *, show: bool) -> Iterator[str]:
    """Yield what to type next."""
    short_id = found.id[:8]
    if not show:
        yield f"→ see candidates and reasons, with patient data: odnexus review show {short_id} --show"
    for choice in found.choices:
        number = NUMBERS.get(choice)
        yield f"→ odnexus review answer {short_id} {choice}{f' --record {number}' if number else ''}"


@review.command()
def answer(
    id: IdArgument,
    choice: Annotated[str, typer.Argument(help="One of its choices; without one, they are told.")] = "",
    record: Annotated[
        str, typer.Option(help="The number that link (PatNum), choose (CarrierNum) or plan (PlanNum) needs.")
    ] = "",
    by: Annotated[str, typer.Option(help="Who answers; your account's name unless given.")] = "",
    unlisted: Annotated[
        bool, typer.Option("--unlisted", help="The chart is meant, although the question does not name it.")
    ] = False,
    practice: PracticeOption = PRACTICE,
) -> None:
    """Answer a question. What it held back is worked on at the connector's next step."""
    with told(), Office(Settings.load(practice)) as office:
        found, engine = _found(office, id), office.engine()
        if choice == "link" and found.kind == "person.match" and record and not unlisted:
            _check_chart(engine.review(found.id), record)
        done = engine.answer(found.id, choice, record=record, by=by or getpass.getuser())
    print(f"{done.id} is answered: {choice}")


def _check_chart(question: Question | None, record: str) -> None:
    """Refuse a chart that the question does not name: a slip of the fingers would be the wrong patient's chart."""
    candidates = cast("list[dict[str, object]]", question.body.get("candidates", [])) if question is not None else []
    charts = [str(each["pat_num"]) for each in candidates]
    if charts and record not in charts:
        named = ", ".join(charts)
        raise ConfigurationError(f"record: the question names {named}; if another chart is meant, say --unlisted")


@review.command()
def revoke(id: IdArgument, practice: PracticeOption = PRACTICE) -> None:
    """Take an answer back: the question is open again. What was done because of it stays."""
    with told(), Office(Settings.load(practice)) as office:
        engine, found = office.engine(), _found(office, id)
        made = engine.consequences(found.id)
        done = engine.revoke(found.id)
    print(f"{done.id} is open again")
    for link in made:
        if link.kind == "visit" and link.opendental is not None:
            print(f"appointment {link.opendental.id} was written because of the answer and stays: check its chart")


def _found(office: Office, id: str) -> Review:
    reviews = office.store.reviews
    exact = reviews.get(id)
    several = [] if exact else [*reviews.pending(1000), *reviews.answered(1000)]
    several = [each for each in several if each.id.startswith(id)]
    if exact is None and len(several) != 1:
        raise give_up(f"{'no question' if not several else 'more than one question'} begins with {id}")
    return exact or several[0]
