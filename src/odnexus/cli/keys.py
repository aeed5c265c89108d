"""``odnexus vault``: put credentials away, change them, see how old they are. No value is ever shown."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from odnexus._sync.nexhealth import NexHealth
from odnexus.cli.connecting import Keys, Office
from odnexus.cli.settings import Settings
from odnexus.cli.telling import (
    PRACTICE,
    JsonOption,
    PracticeOption,
    give_up,
    print_json,
    print_table,
    told,
)
from odnexus.errors import ConfigurationError
from odnexus.nexhealth.oauth import OAuthAuthorizer
from odnexus.stores import Sealer
from odnexus.vault import Vault

commands = typer.Typer(help="Credentials in a sealed file.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="Name of the entry, as the settings refer to it.")]


def _opened(practice: PracticeOption) -> tuple[Settings, Vault]:
    settings = Settings.load(practice)
    vault = Keys(settings).vault
    if vault is None:
        raise ConfigurationError("vault: the settings have no section [vault]; add it with its key")
    return settings, vault


def _asked(name: str) -> str:
    """Return a value that was typed without echo, or came through a pipe."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return str(typer.prompt(f"Value of {name}", hide_input=True)).strip()


@commands.command("list")
def list_(practice: PracticeOption = PRACTICE, as_json: JsonOption = False) -> None:
    """Show which credentials there are, how old they are, and which should be changed."""
    now = datetime.now(UTC)
    with told():
        settings, vault = _opened(practice)
        entries = vault.entries()
    limit = settings.vault.remind_after if settings.vault is not None else None
    rows = [
        {
            "name": entry.name,
            "since": entry.since,
            "days": (now - entry.since).days,
            "live": entry.live,
            "old": limit is not None and entry.is_old(now, limit),
        }
        for entry in entries
    ]
    if as_json:
        print_json(rows)
        return
    notes = {True: "old: change it", False: ""}
    print_table(
        "Vault",
        ("name", "since", "days", "live", "note"),
        [(row["name"], row["since"], row["days"], row["live"], notes[bool(row["old"])]) for row in rows],
    )


@commands.command("set")
def set_(name: NameArgument, practice: PracticeOption = PRACTICE) -> None:
    """Store a credential, asked for without echo or read from a pipe. What was there is gone."""
    with told():
        _opened(practice)[1].set(name, _asked(name), datetime.now(UTC))
    print(f"{name} is stored")


@commands.command()
def rotate(name: NameArgument, practice: PracticeOption = PRACTICE) -> None:
    """Send a new value from now on; the one before is accepted until it is retired."""
    with told():
        _opened(practice)[1].rotate(name, _asked(name), datetime.now(UTC))
    print(f"{name}: the new value is sent, the older one is accepted until: odnexus vault retire {name}")


@commands.command()
def retire(name: NameArgument, practice: PracticeOption = PRACTICE) -> None:
    """Forget the older value of a credential that was rotated."""
    with told():
        if not _opened(practice)[1].retire(name):
            raise give_up(f"{name} has no older value")
    print(f"{name}: the older value is gone")


@commands.command()
def remove(name: NameArgument, practice: PracticeOption = PRACTICE) -> None:
    """Forget a credential."""
    with told():
        if not _opened(practice)[1].remove(name):
            raise give_up(f"there is no entry {name}")
    print(f"{name} is gone")


@commands.command()
def reseal(practice: PracticeOption = PRACTICE) -> None:
    """Seal the vault and the store with the first of their keys, after one was changed.

    A running connector need not be stopped. Exit code 1: something is sealed with a key that is not here.
    """
    with told(), Office(Settings.load(practice)) as office:
        if office.keys.vault is not None:
            print(f"vault: {office.keys.vault.reseal()} entries are sealed with the first key; older_keys may go")
        if not office.store_path.exists():
            return
        done = office.store.reseal(office.sealer())
        print(f"store: {done.anew} rows sealed anew, {done.before} were already under the first key")
        if done.unreadable:
            raise give_up(f"store: {done.unreadable} rows are sealed with none of the keys; keep older_keys")
        print("store: older_keys may go")


@commands.command()
def authorize(practice: PracticeOption = PRACTICE) -> None:
    """Let a person consent to odnexus at NexHealth's OAuth server; the tokens go into the vault."""
    with told(), Office(Settings.load(practice)) as office:
        authorizer = office.authorizer()
        if not isinstance(authorizer, OAuthAuthorizer):
            raise ConfigurationError("nexhealth.oauth: the settings name an API key; that needs no consent")
        consent = authorizer.authorization_url()
        print(f"Open this address in a browser and sign in:\n\n{consent.url}\n")
        answer = _asked("the address that you are sent to, whole")
        with NexHealth(authorizer=authorizer, base_url=office.settings.nexhealth.base_url) as client:
            client.redeem(consent, answer)
    print("authorized: the tokens are in the vault and are renewed by themselves")


@commands.command("new-key")
def new_key() -> None:
    """Print a new random key for a store or a vault. Keep it where passwords are kept."""
    print(Sealer.generate_key())
