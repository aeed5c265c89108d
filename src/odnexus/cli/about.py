"""What runs here and what it needs: ``odnexus version`` and ``odnexus features``."""

from __future__ import annotations

import platform
import sqlite3
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

import odnexus
from odnexus.cli.telling import JsonOption, print_json, print_table, told
from odnexus.practice import Practice
from odnexus.reconcile.features import FEATURES, as_rows

CORE = ("httpx", "attrs", "cattrs", "authlib", "rapidfuzz", "phonenumbers", "cryptography", "tzdata")
"""Packages that odnexus stands on; tzdata only where the system has no time zones of its own."""

EXTRAS = {"sql": "sqlalchemy", "alerts": "apprise", "audit": "pandas", "vault": "keyring"}
"""Extra → the module that shows it is installed. The extra ``cli`` is there, or nobody could ask."""


def register(app: typer.Typer) -> None:
    """Add the commands to *app*."""
    app.command()(version)
    app.command()(features)


def version(json: JsonOption = False) -> None:
    """Tell which versions run here: odnexus, Python, the APIs it speaks, its packages and extras."""
    facts = versions()
    if json:
        print_json(facts)
        return
    for name, value in facts.items():
        print(f"{name:<14}{value}")


def versions() -> dict[str, str]:
    """Return what runs here, by name. Nothing of the machine beyond its system is in it."""
    from odnexus._sync.nexhealth import API_VERSION

    packages = {name: _installed(name) for name in CORE}
    return {
        "odnexus": odnexus.__version__,
        "Python": f"{platform.python_version()} ({platform.python_implementation()}, {platform.architecture()[0]})",
        "system": f"{platform.system()} {platform.release()}",
        "SQLite": sqlite3.sqlite_version,
        "NexHealth API": API_VERSION,
        **{name: found for name, found in packages.items() if found},
        "extras": ", ".join(["cli", *(extra for extra, module in EXTRAS.items() if find_spec(module))]),
    }


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def features(
    practice: Annotated[Path | None, typer.Argument(help="Only what this practice file switches on.")] = None,
    json: JsonOption = False,
) -> None:
    """Tell what odnexus can do, and the permissions, endpoints and version of Open Dental that each needs."""
    with told():
        locations = Practice.load(practice).locations if practice is not None else ()
    rows = as_rows(each for each in FEATURES if practice is None or any(map(each.is_on, locations)))
    if json:
        print_json(rows)
    else:
        print_table("Features", tuple(rows[0]), [tuple(row.values()) for row in rows])
