"""Everything the documents leave open, as named switches: what the simulator assumes, and what else it can do.

The fact sheet marks these points as unverified, or two editions of the documentation disagree about them. A program
that works under each setting does not depend on a guess. The defaults follow the current edition where it speaks, and
otherwise the harder case.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import frozen

InsuranceKey: TypeAlias = Literal[
    "patient_insurance_coverage", "patient_insurance_coverages", "coverage", "insurance_coverage", ""
]


@frozen(kw_only=True)
class Switches:
    """Assumptions of the NexHealth simulator, one attribute each."""

    # Envelope and headers

    envelope_nulls: bool = True
    """`description` (and `count` of single answers) is null when there is nothing to say, as in the samples. False
    keeps to the types of the published document: an empty text and a number."""

    error_data: Literal["object", "null"] = "object"
    """What `data` holds beside an error: `{}` or null."""

    vendor_media_type: bool = True
    """Operations without the version header in the document answer `application/vnd.Nexhealth+json;version=2`."""

    unmigrated_take_plain_accept: bool = True
    """Those operations (but `/authenticates`) accept `Accept: application/json`. False answers 406."""

    unknown_version_status: int = 404
    """Status for a version that does not exist; a missing version is 404 by the documents."""

    edge_version: bool = True
    """`v3.1.0` may be used and falls through to v3.0.0. False refuses it with 403: a practice not approved for it."""

    raw_key_as_token: bool = False
    """The bare API key is accepted in place of a token on every call, as a few public clients assume."""

    # Reading parameters

    naive_times: Literal["utc", "location", "refuse"] = "utc"
    """Zone of a time that was sent without an offset."""

    array_styles: Literal["documented", "both"] = "documented"
    """Which spelling of arrays is understood: only the one of the document (repeated keys or a comma list), or both."""

    per_page_above_limit: Literal["refuse", "clamp"] = "refuse"
    """What happens to `per_page` above the maximum."""

    both_cursors: Literal["refuse", "forward"] = "refuse"
    """`start_cursor` and `end_cursor` in one call: 400, or `end_cursor` wins."""

    foreign_cursor: Literal["refuse", "honour"] = "refuse"
    """A cursor of another list, other filters or another sort: 400, or used all the same."""

    empty_page_cursor: str | None = None
    """Both cursors of a page without rows."""

    absent_includes: Literal["absent", "null"] = "absent"
    """How a sub-object looks that was not asked for."""

    missing_reference_status: int = 404
    """Status when a body or query names a provider, patient, operatory or type that does not exist."""

    # Rate limits

    rate_limits: bool = True
    """Limits are enforced at all."""

    per_second_limits: bool = True
    """The limits per second apply too; they stand only in the v2 edition."""

    retry_after: bool = False
    """A 429 carries `Retry-After` (whole seconds)."""

    rate_limit_body: Literal["envelope", "text"] = "envelope"
    """Body of a 429."""

    # Patients

    phone_cleaning: Literal["digits_then_cut", "cut"] = "digits_then_cut"
    """Phones lose their punctuation before they are cut to ten characters, or are cut as sent."""

    upper_case_email_domains: bool = True
    """An e-mail address with capitals behind the @ is accepted."""

    patient_created_for_api_patients: bool = False
    """`patient_created` fires for patients made by API (older edition); the current text speaks of the EHR only."""

    placeholders_listed: Literal["with_upcoming_visit", "always"] = "with_upcoming_visit"
    """When `GET /patients` shows patients that are not in the EHR yet (parameter `new_patient`)."""

    placeholder_rebooking: Literal["refuse", "refuse_live", "accept"] = "refuse"
    """Booking a placeholder again by API: refused after any booking, only beside a live one, or accepted."""

    placeholder_fate: Literal["replaced", "updated"] = "replaced"
    """What becomes of an inserted placeholder: a new record takes over and its id answers 404; or it is updated."""

    placeholder_replaced_at: Literal["read_back", "insertion"] = "read_back"
    """When the new record appears: when the EHR is read again (document), or at once."""

    reader_adopts_placeholders: bool = False
    """A patient read from the EHR replaces a placeholder of the same name, birth date and phone not inserted by us."""

    guardian_booking_patient: Literal["dependant", "guardian"] = "dependant"
    """Whose id `patient_id` of a guardian's booking holds afterwards."""

    dependant_contact: Literal["guardian", "blank"] = "guardian"
    """The dependant's phone and e-mail: taken from the guardian, or empty."""

    merged_patient: Literal["gone", "survivor"] = "gone"
    """What the id of a patient answers who was merged into another: 404, or the other. No page speaks of it."""

    # Appointments

    patient_include: Literal["honoured", "ignored"] = "honoured"
    """Whether ``include=patient`` embeds the patient in an appointment."""

    time_offsets: Literal["zulu", "absent"] = "zulu"
    """Times of appointments end in ``Z``, as in the samples, or say nothing of their zone. They are UTC either way."""

    written_appointment: Literal["whole", "id"] = "whole"
    """What a booking and an edit answer in `data.appt`: the appointment as documented, or its id alone."""

    unwritten_foreign_id: Literal["null", "zero"] = "null"
    """`foreign_id` of an appointment that is not in the EHR: null, or Open Dental's own word for none, ``0``."""

    overlap: Literal["chair", "chair_and_provider"] = "chair"
    """What a booking may not overlap: the chair (the provider where one side has no chair), or the provider as well."""

    booking_outside_hours: Literal["accept", "refuse"] = "accept"
    """Booking a time outside every working hour of the provider."""

    no_type_id: int | None = 0
    """`appointment_type_id` of an appointment without a type; the document says 0."""

    held_foreign_id_type: str = "nex"
    """`foreign_id_type` of an appointment that is not in the EHR, by analogy with patients."""

    stripe_secret: Literal["absent", "null"] = "absent"  # noqa: S105 - a field's name
    """`stripe_client_secret` where no deposit is configured."""

    cancel_again: Literal["refuse", "accept"] = "refuse"
    """Cancelling what is cancelled: 400 with a text only, or 200."""

    edit_cancelled: Literal["refuse", "accept"] = "refuse"
    """Confirming, moving or noting a cancelled appointment."""

    reschedule_supported: bool = True
    """The EHR takes a new time, chair or note by PATCH. False answers 400, like most systems but four."""

    unsupported_edits: Literal["refuse", "ignore"] = "refuse"
    """What becomes of an edit that the EHR does not take: refused since June 2026, before that answered with a 200."""

    edit_note_limit: int | None = None
    """Longest note of a PATCH; the 128 characters are documented for POST."""

    cancelled_absent: Literal["both", "active"] = "both"
    """What `GET /appointments` lists without `cancelled`."""

    next_available_date: Literal["when_empty", "always"] = "when_empty"
    """When `available_slots` names the next day with a slot."""

    # Forms

    forms: Literal["absent", "v3.1"] = "absent"
    """Patient Forms, a beta that v3.1.0 serves to approved partners; v3.0.0 has no forms at all."""

    form_response_names: tuple[str, str] = ("patient_id", "form_schema_id")
    """What the patient and the form are called in the body of ``POST /form_responses``: the page shows no names."""

    form_request_event: Literal["absent", "offered"] = "absent"
    """`form_request_completed` (the patient submitted a form) stands in older pages only: subscribing to it is refused
    with 400, or offered."""

    form_answers_key: Literal["patient_submitted_data", "answers"] = "patient_submitted_data"
    """Key of the answers in events of forms."""

    document_event: Literal["at_once", "never"] = "at_once"
    """When `document_insertion.complete` follows an upload to a location with a connected system."""

    # Events

    update_events_when_held: bool = True
    """`appointment_updated` fires at once for a change of an appointment that stays in NexHealth."""

    appointment_requested_without_ehr: bool = True
    """`appointment_requested` fires for a booking on the patient page of a location without a sync."""

    updated_event: Literal["written", "read_back"] = "written"
    """When `appointment_updated` tells of an edit: when it is written, or when it is read back (older edition)."""

    created_event_on_read_back: bool = True
    """`appointment_created` fires when an insertion of NexHealth is read back (older edition)."""

    previous_attributes_in: Literal["envelope", "data", "resource"] = "envelope"
    """Where `previous_attributes` stands."""

    appointment_events_show_deleted: bool = True
    """Appointments in events carry `deleted`, as the documented list says; the v3 entity has no such field."""

    patient_events_key: Literal["patients", "patient", "users", "user", ""] = "patients"
    """Key of the patient in `data`; plural keys hold an array, the empty one puts the patient into `data` itself."""

    insurance_events_key: InsuranceKey = "patient_insurance_coverage"
    """Key of the coverage in `data` of insurance events; by the pattern of other events, no page says it."""

    insurance_name_shown: bool = True
    """`bio.insurance_name` comes back after a create; nobody documents whether it does."""

    plan_name: Literal["carrier", "group"] = "carrier"
    """What the name of an insurance plan is where the EHR has names of a carrier and of a group."""

    sync_events_key: Literal["sync_status", "syncstatus", ""] = "sync_status"
    """Key of the status in `data` of sync events; the empty one puts it into `data` itself."""

    sync_events_both_ways: bool = True
    """Both colours are announced (current page). False announces only red to green (older editions)."""

    resign_retries: bool = True
    """A retry carries a new `timestamp` and `signature`."""

    delivery_errors_on_retry: bool = False
    """A retry lists the earlier failures in `delivery_errors`."""

    replay_after_reactivation: bool = False
    """Events kept while an endpoint was switched off are sent when it is active again."""

    duplicate_subscription: Literal["accept", "refuse"] = "accept"
    """A second subscription to the same event."""

    # The synchronizer

    edits_follow_insert_flag: bool = True
    """Where `insert_appt_client` is false, edits stay in NexHealth like bookings do."""

    cancelled_before_insertion: Literal["in_order", "withdraw"] = "in_order"
    """A booking cancelled before it was written: written and then cancelled, or never written."""

    insertion_matches_patients: bool = True
    """An insertion uses the chart with the same name and birth date if there is one, instead of creating another."""

    insertion_conflict: Literal["fail", "insert"] = "fail"
    """Inserting into a chair that the office has filled meanwhile."""

    reading_overwrites_pending: bool = False
    """A read cycle undoes an edit that has not been written yet."""

    deleted_in_ehr: Literal["cancelled", "flagged", "vanishes"] = "cancelled"
    """How an appointment looks after the office deleted it: cancelled, only marked `deleted` in events, or gone."""

    cancelled_in_opendental: Literal["Broken", "UnschedList"] = "Broken"
    """The status that a cancellation of NexHealth writes into Open Dental."""

    blocks_are_read: bool = True
    """Blockouts of Open Dental appear as appointments with `unavailable`, one per operatory."""

    blocks_are_written: bool = True
    """A block made by API becomes a blockout of Open Dental (needs `blocks_are_read`). False: its insertion fails."""

    restored_in_ehr: Literal["active", "stays_cancelled"] = "active"
    """How an appointment looks after the office took a cancellation back; `cancelled_at` stays either way."""
