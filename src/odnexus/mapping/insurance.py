"""Coverage: what NexHealth, a form or a patient's own words say about insurance, in one form.

A `Coverage` is what the carrier resolver, the plan and the chart are compared with. Reading never fails; what is
missing or was guessed is said in issues, which name fields and rules and never a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from attrs import evolve, field, frozen

from odnexus.mapping.coverage import NO_INSURANCE
from odnexus.mapping.issues import Issue, Mapped, gather, rename
from odnexus.mapping.person import Person
from odnexus.mapping.table import flatten
from odnexus.mapping.text import iso_date, person_name
from odnexus.opendental.models import Relationship

if TYPE_CHECKING:
    from odnexus.nexhealth.models import Coverage as NexHealthCoverage, InsurancePlan, Patient

Source: TypeAlias = Literal["coverage", "text", "answers"]
"""Where a coverage was said: a record of NexHealth, the free text of a booking, or answers of a form."""

RELATIONS: Mapping[str, Relationship] = {
    "self": Relationship.SELF,
    "me": Relationship.SELF,
    "myself": Relationship.SELF,
    "patient": Relationship.SELF,
    "subscriber": Relationship.SELF,
    "policyholder": Relationship.SELF,
    "spouse": Relationship.SPOUSE,
    "husband": Relationship.SPOUSE,
    "wife": Relationship.SPOUSE,
    "child": Relationship.CHILD,
    "son": Relationship.CHILD,
    "daughter": Relationship.CHILD,
    "employee": Relationship.EMPLOYEE,
    "handicapdep": Relationship.HANDICAP_DEP,
    "signifother": Relationship.SIGNIF_OTHER,
    "significantother": Relationship.SIGNIF_OTHER,
    "injuredplaintiff": Relationship.INJURED_PLAINTIFF,
    "lifepartner": Relationship.LIFE_PARTNER,
    "domesticpartner": Relationship.LIFE_PARTNER,
    "dependent": Relationship.DEPENDENT,
    "dependant": Relationship.DEPENDENT,
}
"""What the patient is to the policy holder, as systems and people spell it (letters only), in Open Dental's words.

NexHealth's ``other`` has no counterpart there: what it means, people must say.
"""

ANSWER_NAMES: Mapping[str, tuple[str, ...]] = {
    "carrier": (
        "carrier",
        "carriername",
        "insurance",
        "insurancecarrier",
        "insurancecompany",
        "insurancename",
        "insuranceprovider",
        "insurer",
        "dentalinsurance",
        "payer",
        "payername",
    ),
    "payer_id": ("payerid", "electid", "electronicpayerid", "insurancepayerid"),
    "member_id": (
        "memberid",
        "membernumber",
        "subscriberid",
        "subscribernum",
        "subscribernumber",
        "policyid",
        "policynumber",
        "insuranceid",
        "insurancememberid",
        "insurancesubscriberid",
    ),
    "group_number": ("groupnumber", "groupnum", "groupid", "groupno", "insurancegroupnumber", "insurancegroup"),
    "group_name": ("groupname", "employer", "employername", "insurancegroupname"),
    "relationship": (
        "relationship",
        "relationshiptosubscriber",
        "subscriberrelationship",
        "subscriptionrelation",
        "insurancerelationship",
        "relationtosubscriber",
    ),
    "subscriber_name": (
        "subscribername",
        "subscriber",
        "policyholder",
        "policyholdername",
        "insuredname",
        "insurancesubscribername",
    ),
    "subscriber_first_name": ("subscriberfirstname", "policyholderfirstname"),
    "subscriber_last_name": ("subscriberlastname", "policyholderlastname"),
    "subscriber_birth_date": (
        "subscriberbirthdate",
        "subscriberdateofbirth",
        "subscriberdob",
        "policyholderdateofbirth",
        "policyholderdob",
        "insurancesubscriberbirthdate",
    ),
    "ordinal": ("ordinal", "priority"),
    "effective": ("effectivedate", "dateeffective", "effective"),
    "term": ("expirationdate", "termdate", "dateterm", "expires"),
}
"""What a coverage is made of, and under which names forms ask for it: letters and digits only, in small letters.

A name may stand behind ``insurance.`` (the scope of a field map) or any other path.
"""

LONGEST_GROUP = 50
LONGEST_MEMBER_ID = 255


@frozen(kw_only=True)
class Coverage:
    """One coverage, as somebody or some system says it. The repr shows nothing of it.

    Attributes:
        carrier: Name of the carrier as it was written, ``""`` if only a payer id is known.
        payer_id: Electronic payer id.
        group_number: Group number, at most 50 characters.
        group_name: Group or employer.
        member_id: Subscriber id; Open Dental's subscription cannot do without it.
        relationship: What the patient is to the holder, ``None`` if it was not said or is none of Open Dental's words.
        holder: The policy holder where that is somebody else; ``None`` means the patient, or that nothing was said.
        ordinal: 1 is the primary coverage.
        effective: First day, ``None`` if not said.
        term: Last day, ``None`` if not said.
        kind: ``dental``, ``medical`` or ``vision``.
        active: False where NexHealth says that it ended.
        source: Where it was said.
        id: NexHealth's id of it, ``""`` if it has none.
    """

    carrier: str = field(default="", repr=False)
    payer_id: str = field(default="", repr=False)
    group_number: str = field(default="", repr=False)
    group_name: str = field(default="", repr=False)
    member_id: str = field(default="", repr=False)
    relationship: Relationship | None = field(default=None, repr=False)
    holder: Person | None = field(default=None, repr=False)
    ordinal: int = 1
    effective: date | None = field(default=None, repr=False)
    term: date | None = field(default=None, repr=False)
    kind: str = "dental"
    active: bool = True
    source: Source = "answers"
    id: str = ""

    @property
    def insured(self) -> bool:
        """Return whether it says that there is insurance at all."""
        return bool(self.payer_id) or _plain(self.carrier) not in NO_INSURANCE

    @property
    def nameless(self) -> bool:
        """Return whether it is a coverage at NexHealth of which nobody said with whom: that is for people to find."""
        return self.source == "coverage" and not (self.payer_id or self.carrier.strip())

    @property
    def own(self) -> bool:
        """Return whether it is surely the patient's own policy."""
        return self.relationship is Relationship.SELF and self.holder is None


def member_key(member_id: str | None) -> str:
    """Return what of a member id is compared: letters and digits, in capitals."""
    return re.sub(r"[^0-9A-Za-z]", "", member_id or "").upper()


def group_key(group_number: str | None) -> str:
    """Return what of a group number is compared: letters and digits, without zeros in front."""
    return re.sub(r"[^0-9A-Za-z]", "", group_number or "").upper().lstrip("0")


# -- NexHealth ---------------------------------------------------------------------------------------------------------


def coverage_from_nexhealth(coverage: NexHealthCoverage, plan: InsurancePlan | None = None) -> Mapped[Coverage]:
    """Return what NexHealth's *coverage* says; *plan* is its plan, if it does not stand in the coverage itself."""
    plan = coverage.plan or plan
    holder = _holder_of(coverage)
    relation = relationship_of(coverage.subscription_relation)
    mapped = Coverage(
        carrier=_line(plan.name if plan else ""),
        payer_id=_line(plan.payer_id if plan else ""),
        group_number=_line(plan.group_num if plan else "")[:LONGEST_GROUP],
        group_name=_line(plan.employer_name if plan else "")[:LONGEST_GROUP],
        member_id=_line(coverage.subscriber_num)[:LONGEST_MEMBER_ID],
        relationship=relation.value,
        holder=None if relation.value is Relationship.SELF else holder.value,
        effective=coverage.effective_date,
        term=coverage.expiration_date,
        kind=coverage.insurance_type or "dental",
        active=coverage.active is not False,
        source="coverage",
        id=str(coverage.id),
    )
    missing = () if plan is not None else (Issue(field="carrier", rule="coverage.no-plan", severity="warning"),)
    return Mapped(mapped, (*_lacking(mapped), *gather(relation, holder), *missing))


def coverages_from_nexhealth(patient: Patient) -> tuple[Mapped[Coverage], ...]:
    """Return what NexHealth says of the insurance of *patient*, read with its coverages.

    The lowest priority is the primary coverage, whatever its number. The free text of a booking counts only where
    there is no coverage.
    """
    rows = [row for row in patient.insurance_coverages if row.active is not False]
    rows.sort(key=lambda row: (row.priority is None, row.priority or 0, row.id))
    if rows:
        mapped = [coverage_from_nexhealth(row) for row in rows]
        return tuple(
            Mapped(evolve(each.value, ordinal=place), each.issues) for place, each in enumerate(mapped, start=1)
        )
    typed = coverage_from_text(patient.bio.insurance_name if patient.bio else None)
    return (typed,) if typed.value.insured else ()


def coverage_from_text(text: str | None) -> Mapped[Coverage]:
    """Return what the free text of a booking says: a carrier, and nothing else for sure."""
    mapped = Coverage(carrier=_line(text), source="text")
    return Mapped(mapped, _lacking(mapped) if mapped.insured else ())


def _holder_of(coverage: NexHealthCoverage) -> Mapped[Person | None]:
    if coverage.subscriber is None:
        return Mapped(None)
    return _holder(coverage.subscriber.name, coverage.subscriber.date_of_birth)


# -- answers -----------------------------------------------------------------------------------------------------------


def coverage_from_answers(answers: Mapping[str, Any]) -> Mapped[Coverage]:
    """Return what *answers* of a form say; names are those of `ANSWER_NAMES`, at any depth. Never raises.

    Ask `Coverage.insured` before anything else: answers without a carrier say that there is none.
    """
    said = _answers(answers)
    relation, holder = relationship_of(said.get("relationship")), _holder_in(said)
    effective, term = (iso_date(said.get(name), field=name) for name in ("effective", "term"))
    own = relation.value is Relationship.SELF and holder.value is None
    mapped = Coverage(
        carrier=said.get("carrier", ""),
        payer_id=said.get("payer_id", ""),
        group_number=said.get("group_number", "")[:LONGEST_GROUP],
        group_name=said.get("group_name", "")[:LONGEST_GROUP],
        member_id=said.get("member_id", "")[:LONGEST_MEMBER_ID],
        relationship=relation.value,
        holder=None if own else holder.value,
        ordinal=_ordinal(said.get("ordinal", "")),
        effective=effective.value,
        term=term.value,
    )
    remarks = gather(relation, holder, effective, term)
    return Mapped(mapped, (*(_lacking(mapped) if mapped.insured else ()), *remarks))


def says_insurance(answers: Mapping[str, Any]) -> bool:
    """Return whether *answers* name a carrier or a payer id, so that they are worth reading as a coverage."""
    said = _answers(answers)
    return bool(said.get("carrier") or said.get("payer_id"))


_NAMES: Mapping[str, str] = {name: part for part, names in ANSWER_NAMES.items() for name in names}


def _answers(answers: Mapping[str, Any]) -> dict[str, str]:
    """Return the parts of a coverage that *answers* give, the first of several wins; whole paths go before names."""
    flat = flatten(answers)
    said: dict[str, str] = {}
    for spelled in (_letters, _last_letters):
        for path, value in flat.items():
            part = _NAMES.get(spelled(path))
            if part is not None and part not in said and (text := _line(_said(value))):
                said[part] = text
    return said


def _said(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()[:10]
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in cast("list[object]", value))
    return str(value)


def _holder_in(said: Mapping[str, str]) -> Mapped[Person | None]:
    parts = " ".join(said[name] for name in ("subscriber_first_name", "subscriber_last_name") if name in said)
    name = said.get("subscriber_name") or parts
    if _letters(name) in RELATIONS:
        # "Subscriber: self" names nobody.
        return Mapped(None)
    return _holder(name, said.get("subscriber_birth_date"))


def _ordinal(text: str) -> int:
    if _letters(text) in ("secondary", "second"):
        return 2
    return int(text) if text in {"1", "2", "3", "4"} else 1


# -- parts -------------------------------------------------------------------------------------------------------------


def relationship_of(text: str | None) -> Mapped[Relationship | None]:
    """Return Open Dental's word for what the patient is to the policy holder."""
    if not text or not text.strip():
        return Mapped(None)
    found = RELATIONS.get(_letters(text))
    unknown = Issue(field="relationship", rule="relationship.unknown", severity="warning")
    return Mapped(found, () if found else (unknown,))


def _holder(name: str | None, born: str | date | None) -> Mapped[Person | None]:
    if not name or not name.strip():
        return Mapped(None)
    named, birth = person_name(full=name), iso_date(born, field="birth_date")
    parts = named.value
    holder = Person(
        family=parts.family, given=parts.given, middle=parts.middle, suffix=parts.suffix, birth_date=birth.value
    )
    return Mapped(holder, rename("holder", gather(named, birth)))


def _lacking(coverage: Coverage) -> tuple[Issue, ...]:
    """Return what Open Dental cannot do without and this coverage does not say."""
    wanted = {"carrier": coverage.carrier or coverage.payer_id, "member_id": member_key(coverage.member_id)}
    return tuple(
        Issue(field=name, rule=f"coverage.no-{name.replace('_', '-')}", severity="error")
        for name, value in wanted.items()
        if not value
    )


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _letters(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text.casefold())


def _last_letters(path: str) -> str:
    return _letters(path.rpartition(".")[2])


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.casefold()))


# -- keeping -----------------------------------------------------------------------------------------------------------

_TEXTS = ("carrier", "payer_id", "group_number", "group_name", "member_id")


def shown(coverage: Coverage) -> dict[str, object]:
    """Return *coverage* as plain values, for a sealed review: a person must see what was said."""
    holder = coverage.holder
    said: dict[str, object] = {name: getattr(coverage, name) for name in (*_TEXTS, "ordinal", "kind", "source")}
    said["relationship"] = str(coverage.relationship or "")
    said["subscriber"] = " ".join(_parts(holder)) if holder else ""
    said["subscriber_birth_date"] = holder.birth_date.isoformat() if holder and holder.birth_date else ""
    for name in ("effective", "term"):
        value = cast("date | None", getattr(coverage, name))
        said[name] = value.isoformat() if value else ""
    return said


def _parts(holder: Person) -> Iterable[str]:
    return (getattr(holder, name) for name in ("given", "middle", "family", "suffix") if getattr(holder, name))
