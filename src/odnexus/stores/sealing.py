"""Encryption of what could hold patient data, before it reaches a store; the only door to ``cryptography``.

What is sealed has this form, version 1::

    1 byte    version of the format
    8 bytes   id of the key: the beginning of a hash, so that several keys can live side by side
    12 bytes  nonce, random
    n bytes   AES-256-GCM of the content
    16 bytes  its tag, over content, all bytes above and the context

The context says what the bytes are for (``"link.body:<id>"``): sealed bytes moved to another place do not open there.
With random nonces one key is good for some four billion seals; a practice does not make them in a lifetime.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from typing import TYPE_CHECKING, Final, NoReturn

from odnexus.errors import ConfigurationError, SealError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
VERSION: Final = 1
_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_HEADER_BYTES: Final = 1 + _ID_BYTES
_SHORTEST: Final = _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES


class Sealer:
    """Seals with its first key and opens with any of them.

    To change the key, put a new one in front and keep the old ones behind it until everything was resealed.
    A sealer cannot be printed, copied or pickled with its keys.

    Args:
        key: 32 bytes, or the same as base64 text.
        older: Further keys, which only open.

    Raises:
        ConfigurationError: A key is not 32 bytes; the message does not show it.
    """

    __slots__ = ("_ciphers", "_first")

    def __init__(self, key: bytes | str, *older: bytes | str) -> None:
        keys = [_key(given, place) for place, given in enumerate((key, *older), 1)]
        self._ciphers = {_id_of(raw): _cipher(raw) for raw in keys}
        self._first = _id_of(keys[0])

    @staticmethod
    def generate_key() -> str:
        """Return a new random key as base64 text. Keep it where passwords are kept: without it nothing opens again."""
        return base64.b64encode(os.urandom(KEY_BYTES)).decode("ascii")

    @classmethod
    def ephemeral(cls) -> Sealer:
        """Return a sealer with a random key that is kept nowhere, for tests and trials.

        Whatever it sealed is lost when the process ends: agreed essences, open reviews and stored forms cannot be read
        by the next one, which is as good as having lost the store.
        """
        return cls(os.urandom(KEY_BYTES))

    @classmethod
    def from_environment(cls, name: str = "ODNEXUS_KEY") -> Sealer:
        """Return a sealer with the keys in the environment variable *name*: base64, separated by commas or blanks.

        Raises:
            ConfigurationError: The variable is missing, empty, or holds something that is not a key.
        """
        keys = re.split(r"[,\s]+", os.environ.get(name, "").strip(", \t\r\n"))
        if keys == [""]:
            raise ConfigurationError(f"{name} is not set: put a key there, made once by Sealer.generate_key()")
        try:
            return cls(*keys)
        except ConfigurationError as error:
            raise ConfigurationError(f"{name}: {error}") from None

    def seal(self, content: bytes, context: str) -> bytes:
        """Return *content* encrypted and bound to *context*; the same content looks different every time."""
        header = bytes((VERSION,)) + self._first
        nonce = os.urandom(_NONCE_BYTES)
        return header + nonce + self._ciphers[self._first].encrypt(nonce, content, header + context.encode())

    def unseal(self, sealed: bytes, context: str) -> bytes:
        """Return the content of *sealed*.

        Raises:
            SealError: It was sealed with a key that is not here or for another context, or it was altered.
        """
        header, nonce, body = _parted(sealed, context)
        cipher = self._ciphers.get(header[1:])
        if cipher is None:
            raise SealError(f"{context}: sealed with a key that is not among the {len(self._ciphers)} given")
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - loaded by the first sealer

        try:
            return cipher.decrypt(nonce, body, header + context.encode())
        except InvalidTag:
            raise SealError(f"{context}: altered, or sealed for another context") from None

    def reseal(self, sealed: bytes, context: str) -> bytes:
        """Return *sealed* under the first key; unchanged if it is already. It is opened in either case.

        Raises:
            SealError: As `unseal`.
        """
        content = self.unseal(sealed, context)
        return sealed if sealed[1:_HEADER_BYTES] == self._first else self.seal(content, context)

    def __repr__(self) -> str:
        return f"<Sealer with {len(self._ciphers)} keys>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Sealer cannot be pickled or copied: its keys stay in this process")


def _key(given: bytes | str, place: int) -> bytes:
    """Return the 32 bytes of a key given as bytes or base64 (either alphabet, padded or not)."""
    if isinstance(given, str):
        text = given.strip().translate(str.maketrans("-_", "+/")).rstrip("=")
        try:
            given = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except (binascii.Error, ValueError):
            given = b""
    if len(given) != KEY_BYTES:
        raise ConfigurationError(f"key number {place} is not {KEY_BYTES} bytes (or their base64 text)")
    return bytes(given)


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(b"odnexus key id\x00" + key).digest()[:_ID_BYTES]


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - keeps start-up short

    return AESGCM(key)


def _parted(sealed: bytes, context: str) -> tuple[bytes, bytes, bytes]:
    """Return header, nonce and body of *sealed*."""
    if len(sealed) < _SHORTEST:
        raise SealError(f"{context}: too short to be sealed")
    if sealed[0] != VERSION:
        raise SealError(f"{context}: sealed in format {sealed[0]}, this version knows format {VERSION}")
    nonce_end = _HEADER_BYTES + _NONCE_BYTES
    return sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES:nonce_end], sealed[nonce_end:]
