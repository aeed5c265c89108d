"""What may happen by itself at a location, and what the staff is asked about."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Literal, TypeAlias

from attrs import Attribute, field, frozen

from odnexus.errors import ConfigurationError
from odnexus.mapping.visit import minutes_of, pattern_for
from odnexus.reconcile.policy import Mode

Certain: TypeAlias = Literal["link", "review"]
Unsure: TypeAlias = Literal["review", "create"]
Unknown: TypeAlias = Literal["create", "review"]


@frozen(kw_only=True)
class MatchPolicy:
    """What happens by itself at each match grade; everything else asks the staff.

    Attributes:
        certain: What becomes of a certain match.
        probable: Of a probable one.
        possible: Of a possible one.
        certainly_not: Of somebody whom no chart resembles.
        least_score: Score below which a certain match asks all the same, in bits; ``None`` leaves it to the rules.
            `odnexus.matching.calibrate` shows what one costs.
        other_clinic: Of a certain match whose chart belongs to another clinic of the same database.
    """

    certain: Certain = "link"
    probable: Unsure = "review"
    possible: Unsure = "review"
    certainly_not: Unknown = "create"
    least_score: int | None = None
    other_clinic: Certain = "review"


BreakWord: TypeAlias = Literal["Missed", "Cancelled"]


@frozen(kw_only=True)
class LateCancel:
    """What a cancellation at short notice is written as.

    Attributes:
        within: Up to how long before the visit a cancellation is late.
        break_type: The broken-appointment procedure that a late one adds.
    """

    within: timedelta = timedelta(hours=24)
    break_type: BreakWord = "Cancelled"


@frozen(kw_only=True)
class CancelRule:
    """How a cancellation that comes from NexHealth is written into Open Dental (page "Appointments", PUT Break).

    Attributes:
        to_unscheduled_list: Put the visit on the Unscheduled List, so that the staff can rebook it.
        break_type: ``"Cancelled"`` or ``"Missed"`` adds the office's broken-appointment procedure; only where the
            office enabled it. ``None`` adds nothing.
        late: What is different at short notice, ``None`` if nothing is.
    """

    to_unscheduled_list: bool = True
    break_type: BreakWord | None = None
    late: LateCancel | None = None

    def word(self, notice: timedelta) -> BreakWord | None:
        """Return the break type of a cancellation that comes *notice* before the visit."""
        late = self.late is not None and notice <= self.late.within
        return self.late.break_type if self.late is not None and late else self.break_type


def _check_pattern(instance: TypeRule, _: Attribute[str | None], value: str | None) -> None:  # noqa: ARG001
    if value is not None and not re.fullmatch(r"[X/]{1,108}", value):
        raise ConfigurationError("types[].pattern: only X and /, one per five minutes, at most 108 (nine hours)")


def _check_pace(instance: MirrorPolicy, _: Attribute[int], value: int) -> None:  # noqa: ARG001
    if value < 1:
        raise ConfigurationError("mirror.per_minute: at least 1")


@frozen(kw_only=True)
class TypeRule:
    """What a NexHealth appointment type means in Open Dental.

    Attributes:
        appointment_type_num: Open Dental's appointment type, 0 for none.
        minutes: Length of the block; ``None`` takes the length of the booking.
        pattern: Time pattern in 5-minute units (``X`` provider, ``/`` assistant); ``None`` derives it from the length.
        hygiene: True for a hygiene visit, where the hygienist is the main provider.
        hygienist: ProvNum of the hygienist; with 0 the provider of a hygiene visit is its hygienist.
        new_patient: True marks the visit as a new patient's; ``None`` does where the chart was made for it.
        operatory: OperatoryNum to use if the booking names no chair.
        provider: ProvNum whatever the booking says; ``None`` takes the booking's.
        procedures: Codes of procedures that the visit is to have, besides those of its appointment type.
        confirmed: DefNum (category 2) that a new visit begins with, 0 for the office's first.
        asap: True puts the visit on the ASAP list.
    """

    appointment_type_num: int = 0
    minutes: int | None = None
    pattern: str | None = field(default=None, validator=_check_pattern)
    hygiene: bool = False
    hygienist: int = 0
    new_patient: bool | None = None
    operatory: int | None = None
    provider: int | None = None
    procedures: tuple[str, ...] = ()
    confirmed: int = 0
    asap: bool = False

    def length(self, booked: int) -> int:
        """Return the length of the block in minutes: the rule's own, that of its pattern, or what was *booked*."""
        own = self.minutes if self.minutes is not None else len(self.pattern or "") * 5
        return minutes_of(pattern_for(own or booked))

    def block(self, minutes: int, shape: str = "") -> str:
        """Return the time pattern for *minutes*, formed like the rule's own or else like *shape*."""
        return pattern_for(minutes, self.pattern or shape)


@frozen(kw_only=True)
class MirrorPolicy:
    """How appointments that were made in Open Dental are made at NexHealth too.

    Only in bridge mode and only where no synchronizer of NexHealth's reads this Open Dental: it would bring each a
    second time.

    Attributes:
        patients: ``known``: only of patients whom NexHealth has without doubt; ``create``: of others too, whose charts
            hold an e-mail address, a phone and a birth date.
        notify_patient: Whether NexHealth sends its own message about each.
        ahead: How far ahead.
        per_minute: At most so many a minute.
    """

    patients: Literal["known", "create"] = "known"
    notify_patient: bool = False
    ahead: timedelta = timedelta(days=180)
    per_minute: int = field(default=5, validator=_check_pace)


@frozen(kw_only=True)
class Modes:
    """How far the engine goes, per kind.

    ``observe`` writes into the journal what would be done, ``suggest`` opens a review with the plan, ``apply`` does it.
    """

    person: Mode = "apply"
    visit: Mode = "apply"


@frozen(kw_only=True)
class IntakePolicy:
    """What is done with a submitted form beyond the fields of a patient. Nothing is ever overwritten or dropped.

    Attributes:
        notes: ``append`` adds an answer to a text of the chart that says something already, with the form's stamp;
            ``blank`` writes into blank texts only. Open Dental shows a text without its line breaks, so that what is
            appended to comes back as one paragraph.
        clinical: Record allergies, problems and medications that the office's lists know. Off by default: an entry in
            a medical history is a clinical statement.
        documents: Put documents that come along into the Imaging module.
        categories: Names of image categories (definitions, category 18) for them; the first that the office has.
        verify: Where NexHealth's synchronizer files forms itself: look afterwards whether a document arrived.
    """

    notes: Literal["append", "blank"] = "append"
    clinical: bool = False
    documents: bool = True
    categories: tuple[str, ...] = ("Consent Forms", "Patient Forms", "Forms")
    verify: bool = True


@frozen(kw_only=True)
class InsurancePolicy:
    """What happens with insurance that NexHealth, a booking or a form names.

    A location without one does nothing about it; one that has it stages each coverage unless it says more.

    Attributes:
        mode: ``off`` does nothing; ``review`` asks the staff about each coverage and writes what they approve;
            ``write`` writes where carrier, plan and policy holder are certain, and asks about everything else.
        create_plans: Whether a plan is made where the carrier has none of that group; needs the permission Insurance.
    """

    mode: Literal["off", "review", "write"] = "review"
    create_plans: bool = True
