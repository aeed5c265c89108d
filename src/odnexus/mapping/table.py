"""The field map: which answer or field of NexHealth goes into which field of Open Dental, as data.

A `FieldMap` is a list of rules. Each names a target in Open Dental's own word, the places at NexHealth where a value
may be found (tried in order), the transform that brings it into form, and when it may be written. It can be checked as
a whole, applied, explained value by value, and compared with another map.

Two spellings of a source are understood: NexHealth's real names (``bio.date_of_birth``) and the flat ones of hand-made
bridges (``dateOfBirth``); see `FLAT_NAMES`. Targets:

=================== ===================================================================================
``WirelessPhone``   a field of the patient (page "API Patients"), also written ``patient.WirelessPhone``
``note.Medical``    a field of the patient's notes (page "API PatientNotes")
``field.Pets``      a custom patient field, by its name (page "API PatFields")
``allergy``         an allergy per value; ``problem`` and ``medication`` likewise
``chart``           a line of the chart note that keeps what has no field
``nowhere``         deliberately not filed
=================== ===================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias, cast

from attrs import evolve, field, frozen

from odnexus.mapping.issues import Issue, Mapped
from odnexus.mapping.text import (
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

Write: TypeAlias = Literal["create", "blank", "always", "never"]
"""When a rule may write: only into a new chart, also into an empty field, always, or never (explained, not written)."""

Scope: TypeAlias = Literal["patient", "note", "field", "allergy", "problem", "medication", "chart", "nowhere"]

FLAT_NAMES: Mapping[str, str] = {
    "firstName": "first_name",
    "lastName": "last_name",
    "middleName": "middle_name",
    "email": "email",
    "dateOfBirth": "bio.date_of_birth",
    "phoneNumber": "bio.phone_number",
    "gender": "bio.gender",
    "address": "bio.address_line_1",
    "city": "bio.city",
    "state": "bio.state",
    "zip": "bio.zip_code",
    "insuranceProvider": "bio.insurance_name",
}
"""Flat names of hand-made bridges and what they mean in NexHealth's own words."""

NOTE_FIELDS = frozenset({"FamFinancial", "Medical", "Service", "MedicalComp", "Treatment", "ICEName", "ICEPhone"})
"""Fields of a patient's notes that can be written (page "API PatientNotes")."""

BARE_SCOPES: frozenset[Scope] = frozenset({"allergy", "problem", "medication", "chart", "nowhere"})


# -- transforms --------------------------------------------------------------------------------------------------------


def _text(text: str) -> Mapped[object]:
    return Mapped(" ".join(text.split()))


def _lines(text: str) -> Mapped[object]:
    return Mapped(text.strip())


def _given(text: str) -> Mapped[object]:
    name = person_name(given=text)
    return Mapped(name.value.given, name.issues)


def _family(text: str) -> Mapped[object]:
    name = person_name(family=text)
    return Mapped(" ".join(part for part in (name.value.family, name.value.suffix.title()) if part), name.issues)


def _phone(text: str) -> Mapped[object]:
    found = phone_number(text)
    shown = opendental_phone(found.value)
    return Mapped(shown.value, (*found.issues, *shown.issues))


def _gender(text: str) -> Mapped[object]:
    sex = sex_from_nexhealth(text)
    shown = opendental_gender(sex.value)
    return Mapped(shown.value, (*sex.issues, *shown.issues))


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
}
"""Named transforms: pure, total, each returns a value and its issues."""


# -- rules -------------------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class MapRule:
    """One line of a field map.

    Attributes:
        target: Where the value goes; see the module.
        sources: Where it may be found, tried in order: dotted paths into the record, real or flat names.
        transform: Name of the transform, see `TRANSFORMS`.
        write: When it may be written.
    """

    target: str
    sources: tuple[str, ...]
    transform: str = "text"
    write: Write = "blank"

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
        return self.target.rpartition(".")[2] if self.scope != self.target else ""


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
            found = line.value not in (None, "")
            several = rule.scope in BARE_SCOPES
            explained.append(evolve(line, wins=found and (several or rule.target not in taken)))
            if found:
                taken.add(rule.target)
        return tuple(explained)

    def patient_fields(self, record: Mapping[str, Any], *, new: bool) -> Mapped[dict[str, object]]:
        """Return what *record* says of the patient, under the client's names, as far as the rules allow.

        Args:
            record: The patient as NexHealth shows it, or a flat payload.
            new: True for a new chart, False for one that is there (then ``create`` rules say nothing).
        """
        values: dict[str, object] = {}
        issues: list[Issue] = []
        for line in self.explain(record):
            rule = self.rules[line.rule]
            allowed = rule.write != "never" and (new or rule.write != "create")
            if rule.scope == "patient" and line.wins and allowed:
                values[snake(rule.name)] = line.value
                issues += [evolve(issue, field=rule.target) for issue in line.issues]
        return Mapped(values, tuple(issues))

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
    if rule.transform not in TRANSFORMS:
        yield Problem(place=f"{place}.transform", remedy=f"choose from {', '.join(TRANSFORMS)}")
    if not rule.sources:
        yield Problem(place=f"{place}.sources", remedy="name at least one place to look")
    known = {"patient", "note", "field", *BARE_SCOPES}
    if rule.scope not in known:
        yield Problem(place=f"{place}.target", remedy=f"begin with one of {', '.join(sorted(known))}")
    if rule.scope == "patient" and snake(rule.name) not in PatientCreate.__annotations__:
        yield Problem(place=f"{place}.target", remedy=f"{rule.name} is no field of a patient that can be written")
    if rule.scope == "note" and rule.name not in NOTE_FIELDS:
        yield Problem(place=f"{place}.target", remedy=f"choose from {', '.join(sorted(NOTE_FIELDS))}")


def _explained(number: int, rule: MapRule, record: Mapping[str, Any]) -> Explained:
    blank = Explained(target=rule.target, source="", transform=rule.transform, rule=number)
    for source in rule.sources:
        text = find(record, source)
        if text is None or text.strip() == "":
            continue
        mapped = TRANSFORMS[rule.transform](text)
        return evolve(blank, source=source, value=mapped.value, issues=mapped.issues)
    return blank


def find(record: Mapping[str, Any], source: str) -> str | None:
    """Return the text at *source* in *record*, under its real or its flat name; ``None`` if there is none."""
    flat = {real: name for name, real in FLAT_NAMES.items()}
    for path in dict.fromkeys([source, FLAT_NAMES.get(source, source), flat.get(source, source)]):
        value = _at(record, path.split("."))
        if value is not None and not isinstance(value, Mapping):
            return _as_text(value)
    return None


def _at(record: Mapping[str, Any], steps: list[str]) -> object:
    head, *rest = steps
    value: Any = record.get(head)
    if not rest:
        return cast(object, value)
    return _at(cast("Mapping[str, Any]", value), rest) if isinstance(value, Mapping) else None


def _as_text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_as_text(each) for each in cast("list[object]", value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def flatten(record: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    """Return *record* with dotted paths for keys, without empty values."""
    flat: dict[str, object] = {}
    for key, value in record.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat.update(flatten(cast("Mapping[str, Any]", value), f"{path}."))
        elif value not in (None, "", [], ()):
            flat[path] = value
    return flat


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
