"""``odnexus carriers``: the office's insurance carriers, what spellings mean them, and packs of spellings to share."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from odnexus._sync.carriers import Carriers
from odnexus._sync.records import Records
from odnexus.cli.connecting import Office
from odnexus.cli.settings import Settings
from odnexus.cli.telling import (
    Exit,
    JsonOption,
    LocationOption,
    PracticeArgument,
    give_up,
    print_json,
    print_table,
    told,
)
from odnexus.errors import ConfigurationError
from odnexus.mapping.coverage import CarrierResolver, Resolution
from odnexus.reconcile.journal import Entry

commands = typer.Typer(help="Insurance carriers, and what spellings mean them.", no_args_is_help=True)

TextArgument = Annotated[str, typer.Argument(help="A carrier as a patient would write it.")]
PackArgument = Annotated[Path, typer.Argument(help="The file of the pack.")]


class Book:
    """The carriers of one Open Dental database, as its store keeps them."""

    def __init__(self, office: Office, location: str | None) -> None:
        self._office = office
        self._location = location or _only(office)
        database = office.settings.practice.location(self._location).database
        records = Records(office.store, office.sealer(), frozenset())
        self.carriers = Carriers(records, office.opendental(database), database)
        self.now = datetime.now(UTC)

    def resolver(self) -> CarrierResolver:
        """Return the resolver, its list read from the office if ours is old."""
        return self.carriers.resolver(self.now)

    def note(self, rule: str, *related: object) -> None:
        """Write a line into the journal: that somebody changed what spellings mean."""
        entry = Entry(
            at=self.now, location=self._location, kind="decided", subject="carriers", rule=rule,
            related=tuple(str(each) for each in related),
        )  # fmt: skip
        self._office.store.journal.append([entry])


def _only(office: Office) -> str:
    """Return a location of the practice's only database; with several, people must name one."""
    locations = office.settings.practice.locations
    if len({each.database for each in locations}) > 1:
        raise ConfigurationError("--location: name one, since the locations have lists of their own")
    return locations[0].name


@contextmanager
def _opened(practice: Path, location: str | None) -> Generator[Book, None, None]:
    with told(), Office(Settings.load(practice)) as office:
        yield Book(office, location)


@commands.command("list")
def list_carriers(practice: PracticeArgument, location: LocationOption = None, as_json: JsonOption = False) -> None:
    """Show the office's carriers, each with the spellings that people have said mean it."""
    with _opened(practice, location) as book:
        resolver = book.resolver()
    rows = [
        {
            "carrier_num": each.carrier_num,
            "name": each.name,
            "payer_id": each.payer_id,
            "hidden": each.hidden,
            "spellings": sorted(text for text, number in resolver.aliases.items() if number == each.carrier_num),
        }
        for each in resolver.carriers
    ]
    if as_json:
        print_json(rows)
        return
    names = ("carrier_num", "name", "payer_id", "hidden", "spellings")
    print_table("Carriers", names, [[row[name] for name in names] for row in rows])


@commands.command()
def suggest(
    practice: PracticeArgument,
    text: TextArgument,
    payer_id: Annotated[str, typer.Option(help="The electronic payer id, if it is known.")] = "",
    location: LocationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show which carrier a text means, or which it may mean, best first. Nothing is learned.

    Exit codes: 0 one is certain, 1 none is.
    """
    with _opened(practice, location) as book:
        resolution = book.resolver().resolve(text, payer_id=payer_id)
    found = (resolution.certain,) if resolution.certain else resolution.suggestions
    if as_json:
        print_json({"certain": resolution.certain, "suggestions": resolution.suggestions})
    elif found:
        rows = [(each.carrier_num, each.name, each.score, each.rule) for each in found]
        print_table(_title(resolution), ("carrier_num", "name", "score", "rule"), rows)
    else:
        print(_title(resolution))
    if resolution.certain is None:
        raise typer.Exit(Exit.FAILED)


def _title(resolution: Resolution) -> str:
    if resolution.certain is not None:
        return "Certain"
    if not resolution.insured:
        return "That means no insurance."
    return "Not certain" if resolution.suggestions else "No carrier of this office is like it."


@commands.command()
def learn(
    practice: PracticeArgument,
    text: TextArgument,
    carrier_num: Annotated[int, typer.Argument(help="The carrier it means (CarrierNum).")],
    location: LocationOption = None,
) -> None:
    """Remember which carrier a text means."""
    with _opened(practice, location) as book:
        if all(each.carrier_num != carrier_num for each in book.resolver().carriers):
            raise ConfigurationError("carrier_num: the office has no such carrier; see odnexus carriers list")
        book.carriers.keep({text: carrier_num})
        book.note("carriers.learned", carrier_num)
    print(f"learned for carrier {carrier_num}")


@commands.command()
def forget(practice: PracticeArgument, text: TextArgument, location: LocationOption = None) -> None:
    """Forget what a text means."""
    with _opened(practice, location) as book:
        if not book.carriers.forget(text):
            raise give_up("nobody has said what this text means")
        book.note("carriers.forgotten")
    print("forgotten")


@commands.command("export")
def export_pack(
    practice: PracticeArgument,
    pack: Annotated[Path | None, typer.Argument(help="The file to write; the screen unless given.")] = None,
    location: LocationOption = None,
) -> None:
    """Write a pack of this office's spellings: carriers by name and payer id, so that another office can use it.

    Patients have typed these spellings: read the pack before you pass it on.
    """
    with _opened(practice, location) as book:
        text = book.resolver().export_aliases()
    if pack is None:
        print(text)
        return
    pack.write_text(f"{text}\n", encoding="utf-8")
    print(f"written: {pack.name}")


@commands.command("import")
def import_pack(practice: PracticeArgument, pack: PackArgument, location: LocationOption = None) -> None:
    """Take a pack of another office in; what this office has said itself stays.

    Exit codes: 0 all of it fits, 1 it is no pack or some carriers are none of this office's, 2 it cannot be read.
    """
    with _opened(practice, location) as book:
        before = book.resolver()
        after, missing = before.import_aliases(_content(pack))
        new = {text: number for text, number in after.aliases.items() if text not in before.aliases}
        book.carriers.keep(new)
        book.note("carriers.imported", len(new))
    print(f"{len(new)} learned, {len(missing)} without a carrier of this office")
    for text in missing:
        print(f"  {text}", file=sys.stderr)
    if missing:
        raise typer.Exit(Exit.FAILED)


def _content(pack: Path) -> str:
    try:
        return pack.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"pack: {pack.name} cannot be read ({type(error).__name__})") from None
