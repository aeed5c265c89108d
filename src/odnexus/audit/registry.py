"""The table of all audits: what each asks, what its rules mean, and what to do about its rows."""

from __future__ import annotations

from typing import Final

from odnexus.audit import families, people, repairs, setup, visits
from odnexus.audit.further import FURTHER
from odnexus.audit.rows import Audit

AUDITS: Final[tuple[Audit, ...]] = (
    Audit(
        name="duplicate-charts",
        title="Duplicate charts",
        advice="Open both charts side by side. If they are one person's, merge them in Open Dental. "
        "A merge cannot be undone: when in doubt, ask the patient at the next visit.",
        find=people.duplicate_charts,
        of=lambda picture: len(picture.charts),
        rules={
            "chart.duplicate": "Two charts may belong to one person.",
            "chart.duplicate-family": "Two charts of one family may belong to one person.",
            "chart.duplicate-clinic": "Charts of two clinics may belong to one person.",
        },
    ),
    Audit(
        name="one-sided-visits",
        urgency=3,
        title="Visits that only one calendar has",
        advice="Call the patient if the visit is near. A visit that is only in NexHealth was deleted or moved far away "
        "in Open Dental; the patient may still get reminders for it.",
        find=visits.lonely_visits,
        of=lambda picture: len(picture.ahead),
        rules={
            "visit.only-nexhealth": "NexHealth still shows a visit that Open Dental's book no longer has.",
            "visit.only-opendental": "Open Dental has a visit that NexHealth does not show.",
        },
    ),
    Audit(
        name="one-sided-patients",
        title="Patients with a visit whom only one system knows",
        advice="Look for a chart under another spelling before making one. Wait for the next synchronization of a "
        "patient whom NexHealth does not know; if it does not help, report it to NexHealth.",
        find=people.lonely_patients,
        of=lambda picture: len({each.pat_num for each in picture.ahead}),
        rules={
            "patient.only-nexhealth": "Somebody with a visit ahead has no chart in Open Dental.",
            "patient.only-opendental": "A patient with a visit ahead is not known to NexHealth and gets no messages.",
        },
    ),
    Audit(
        name="different-visits",
        urgency=4,
        title="Visits whose time, length, room, provider or type differ",
        advice="Check which is right, and correct the other one. The patient was told what NexHealth shows; the office "
        "works by Open Dental's book.",
        find=visits.drift,
        of=lambda picture: len(picture.pairs),
        rules={
            "visit.start": "The two calendars show different times.",
            "visit.length": "The two calendars show different lengths.",
            "visit.operatory": "The two calendars show different operatories.",
            "visit.provider": "The two calendars show different providers.",
            "visit.type": "The visit has another type than the location's table makes of the booking.",
        },
        repair=repairs.visit,
    ),
    Audit(
        name="different-states",
        urgency=3,
        title="Visits confirmed or cancelled on one side only",
        advice="Settle the cancellations first: one on one side only leaves an empty chair or an unexpected patient. A "
        "confirmation that is missing in Open Dental costs a needless call.",
        find=visits.states,
        of=lambda picture: len(picture.pairs),
        rules={
            "cancelled.only-nexhealth": "Cancelled in NexHealth, still in Open Dental's book.",
            "cancelled.only-opendental": "Taken off Open Dental's book, still on in NexHealth.",
            "confirmed.only-nexhealth": "Confirmed in NexHealth, not in Open Dental.",
            "confirmed.only-opendental": "Confirmed in Open Dental, not in NexHealth.",
        },
        repair=repairs.state,
    ),
    Audit(
        name="double-booked",
        title="Double-booked operatories and providers",
        advice="Move one of the two. Where an office double-books on purpose, tell the team to ignore these rows.",
        find=visits.double_booked,
        of=lambda picture: len(picture.ahead),
        rules={
            "operatory.double": "Two visits overlap in one operatory.",
            "provider.double": "A provider has hands-on time with two patients at once.",
        },
    ),
    Audit(
        name="placeholders",
        title="NexHealth patients without a chart",
        advice="They booked or filled in a form and never came. If a chart is named, the person is probably that "
        "patient; otherwise nothing needs to be done until they book.",
        find=people.placeholders,
        of=lambda picture: len(picture.people),
        rules={
            "placeholder.has-chart": "A patient without a link to Open Dental has a chart there, by all we can tell.",
            "placeholder.unlinked": "A patient of NexHealth never got a chart.",
        },
    ),
    Audit(
        name="birth-dates",
        title="Missing or impossible birth dates",
        advice="Ask at the next visit. Without a birth date nobody can be recognized safely, and insurers refuse "
        "claims.",
        find=people.birth_dates,
        of=lambda picture: len(picture.active),
        rules={
            "birth-date.missing": "There is no birth date, or none that can be read.",
            "birth-date.placeholder": "The birth date is 01/01/1900, which stands for none.",
            "birth-date.future": "The birth date is in the future.",
            "birth-date.too-old": "The birth date is more than 130 years ago.",
        },
    ),
    Audit(
        name="phones",
        title="Phone numbers that reach nobody, or several families",
        advice="Ask for a number that works. A mobile number of two families is often a typing slip or an old number. "
        "Texts go to the mobile field alone: put numbers where they belong.",
        find=people.phones,
        of=lambda picture: len(picture.active),
        rules={
            "phone.invalid": "The number cannot be dialled.",
            "phone.placeholder": "The number stands for none, such as 555-5555.",
            "phone.unassigned": "The area code is not in service.",
            "phone.shared": "Patients of different families have the same mobile number.",
            "phone.swapped": "Two of one family have each other's mobile number, by what NexHealth knows.",
            "phone.field": "The mobile number that NexHealth knows stands in the chart as another kind of number.",
        },
    ),
    Audit(
        name="emails",
        title="E-mail addresses that reach nobody, or several families",
        advice="Ask for an address that works. Forms and reminders of one family must not reach another.",
        find=people.emails,
        of=lambda picture: len(picture.active),
        rules={
            "email.invalid": "It is no e-mail address.",
            "email.placeholder": "The address stands for none, such as none@none.com.",
            "email.misspelt": "The domain looks misspelt.",
            "email.shared": "Patients of different families have the same address.",
            "email.role": "The address is an office's and nobody's own, such as info@ or frontdesk@.",
        },
    ),
    Audit(
        name="gone-patients",
        urgency=3,
        title="Visits of patients who are no longer patients",
        advice="Take the visit off the book, or make the chart active again. Nobody should be reminded of a visit of "
        "somebody who has died.",
        find=people.gone_patients,
        of=lambda picture: len(picture.ahead),
        rules={
            "patient.inactive": "An inactive patient has a visit ahead.",
            "patient.archived": "An archived chart, often one that was merged away, has a visit ahead.",
            "patient.deleted": "A deleted chart has a visit ahead.",
            "patient.deceased": "A deceased patient has a visit ahead.",
        },
    ),
    Audit(
        name="minors",
        title="Children without a guarantor",
        advice="Attach the child to the family of a parent or guardian. A child can neither consent nor be billed.",
        find=families.minors,
        of=lambda picture: len(picture.active),
        rules={
            "guarantor.none": "A child is their own guarantor.",
            "guarantor.unknown": "The guarantor's chart was not found.",
            "guarantor.inactive": "The guarantor is inactive, archived or deceased.",
            "guarantor.minor": "The guarantor is a child too.",
        },
    ),
    Audit(
        name="guarantors",
        title="Families whose guarantor leads nowhere",
        advice="Open one of the family's charts in Open Dental's Family module and set the guarantor who gets the "
        "statements. Statements of these families go to nobody, or to somebody who is gone.",
        find=families.guarantors,
        of=lambda picture: len(picture.active),
        rules={
            "family.nobody": "The guarantor's chart was not found.",
            "family.gone": "The guarantor's chart was archived or deleted, often because it was merged away.",
            "family.loop": "Guarantors point to each other in a circle.",
            "family.chain": "The guarantor has another guarantor.",
        },
    ),
    Audit(
        name="time-zones",
        urgency=4,
        title="Times that are off by whole hours",
        advice="One visit: check the time with the patient. Many: check the location's time zone in NexHealth and the "
        "clock of the server.",
        find=visits.zones,
        of=lambda picture: len(picture.ahead),
        rules={
            "time.outside-hours": "A visit lies outside office hours, and a clock that is wrong by whole hours would "
            "explain it.",
            "time.shifted": "Many visits differ between the two systems by the same whole hours.",
        },
    ),
    Audit(
        name="stuck-bookings",
        urgency=2,
        title="Bookings that never came into the book",
        advice="Enter these visits by hand or call, beginning with the nearest: the patients were told that they are "
        "booked.",
        find=visits.stuck,
        of=lambda picture: len(picture.bookings),
        rules={
            "booking.stuck": "A booking waits for longer than it should.",
            "booking.missed": "A booking was not in the book when its time came.",
        },
    ),
    Audit(
        name="unmapped",
        title="Operatories, providers and types that lead nowhere",
        advice="Name the counterpart in the location's settings, or take it out of online booking.",
        find=setup.unmapped,
        of=lambda picture: len(picture.nex_chairs) + len(picture.nex_staff) + len(picture.nex_types),
        rules={
            f"{kind}.{fault}": f"{'An' if kind == 'operatory' else 'A'} {words} of NexHealth {what}."
            for kind, words in (("operatory", "operatory"), ("provider", "provider"), ("type", "type"))
            for fault, what in (
                ("unmapped", "has no counterpart in Open Dental"),
                ("gone", "leads to one that Open Dental does not have"),
                ("hidden", "leads to one that is hidden in Open Dental"),
            )
        },
        repair=repairs.counterpart,
    ),
    *FURTHER,
)
"""Every audit, in the order of a report."""

BY_NAME: Final = {audit.name: audit for audit in AUDITS}
