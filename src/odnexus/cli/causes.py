"""Why an event waits or was given up, and what to do about it: in words for whoever looks after it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from odnexus.reconcile.writer import REMEDIES


@frozen
class Cause:
    """What a reason means, and the next step."""

    means: str
    next: str


FRESH = Cause("it has not been tried yet", "nothing: the connector takes it when it is due")

CAUSES: Mapping[str, Cause] = {
    "OfficeOfflineError": Cause(
        "the office cannot be reached through Open Dental",
        "see that its server is on and the eConnector runs; it goes on by itself",
    ),
    "ConnectionFailedError": Cause(
        "one of the two systems gave no answer", "see that the machine and the network are on; it goes on by itself"
    ),
    "RequestTimeoutError": Cause("one of the two systems was too slow", "nothing: it is tried again"),
    "AmbiguousWriteError": Cause(
        "an answer was lost after something was written", "nothing: it is looked for before anything is repeated"
    ),
    "AuthenticationError": Cause("a key was refused", "check the keys: odnexus doctor; then retry"),
    "AuthorizationLostError": Cause(
        "the authorization at NexHealth is gone", "have a person consent again: odnexus vault authorize; then retry"
    ),
    "NotAllowedError": Cause(
        "the settings of the location do not allow it", "switch on the feature that the log names; then retry"
    ),
    "PermissionDeniedError": Cause(
        "the key may not do this", "ask for the permission (odnexus doctor names it); then retry"
    ),
    "NotFoundError": Cause("a record is not there any more", "look whether it was deleted; if so, bury the event"),
    "InvalidRequestError": Cause(
        "the other side refuses what would be written", "correct the record there or in the settings; then retry"
    ),
    "ConflictError": Cause("the slot has been taken", "give the visit another time; then retry"),
    "RateLimitError": Cause("the key asked too often", "nothing: it is tried again"),
    "ServerError": Cause("the other side failed", "nothing: it is tried again; if it lasts, ask its support"),
    "UnexpectedResponseError": Cause(
        "an answer did not fit what is documented", "update odnexus, or report it with the event's id"
    ),
    "UnsupportedError": Cause("this Open Dental is too old for it", "update Open Dental (odnexus doctor); then retry"),
    "LinkConflictError": Cause("two records want one link", "look at both: odnexus links; then retry"),
    "SealError": Cause("its content cannot be opened with the store's key", "name the older key in older_keys; retry"),
    "MappingError": Cause("a value cannot be held by the other side", "correct it where it was typed; then retry"),
    "location.offline": Cause("the office cannot be reached", "see that its server is on; it goes on by itself"),
    "visit.waits-for-synchronizer": Cause(
        "NexHealth's own synchronizer is to write it", "nothing: after the grace time the staff is asked"
    ),
    "form.waits-for-chart": Cause("the patient has no chart yet", "nothing: it follows the first booking"),
    "by hand": Cause("a person gave it up", "nothing, or retry it"),
    **{rule: Cause("nobody may write here for now", remedy) for rule, remedy in REMEDIES.items()},
}


def cause_of(reason: str) -> Cause:
    """Return what *reason* means; an unknown one is a fault of the program or of a handler."""
    if not reason:
        return FRESH
    return CAUSES.get(reason, Cause("a fault of the program or of a handler", "look into the log; repair it; retry"))
