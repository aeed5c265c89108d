"""What an office says when it refuses: a status and a sentence.

Docstrings say which sentences stand on an official page (*page*) or were seen on live offices (*seen*); the others are
ours, since the documents give none. Their final full stop comes and goes: clients must not match them whole.
"""

from __future__ import annotations


class Refusal(Exception):
    """A request that is answered with an error.

    Args:
        status: The status code.
        message: The sentence, which names fields and never their values.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message


class WrongWordError(Refusal):
    """A word that its enumeration does not have; lenient offices leave the field out."""


ECONNECTOR_DOWN = "The office's eConnector is not running. Please contact the office to start their eConnector."
KEY_NOT_ASSIGNED = "API key has not been assigned."
VERSION_ISSUE = "Error. This is most likely a version issue"
NOT_AUTHORIZED = "Not authorized."
NO_PERMISSION = "This API key does not have permission for this method."
CONTENT_TYPE = "Content-Type must be application/json."
TOO_MANY = "Too many requests."


def invalid(field: str) -> Refusal:
    """Return the refusal of a value (*seen*: ``AptStatus is invalid``)."""
    return Refusal(400, f"{field} is invalid")


def required(field: str) -> Refusal:
    """Return the refusal of a request that lacks *field* (*page*, *seen*: ``PatNum is required``)."""
    return Refusal(400, f"{field} is required")


def wrong_format(field: str, pattern: str) -> Refusal:
    """Return the refusal of a date or time (*page*, *seen*: ``DateCreated format must be yyyy-MM-dd HH:mm:ss.``)."""
    return Refusal(400, f"{field} format must be {pattern}.")


def unknown_parameter(name: str) -> Refusal:
    """Return the refusal of a query parameter (*seen* on patients)."""
    return Refusal(400, f"'{name}' is not a valid parameter")


def unknown_field(name: str) -> Refusal:
    """Return the refusal of a body field."""
    return Refusal(400, f"'{name}' is not a valid field")


def unknown_resource(name: str) -> Refusal:
    """Return the refusal of a resource (*seen*)."""
    return Refusal(404, f"{name} is not a valid resource.")


def unknown_method(resource: str, verb: str, sub: str) -> Refusal:
    """Return the refusal of a verb or sub-method (*seen*, with two blanks where there is no sub-method)."""
    return Refusal(400, f"{resource} {verb} {sub} is not a valid method.")


def not_found(what: str) -> Refusal:
    """Return the refusal for a row that does not exist (*page*: ``Clinic not found``)."""
    return Refusal(404, f"{what} not found")


def too_old(method: str) -> Refusal:
    """Return the refusal of a method that the office's version lacks."""
    return Refusal(400, f"{method}: {VERSION_ISSUE}. The office must update Open Dental to use this method.")
