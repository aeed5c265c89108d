"""What a process needs beside the practice: connections, store, rhythm, alerts; read from the same TOML file.

::

    [nexhealth]
    api_key = { vault = "nexhealth" }
    webhook_secrets = [{ env = "NEXHEALTH_WEBHOOK_SECRET" }]

    [opendental.main]                      # the name that `database` of a location uses
    developer_key = { file = "developer.key" }
    customer_key = { env = "OPENDENTAL_CUSTOMER_KEY" }
    mode = ["service", "remote"]

    [store]
    path = "odnexus.sqlite"
    key = { env = "ODNEXUS_KEY" }

Keys stand here by reference only (`odnexus.vault.Reference`): one written in plain text is refused. Relative paths
start at the folder of the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

from attrs import Attribute, field, fields, frozen

from odnexus._sync.nexhealth import BASE_URL
from odnexus.errors import ConfigurationError
from odnexus.mapping.table import Problem
from odnexus.nexhealth.tokens import ClientAuth
from odnexus.opendental.modes import Mode, Tier
from odnexus.practice import (
    ZONE_REMEDY,
    Practice,
    PracticeFileError,
    is_zone,
    structured,
)
from odnexus.reconcile.alerting import Severity
from odnexus.reconcile.hooks import API_EVENTS, WEBHOOK_EVENTS
from odnexus.vault import REMIND_AFTER, Reference

Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

PLAIN_KEY = (
    "a key is never written into this file: name where it lies, "
    'such as { env = "NAME" }, { file = "path" }, { vault = "name" } or { keyring = "service/user" }'
)

BACKSLASH = "a backslash in double quotes begins a special letter; write a path in single quotes, or with /"

_KEYS = frozenset(
    {"api_key", "developer_key", "customer_key", "key", "webhook_secrets", "older_keys", "to", "client_secret"}
)
"""Settings that hold references."""


def _check_time(_: object, attribute: Attribute[str], value: str) -> None:
    try:
        time.fromisoformat(value)
    except ValueError:
        raise ConfigurationError(f'give {attribute.name} as a time of day such as "02:30"') from None


def _check_path(_: object, attribute: Attribute[Any], value: str | None) -> None:
    # "C:\new" in double quotes is a file whose name has two lines.
    if value is not None and not value.isprintable():
        raise ConfigurationError(f"{attribute.name} is no path, {BACKSLASH}")


def _check_length(_: object, attribute: Attribute[timedelta], value: timedelta) -> None:
    if value <= timedelta(0):
        raise ConfigurationError(f'{attribute.name} has to be above zero, such as "5 minutes"')


def _check_port(_: object, attribute: Attribute[int], value: int) -> None:
    if not 0 <= value <= 65535:
        raise ConfigurationError(f"give {attribute.name} as a number from 1 to 65535")


def _check_zone(_: object, attribute: Attribute[str | None], value: str | None) -> None:
    if value is not None and not is_zone(value):
        raise ConfigurationError(f"{attribute.name}: {ZONE_REMEDY}")


@frozen(kw_only=True)
class OAuthSettings:
    """How tokens are got by OAuth 2.0, instead of an API key. See `odnexus.nexhealth.oauth.OAuthAuthorizer`.

    Attributes:
        client_id: Who asks.
        token_url: The token endpoint.
        client_secret: The client's secret, or its private key; ``None`` for a public client.
        auth_method: How the client proves itself.
        scope: What is asked for, as words with blanks between.
        authorize_url: The page at which a person consents.
        redirect_uri: Where the person is sent afterwards, as registered.
        entry: Entry of the vault that keeps the tokens.
    """

    client_id: str
    token_url: str
    client_secret: Reference | None = None
    auth_method: ClientAuth = "client_secret_basic"
    scope: str = ""
    authorize_url: str | None = None
    redirect_uri: str = ""
    entry: str = "nexhealth-oauth"


@frozen(kw_only=True)
class NexHealthSettings:
    """How NexHealth is reached: by *api_key* or by *oauth*.

    Attributes:
        api_key: Key of the developer portal; the key decides between sandbox and production.
        oauth: How tokens are got by OAuth 2.0, where an organization has put such a login in front.
        webhook_secrets: Secrets of an endpoint that is looked after by hand; the one of `[webhooks]` needs none.
        base_url: Where the API lives.
        environment: Whether the key is one of the sandbox or of a living practice; ``odnexus rehearse`` asks for it.
    """

    api_key: Reference | None = None
    oauth: OAuthSettings | None = None
    webhook_secrets: tuple[Reference, ...] = ()
    base_url: str = BASE_URL
    environment: Literal["production", "sandbox"] = "production"


@frozen(kw_only=True)
class OpenDentalSettings:
    """How one office's Open Dental is reached. See `odnexus.OpenDental` for what each setting means."""

    developer_key: Reference
    customer_key: Reference
    mode: tuple[Mode, ...] = ("remote",)
    base_url: str | None = None
    host: str | None = None
    version: str | None = None
    tier: Tier = "standard"


@frozen(kw_only=True)
class StoreSettings:
    """Where the engine keeps what it must not forget, and the key that seals it."""

    key: Reference
    older_keys: tuple[Reference, ...] = ()
    path: str = field(default="odnexus.sqlite", validator=_check_path)


@frozen(kw_only=True)
class VaultSettings:
    """The sealed file of credentials, its key, and after what time people are reminded to change one."""

    key: Reference
    older_keys: tuple[Reference, ...] = ()
    path: str = field(default="odnexus.vault", validator=_check_path)
    remind_after: timedelta = REMIND_AFTER


@frozen(kw_only=True)
class WebhookSettings:
    """What should be subscribed to, and where it is delivered; looked after by ``odnexus run`` every hour.

    Attributes:
        url: Public address with HTTPS that NexHealth delivers to; ``None`` subscribes to nothing.
        events: NexHealth's events, without what follows a full stop.
        opendental_url: Address that Open Dental's API Events are sent to; ``None`` subscribes to nothing.
        workstation: The one machine of the office that sends API Events.
        tables: Tables that it watches.
        every: How often it looks.
    """

    url: str | None = None
    events: tuple[str, ...] = WEBHOOK_EVENTS
    opendental_url: str | None = None
    workstation: str = ""
    tables: tuple[str, ...] = API_EVENTS
    every: timedelta = timedelta(seconds=15)


@frozen(kw_only=True)
class ReceiverSettings:
    """Where ``odnexus run`` receives deliveries, behind a proxy that speaks TLS.

    Attributes:
        port: Port to listen on; 0 receives nothing.
        host: Address to listen on.
    """

    port: int = field(default=0, validator=_check_port)
    host: str = "127.0.0.1"


@frozen(kw_only=True)
class RunSettings:
    """The rhythm of the connector.

    Attributes:
        every: Time between two polls of a location; with `poll` adaptive the longest.
        poll: ``fixed``, or ``adaptive``: sooner where something happens, within a quarter of the key's rate.
        pause: Time between two looks for due events.
        scan_at: When both calendars are compared, by each office's clock.
        heartbeat: A file that is written anew every half minute, for whoever watches the process.
    """

    every: timedelta = field(default=timedelta(minutes=5), validator=_check_length)
    poll: Literal["fixed", "adaptive"] = "fixed"
    pause: timedelta = field(default=timedelta(seconds=1), validator=_check_length)
    scan_at: str = field(default="02:30", validator=_check_time)
    heartbeat: str | None = field(default=None, validator=_check_path)


@frozen(kw_only=True)
class AlertSettings:
    """Where alerts go; the log gets all of them.

    Attributes:
        to: Addresses of Apprise (extra ``odnexus[alerts]``); they hold passwords, so by reference.
        at_least: What is less urgent stays in the log.
        repeat_after: The same is not said again before.
        quiet_from: From this time of day only errors are sent; what was held follows afterwards.
        quiet_until: Until this time of day.
        timezone: Zone of both times; the first location's unless given.
        digest: Day on which the week's digest is sent, ``None`` for never.
    """

    to: tuple[Reference, ...] = ()
    at_least: Severity = "warning"
    repeat_after: timedelta = timedelta(hours=6)
    quiet_from: str = field(default="00:00", validator=_check_time)
    quiet_until: str = field(default="00:00", validator=_check_time)
    timezone: str | None = field(default=None, validator=_check_zone)
    digest: Weekday | None = None


@frozen(kw_only=True)
class _Sections:
    """The sections of the file that are not the practice."""

    nexhealth: NexHealthSettings
    opendental: Mapping[str, OpenDentalSettings]
    store: StoreSettings
    vault: VaultSettings | None = None
    run: RunSettings = RunSettings()
    alerts: AlertSettings = AlertSettings()
    webhooks: WebhookSettings = WebhookSettings()
    receiver: ReceiverSettings = ReceiverSettings()


_NAMES = tuple(each.name for each in fields(_Sections))


@frozen(kw_only=True)
class Settings:
    """A practice with everything that a process for it needs.

    Attributes:
        file: The file it was read from; relative paths start at its folder.
        practice: Locations, tables, policies.
        nexhealth: How NexHealth is reached.
        opendental: How each database is reached.
        store: Where things are kept.
        vault: Where credentials are kept, ``None`` if not in a vault.
        run: The rhythm.
        alerts: Who is told.
        webhooks: What should be delivered to us.
        receiver: Where it is received.
    """

    file: Path
    practice: Practice
    nexhealth: NexHealthSettings
    opendental: Mapping[str, OpenDentalSettings]
    store: StoreSettings
    vault: VaultSettings | None
    run: RunSettings
    alerts: AlertSettings
    webhooks: WebhookSettings
    receiver: ReceiverSettings

    @property
    def folder(self) -> Path:
        """Return the folder of the file."""
        return self.file.parent

    @classmethod
    def load(cls, path: Path) -> Settings:
        """Read a settings file.

        Raises:
            PracticeFileError: Something in the file is wrong; every problem is named with its place.
            ConfigurationError: The file cannot be opened.
        """
        try:
            # Editors of Windows put a mark before the first letter.
            content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except tomllib.TOMLDecodeError as error:
            remedy = f"this is no TOML: {error}{_hint(str(error))}"
            raise PracticeFileError((Problem(place=path.name, remedy=remedy),)) from error
        except UnicodeDecodeError:
            raise ConfigurationError(f"{path}: it is not written in UTF-8; save it anew with that encoding") from None
        except FileNotFoundError:
            remedy = "name the settings file, or write one with odnexus init"
            raise ConfigurationError(f"{path}: there is no such file; {remedy}") from None
        except IsADirectoryError:
            raise ConfigurationError(
                f"{path}: cannot be read: this is a folder; name the settings file in it"
            ) from None
        except OSError as error:
            raise ConfigurationError(f"{path}: cannot be read ({type(error).__name__})") from None
        return cls.read(content, path)

    @classmethod
    def read(cls, content: Mapping[str, Any], path: Path) -> Settings:
        """Return what the content of a file says; raises as `load` does."""
        own = {name: content[name] for name in _NAMES if name in content}
        problems = list(_plain_keys(own))
        found = structured(_with_lists(own), _Sections, problems)
        practice: Practice | None = None
        try:
            practice = Practice.read({name: value for name, value in content.items() if name not in own})
        except PracticeFileError as error:
            problems += error.problems
        if found is not None and practice is not None:
            problems += _contradictions(found, practice)
        if problems or found is None or practice is None:
            raise PracticeFileError(tuple(_without_echoes(problems)))
        values = {name: getattr(found, name) for name in _NAMES}
        return cls(file=path.absolute(), practice=practice, **values)


def _hint(fault: str) -> str:
    """Return what helps with a fault that people make often, ``""`` for others."""
    if "\\" in fault:
        return f"; {BACKSLASH}"
    if "Invalid value" in fault:
        return '; a text needs plain quotes: "…"'
    return ""


def _plain_keys(content: object, place: str = "") -> Iterator[Problem]:
    """Yield a problem for each key that is written out."""
    if not isinstance(content, dict):
        return
    for name, value in cast("dict[str, object]", content).items():
        here = f"{place}.{name}".lstrip(".")
        if name in _KEYS:
            each = cast("list[object]", value) if isinstance(value, list) else [value]
            if any(isinstance(one, str) for one in each):
                yield Problem(place=here, remedy=PLAIN_KEY)
        else:
            yield from _plain_keys(value, here)


def _with_lists(own: dict[str, Any]) -> dict[str, Any]:
    """Return *own* with a single mode of a connection as a list of one."""
    offices = own.get("opendental")
    if not isinstance(offices, dict):
        return own
    changed = {name: _with_list(office) for name, office in cast("dict[str, object]", offices).items()}
    return {**own, "opendental": changed}


def _with_list(office: object) -> object:
    match office:
        case {"mode": str(mode)}:
            return {**cast("dict[str, object]", office), "mode": [mode]}
        case _:
            return office


def _contradictions(found: _Sections, practice: Practice) -> Iterator[Problem]:
    """Yield what only both halves of the file tell together."""
    for number, location in enumerate(practice.locations):
        if location.database not in found.opendental:
            remedy = f"there is no section [opendental.{location.database}]"
            yield Problem(place=f"locations[{number}].database", remedy=remedy)
    if (found.nexhealth.api_key is None) == (found.nexhealth.oauth is None):
        yield Problem(place="nexhealth.api_key", remedy="name either api_key or oauth")
    if found.nexhealth.oauth is not None and found.vault is None:
        yield Problem(place="nexhealth.oauth", remedy="its tokens are kept in a vault: add a section [vault]")
    if found.webhooks.opendental_url and not found.webhooks.workstation:
        yield Problem(place="webhooks.workstation", remedy="name the one machine of the office that sends")
    if found.vault is not None and found.vault.key.vault is not None:
        yield Problem(place="vault.key", remedy="the key of the vault cannot lie in the vault")


def _without_echoes(problems: list[Problem]) -> Iterator[Problem]:
    """Yield each problem once, without those that a plain key causes a second time."""
    plain = [problem.place for problem in problems if problem.remedy == PLAIN_KEY]
    for problem in dict.fromkeys(problems):
        # `opendental['main'].customer_key` and `opendental.main.customer_key` are one place.
        place = problem.place.replace("['", ".").replace("']", "")
        if problem.remedy == PLAIN_KEY or not any(place.startswith(each) for each in plain):
            yield problem
