"""Documents, alerts and clinical notes at a simulated NexHealth that refuses whatever is not documented."""

from __future__ import annotations

from typing import Any

import pytest

from odnexus.errors import (
    AmbiguousWriteError,
    ConfigurationError,
    InvalidRequestError,
    NotFoundError,
    UnexpectedResponseError,
)
from odnexus.testing.nexhealth import DemoOffice
from tests._async.nexhealth_support import client, office
from tests._async.running import running

PDF = b"%PDF-1.7 \r\n--not a boundary\r\n invented"


def patient_of(place: DemoOffice) -> int:
    return place.simulator.state.add_patient(place.location_id, "Mara", "Lund", bio={}, foreign_id="9")


@running
async def test_a_file_arrives_as_it_was_and_comes_back_as_it_was() -> None:
    place = office(linked=True)
    patient, folder = patient_of(place), place.simulator.state.add_document_type(place.location_id, "Forms")
    async with client(place) as nex:
        made = await nex.patient_documents.upload(patient, "consent.pdf", PDF, document_type_id=folder)
        rows = [row async for row in nex.patient_documents.iter(patient)]
        content = await nex.patient_documents.download(made.url or "")
        whole = await nex.patient_documents.download(f"https://nexhealth.info{made.url}")

    assert rows == [made]
    assert (made.filename, made.type, made.document_type_id) == ("consent.pdf", "application/pdf", folder)
    assert content == whole == PDF
    assert "consent" not in repr(made)


@running
async def test_our_token_goes_to_no_other_host() -> None:
    place = office(linked=True)
    async with client(place) as nex:
        before = place.simulator.count()
        for url in ("https://files.example.com/a.pdf", "//files.example.com/a.pdf", "http://nexhealth.info/a", "a.pdf"):
            with pytest.raises(ConfigurationError, match="url"):
                await nex.patient_documents.download(url)

    assert place.simulator.count() == before


@running
async def test_a_document_of_another_size_is_refused() -> None:
    place = office(linked=True)
    number = place.simulator.state.add_document(patient_of(place), "a.pdf", PDF)
    async with client(place) as nex:
        with pytest.raises(UnexpectedResponseError):
            await nex.patient_documents.download(f"/documents/{number}/download", limit=5)
        with pytest.raises(NotFoundError):
            await nex.patient_documents.download("/documents/4711/download")


@pytest.mark.parametrize(("name", "content"), [("", b"x"), ('a".pdf', b"x"), ("a\r\nb.pdf", b"x"), ("a.pdf", b"")])
@running
async def test_what_cannot_stand_in_a_part_is_not_sent(name: str, content: bytes) -> None:
    place = office(linked=True)
    async with client(place) as nex:
        with pytest.raises(ConfigurationError):
            await nex.patient_documents.upload(1, name, content)

    assert place.simulator.count() == 0


@running
async def test_an_upload_whose_answer_is_lost_is_doubt() -> None:
    place = office(linked=True)
    patient = patient_of(place)
    place.simulator.faults.on("POST /patients/{id}/documents", kind="lost_answer")
    async with client(place) as nex:
        with pytest.raises(AmbiguousWriteError):
            await nex.patient_documents.upload(patient, "a.pdf", PDF)
        rows = [row async for row in nex.patient_documents.iter(patient)]

    assert len(rows) == 1


@running
async def test_folders_are_active_unless_asked_otherwise() -> None:
    place = office(linked=True)
    state = place.simulator.state
    forms, old = (
        state.add_document_type(place.location_id, "Forms"),
        state.add_document_type(place.location_id, "Old", active=False),
    )
    async with client(place) as nex:
        assert [row.id async for row in nex.document_types.iter()] == [forms]
        assert [row.id async for row in nex.document_types.iter(active=False)] == [old]
        assert (await nex.document_types.get(old)).name == "Old"
        with pytest.raises(NotFoundError):
            await nex.document_types.get(4711)


@running
async def test_an_alert_is_made_read_and_switched_off() -> None:
    place = office(linked=True)
    patient = patient_of(place)
    async with client(place) as nex:
        made = await nex.patient_alerts.create(patient, "late")
        off = await nex.patient_alerts.disable(patient, made.id)
        shown = [row async for row in nex.patient_alerts.iter(patient)]
        everything = [row async for row in nex.patient_alerts.iter(patient, include_disabled=True)]
        again = await nex.patient_alerts.get(patient, made.id)

    assert (made.note, made.disabled_at) == ("late", None)
    assert off.disabled_at is not None
    assert (shown, everything) == ([], [off])
    assert again == off


@running
async def test_where_no_system_is_connected_there_are_no_alerts() -> None:
    place = office()
    async with client(place) as nex:
        with pytest.raises(InvalidRequestError):
            await nex.patient_alerts.create(patient_of(place), "late")


@running
async def test_notes_of_providers_are_read_by_patient() -> None:
    place = office(linked=True)
    patient = patient_of(place)
    place.simulator.state.add_clinical_note(place.location_id, patient, "filling")
    place.simulator.state.add_clinical_note(place.location_id, patient + 1, "crown")
    wanted: dict[str, Any] = {"patient_id": patient}
    async with client(place) as nex:
        rows = [row async for row in nex.clinical_notes.iter(**wanted)]
        pages = [page async for page in nex.clinical_notes.pages(per_page=1)]

    assert [row.content for row in rows] == ["filling"]
    assert [len(page.rows) for page in pages] == [1, 1]
    assert "filling" not in repr(rows)
