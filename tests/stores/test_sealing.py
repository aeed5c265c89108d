from __future__ import annotations

import base64
import copy
import pickle
import subprocess
import sys

import pytest
from hypothesis import given, strategies as st

from odnexus.errors import ConfigurationError, SealError
from odnexus.stores.sealing import Sealer

OLD = bytes(range(32))
NEW = bytes(range(32, 64))
SECRET = b"Jane Doe, born on the first of May"


@given(content=st.binary(max_size=200), context=st.text(max_size=40).filter(lambda text: text.isprintable()))
def test_what_was_sealed_opens(content: bytes, context: str) -> None:
    sealer = Sealer(OLD)

    assert sealer.unseal(sealer.seal(content, context), context) == content


def test_nothing_of_the_content_shows() -> None:
    sealed = Sealer(OLD).seal(SECRET, "link.body:1")

    assert b"Jane" not in sealed
    assert len(sealed) == len(SECRET) + 37


def test_the_same_content_looks_different_every_time() -> None:
    sealer = Sealer(OLD)

    assert sealer.seal(SECRET, "x") != sealer.seal(SECRET, "x")


def test_another_context_does_not_open() -> None:
    sealer = Sealer(OLD)

    with pytest.raises(SealError, match="another context"):
        sealer.unseal(sealer.seal(SECRET, "link.body:1"), "link.body:2")


def test_another_key_does_not_open() -> None:
    with pytest.raises(SealError, match="not among the 1 given"):
        Sealer(NEW).unseal(Sealer(OLD).seal(SECRET, "x"), "x")


@pytest.mark.parametrize("place", range(37 + len(SECRET)))
def test_a_flipped_bit_anywhere_is_noticed(place: int) -> None:
    sealer = Sealer(OLD)
    sealed = bytearray(sealer.seal(SECRET, "x"))
    sealed[place] ^= 1

    with pytest.raises(SealError):
        sealer.unseal(bytes(sealed), "x")


@pytest.mark.parametrize("length", [0, 1, 9, 21, 36])
def test_cut_bytes_are_noticed(length: int) -> None:
    sealer = Sealer(OLD)

    with pytest.raises(SealError, match="too short"):
        sealer.unseal(sealer.seal(b"", "x")[:length], "x")


def test_a_later_format_is_named() -> None:
    sealer = Sealer(OLD)

    with pytest.raises(SealError, match="format 2, this version knows format 1"):
        sealer.unseal(b"\x02" + sealer.seal(b"", "x")[1:], "x")


def test_the_first_key_seals_and_all_open() -> None:
    before = Sealer(OLD).seal(SECRET, "x")
    both = Sealer(NEW, OLD)

    assert both.unseal(before, "x") == SECRET
    assert Sealer(NEW).unseal(both.seal(SECRET, "x"), "x") == SECRET


def test_resealing_moves_to_the_first_key() -> None:
    both = Sealer(NEW, OLD)

    moved = both.reseal(Sealer(OLD).seal(SECRET, "x"), "x")

    assert Sealer(NEW).unseal(moved, "x") == SECRET
    assert both.reseal(moved, "x") == moved


def test_resealing_notices_altered_bytes_of_the_first_key() -> None:
    sealer = Sealer(OLD)
    sealed = bytearray(sealer.seal(SECRET, "x"))
    sealed[-1] ^= 1

    with pytest.raises(SealError):
        sealer.reseal(bytes(sealed), "x")


def test_a_key_may_be_base64_of_either_alphabet_with_or_without_padding() -> None:
    key = b"\xfb\xff" * 16
    sealed = Sealer(key).seal(SECRET, "x")
    texts = [base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode()]

    for text in (*texts, *(text.rstrip("=") for text in texts), f" {texts[0]}\n"):
        assert Sealer(text).unseal(sealed, "x") == SECRET


@pytest.mark.parametrize(
    "key", [b"", b"short", bytes(33), "", "not base64 !", base64.b64encode(bytes(16)).decode(), "ä"]
)
def test_what_is_no_key_is_refused_without_being_shown(key: bytes | str) -> None:
    with pytest.raises(ConfigurationError, match="key number 2 is not 32 bytes") as caught:
        Sealer(OLD, key)

    assert not key or str(key) not in str(caught.value)


def test_a_generated_key_is_a_key() -> None:
    key = Sealer.generate_key()

    assert Sealer(key).unseal(Sealer(key).seal(SECRET, "x"), "x") == SECRET
    assert key != Sealer.generate_key()


def test_an_ephemeral_sealer_has_a_key_of_its_own() -> None:
    sealed = Sealer.ephemeral().seal(SECRET, "x")

    with pytest.raises(SealError):
        Sealer.ephemeral().unseal(sealed, "x")


def test_keys_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = Sealer(OLD).seal(SECRET, "x")
    monkeypatch.setenv("ODNEXUS_KEY", f"{Sealer.generate_key()}, {base64.b64encode(OLD).decode()}\n")

    assert Sealer.from_environment().unseal(sealed, "x") == SECRET


@pytest.mark.parametrize("value", [None, "", " , "])
def test_a_missing_variable_says_what_to_do(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("PRACTICE_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("PRACTICE_KEY", value)

    with pytest.raises(ConfigurationError, match=r"PRACTICE_KEY is not set.*generate_key"):
        Sealer.from_environment("PRACTICE_KEY")


def test_a_bad_variable_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODNEXUS_KEY", "hunter2")

    with pytest.raises(ConfigurationError, match="ODNEXUS_KEY: key number 1") as caught:
        Sealer.from_environment()

    assert "hunter2" not in str(caught.value)


def test_a_sealer_shows_no_key() -> None:
    sealer = Sealer(OLD, NEW)

    assert repr(sealer) == str(sealer) == "<Sealer with 2 keys>"
    assert not hasattr(sealer, "__dict__")


def test_a_sealer_cannot_be_pickled_or_copied() -> None:
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled or copied"):
            attempt(Sealer(OLD))


def test_importing_the_module_does_not_load_cryptography() -> None:
    code = "import sys, odnexus.stores.sealing; sys.exit('cryptography' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
