from __future__ import annotations

import json
from typing import Any

import pytest

from odnexus._calls import Call, Reply
from odnexus.errors import (
    AmbiguousWriteError,
    ApiError,
    AuthenticationError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    OfficeOfflineError,
    PermissionDeniedError,
    RateLimitError,
    ResponseError,
    ServerError,
    UnexpectedResponseError,
    UnsupportedError,
)
from odnexus.opendental import calls
from odnexus.opendental.models import Document
from odnexus.opendental.refusals import refuse, says_none, sentence
from odnexus.opendental.tables import documents

CALL: Call[Any] = calls.create_patient({"l_name": "Okafor", "f_name": "Lena", "zip": "97401"})


def answer(status: int, text: str) -> Reply:
    return Reply(status, {}, json.dumps(text).encode())


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_a_success(status: int) -> None:
    assert refuse(CALL, answer(status, "eConnector")) is None


def test_a_web_page_is_no_answer_of_the_office() -> None:
    page = Reply(200, {}, b"\n<!DOCTYPE html><title>Sign in to the guest network</title>")

    assert type(refuse(CALL, page)) is AmbiguousWriteError
    assert type(refuse(calls.confirm_appointment(7, confirm_val=None, def_num=21), page)) is UnexpectedResponseError
    assert type(refuse(calls.get_patient(7), page)) is UnexpectedResponseError


@pytest.mark.parametrize(
    ("status", "text", "error"),
    [
        (400, "The office's eConnector is not running. Please contact the office.", OfficeOfflineError),
        (400, "the office's ECONNECTOR is not running", OfficeOfflineError),
        (400, "API key has not been assigned.", OfficeOfflineError),
        (400, "Error. This is most likely a version issue", UnsupportedError),
        (400, "claimprocs DELETE  is not a valid method.", UnsupportedError),
        (404, "guardians is not a valid resource", UnsupportedError),
        (400, "The request to the office timed out.", ServerError),
        (400, "An AllergyDef with that name already exists", ConflictError),
        (400, "Duplicate patient", ConflictError),
        (400, "Zip is invalid", InvalidRequestError),
        (401, "Not authorized.", AuthenticationError),
        (401, "Developer does not have permission for this method", PermissionDeniedError),
        (403, "no", PermissionDeniedError),
        (404, "Patient not found", NotFoundError),
        (408, "", ServerError),
        (404, "Patient does not exist.", NotFoundError),
        (409, "taken", ConflictError),
        (410, "deprecated", NotFoundError),
        (418, "teapot", InvalidRequestError),
        (429, "Too many requests", RateLimitError),
        (500, "oops", ServerError),
        (504, "Gateway Time-out", ServerError),
        (302, "", UnexpectedResponseError),
    ],
)
def test_words_and_status_tell_the_cases_apart(status: int, text: str, error: type[ApiError]) -> None:
    refused = refuse(CALL, answer(status, text))

    assert refused is not None
    assert type(refused) is error
    assert refused.call == "POST /patients"
    assert refused.api == "opendental"


def test_a_sentence_of_the_vendor_stays_in_detail() -> None:
    refused = refuse(CALL, answer(400, "Lena Okafor is a bad LName"))

    assert isinstance(refused, ResponseError)
    assert refused.detail == "Lena Okafor is a bad LName"
    assert refused.status == 400
    assert str(refused) == "POST /patients: the office refused the request because of LName (400)"
    assert "Lena" not in repr(refused)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b'"Patient not found."', "Patient not found."),
        (b'{"Message": "No."}', "No."),
        (b'{"message": "No."}', "No."),
        (b'{"other": 1}', '{"other": 1}'),
        (b'["a"]', '["a"]'),
        (b"<html>504</html>", "<html>504</html>"),
        (b"", ""),
        (b"\xff\xfe", "��"),
    ],
)
def test_the_sentence_is_found_in_any_body(content: bytes, text: str) -> None:
    assert sentence(Reply(400, {}, content)) == text


def test_a_missing_permission_is_named() -> None:
    denied = refuse(CALL, answer(401, "Missing permission"))
    unknown = refuse(CALL, answer(401, "Invalid credentials"))

    assert "ApiPatients" in str(denied)
    assert "or it lacks ApiPatients" in str(unknown)


def test_an_unknown_method_names_the_version_that_has_it() -> None:
    refused = refuse(calls.delete_subscription(1), answer(400, "subscriptions DELETE is not a valid method"))

    assert isinstance(refused, UnsupportedError)
    assert refused.needed == "22.1"
    assert "22.1 or later" in str(refused)
    assert "may be too old" in str(refuse(calls.raw("GET", "/guardians"), answer(404, "x is not a valid resource.")))


def test_a_long_body_is_cut() -> None:
    refused = refuse(CALL, answer(400, "x" * 9000))

    assert isinstance(refused, ResponseError)
    assert len(refused.detail) == 2000


@pytest.mark.parametrize(
    ("status", "text", "none"),
    [
        (404, "No documents exist for this patient", True),
        (404, "No appointments found.", True),
        (404, "There are no records that match.", True),
        (404, "Patient not found", False),
        (404, "No such patient exists", False),
        (404, "documents is not a valid resource.", False),
        (404, "<html>No page was found</html>", False),
        (400, "No documents exist for this patient", False),
    ],
)
def test_a_list_is_empty_only_where_a_404_says_so_in_words(status: int, text: str, *, none: bool) -> None:
    assert says_none(answer(status, text)) is none


def test_a_list_that_is_said_to_be_empty_is_empty() -> None:
    call = calls.listing(documents.DOCUMENTS, Document, {"pat_num": 401}).page(0)
    nothing, nobody = answer(404, "No documents exist for this patient"), answer(404, "Patient not found")

    assert call.refuse(call, nothing) is None
    assert call.read(nothing) == []
    assert isinstance(call.refuse(call, nobody), NotFoundError)
