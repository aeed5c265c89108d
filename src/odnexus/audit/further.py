"""The second half of the table of audits: what is linked, insurance, recalls, types, and the joining itself."""

from __future__ import annotations

from typing import Final

from odnexus.audit import care, insurance, linked, working
from odnexus.audit.rows import Audit

FURTHER: Final[tuple[Audit, ...]] = (
    Audit(
        name="wrong-joins",
        urgency=0,
        title="Records of two people that are taken for one",
        advice="Stop messages to this patient first. Find out whose visits, forms and phone numbers these are, and ask "
        "NexHealth or your integrator to correct the link. Do not merge anything.",
        find=linked.wrong_joins,
        of=lambda picture: len(picture.linked),
        rules={
            "join.other-person": "A NexHealth patient is linked to the chart of somebody else.",
            "join.two-people": "Two NexHealth patients who are two people lead to one chart.",
            "join.visit": "A visit stands in another chart than that of the patient who booked it.",
        },
    ),
    Audit(
        name="details",
        title="Details that the two systems disagree on",
        advice="Ask the patient at the next visit and correct the record that is wrong. Open Dental's chart is not "
        "overwritten by bookings: only what it lacks is filled in.",
        find=linked.details,
        of=lambda picture: len(picture.linked),
        rules={
            "details.name": "The two records show different names.",
            "details.birth-date": "The two records show different birth dates.",
            "details.phone": "NexHealth has a phone number that the chart does not have.",
            "details.email": "NexHealth has an e-mail address that the chart does not have.",
            "details.address": "NexHealth has an address that the chart does not have.",
            "details.status": "Active in one system and not in the other.",
        },
    ),
    Audit(
        name="text-consent",
        urgency=4,
        title="Consent to text messages",
        advice="The patient's last word counts. Where the chart says no, have NexHealth stop texting at once; where "
        "NexHealth was told to stop, note it in the chart.",
        find=linked.text_consent,
        of=lambda picture: len(picture.linked),
        rules={
            "texts.against-wish": "The chart says no texts, and NexHealth still sends them.",
            "texts.stopped": "The patient told NexHealth to stop texting, and the chart still says yes.",
        },
    ),
    Audit(
        name="coverage-gaps",
        title="Visits ahead without insurance in force",
        advice="Call the patient before the visit and ask for the new card. A claim without coverage in force or "
        "without the subscriber's id comes back.",
        find=insurance.coverage_gaps,
        of=lambda picture: len(picture.ahead) if picture.coverages else 0,
        rules={
            "coverage.ended": "The coverage ends before the visit.",
            "coverage.not-begun": "The coverage begins after the visit.",
            "coverage.no-subscriber-id": "The coverage has no subscriber's id.",
            "coverage.missing": "The patient told NexHealth of an insurance that the chart does not have.",
        },
    ),
    Audit(
        name="carriers",
        title="Insurance carriers and plans",
        advice="Let odnexus learn what patients' texts mean (an alias for each), combine carriers and plans that are "
        "one in Open Dental, and enter missing payer ids: without one a claim goes out on paper.",
        find=insurance.carriers,
        of=lambda picture: len(picture.carriers),
        rules={
            "carrier.unmatched": "Patients typed an insurance that is no carrier of the list.",
            "carrier.alike": "Two carriers of the list may be one.",
            "alias.astray": "Spellings were learned for a carrier that is hidden or gone.",
            "carrier.no-payer-id": "A carrier has no electronic payer id.",
            "plan.twice": "A carrier has several plans of one group number.",
        },
    ),
    Audit(
        name="recalls",
        title="Recalls that are due, without a visit",
        advice="Call those whom no message can reach first, then those who are overdue for longest.",
        find=care.recalls,
        of=lambda picture: len(picture.recalls),
        rules={
            "recall.no-visit": "A patient is due and has no visit ahead.",
            "recall.unreachable": "A patient is due, and neither a text nor an e-mail may be sent.",
        },
    ),
    Audit(
        name="changed-types",
        title="Appointment types that changed",
        advice="Check that the location's table still leads to the right type and length before patients book it.",
        find=care.changed_types,
        of=lambda picture: len(picture.types) + len(picture.nex_types) if picture.earlier is not None else 0,
        rules={
            "type.renamed": "An appointment type has got another name.",
            "type.retimed": "An appointment type has got another length.",
        },
    ),
    Audit(
        name="type-codes",
        title="Procedure codes of appointment types",
        advice="Correct the codes of the appointment type in Open Dental, or add the code to the office's list.",
        find=care.type_codes,
        of=lambda picture: len(picture.types) if picture.procedures else 0,
        rules={
            "codes.unknown": "An appointment type names procedure codes that the office does not have.",
            "codes.none": "An appointment type that is booked online has no procedure codes.",
        },
    ),
    Audit(
        name="health",
        urgency=2,
        title="Health of the connection",
        advice="A synchronizer that rests: restart NexHealth's service on the server, then call NexHealth. Events that "
        "were given up: look at them with odnexus events, repair the cause and revive them.",
        find=working.health,
        of=lambda picture: len(picture.syncs) + len(picture.engine.waiting if picture.engine else ()),
        rules={
            "sync.read-red": "NexHealth has not read this office for too long.",
            "sync.write-red": "NexHealth's service that writes into this office does not answer.",
            "location.paused": "odnexus waits for the office's server to come back.",
            "event.buried": "Something was given up after many attempts.",
            "event.late": "Events wait for longer than an hour.",
            "review.forgotten": "Questions to the staff wait for longer than two days.",
        },
    ),
    Audit(
        name="two-writers",
        urgency=1,
        title="Two programs that write into one book",
        advice="Let only one of them write: switch NexHealth's insertion off, or set odnexus to overlay. Until then "
        "the same booking may be made twice.",
        find=working.two_writers,
        of=lambda picture: len(working.writers(picture)),
        rules={"writer.both": "NexHealth's synchronizer and odnexus both made rows of one table in one week."},
    ),
)
"""Audits that need links, lists of insurance, recalls and codes, an earlier picture, or an engine's store."""
