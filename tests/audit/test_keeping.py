"""Pictures in sealed files, and the state of an engine's store."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from odnexus import ConfigurationError, MemoryStore, Sealer, SealError
from odnexus.audit import Picture, audit, engine_state
from odnexus.audit.keeping import CONTEXT, write_sealed
from odnexus.reconcile.inbox import Bury
from odnexus.reconcile.links import Link, LinkState, Ref
from odnexus.reconcile.reviews import Review
from tests.audit.further import applied, carrier, covered, due, event
from tests.audit.office import AT, broken, location, put
from tests.audit.test_report import PERSONAL, faulty

FULL = (
    carrier(1, "Blue Alder", ""),
    covered(21, DateTerm="2026-03-03"),
    due(31, "2026-02-01"),
    lambda office: office.tables.update(
        procedures=[{"CodeNum": 1, "ProcCode": "D1110"}],
        plans=[{"PlanNum": 1, "CarrierNum": 1, "GroupNum": "G1"}],
        syncs=[{"read_status": "green"}],
    ),
    put("book", "AptNum", 501, AptDateTime="2026-03-04 11:30:00"),
)


def test_a_picture_is_the_same_after_it_was_kept(tmp_path: Path) -> None:
    sealer, picture = Sealer.ephemeral(), broken(*FULL).picture()
    picture.save(tmp_path / "picture.odx", sealer)

    loaded = Picture.load(tmp_path / "picture.odx", sealer, location())

    assert loaded == picture
    assert audit(loaded).to_dict() == audit(picture).to_dict()
    assert len(audit(loaded).rows) > 2


def test_a_kept_picture_shows_nothing_without_its_key(tmp_path: Path) -> None:
    faulty().picture().save(tmp_path / "picture.odx", Sealer.ephemeral())

    content = (tmp_path / "picture.odx").read_bytes().decode("latin-1")
    assert not PERSONAL.search(content)
    with pytest.raises(SealError):
        Picture.load(tmp_path / "picture.odx", Sealer.ephemeral(), location())


def test_a_picture_of_another_location_is_refused(tmp_path: Path) -> None:
    sealer = Sealer.ephemeral()
    faulty().picture().save(tmp_path / "picture.odx", sealer)
    other = location().__class__(name="south", nexhealth_id=13, timezone="America/Denver")

    with pytest.raises(ConfigurationError, match="location 12"):
        Picture.load(tmp_path / "picture.odx", sealer, other)


def test_types_that_were_renamed_since_a_kept_picture_are_found(tmp_path: Path) -> None:
    sealer = Sealer.ephemeral()
    broken(put("types", "AppointmentTypeNum", 5, AppointmentTypeName="Prophy")).picture().save(tmp_path / "old", sealer)
    picture = broken().picture().since(Picture.load(tmp_path / "old", sealer, location()))

    (row,) = audit(picture).rows

    assert (row.rule, row.facts) == ("type.renamed", {"before": "Prophy"})


# -- an engine's store -------------------------------------------------------------------------------------------------


def link(kind: str, nexhealth: int, opendental: int, place: str = "main") -> Link:
    return Link(
        id=f"{kind}{nexhealth}",
        kind=kind,  # type: ignore[arg-type]
        location=place,
        nexhealth=Ref(side="nexhealth", realm="demo", id=str(nexhealth)),
        opendental=Ref(side="opendental", realm="main", id=str(opendental)),
        state=LinkState.LINKED,
        updated=AT,
    )


def test_what_a_store_knows_of_one_location() -> None:
    store = MemoryStore()
    for each in (link("visit", 9001, 501), link("person", 711, 11), link("visit", 9002, 502, "south")):
        store.links.save(each)
    store.journal.append([applied("visit.created", "opendental:main/501")])
    store.inbox.put([event("9001"), event("9002", hours=3)])
    (lease, *_) = store.inbox.lease(AT, AT + timedelta(minutes=5), 5)
    store.inbox.settle(lease, Bury("ServerError"), AT)
    store.reviews.open(Review(id="r", kind="person.match", location="main", subject="s", opened=AT))
    store.cursors.set("pause:main", "{}")

    state = engine_state(store, "main")

    assert (state.visits, state.people) == ({9001: 501}, {711: 11})
    assert [entry.rule for entry in state.entries] == ["visit.created"]
    assert (len(state.waiting), [each.reason for each in state.buried]) == (1, ["ServerError"])
    assert (len(state.reviews), state.paused) == (1, True)
    assert engine_state(store, "main", since=AT + timedelta(days=1)).entries == ()


def test_more_than_a_page_of_links_and_lines_is_read() -> None:
    store = MemoryStore()
    for number in range(1, 1102):
        store.links.save(link("visit", number, number))
    store.journal.append([applied("visit.created") for _ in range(1203)])

    state = engine_state(store, "main")

    assert (len(state.visits), len(state.entries)) == (1101, 1203)


def test_a_person_whom_the_engine_has_linked_is_no_placeholder() -> None:
    office = broken(lambda office: office.person(790, "Mara", "Lund", "1988-11-20"))
    office.chart(41, "Mara", "Lund", "1988-11-20")
    store = MemoryStore()
    store.links.save(link("person", 790, 41))

    office.engine = engine_state(store, "main")

    assert office.found() == []


def test_a_picture_of_a_later_version_is_refused(tmp_path: Path) -> None:
    sealer = Sealer.ephemeral()
    write_sealed(tmp_path / "picture", {"format": 2, "nexhealth_id": 12}, sealer, CONTEXT)

    with pytest.raises(ConfigurationError, match="later version"):
        Picture.load(tmp_path / "picture", sealer, location())


def test_a_file_is_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealer, path = Sealer.ephemeral(), tmp_path / "picture"
    faulty().picture().save(path, sealer)
    before = path.read_bytes()

    def full(*_: object) -> int:
        raise OSError("full")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="full"):
        broken().picture().save(path, sealer)

    assert path.read_bytes() == before
