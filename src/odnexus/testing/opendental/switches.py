"""What Open Dental's documents leave open, one named switch each, set to what the evidence favours.

Everything the documents do say is no switch: it is how the simulator works. `Switches.lenient` loosens the first group
only, as `OpenDentalSimulator(strict=False)` does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, TypeAlias

from attrs import evolve, frozen

Check: TypeAlias = Literal["refuse", "ignore"]
Rule: TypeAlias = Literal["accept", "refuse"]


@frozen(kw_only=True)
class Switches:
    """How a simulated office behaves where the documents are silent or contradict what was seen on the wire."""

    # --- Strictness about requests -----------------------------------------------------------------------------------

    unknown_parameters: Literal["refuse", "as_seen", "ignore"] = "refuse"
    """An undocumented query parameter: 400 everywhere; 400 on patients only, as seen on live offices; or ignored."""

    unknown_fields: Check = "refuse"
    """An undocumented or non-writable body field: 400, or silently ignored, as several pages and live offices say."""

    wrong_words: Check = "refuse"
    """A word that an enumeration does not have, or its number: 400 as seen on live offices, or left out silently."""

    loose_types: Check = "refuse"
    """A JSON boolean for "true", a number for a text, null for anything: 400, or taken for what was meant."""

    content_type: Check = "refuse"
    """A request without ``Content-Type: application/json``: 400 on every verb as documented, or let through."""

    name_case: Check = "refuse"
    """Parameters and body fields in another case than documented: unknown, or recognised."""

    path_case: Check = "refuse"
    """Resources and sub-methods in another case than documented: unknown, or recognised (lower-case sub-methods are
    reported to work)."""

    # --- Lists -------------------------------------------------------------------------------------------------------

    limit_above_cap: Literal["clamp", "refuse"] = "clamp"
    """A ``Limit`` above the page size of the mode: cut to it, or 400."""

    bad_paging: Check = "refuse"
    """A negative or unreadable ``Limit`` or ``Offset``: 400, or read as if it were not there."""

    list_order: Literal["primary_key", "descending", "scattered"] = "primary_key"
    """Order of the lists for which no order is documented. Scattered is arbitrary but the same on every page."""

    definition_order: Literal["item_order", "primary_key"] = "item_order"
    """Order of ``/definitions``: rows seem to come in the order of the office's own list."""

    stamp_filter: Literal["after", "at_or_after"] = "after"
    """``DateTStamp`` filters: "altered after" is what most pages say; some of them show an inclusive reading."""

    filter_by_unknown_key: Literal["not_found", "empty"] = "not_found"
    """A list filtered by a patient, operatory or clinic that does not exist: 404 (listed on the pages), or ``[]``."""

    line_breaks: Literal["blank", "kept"] = "blank"
    """Line breaks inside texts of an answer: turned into blanks, or kept as some newer methods do."""

    # --- The way to the office ---------------------------------------------------------------------------------------

    throttle: Literal["delay", "refuse", "off"] = "delay"
    """A request that comes too early (Remote mode only): queued and answered late, refused with 429, or let through."""

    throttle_queue: int = 10
    """How many requests may wait in the queue before the next one gets 429 and ``Retry-After``."""

    throttle_wait: Literal["advance", "record"] = "advance"
    """How a queued request waits: the simulator sleeps on its clock before it works, or works at once and says in the
    reply how late it comes (so that requests of one moment really queue up)."""

    retry_after: Literal["sent", "absent"] = "sent"
    """Whether a 429 says when to come back."""

    unauthorized_body: Literal["json", "empty"] = "json"
    """Content of a 401: a JSON string like other errors, or nothing."""

    latency: timedelta = timedelta(0)
    """How long the office works on each request. The interval between two requests includes it."""

    slow_latency: timedelta = timedelta(seconds=20)
    """How long it works in the state ``slow``."""

    processing_limit: timedelta = timedelta(seconds=60)
    """After how long the gateway answers 504 (documented; a switch to save tests from long waits)."""

    gateway_timeout: Literal["applied", "dropped"] = "applied"
    """What becomes of a request answered with 504: carried out all the same, or not."""

    gateway_body: Literal["html", "json"] = "html"
    """Content of a 504: a proxy's page, or a JSON string like other errors."""

    disabled_key_grace: timedelta = timedelta(0)
    """How long Service and Local mode still accept a key after it was disabled (their check is valid for six hours)."""

    location_in_local_modes: Literal["own", "remote", "absent"] = "own"
    """The ``location`` header of a 201 in Service and Local mode: where the request went, Remote's URL, or none."""

    # --- Patients ----------------------------------------------------------------------------------------------------

    name_search: Literal["starts_with", "contains"] = "starts_with"
    """How ``LName`` and ``FName`` of ``GET /patients`` compare: live offices match the beginning, the page says
    partially. ``/patients/Simple`` always matches anywhere, as its example shows."""

    phone_search: Literal["digits", "literal"] = "digits"
    """How ``Phone`` of ``GET /patients`` compares: by digits anywhere in one of the three numbers, or as written."""

    search_hides_archived: bool = True
    """``GET /patients`` leaves archived charts out unless ``showArchived`` is true, as the desktop's window does."""

    simple_returns_deleted: bool = False
    """``/patients/Simple`` returns charts with the status Deleted. Its own list of statuses does not name it."""

    zip_as_number: bool = True
    """``GET /patients`` returns a Zip made of digits as a JSON number, as its example shows."""

    duplicates_include_archived: bool = True
    """Archived charts count when ``POST /patients`` looks for duplicates. Deleted ones never do."""

    duplicate_message: str = "A patient with this information already exists."
    """Text of that refusal; only its status is documented."""

    default_pri_prov: Literal["practice", "none"] = "practice"
    """Primary provider of a patient posted without one: the practice's default, or 0."""

    guarantor: Literal["head", "anyone"] = "head"
    """Whether ``Guarantor`` must name the head of a family (400 otherwise), or may name any patient."""

    state_format: Literal["two_capitals", "free"] = "two_capitals"
    """Whether ``State`` is held to two capitals (400 otherwise)."""

    long_text: Literal["refuse", "cut"] = "refuse"
    """A text longer than its column: 400, or cut."""

    # --- Appointments ------------------------------------------------------------------------------------------------

    overlap: Rule = "accept"
    """Two visits at one time in one operatory. Nothing is documented about refusing them."""

    past_dates: Rule = "accept"
    """Booking or moving a visit into the past."""

    hidden_operatory: Rule = "accept"
    """Booking or moving a visit into an operatory that is hidden."""

    closed_time: Rule = "accept"
    """Booking or moving a visit to a time at which no provider's schedule covers its operatory."""

    move_resets_confirmed: bool = False
    """``PUT /appointments`` with another time sets Confirmed back to the first definition, as the desktop does."""

    break_to_list_status: Literal["UnschedList", "Broken"] = "UnschedList"
    """AptStatus after ``Break`` with ``sendToUnscheduledList`` true."""

    break_to_list_op: Literal["kept", "zero"] = "kept"
    """Op after ``Break`` with ``sendToUnscheduledList`` true. AptDateTime is kept either way."""

    plain_break_history: Literal["Changed", "Cancelled", "Missed"] = "Changed"
    """HistApptAction of a break without ``breakType``."""

    break_makes_commlog: bool = False
    """The office's preference that a break through the API leaves a commlog."""

    history_source: Literal["by_mode", "none"] = "by_mode"
    """ApptSource of history rows that the API causes: after the program that carried it (EConnector,
    OpenDentalAPIService), or always None."""

    history_dates: Literal["HistDateTStamp", "AptDateTime"] = "HistDateTStamp"
    """The column that ``date``, ``dateStart`` and ``dateEnd`` of ``/histappointments`` mean."""

    slots_respect_blockouts: bool = False
    """``/appointments/Slots`` leaves blockouts out. The page does not mention them."""

    # --- Other resources ---------------------------------------------------------------------------------------------

    comm_source: Literal["User", "FHIR"] = "User"
    """CommSource of commlogs posted: what the example shows, or what the enumeration reserves for the API."""

    carrier_names: Rule = "accept"
    """A second carrier with the same name."""

    pat_field_values: Check = "refuse"
    """A custom field's value that does not fit its type (an item the pick list lacks): 400, or taken as it is."""

    second_pat_field: Rule = "refuse"
    """``POST /patfields`` where the patient has the field already: 400, or a second row."""

    put_of_missing_pat_field: Rule = "refuse"
    """``PUT /patfields`` where the patient has no such field yet: 404 ("updates an existing patfield"), or created."""

    one_pat_field: Literal["object", "list"] = "object"
    """A list of one patient's field with one name: the object itself, as the page's example shows, or a list."""

    no_documents: Literal["empty", "not_found"] = "empty"
    """The list of a patient without documents: ``[]``, or 404 "No documents exist for this patient", a sentence whose
    method is not known."""

    pending_upload_in_note: bool = False
    """Lists of documents show the upload that no user has opened yet in ``Note``, where the database keeps it."""

    second_subscription: Rule = "accept"
    """A second InsSub of one subscriber in one plan."""

    ordinal_gap: Literal["closed", "kept"] = "closed"
    """A coverage whose ``Ordinal`` leaves a gap behind the others: put right behind them, or kept as sent."""

    relationship_spelling: Literal["pages", "schema"] = "pages"
    """How answers spell relationships: as each page does (InjuredPlantiff, Dependant), or as the database does."""

    first_verification: Rule = "accept"
    """``PUT /insverifies`` for something that was never verified: the row is made, or 404."""

    endpoint_slash: Literal["free", "required"] = "free"
    """Whether the path of ``EndPointUrl`` must end with a slash, as a release note of 22.3 says."""

    unverified_since: str = "26.1"
    """From which version on fields exist that only third-party code of 2026 names (MedUrgNote, IsMirrored …)."""

    # --- API Events --------------------------------------------------------------------------------------------------

    event_success: Literal["any_answer", "2xx"] = "any_answer"
    """What counts as delivered: any HTTP answer (the page calls only an unreachable endpoint a failure), or 2xx."""

    deleted_event: Literal["history_row", "short"] = "history_row"
    """Rows of ``AppointmentDeleted``: the histappointment row, or the short form that third-party code guesses."""

    catch_up_after_shutdown: Literal["everything", "three_days"] = "everything"
    """What a sender that was switched off sends when it is back; the three days are stated for failed deliveries."""

    def lenient(self) -> Switches:
        """Return these switches with every check on the form of requests loosened."""
        return evolve(
            self,
            unknown_parameters="ignore",
            unknown_fields="ignore",
            wrong_words="ignore",
            loose_types="ignore",
            content_type="ignore",
            name_case="ignore",
            path_case="ignore",
            bad_paging="ignore",
        )
