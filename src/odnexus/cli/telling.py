"""What the commands have in common: exit codes, faults told in one line, tables, JSON, and the log."""

from __future__ import annotations

import csv
import json
import logging
import os
import sys
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Annotated, cast

import typer
from attrs import AttrsInstance, fields, has
from rich.console import Console
from rich.table import Table

from odnexus.cli.running import InstanceRunningError
from odnexus.errors import ConfigurationError, OdnexusError, StoreError
from odnexus.practice import PracticeFileError


class Exit(IntEnum):
    """Exit codes of all commands."""

    OK = 0  # done, or stopped as asked
    FAILED = 1  # a check failed, or something could not be done
    SETTINGS = 2  # the command line or the settings file is wrong: nothing was started
    RUNNING = 3  # another instance runs on this store


PracticeArgument = Annotated[Path, typer.Argument(help="The practice's TOML file.", envvar="ODNEXUS_PRACTICE")]
PracticeOption = Annotated[
    Path, typer.Option("--practice", "-p", help="The practice's TOML file.", envvar="ODNEXUS_PRACTICE")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
LocationOption = Annotated[str | None, typer.Option("--location", "-l", help="Only this location.")]
PRACTICE = Path("practice.toml")


@contextmanager
def told() -> Generator[None, None, None]:
    """Tell a fault of ours in one line instead of a traceback, and exit with its code."""
    try:
        yield
    except OdnexusError as error:
        print(f"odnexus: {_in_lines(error)}", file=sys.stderr)
        raise typer.Exit(code_of(error)) from None
    except BrokenPipeError:
        raise  # whoever read the output has gone: nobody is left to be told
    except OSError as error:
        raise give_up(_of_system(error)) from None


def _of_system(error: OSError) -> str:
    """Say what the operating system refused; a file of certificates is the only one that is read without a name."""
    what = (error.strerror or type(error).__name__).lower()
    if error.filename is not None:
        return f"{error.filename}: {what}; see that the folder is there, has room, and that this account may use it"
    hint = ""
    if isinstance(error, FileNotFoundError) and (named := [each for each in _CERTIFICATES if os.environ.get(each)]):
        hint = f"; see where {' and '.join(named)} of the environment lead to"
    return f"this machine refuses: {what}{hint}"


_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def _in_lines(error: OdnexusError) -> str:
    """Return what *error* says; several problems of a file stand below each other."""
    match error:
        case PracticeFileError(problems=[_, _, *_]):
            lines = str(error).splitlines()
            return "\n  ".join([f"{len(lines)} things are wrong in the settings:", *lines])
        case StoreError():
            return f"{error}; odnexus doctor says what to do"
        case _:
            return str(error)


def code_of(error: OdnexusError) -> Exit:
    """Return the exit code for *error*."""
    match error:
        case InstanceRunningError():
            return Exit.RUNNING
        case ConfigurationError():
            return Exit.SETTINGS
        case _:
            return Exit.FAILED


def give_up(message: str) -> typer.Exit:
    """Say why something could not be done, and return the exit to raise."""
    print(f"odnexus: {message}", file=sys.stderr)
    return typer.Exit(Exit.FAILED)


def plain(value: object) -> object:
    """Return *value* as JSON can hold it: records become objects, moments ISO texts; sealed bytes are left out."""
    if has(type(value)):
        names = [each.name for each in fields(cast(type[AttrsInstance], type(value)))]
        return {name: plain(getattr(value, name)) for name in names}
    match value:
        case bytes():
            return None  # sealed
        case datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(each) for key, each in cast(Mapping[object, object], value).items()}
        case list() | tuple() | set() | frozenset():
            return [plain(each) for each in cast(Iterable[object], value)]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


def print_json(value: object) -> None:
    """Print *value* as JSON, in plain letters where the output cannot hold all others."""
    whole = "utf" in (getattr(sys.stdout, "encoding", None) or "")
    print(json.dumps(plain(value), indent=2, ensure_ascii=not whole))


def print_csv(columns: Sequence[str], rows: Iterable[object]) -> None:
    """Print rows (as `plain` makes them) as CSV under a line of *columns*; lists are joined by spaces."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        values = cast("Mapping[str, object]", row)
        writer.writerow([_cell(values[name]) for name in columns])


def _cell(value: object) -> str:
    text = " ".join(map(str, cast("list[object]", value))) if isinstance(value, list) else str(value)
    # A cell that begins so would be a formula to a spreadsheet.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; in a pipe it is as wide as it needs to be."""
    table = Table(*columns, title=title, title_justify="left", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(short(each) for each in row))
    if not table.row_count:
        print(f"{title}: none")
        return
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False)
    console.print(table)


def short(value: object) -> str:
    """Return *value* as a cell of a table: moments to the second, lists with commas."""
    match value:
        case None:
            return ""
        case datetime():
            # Times on an office's wall have no zone, and must not look like UTC.
            aware = value.tzinfo is not None
            return (value.astimezone(UTC) if aware else value).strftime("%Y-%m-%d %H:%M:%S" + "Z" * aware)
        case list() | tuple():
            return ", ".join(map(short, cast(Iterable[object], value)))
        case _:
            return str(value)


def log_to_stderr(level: str) -> None:
    """Send the library's own log to stderr. Other libraries stay silent: their lines may hold names in URLs."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger("odnexus")
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel(level.upper())
