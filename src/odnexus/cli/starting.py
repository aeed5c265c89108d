"""The command ``odnexus init``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path
from typing import Annotated, cast

import typer

from odnexus._calls import Secret
from odnexus._sync.nexhealth import BASE_URL, NexHealth
from odnexus._sync.opendental import OpenDental
from odnexus.cli.connecting import check_sendable
from odnexus.cli.doctor.facts import LocationFacts
from odnexus.cli.doctor.gather import database_facts, location_facts
from odnexus.cli.doctor.lines import ERRORS
from odnexus.cli.drafting import draft
from odnexus.cli.settings import NexHealthSettings, OpenDentalSettings
from odnexus.cli.telling import PRACTICE, give_up, told
from odnexus.errors import ApiError, ConfigurationError
from odnexus.opendental.modes import Mode, modes
from odnexus.practice import Location
from odnexus.vault import Reference, resolve

API_KEY = Reference(env="NEXHEALTH_API_KEY")
DEVELOPER_KEY = Reference(env="OPENDENTAL_DEVELOPER_KEY")
CUSTOMER_KEY = Reference(env="OPENDENTAL_CUSTOMER_KEY")


def init(
    subdomain: Annotated[str, typer.Option(help="Institution at NexHealth.")],
    file: Annotated[Path, typer.Argument(help="The file to write.")] = PRACTICE,
    mode: Annotated[list[str] | None, typer.Option(help="remote, service or local; several in order.")] = None,
    host: Annotated[str | None, typer.Option(help="The office's server, for the API Service.")] = None,
    opendental_url: Annotated[str | None, typer.Option(help="Where Open Dental's API lives, if elsewhere.")] = None,
    nexhealth_url: Annotated[str, typer.Option(help="Where NexHealth's API lives.")] = BASE_URL,
) -> None:
    """Write a commented settings file from what both systems say. Neither is changed.

    A file that is there is never overwritten: what would be written now is shown as a diff against it.

    The keys are taken from NEXHEALTH_API_KEY, OPENDENTAL_DEVELOPER_KEY and OPENDENTAL_CUSTOMER_KEY.
    """
    with told():
        platform = NexHealthSettings(api_key=API_KEY, base_url=nexhealth_url)
        office = OpenDentalSettings(
            developer_key=DEVELOPER_KEY,
            customer_key=CUSTOMER_KEY,
            mode=modes(cast("list[Mode]", mode or ["remote"])),
            host=host,
            base_url=opendental_url,
        )
        if not file.absolute().parent.is_dir():
            raise ConfigurationError(f"{file}: there is no such folder; make it first")
        text = _written(file.name, subdomain, platform, office)
        if file.exists():
            print(difference(file.read_text(encoding="utf-8"), text, file.name), end="")
            return
        file.write_text(text, encoding="utf-8")
    open_points = text.count("CHECK") - 1
    print(f"{file.name} is written; {open_points} lines are marked CHECK. Then: odnexus doctor {file.name}")


def difference(before: str, now: str, name: str) -> str:
    """Return how a file that is there differs from what both systems say now, as a unified diff."""
    lines = unified_diff(
        before.splitlines(keepends=True), now.splitlines(keepends=True), name, f"{name}, as both systems say now"
    )
    return "".join(lines) or f"{name} says what both systems say; nothing to change\n"


def _written(file: str, subdomain: str, platform: NexHealthSettings, chosen: OpenDentalSettings) -> str:
    with ExitStack() as stack:
        opendental = stack.enter_context(
            OpenDental(
                developer_key=_key(DEVELOPER_KEY),
                customer_key=_key(CUSTOMER_KEY),
                mode=chosen.mode,
                host=chosen.host,
                base_url=chosen.base_url,
            )
        )
        nexhealth = stack.enter_context(
            NexHealth(api_key=_key(API_KEY), subdomain=subdomain, base_url=platform.base_url)
        )
        office = database_facts("main", chosen, opendental, lambda: datetime.now(UTC))
        if not office.reached:
            name = office.errors["version"]
            raise give_up(f"Open Dental is not reached ({name}): {ERRORS.get(name, 'try again')}")
        try:
            places = list(_places(nexhealth))
        except ApiError as error:
            name = type(error).__name__
            raise give_up(f"NexHealth is not reached ({name}): {ERRORS.get(name, 'try again')}") from None
        if not places:
            raise give_up(f"NexHealth has no active location in {subdomain}")
        return draft(file, subdomain, platform, chosen, office, places)


def _places(client: NexHealth) -> Iterator[LocationFacts]:
    names = set[str]()
    for place in client.locations.iter():
        if place.inactive:
            continue
        name = re.sub(r"[^a-z0-9]+", "-", (place.name or "").casefold()).strip("-") or "main"
        if name in names:
            name = f"{name}-{place.id}"
        names.add(name)
        yield location_facts(client, Location(name=name, nexhealth_id=place.id, timezone=place.tz or "UTC"))


def _key(reference: Reference) -> Secret:
    secret = resolve(reference, Path())[0]
    check_sendable(str(reference.env), secret)
    return secret


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(init)
