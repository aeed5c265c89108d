"""Where keys lie: never in a settings file, always behind a reference, by default in a sealed file.

A `Reference` names the place of a secret: an environment variable, a file, an entry of the `Vault`, or the keyring of
the operating system (extra ``odnexus[vault]``). A `Vault` is one small file. Names and dates in it can be read, values
are sealed with a key that lies elsewhere. While a credential is being rotated two values of it are live: the new one is
sent, both are accepted, until the old one is retired.

Whoever uses a credential reads it afresh (`LiveSecrets`, `LiveSealer`): a changed one counts at the next use, without a
restart.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final, Protocol, cast

from attrs import Attribute, field, frozen

from odnexus._calls import Secret
from odnexus.errors import ConfigurationError, SealError, place_of
from odnexus.mapping.grids import marked
from odnexus.nexhealth.oauth import Kept
from odnexus.stores.sealing import Sealer

FORMAT: Final = 1
REMIND_AFTER: Final = timedelta(days=180)
"""How old a credential may become before people are reminded to change it."""

log = logging.getLogger(__name__)

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def _exactly_one(instance: Reference, _: Attribute[str | None], __: str | None) -> None:
    if sum(bool(each) for each in (instance.env, instance.file, instance.vault, instance.keyring)) != 1:
        raise ConfigurationError("reference: name exactly one of env, file, vault, keyring")


@frozen(kw_only=True)
class Reference:
    """Where a secret lies; exactly one place.

    Attributes:
        env: Name of an environment variable.
        file: Path of a file that holds nothing else; relative to the settings file.
        vault: Name of an entry of the vault.
        keyring: ``service/user`` in the keyring of the operating system.
    """

    env: str | None = None
    file: str | None = None
    vault: str | None = None
    keyring: str | None = field(default=None, validator=_exactly_one)

    def __str__(self) -> str:
        """Return the place in words; it is no secret."""
        kinds = ("env", "file", "vault", "keyring")
        return next(f"{kind} {value}" for kind in kinds if (value := getattr(self, kind)))


@frozen(kw_only=True)
class Entry:
    """What may be told of an entry of the vault.

    Attributes:
        name: Its name.
        since: When the value that is sent was set (aware, UTC).
        live: How many values are accepted: 2 while it is being rotated.
    """

    name: str
    since: datetime
    live: int

    def is_old(self, now: datetime, limit: timedelta = REMIND_AFTER) -> bool:
        """Return whether it is time to change the value."""
        return now - self.since >= limit


class Vault:
    """Credentials in one sealed file. Each operation reads the file afresh, so a change is seen without a restart.

    Args:
        path: The file; it need not exist yet.
        sealer: Seals and opens the values.
    """

    def __init__(self, path: Path, sealer: Sealer | LiveSealer) -> None:
        self._path = path
        self._sealer = sealer

    @property
    def path(self) -> Path:
        """Return where the file is."""
        return self._path

    def entries(self) -> list[Entry]:
        """Return what is there, by name, without any value.

        Raises:
            ConfigurationError: The file is no vault.
        """
        return [
            Entry(name=name, since=datetime.fromisoformat(row["since"]), live=len(row["values"]))
            for name, row in sorted(self._read().items())
        ]

    def get(self, name: str) -> tuple[Secret, ...]:
        """Return the live values of *name*, the one to send first.

        Raises:
            ConfigurationError: There is no such entry.
            SealError: It was sealed with a key that is not here.
        """
        row = self._read().get(name)
        if row is None:
            raise ConfigurationError(f"vault: there is no entry {name}; put it there with odnexus vault set {name}")
        return tuple(Secret(self._open(name, value)) for value in row["values"])

    def set(self, name: str, value: str | Secret, now: datetime) -> None:
        """Store *value* under *name* as its only value; what was there is gone."""
        self._put(name, [Secret(value)], now)

    def rotate(self, name: str, value: str | Secret, now: datetime) -> None:
        """Send *value* from now on and go on accepting the one before, until `retire`."""
        self._put(name, [Secret(value), self.get(name)[0]], now)

    def retire(self, name: str) -> bool:
        """Forget the older value of *name*; return whether there was one."""
        with self._changing() as rows:
            before = rows.get(name, {"values": []})["values"]
            if len(before) < 2:
                return False
            rows[name]["values"] = before[:1]
            return True

    def remove(self, name: str) -> bool:
        """Forget *name*; return whether it was there."""
        with self._changing() as rows:
            return rows.pop(name, None) is not None

    def reseal(self) -> int:
        """Seal every value with the first key of the sealer; return how many entries there are."""
        with self._changing() as rows:
            for name, row in rows.items():
                row["values"] = [self._sealed(name, self._open(name, value)) for value in row["values"]]
            return len(rows)

    def _put(self, name: str, values: list[Secret], now: datetime) -> None:
        if not _NAME.fullmatch(name):
            raise ConfigurationError("vault: a name has letters, digits, dots, dashes and underscores, at most 64")
        if not values[0]:
            raise ConfigurationError(f"vault: the value of {name} is empty")
        sealed = [self._sealed(name, each.reveal()) for each in values]
        with self._changing() as rows:
            rows[name] = {"since": now.isoformat(), "values": sealed}

    @contextmanager
    def _changing(self) -> Generator[dict[str, dict[str, Any]], None, None]:
        """Give what is there to be changed, and write it if it was; no other process changes it meanwhile."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with lock_file(self._path, "lock").open("a+b") as file:
            lock(file, wait=True)
            rows = self._read()
            before = json.dumps(rows)
            yield rows
            if json.dumps(rows) != before:
                self._write(rows)

    def _sealed(self, name: str, value: str) -> str:
        return base64.b64encode(self._sealer.seal(value.encode(), f"vault:{name}")).decode("ascii")

    def _open(self, name: str, sealed: str) -> str:
        try:
            content = base64.b64decode(sealed, validate=True)
        except binascii.Error:
            raise SealError(f"vault:{name}: altered") from None
        return self._sealer.unseal(content, f"vault:{name}").decode()

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            return {}
        except ValueError:
            content = None
        if not isinstance(content, dict) or cast("dict[str, Any]", content).get("odnexus-vault") != FORMAT:
            remedy = "restore it from a backup, or put it aside and set its entries anew"
            raise ConfigurationError(f"vault: {self._path.name} is no vault of this version; {remedy}")
        return cast("dict[str, dict[str, Any]]", content["entries"])

    def _write(self, rows: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace the file at once; it is never there by half, and readable by its owner only."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # A temporary file of this kind is born readable by its owner only.
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"odnexus-vault": FORMAT, "entries": rows}, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


class VaultKeeper:
    """Keeps the tokens of an OAuth authorization in an entry of a vault: a `TokenKeeper`.

    Args:
        vault: The vault.
        name: The entry.
    """

    def __init__(self, vault: Vault, name: str) -> None:
        self._vault = vault
        self._name = name
        self._claim: IO[bytes] | None = None

    def load(self) -> Kept | None:
        """Return what is kept, ``None`` before the first consent."""
        if not any(entry.name == self._name for entry in self._vault.entries()):
            return None
        return Kept.from_text(self._vault.get(self._name)[0].reveal())

    def save(self, kept: Kept, now: datetime) -> None:
        """Keep *kept* in place of what was there; it is on the disk when this returns."""
        self._vault.set(self._name, kept.to_text(), now)

    def claim(self) -> bool:
        """Take the sole right to renew, without waiting. The system ends it with the process."""
        file = lock_file(self._vault.path, f"{self._name}.lock").open("a+b")
        try:
            lock(file, wait=False)
        except OSError:
            file.close()
            return False
        self._claim = file
        return True

    def release(self) -> None:
        """Give the right back."""
        if self._claim is not None:
            self._claim.close()
            self._claim = None


def lock_file(path: Path, ending: str) -> Path:
    """Return the file beside *path* whose lock stands for it; it holds nothing."""
    return path.with_name(f".{path.name}.{ending}")


def lock(file: IO[bytes], *, wait: bool) -> None:
    """Lock the first byte of an open file until it is closed; raise `OSError` if that cannot be."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - only Windows has it

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415 - Windows has none

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


class LiveSecrets:
    """The live values behind a reference, read afresh with each call: a key source for clients and the engine.

    While they cannot be read (a vault that is being copied, a keyring that is locked) the last ones that were read
    stand in, and the log says so.

    Args:
        read: Reads them; the one to send first.
        place: What they are, for the log.
    """

    def __init__(self, read: Callable[[], tuple[Secret, ...]], place: str) -> None:
        self._read = read
        self._place = place
        self._last = read()
        self._well = True

    def __call__(self) -> tuple[Secret, ...]:
        """Return the live values."""
        try:
            self._last = self._read()
        except (ConfigurationError, SealError, OSError) as error:
            if self._well:
                log.warning("%s: not read afresh (%s); the last value is used", self._place, place_of(error))
            self._well = False
        else:
            self._well = True
        return self._last

    def __repr__(self) -> str:
        return f"LiveSecrets({self._place!r})"


class LiveSealer:
    """A sealer whose keys may change while it is used.

    Keys are read anew when they are older than *age*, and at once when something was sealed with a key not known yet.

    Args:
        make: Makes a sealer from the keys as they are now.
        age: After what time they are read anew.
        seconds: A clock that only goes forward, in seconds.
    """

    def __init__(
        self,
        make: Callable[[], Sealer],
        age: timedelta = timedelta(seconds=10),
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make = make
        self._age = age.total_seconds()
        self._seconds = seconds
        self._sealer = make()
        self._made = seconds()

    def seal(self, content: bytes, context: str) -> bytes:
        """Return *content* sealed with the first key of now."""
        return self._fresh().seal(content, context)

    def unseal(self, sealed: bytes, context: str) -> bytes:
        """Return the content of *sealed*; raise `SealError` as `Sealer.unseal` does."""
        try:
            return self._fresh().unseal(sealed, context)
        except SealError:
            return self._again().unseal(sealed, context)

    def reseal(self, sealed: bytes, context: str) -> bytes:
        """Return *sealed* under the first key of now; unchanged if it is already."""
        return self._fresh().reseal(sealed, context)

    def _fresh(self) -> Sealer:
        return self._again() if self._seconds() - self._made >= self._age else self._sealer

    def _again(self) -> Sealer:
        self._made = self._seconds()
        try:
            self._sealer = self._make()
        except (ConfigurationError, SealError, OSError) as error:
            log.warning("sealing keys: not read afresh (%s); the last ones are used", place_of(error))
        return self._sealer

    def __repr__(self) -> str:
        return "<LiveSealer>"


class _Keyring(Protocol):
    """What is used of the package keyring."""

    def get_password(self, service_name: str, username: str) -> str | None: ...


def _from_keyring(place: str) -> str:
    service, _, user = place.partition("/")
    try:
        keyring = cast(_Keyring, import_module("keyring"))
    except ModuleNotFoundError:
        raise ConfigurationError("keyring: install it: pip install 'odnexus[vault]'") from None
    found = keyring.get_password(service, user)
    if not found:
        raise ConfigurationError(f"keyring: there is no password for {place}")
    return found


def _from_file(path: Path) -> str:
    try:
        content = path.read_bytes()
        # PowerShell writes two bytes a letter where its output goes into a file; editors of Windows put a mark first.
        text = content.decode(marked(content) or "utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"file: {path.name} cannot be read ({type(error).__name__})") from None
    if not text:
        raise ConfigurationError(f"file: {path.name} is empty")
    return text


def resolve(reference: Reference, folder: Path, vault: Vault | None = None) -> tuple[Secret, ...]:
    """Return the secret behind *reference*, newest first where several are live.

    Args:
        reference: Where it lies.
        folder: What relative paths start from.
        vault: The vault, where one is set up.

    Raises:
        ConfigurationError: It is not there; the message names the place.
    """
    match reference:
        case Reference(env=str(name)):
            found = os.environ.get(name, "").strip()
            if not found:
                raise ConfigurationError(f"env: the environment variable {name} is not set")
            return (Secret(found),)
        case Reference(file=str(path)):
            return (Secret(_from_file(folder / path)),)
        case Reference(keyring=str(place)):
            return (Secret(_from_keyring(place)),)
        case _:
            if vault is None:
                raise ConfigurationError("vault: the settings name an entry of it but have no section [vault]")
            return vault.get(str(reference.vault))
