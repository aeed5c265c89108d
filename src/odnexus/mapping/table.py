"""The field map: which answer or field of NexHealth goes into which field of Open Dental, as data.

A `FieldMap` is a list of rules. Each names a target in Open Dental's own word, the places at NexHealth where a value
may be found (tried in order), the transform that brings it into form, and when it may be written. It can be checked as
a whole, applied, explained value by value, and compared with another map.

Two spellings of a source are understood: NexHealth's real names (``bio.date_of_birth``) and the flat ones of hand-made
bridges (``dateOfBirth``); see `FLAT_NAMES`. Targets:

=================== ===================================================================================
``WirelessPhone``   a field of the patient (page "API Patients"), also written ``patient.WirelessPhone``
``note.Medical``    a long text of the chart or the emergency contact (page "API PatientNotes")
``field.Pets``      a custom patient field, by its name (page "API PatFields")
``allergy``         an allergy per value; ``problem`` and ``medication`` likewise
``insurance.…``     what the patient says of an insurance, see `INSURANCE_FIELDS`; never written into a chart by itself
``chart``           a line of the chart note that keeps what has no field
``nowhere``         deliberately not filed
=================== ===================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Literal, TypeAlias

from attrs import evolve, field, frozen

from odnexus.mapping._fit import fitted
from odnexus.mapping.answers import (
    FLAT_NAMES,
    as_text,
    find,
    flatten,
    items_of,
    look,
    spellings,
    under,
)
from odnexus.mapping.issues import Issue, Mapped
from odnexus.mapping.text import (
    SUFFIX_WORDS,
    address_line,
    city_name,
    email_address,
    iso_date,
    opendental_gender,
    opendental_phone,
    person_name,
    phone_number,
    postal_code,
    sex_from_nexhealth,
    us_state,
)
from odnexus.opendental.changes import PatientCreate
from odnexus.opendental.names import snake

__all__ = [
    "BARE_SCOPES",
    "CLINICAL_SCOPES",
    "CONTACT_FIELDS",
    "DEFAULT_MAP",
    "FLAT_NAMES",
    "INSURANCE_FIELDS",
    "NOTE_FIELDS",
    "TRANSFORMS",
    "Difference",
    "Explained",
    "FieldMap",
    "MapRule",
    "Problem",
    "Scope",
    "Transform",
    "Write",
    "find",
    "flatten",
    "transform_named",
]

Write: TypeAlias = Literal["create", "blank", "always", "never"]
"""When a rule may write: only into a new chart, also into an empty field, always, or never (explained, not written)."""

Scope: TypeAlias = Literal[
    "patient", "note", "field", "allergy", "problem", "medication", "insurance", "chart", "nowhere"
]

NOTE_FIELDS = frozenset({"FamFinancial", "Medical", "Service", "MedicalComp", "Treatment", "ICEName", "ICEPhone"})
"""Fields of a patient's notes that can be written (page "API PatientNotes")."""

CONTACT_FIELDS = frozenset({"ICEName", "ICEPhone"})
"""Fields of a patient's notes that hold one value; the others are texts that are added to."""

INSURANCE_FIELDS = (
    "carrier",
    "member_id",
    "group_number",
    "group_name",
    "subscriber_name",
    "subscriber_birth_date",
    "relationship",
)
"""What a rule may collect of an insurance (``insurance.carrier`` …)."""

LOSSY = frozenset(
    {
        "phone.extension", "phone.several", "email.several", "sex.unsupported",
        "name.nickname", "name.title", "name.initial_moved", "name.suffix_moved", "name.order",
    }
)  # fmt: skip
"""Rules of issues that call themselves mere information, although something of the answer is gone."""

CLINICAL_SCOPES: frozenset[Scope] = frozenset({"allergy", "problem", "medication"})
BARE_SCOPES: frozenset[Scope] = frozenset({*CLINICAL_SCOPES, "chart", "nowhere"})


# -- transforms --------------------------------------------------------------------------------------------------------


def _text(text: str) -> Mapped[object]:
    return Mapped(" ".join(text.split()))


def _lines(text: str) -> Mapped[object]:
    return Mapped(text.strip())


def _given(text: str) -> Mapped[object]:
    name = person_name(given=text)
    return Mapped(name.value.given, _about(name.issues, "given"))


def _family(text: str) -> Mapped[object]:
    name = person_name(family=text)
    whole = " ".join(part for part in (name.value.family, SUFFIX_WORDS.get(name.value.suffix, "")) if part)
    return Mapped(whole, _about(name.issues, "family"))


def _about(issues: Iterable[Issue], name: str) -> tuple[Issue, ...]:
    """Return *issues* without the remark that the other half of a name is missing: it stands in another rule."""
    return tuple(issue for issue in issues if issue.field == name or issue.rule != "name.missing")


def _phone(text: str) -> Mapped[object]:
    found = phone_number(text)
    shown = opendental_phone(found.value)
    return Mapped(shown.value, (*found.issues, *shown.issues))


def _gender(text: str) -> Mapped[object]:
    sex = sex_from_nexhealth(text)
    shown = opendental_gender(sex.value)
    return Mapped(shown.value, (*sex.issues, *shown.issues))


def _list(text: str) -> Mapped[object]:
    return Mapped(tuple(items_of(text)))


def _yes_no(text: str) -> Mapped[object]:
    word = text.strip().casefold()
    if word in ("true", "yes", "y", "1", "on", "checked"):
        return Mapped("Yes")
    if word in ("false", "no", "n", "0", "off", ""):
        return Mapped("No")
    return Mapped("Unknown", (Issue(field="", rule="answer.not-yes-or-no", severity="warning"),))


Transform: TypeAlias = Callable[[str], Mapped[Any]]

TRANSFORMS: Mapping[str, Transform] = {
    "text": _text,
    "lines": _lines,
    "given-name": _given,
    "family-name": _family,
    "date": iso_date,
    "phone": _phone,
    "email": email_address,
    "gender": _gender,
    "address": address_line,
    "city": city_name,
    "state": us_state,
    "zip": postal_code,
    "yes-no": _yes_no,
    "list": _list,
}
"""Named transforms: pure, total, each returns a value and its issues. ``choice:A|B`` takes the words it names."""

CHOICE = "choice:"


def transform_named(name: str) -> Transform | None:
    """Return the transform called *name*, ``None`` if there is none; ``choice:Yes|No`` takes these words only."""
    if not name.startswith(CHOICE):
        return TRANSFORMS.get(name)
    words = [word.strip() for word in name.removeprefix(CHOICE).split("|")]
    return _choice({word.casefold(): word for word in words}) if all(words) else None


def _choice(words: Mapping[str, str]) -> Transform:
    """Return the transform that takes the keys of *words*, whatever their case, and says what stands for them."""
    unknown = (Issue(field="", rule="answer.unknown-word", severity="warning"),)

    def transform(text: str) -> Mapped[object]:
        word = words.get(" ".join(text.split()).casefold())
        return Mapped(word) if word is not None else Mapped(None, unknown)

    return transform


# -- rules -------------------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class MapRule:
    """One line of a field map.

    Attributes:
        target: Where the value goes; see the module.
        sources: Where it may be found, tried in order: dotted paths into the record, real or flat names.
        transform: Name of the transform, see `TRANSFORMS`.
        write: When it may be written.
        words: The answer's word → the office's word, before the transform; case does not matter. With it, an answer
            that is no word of it is not filed.
    """

    target: str
    sources: tuple[str, ...]
    transform: str = "text"
    write: Write = "blank"
    words: Mapping[str, str] = field(factory=dict[str, str], hash=False)

    @property
    def scope(self) -> str:
        """Return what kind of target it is."""
        if self.target in BARE_SCOPES:
            return self.target
        head, dot, _ = self.target.partition(".")
        return head if dot else "patient"

    @property
    def name(self) -> str:
        """Return the name of the field inside its scope."""
        if self.scope == self.target:
            return ""
        head, dot, tail = self.target.partition(".")
        return tail if dot else head

    @property
    def several(self) -> bool:
        """Return whether several rules may say something for the target: each adds to it."""
        return self.scope in BARE_SCOPES or (self.scope == "note" and self.name not in CONTACT_FIELDS)


@frozen(kw_only=True)
class Problem:
    """A fault of a map: where it stands (``fields[3].transform``) and what to do about it."""

    place: str
    remedy: str


@frozen(kw_only=True)
class Explained:
    """Where one value came from.

    Attributes:
        target: The target, as the rule names it.
        source: The path at which a value was found, ``""`` if at none.
        transform: Name of the transform.
        rule: Number of the rule in the map, from 0.
        value: The value after the transform; kept out of ``repr``.
        issues: What the transform had to say.
        wins: False if an earlier rule gave this target a value already.
    """

    target: str
    source: str
    transform: str
    rule: int
    value: object = field(default=None, repr=False)
    issues: tuple[Issue, ...] = ()
    wins: bool = True
    several: bool = False

    @property
    def key(self) -> str:
        """Return by what this value is known to be filed: the target, with the source where several add to it."""
        return f"{self.target} <- {self.source}" if self.several else self.target

    @property
    def whole(self) -> bool:
        """Return whether the value says all that the answer said, so that the answer needs no keeping."""
        return all(issue.severity == "info" and issue.rule not in LOSSY for issue in self.issues)


@frozen(kw_only=True)
class Difference:
    """One target that two maps treat differently."""

    target: str
    before: MapRule | None
    after: MapRule | None


@frozen(kw_only=True)
class FieldMap:
    """A whole map. The first rule of a target that finds a value wins."""

    rules: tuple[MapRule, ...] = ()

    def check(self) -> tuple[Problem, ...]:
        """Return every fault of the map at once, none if it is sound."""
        problems = [problem for number, rule in enumerate(self.rules) for problem in _faults(number, rule)]
        required = {"LName", "FName"} - {rule.name for rule in self.rules if rule.scope == "patient"}
        problems += [
            Problem(place="fields", remedy=f"add a rule for {name}: Open Dental needs it for a new chart")
            for name in sorted(required)
            if any(rule.scope == "patient" for rule in self.rules)
        ]
        return tuple(problems)

    def explain(self, record: Mapping[str, Any]) -> tuple[Explained, ...]:
        """Return for each rule where its value came from, in the order of the rules."""
        taken = set[str]()
        explained: list[Explained] = []
        for number, rule in enumerate(self.rules):
            line = _explained(number, rule, record)
            found = line.value not in (None, "", ())
            wins = found and (rule.several or rule.target not in taken)
            explained.append(evolve(line, wins=wins, several=rule.several))
            if found:
                taken.add(rule.target)
        return tuple(explained)

    def patient_fields(self, record: Mapping[str, Any], *, new: bool) -> Mapped[dict[str, object]]:
        """Return what *record* says of the patient, under the client's names, as far as the rules allow.

        A text that is longer than its field is cut, and what Open Dental would refuse is left out, each with an issue.

        Args:
            record: The patient as NexHealth shows it, or a flat payload.
            new: True for a new chart, False for one that is there (then ``create`` rules say nothing).
        """
        values: dict[str, object] = {}
        issues: list[Issue] = []
        targets: dict[str, str] = {}
        for line in self.explain(record):
            rule = self.rules[line.rule]
            allowed = rule.write != "never" and (new or rule.write != "create")
            if rule.scope == "patient" and line.wins and allowed:
                values[snake(rule.name)] = line.value
                targets[snake(rule.name)] = rule.target
                issues += [evolve(issue, field=rule.target) for issue in line.issues]
        taken = fitted(values, targets)
        return Mapped(taken.value, (*issues, *taken.issues))

    def insurance(self, record: Mapping[str, Any]) -> dict[str, str]:
        """Return what *record* says of an insurance, by the names of `INSURANCE_FIELDS`; nothing that it leaves out."""
        lines = [(self.rules[line.rule], line) for line in self.explain(record) if line.wins]
        return {rule.name: as_text(line.value) for rule, line in lines if rule.scope == "insurance"}

    def accounted(self, record: Mapping[str, Any], filed: Collection[str]) -> set[str]:
        """Return the paths of *record* that need no keeping: what is filed whole, and what is left out on purpose.

        Args:
            record: The answers by path.
            filed: Keys (`Explained.key`) of values that now stand where they belong.
        """
        held = {line.target: line.value for line in self.explain(record) if line.wins and line.key in filed}
        done = set[str]()
        for number, rule in enumerate(self.rules):
            for source in rule.sources:
                line = _read(number, rule, record, source)
                same = not rule.several and rule.target in held and held[rule.target] == line.value
                kept = line.whole and (evolve(line, several=rule.several).key in filed if rule.several else same)
                if rule.scope == "nowhere" or (line.source and kept):
                    done |= {path for each in spellings(source) for path in under(record, each)}
        return done

    def unread(self, record: Mapping[str, Any]) -> dict[str, object]:
        """Return the parts of *record* that no rule reads: they are kept in the chart note, never dropped."""
        read = {path for rule in self.rules for source in rule.sources for path in (source, FLAT_NAMES.get(source))}
        return {path: value for path, value in flatten(record).items() if path not in read}

    def diff(self, other: FieldMap) -> tuple[Difference, ...]:
        """Return how *other* differs, target by target."""
        mine, theirs = ({rule.target: rule for rule in each.rules} for each in (self, other))
        return tuple(
            Difference(target=target, before=mine.get(target), after=theirs.get(target))
            for target in dict.fromkeys([*mine, *theirs])
            if mine.get(target) != theirs.get(target)
        )


def _faults(number: int, rule: MapRule) -> Iterable[Problem]:
    place = f"fields[{number}]"
    if transform_named(rule.transform) is None:
        yield Problem(place=f"{place}.transform", remedy=f"choose from {', '.join(TRANSFORMS)}, choice:A|B")
    if not rule.sources:
        yield Problem(place=f"{place}.sources", remedy="name at least one place to look")
    if rule.transform == "list" and rule.scope not in CLINICAL_SCOPES:
        yield Problem(place=f"{place}.transform", remedy="list is for allergy, problem and medication")
    if any(not word.strip() for pair in rule.words.items() for word in pair):
        yield Problem(place=f"{place}.words", remedy="give a word on both sides")
    yield from _faults_of_target(f"{place}.target", rule)


def _faults_of_target(place: str, rule: MapRule) -> Iterable[Problem]:
    known = {"patient", "note", "field", "insurance", *BARE_SCOPES}
    if rule.scope not in known:
        yield Problem(place=place, remedy=f"begin with one of {', '.join(sorted(known))}")
    if rule.scope == "patient" and snake(rule.name) not in PatientCreate.__annotations__:
        yield Problem(place=place, remedy=f"{rule.name} is no field of a patient that can be written")
    if rule.scope == "note" and rule.name not in NOTE_FIELDS:
        yield Problem(place=place, remedy=f"choose from {', '.join(sorted(NOTE_FIELDS))}")
    if rule.scope == "field" and not rule.name.strip():
        yield Problem(place=place, remedy="name the custom field, as the office spells it")
    if rule.scope == "insurance" and rule.name not in INSURANCE_FIELDS:
        yield Problem(place=place, remedy=f"choose from {', '.join(INSURANCE_FIELDS)}")


def _explained(number: int, rule: MapRule, record: Mapping[str, Any]) -> Explained:
    lines = (_read(number, rule, record, source) for source in rule.sources)
    return next((line for line in lines if line.source), _blank(number, rule))


def _blank(number: int, rule: MapRule) -> Explained:
    return Explained(target=rule.target, source="", transform=rule.transform, rule=number)


def _read(number: int, rule: MapRule, record: Mapping[str, Any], source: str) -> Explained:
    """Return what *rule* makes of the answer at one *source*; without a source if there is none."""
    answer = look(record, source)
    if answer is None or not as_text(answer).strip():
        return _blank(number, rule)
    mapped = _mapped(rule, answer)
    return evolve(_blank(number, rule), source=source, value=mapped.value, issues=mapped.issues)


def _mapped(rule: MapRule, answer: object) -> Mapped[Any]:
    transform = transform_named(rule.transform) or _text
    if rule.transform != "list":
        said = _translated(rule, as_text(answer))
        return transform(str(said.value)) if said.value is not None else said
    parts = [_translated(rule, item) for item in items_of(answer)]
    known = tuple(part.value for part in parts if part.value is not None)
    return Mapped(known, tuple(issue for part in parts for issue in part.issues))


def _translated(rule: MapRule, text: str) -> Mapped[object]:
    """Return the office's word for *text*, ``None`` if it has none; the text itself where a rule has no words."""
    if not rule.words:
        return Mapped(text)
    return _choice({word.casefold(): means for word, means in rule.words.items()})(text)


DEFAULT_MAP = FieldMap(
    rules=(
        MapRule(target="FName", sources=("first_name",), transform="given-name", write="create"),
        MapRule(target="LName", sources=("last_name",), transform="family-name", write="create"),
        MapRule(target="MiddleI", sources=("middle_name",)),
        MapRule(target="Birthdate", sources=("bio.date_of_birth",), transform="date", write="create"),
        MapRule(target="Gender", sources=("bio.gender",), transform="gender", write="create"),
        MapRule(target="WirelessPhone", sources=("bio.cell_phone_number", "bio.phone_number"), transform="phone"),
        MapRule(target="HmPhone", sources=("bio.home_phone_number",), transform="phone"),
        MapRule(target="WkPhone", sources=("bio.work_phone_number",), transform="phone"),
        MapRule(target="Email", sources=("email",), transform="email"),
        MapRule(target="Address", sources=("bio.address_line_1", "bio.street_address"), transform="address"),
        MapRule(target="Address2", sources=("bio.address_line_2",), transform="address"),
        MapRule(target="City", sources=("bio.city",), transform="city"),
        MapRule(target="State", sources=("bio.state",), transform="state"),
        MapRule(target="Zip", sources=("bio.zip_code",), transform="zip"),
    )
)
"""What is done where a location names no map of its own."""
