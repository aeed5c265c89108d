"""Uploads as the simulator takes them: multipart, one file, a folder of this location."""

from __future__ import annotations

import pytest

from tests.testing.nexhealth.calling import Desk, upload


@pytest.fixture
def desk() -> Desk:
    return Desk(linked=True)


def post(desk: Desk, body: bytes, kind: str) -> tuple[int, str]:
    patient = desk.sim.state.add_patient(desk.office.location_id, "Mara", "Lund", bio={}, foreign_id="9")
    got = desk.api.raw("POST", f"/patients/{patient}/documents", body, kind, desk.place)
    return got.status, "" if got.status < 400 else got.error


def test_a_file_is_kept_byte_by_byte(desk: Desk) -> None:
    content = bytes(range(256))

    assert post(desk, *upload("a.pdf", content=content)) == (201, "")
    (document,) = desk.sim.state.documents.values()
    assert (document.content, document.filename, document.type) == (content, "a.pdf", "application/pdf")


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_another_kind_of_body_is_refused(desk: Desk, kind: str) -> None:
    assert post(desk, b"{}", kind)[0] == 415


def test_a_body_without_a_file_is_refused(desk: Desk) -> None:
    body, kind = upload("a.pdf")

    assert post(desk, body.replace(b'name="file"', b'name="scan"'), kind) == (400, "scan is invalid")
    assert post(desk, *upload("a.pdf", content=b"")) == (400, "Missing parameter file")


def test_a_folder_of_another_location_is_refused(desk: Desk) -> None:
    other = desk.sim.state.add_location(desk.office.institution_id, "West")
    folder = desk.sim.state.add_document_type(other, "Forms")

    assert post(desk, *upload("a.pdf", folder))[0] == 404
    body, kind = upload("a.pdf", 7)
    assert post(desk, body.replace(b"\r\n\r\n7\r\n", b"\r\n\r\nseven\r\n"), kind) == (
        400,
        "document_type_id is invalid",
    )
