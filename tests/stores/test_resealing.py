"""A key is changed: everything sealed is sealed anew, in every kind of store, and the old key can go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from odnexus.errors import SealError
from odnexus.reconcile.inbox import Event
from odnexus.reconcile.links import Link, LinkState, Ref
from odnexus.reconcile.reviews import Review
from odnexus.stores import MemoryStore, Sealer, SqliteStore
from odnexus.stores.resealing import PORTION, Resealed

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
FIRST, SECOND = Sealer.generate_key(), Sealer.generate_key()


def fill(store: Any, sealer: Sealer, rows: int = 3) -> None:
    """Put something sealed into each part that holds such, as the engine does."""
    for number in range(rows):
        name = f"{number:05d}"
        store.inbox.put([_event(name, sealer.seal(b"form", f"event:{name}")), _event(f"plain-{name}", None)])
        store.links.save(
            Link(
                id=name,
                kind="visit",
                location="main",
                nexhealth=Ref(side="nexhealth", realm="demo", id=name),
                updated=NOW,
                state=LinkState.PENDING,
                body=sealer.seal(b"body", f"link:{name}"),
            )
        )
        review = Review(
            id=name, kind="person.match", location="main", subject="s", opened=NOW, choices=("link",), body=b"x"
        )
        store.reviews.open(_with_body(review, sealer.seal(b"candidates", f"review:{name}")))
        store.snapshots.save("charts:main", {name: sealer.seal(b"chart", f"row:charts:main/{name}")})


def _event(name: str, payload: bytes | None) -> Event:
    return Event(
        id=name,
        key=name,
        location="main",
        kind="nexhealth.form",
        subject=name,
        received=NOW,
        due=NOW,
        payload=payload,
    )


def _with_body(review: Review, body: bytes) -> Review:
    from attrs import evolve

    return evolve(review, body=body)


def read(store: Any, sealer: Sealer) -> set[bytes]:
    """Return everything that is sealed in a store, opened."""
    return {
        *(sealer.unseal(each.payload, f"event:{each.id}") for each in store.inbox.waiting(9000) if each.payload),
        *(sealer.unseal(each.body, f"link:{each.id}") for each in store.links.all(limit=9000)),
        *(sealer.unseal(each.body, f"review:{each.id}") for each in store.reviews.pending(9000)),
        *(sealer.unseal(row, f"row:charts:main/{name}") for name, row in store.snapshots.load("charts:main").items()),
    }


KINDS: dict[str, Callable[[Path], Any]] = {
    "memory": lambda _: MemoryStore(),
    "sqlite": lambda folder: SqliteStore(folder / "store.db"),
}


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    made = KINDS[request.param](tmp_path)
    yield made
    if hasattr(made, "close"):
        made.close()


def check_resealing(store: Any) -> None:
    """Change the key of *store* and check that the old one is needed no more."""
    fill(store, Sealer(FIRST))
    both, second = Sealer(SECOND, FIRST), Sealer(SECOND)

    assert store.reseal(both) == Resealed(anew=12)

    assert read(store, second) == {b"form", b"body", b"candidates", b"chart"}
    with pytest.raises(SealError):
        read(store, Sealer(FIRST))
    assert store.reseal(second) == Resealed(before=12)


def test_everything_is_sealed_anew_and_the_old_key_can_go(store: Any) -> None:
    check_resealing(store)


def test_what_no_key_opens_is_left_alone_and_counted(store: Any) -> None:
    fill(store, Sealer(FIRST), 1)

    assert store.reseal(Sealer(SECOND)) == Resealed(unreadable=4)
    assert read(store, Sealer(FIRST)) == {b"form", b"body", b"candidates", b"chart"}


def test_a_link_keeps_its_version_so_that_a_running_engine_goes_on(store: Any) -> None:
    fill(store, Sealer(FIRST), 1)
    [before] = store.links.all()

    store.reseal(Sealer(SECOND, FIRST))

    [after] = store.links.all()
    assert (after.version, after.updated) == (before.version, before.updated)
    assert store.links.save(after).version == before.version + 1


def test_more_than_a_portion_is_sealed_anew(tmp_path: Path) -> None:
    sealer = Sealer(FIRST)
    with SqliteStore(tmp_path / "store.db") as store:
        names = [f"{number:05d}" for number in range(2 * PORTION + 1)]
        store.snapshots.save("charts:main", {name: sealer.seal(b"chart", f"row:charts:main/{name}") for name in names})
        store.snapshots.save("book:main", {name: sealer.seal(b"row", f"row:book:main/{name}") for name in names})

        assert store.reseal(Sealer(SECOND, FIRST)).anew == 2 * len(names)
