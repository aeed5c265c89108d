"""An invented town of dental families, with every kind of relation and noise that makes matching dangerous.

Everything comes from one seed and nobody in it exists. `Town(seed).practice(n)` gives the charts of a practice;
`stream` gives people who turn up there, each with the chart that is really theirs or none; `trap_pairs` gives pairs of
different people who look alike. The shares of relations and errors are stated here as figures, so that whoever reads a
result can read what it was measured on.

Seeds below 100 are for trying things out; figures that are reported come from seeds of 100 and more.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import accumulate
from typing import Final

from attrs import evolve, field, frozen

from odnexus.mapping.person import Address, Person
from odnexus.mapping.text import person_name
from tests.matching.family_names import (
    ALIKE,
    BOYS,
    ENDS,
    FAMILIES,
    GIRLS,
    MIDS,
    NICKNAMES,
    SHORT_FOR_BOTH,
    SPELLINGS,
    STARTS,
    STREETS,
)

TODAY: Final = date(2026, 5, 4)

KINDS: Final = (("Street", "St"), ("Avenue", "Ave"), ("Road", "Rd."), ("Drive", "DR"), ("Lane", "Ln"), ("Court", "Ct"))
SIDES: Final = (("North ", "N "), ("South ", "S. "), ("", ""), ("", ""), ("", ""))
KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@frozen(kw_only=True)
class Neighbour:
    """One inhabitant: who they really are, and their household."""

    identity: int
    person: Person
    household: int
    guarantor: int
    former_family: str = ""
    minor: bool = False
    guardian_mobile: str = ""


@frozen(kw_only=True)
class Arrival:
    """Somebody who turns up: what they typed, whose chart it is (None: nobody's), and what is special about them."""

    person: Person = field(repr=False)
    identity: int | None
    kind: str


class Town:
    """A town made from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._next = 0
        self._household = 0
        self._numbers: set[int] = set()
        self.rare = [self._invented() for _ in range(6_000)]
        self._weights = list(accumulate(1 / (rank + 12) for rank in range(len(FAMILIES))))
        self._given_weights = {
            id(names): list(accumulate(1 / (rank + 20) for rank in range(len(names)))) for names in (BOYS, GIRLS)
        }

    # -- making people -------------------------------------------------------------------------------------------------

    def practice(self, charts: int) -> list[Neighbour]:
        """Return the people of a practice, whole families at a time."""
        people: list[Neighbour] = []
        while len(people) < charts:
            people.extend(self.family())
        return people[:charts]

    def family(self) -> list[Neighbour]:
        """Return one household. Of adults 45 % live with a partner; 35 % of households have children, 4 % of births are
        twins, 6 % of sons carry their father's name and 1 % of daughters their mother's."""
        pick = self.random
        self._household += 1
        name, address = self.family_name(), self.address()
        mother_mobile, father_mobile, home = self.phone(), self.phone(), self.phone() if pick.random() < 0.25 else ""
        shared_email = pick.random() < 0.12
        age = int(pick.triangular(22, 92, 45))
        members: list[Neighbour] = []
        woman = pick.random() < 0.53
        head = self._adult(name, age, address, mother_mobile if woman else father_mobile, home, woman=woman)
        members.append(head)
        if pick.random() < 0.45:
            partner_name = name if pick.random() < 0.75 else self.family_name()
            partner = self._adult(
                partner_name,
                max(20, age + pick.randint(-6, 6)),
                address,
                father_mobile if woman else mother_mobile,
                home,
                woman=not woman,
                guarantor=head.identity,
            )
            if shared_email:
                partner = evolve(partner, person=evolve(partner.person, email=head.person.email))
            members.append(partner)
        if age < 60 and pick.random() < 0.6:
            members.extend(self._children(members, name, min(age - 20, 19)))
        return members

    def _children(self, parents: list[Neighbour], name: str, oldest: int) -> list[Neighbour]:
        pick = self.random
        children: list[Neighbour] = []
        for _ in range(pick.choice((1, 1, 2, 2, 3, 4))):
            born = self._birth(pick.randint(0, max(1, oldest)))
            twins = 2 if pick.random() < 0.04 else 1
            for _ in range(twins):
                children.append(self._child(parents, children, name, born))
        return children

    def _child(self, parents: list[Neighbour], siblings: list[Neighbour], name: str, born: date) -> Neighbour:
        pick, guardian = self.random, self.random.choice(parents)
        girl = pick.random() < 0.5
        given, suffix = self.given_name(girl=girl), ""
        for parent in parents:
            if (parent.person.sex == "female") is girl and pick.random() < (0.01 if girl else 0.06):
                given, suffix = parent.person.given, "" if girl or pick.random() < 0.4 else "jr"
        while any(child.person.given == given for child in siblings):
            given = self.given_name(girl=girl)
        person = Person(
            family=name,
            given=given,
            middle=self.middle_name(girl=girl),
            suffix=suffix,
            birth_date=born,
            sex="female" if girl else "male",
            mobile=guardian.person.mobile,
            home=guardian.person.home,
            email=guardian.person.email,
            address=guardian.person.address,
        )
        return self._neighbour(person, guarantor=guardian.identity, minor=True, guardian_mobile=guardian.person.mobile)

    def _adult(
        self, name: str, age: int, address: Address, mobile: str, home: str, *, woman: bool, guarantor: int = 0
    ) -> Neighbour:
        given = self.given_name(girl=woman)
        person = Person(
            family=name,
            given=given,
            middle=self.middle_name(girl=woman),
            suffix="sr" if not woman and self.random.random() < 0.01 else "",
            birth_date=self._birth(age),
            sex="female" if woman else "male",
            mobile=mobile,
            home=home,
            email=self.email(given, name),
            address=address,
        )
        former = self.family_name() if woman and self.random.random() < 0.5 else ""
        return self._neighbour(person, guarantor=guarantor, former_family=former)

    def _neighbour(
        self, person: Person, *, guarantor: int, former_family: str = "", minor: bool = False, guardian_mobile: str = ""
    ) -> Neighbour:
        self._next += 1
        return Neighbour(
            identity=self._next,
            person=person,
            household=self._household,
            guarantor=guarantor or self._next,
            former_family=former_family,
            minor=minor,
            guardian_mobile=guardian_mobile,
        )

    def _birth(self, age: int) -> date:
        return TODAY - timedelta(days=age * 365 + self.random.randint(1, 364))

    def given_name(self, *, girl: bool) -> str:
        """Return a given name: 6 % double names, 7 % names that no list holds."""
        names = GIRLS if girl else BOYS
        roll = self.random.random()
        if roll < 0.07:
            return self._invented_given(girl=girl)
        first = self.random.choices(names, cum_weights=self._given_weights[id(names)])[0]
        if roll < 0.13:
            return f"{first} {self.random.choice(names)}"
        return first

    def middle_name(self, *, girl: bool) -> str:
        """Return a middle name (45 %), an initial (20 %) or none."""
        roll = self.random.random()
        if roll > 0.65:
            return ""
        name = self.random.choice(GIRLS if girl else BOYS)
        return name if roll < 0.45 else name[0]

    def family_name(self) -> str:
        """Return a family name: 45 % of people hold one of 300 common ones, 5 % a double one."""
        roll = self.random.random()
        if roll < 0.05:
            return f"{self.family_name()}{self.random.choice(('-', ' '))}{self.family_name()}"
        if roll < 0.5:
            return self.random.choices(FAMILIES, cum_weights=self._weights)[0]
        return self.random.choice(self.rare)

    def _invented(self) -> str:
        middle = self.random.choice(MIDS) if self.random.random() < 0.6 else ""
        return self.random.choice(STARTS) + middle + self.random.choice(ENDS)

    def _invented_given(self, *, girl: bool) -> str:
        return (self.random.choice(STARTS) + self.random.choice(MIDS) + ("a" if girl else "n")).capitalize()

    def phone(self) -> str:
        """Return a number nobody else in this town has."""
        while True:
            number = self.random.randint(2_000_000, 9_999_999)
            if number not in self._numbers and number % 10_000_000 // 10_000 != 555:
                self._numbers.add(number)
                return f"+1{self.random.choice((303, 541, 720, 970))}{number}"

    def email(self, given: str, family: str) -> str:
        """Return an address; one in five people has none."""
        if self.random.random() < 0.2:
            return ""
        stem = f"{given}.{family}".replace(" ", "").replace("'", "").casefold()
        domain = self.random.choice(("example.com", "example.org", "mail.example.net"))
        return f"{stem}{self.random.randint(1, 9999)}@{domain}"

    def address(self) -> Address:
        """Return an address; one in four is a flat."""
        pick = self.random
        side, kind = pick.choice(SIDES), pick.choice(KINDS)
        unit = f" Apt {pick.randint(1, 40)}" if pick.random() < 0.25 else ""
        return Address(
            line_1=f"{pick.randint(1, 9999)} {side[0]}{pick.choice(STREETS)} {kind[0]}{unit}",
            city=pick.choice(("Eugene", "Salem", "Denver", "Boulder")),
            state="OR",
            postal_code=f"97{pick.randint(1, 499):03}",
        )

    # -- charts and arrivals -------------------------------------------------------------------------------------------

    def chart(self, one: Neighbour) -> Person:
        """Return what the practice has on file: 40 % lack an e-mail, 5 % a mobile, 8 % an address; 1 % have a slip."""
        pick, person = self.random, one.person
        if pick.random() < 0.4:
            person = evolve(person, email="")
        if pick.random() < 0.05:
            person = evolve(person, mobile="")
        if pick.random() < 0.08:
            person = evolve(person, address=Address())
        if pick.random() < 0.3:
            person = evolve(person, middle="")
        if pick.random() < 0.5:
            person = evolve(person, suffix="")
        if one.former_family and pick.random() < 0.06:
            person = evolve(person, family=one.former_family)
        if pick.random() < 0.004:
            person = evolve(person, birth_date=None)
        if pick.random() < 0.01:
            person = evolve(person, given=self.typo(person.given))
        return person

    def arrival(self, one: Neighbour) -> Person:
        """Return how *one* introduces themselves: the errors of people who type on a phone, about 45 % without any."""
        pick, person = self.random, one.person
        for chance, change in self._noise(one):
            if pick.random() < chance:
                person = change(person)
        return typed(person)

    def _noise(self, one: Neighbour) -> tuple[tuple[float, Callable[[Person], Person]], ...]:
        return (
            (0.35, lambda p: evolve(p, middle="")),
            (0.25, lambda p: evolve(p, middle=p.middle[:1])),
            (0.6, lambda p: evolve(p, suffix="")),
            (0.12, lambda p: evolve(p, given=self.nickname(p.given))),
            (0.04, lambda p: evolve(p, given=p.given.split()[0])),
            (0.015, lambda p: evolve(p, given=self.typo(p.given))),
            (0.015, lambda p: evolve(p, family=self.typo(p.family))),
            (0.02, lambda p: evolve(p, family=p.family.replace("-", " ").split()[0])),
            (0.03 if one.former_family else 0.0, lambda p: evolve(p, family=one.former_family)),
            (0.005, lambda p: evolve(p, given=p.family, family=p.given)),
            (0.004, lambda p: evolve(p, given=p.given[:1])),
            (0.006, lambda p: evolve(p, given=p.middle, middle="") if len(p.middle) > 1 else p),
            (0.05, lambda p: evolve(p, given=p.given.upper(), family=p.family.upper())),
            (0.03, lambda p: evolve(p, given=p.given.lower(), family=p.family.lower())),
            (0.012, lambda p: evolve(p, birth_date=self.slip(p.birth_date))),
            (0.003, lambda p: evolve(p, birth_date=swapped(p.birth_date))),
            (0.003, lambda p: evolve(p, birth_date=None)),
            (0.002, lambda p: evolve(p, birth_date=date(1900, 1, 1))),
            (0.15, lambda p: evolve(p, mobile=self.phone())),
            (0.05, lambda p: evolve(p, mobile="+15555555555")),
            (0.10, lambda p: evolve(p, mobile="", home=p.home or p.mobile)),
            (0.20, lambda p: evolve(p, email=self.email(p.given, p.family))),
            (0.10, lambda p: evolve(p, email="none@none.com")),
            (0.15, lambda p: evolve(p, address=self.address())),
            (0.15, lambda p: evolve(p, address=Address())),
            (0.30, lambda p: evolve(p, address=self.respelt(p.address))),
        )

    def nickname(self, given: str) -> str:
        """Return a short form of a given name, or the name if it has none."""
        return self.random.choice(NICKNAMES.get(given.split(maxsplit=1)[0], [given]))

    def typo(self, text: str) -> str:
        """Return *text* with one slip: letters exchanged, left out, doubled, or a neighbouring key."""
        if len(text) < 3:
            return text
        pick = self.random
        place = pick.randrange(len(text) - 1)
        match pick.randrange(4):
            case 0:
                return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
            case 1:
                return text[:place] + text[place + 1 :]
            case 2:
                return text[:place] + text[place] + text[place:]
            case _:
                row = next((row for row in KEYS if text[place].lower() in row), "")
                near = row[max(0, row.find(text[place].lower()) - 1)] if row else text[place]
                return text[:place] + near + text[place + 1 :]

    def slip(self, day: date | None) -> date | None:
        """Return a date with one digit wrong."""
        if day is None:
            return None
        text = f"{day:%Y%m%d}"
        for _ in range(50):
            place = self.random.randrange(2, 8)
            other = text[:place] + str(self.random.randrange(10)) + text[place + 1 :]
            try:
                changed = date(int(other[:4]), int(other[4:6]), int(other[6:]))
            except ValueError:
                continue
            if changed != day and changed <= TODAY:
                return changed
        return day

    def respelt(self, address: Address) -> Address:
        """Return an address in another spelling."""
        line = address.line_1
        for long, short in (*KINDS, *SIDES):
            if long:
                line = line.replace(long, short)
        return evolve(address, line_1=line.replace(" Apt ", " #"), city=address.city.upper())

    # -- streams -------------------------------------------------------------------------------------------------------

    def stream(self, people: list[Neighbour], size: int, *, traps: float, existing: float) -> list[Arrival]:
        """Return people who turn up.

        Args:
            people: The practice's patients.
            size: How many turn up.
            traps: Share of relatives and look-alikes of patients who have no chart of their own.
            existing: Share of people who have a chart; whoever is left is a stranger.
        """
        arrivals = []
        for _ in range(size):
            roll = self.random.random()
            if roll < existing:
                one = self.random.choice(people)
                arrivals.append(Arrival(person=self.arrival(one), identity=one.identity, kind="patient"))
            elif roll < existing + traps:
                arrivals.append(self.trap(self.random.choice(people)))
            else:
                stranger = self.random.choice(self.family())
                arrivals.append(Arrival(person=self.arrival(stranger), identity=None, kind="stranger"))
        return arrivals

    def trap(self, one: Neighbour) -> Arrival:
        """Return a person without chart who looks like *one*."""
        kind = self.random.choices(tuple(TRAPS), weights=TRAP_SHARES)[0]
        other = TRAPS[kind](self, one)
        return Arrival(person=self.look_alike(one, other), identity=None, kind=kind)

    def look_alike(self, one: Neighbour, other: Person) -> Person:
        """Return how a look-alike introduces themselves; no slip may turn name or date into the other's again."""
        seen = evolve(self.arrival(evolve(one, person=other, former_family="")), birth_date=other.birth_date)
        same = seen.given.casefold() == one.person.given.casefold() != other.given.casefold()
        return evolve(seen, given=other.given) if same else seen


# -- look-alikes -------------------------------------------------------------------------------------------------------


def _twin(town: Town, one: Neighbour) -> Person:
    person = one.person
    girl = town.random.random() < 0.5
    given = town.given_name(girl=girl)
    while _same_name(given, person.given):
        given = town.given_name(girl=girl)
    return evolve(person, given=given, middle=town.middle_name(girl=girl), sex="female" if girl else "male", suffix="")


def _same_name(one: str, other: str) -> bool:
    """Tell whether no parents would give these two names to two children."""
    mine, theirs = one.split(maxsplit=1)[0], other.split(maxsplit=1)[0]
    known = ({name, *NICKNAMES.get(name, [])} for name in (mine, theirs))
    return not set.isdisjoint(*known) or any({mine, theirs} <= group for group in SPELLINGS)


def _alike_twin(town: Town, one: Neighbour) -> Person:
    """Return a twin whose name is near: the patient must carry the other name of the pair."""
    first = one.person.given
    for names in ALIKE:
        if first in names:
            other = names[1 - names.index(first)]
            return evolve(one.person, given=other, middle=town.middle_name(girl=True))
    return _twin(town, one)


def _junior(town: Town, one: Neighbour) -> Person:
    years = town.random.randint(18, 38)
    born = one.person.birth_date or TODAY
    if born.year + years >= TODAY.year:
        return _elder(town, one)
    child = date(born.year + years, born.month, min(born.day, 28)) + timedelta(days=town.random.randint(-170, 170))
    return evolve(
        one.person,
        birth_date=child,
        suffix=town.random.choice(("jr", "iii", "", "")),
        middle=one.person.middle if town.random.random() < 0.6 else town.middle_name(girl=False),
    )


def _elder(town: Town, one: Neighbour) -> Person:
    born = one.person.birth_date or TODAY
    parent = date(born.year - town.random.randint(18, 38), born.month, min(born.day, 28)) + timedelta(
        days=town.random.randint(-170, 170)
    )
    return evolve(one.person, birth_date=parent, suffix=town.random.choice(("sr", "", "")), middle="")


def _sibling(town: Town, one: Neighbour) -> Person:
    born = (one.person.birth_date or TODAY) + timedelta(
        days=town.random.choice((-1, 1)) * town.random.randint(330, 2200)
    )
    return evolve(_twin(town, one), birth_date=min(born, TODAY))


def _guardian(town: Town, one: Neighbour) -> Person:
    """Return a child for whom *one* books: their phone, e-mail and address, another name and birth date."""
    given = town.given_name(girl=town.random.random() < 0.5)
    while _same_name(given, one.person.given):
        given = town.given_name(girl=True)
    return Person(
        family=one.person.family,
        given=given,
        birth_date=TODAY - timedelta(days=town.random.randint(400, 6000)),
        mobile=one.person.mobile,
        email=one.person.email,
        address=one.person.address,
    )


def _spouse(town: Town, one: Neighbour) -> Person:
    born = (one.person.birth_date or TODAY) + timedelta(days=town.random.randint(-1500, 1500))
    return evolve(_twin(town, one), birth_date=min(born, TODAY))


def _namesake(town: Town, one: Neighbour) -> Person:
    """Return somebody of the same name, born another day, living elsewhere."""
    born = TODAY - timedelta(days=town.random.randint(400, 32_000))
    return evolve(
        one.person,
        birth_date=born if born != one.person.birth_date else born + timedelta(days=1),
        middle="",
        mobile=town.phone(),
        home="",
        email=town.email(one.person.given, one.person.family),
        address=town.address(),
    )


def _swapped_stranger(town: Town, one: Neighbour) -> Person:
    """Return somebody of the same name whose birth date is the other's with day and month exchanged."""
    born = one.person.birth_date or TODAY
    other = swapped(born) or born
    if other == born:
        other = _namesake(town, one).birth_date or born
    return evolve(_namesake(town, one), birth_date=other)


def _neighbouring_namesake(town: Town, one: Neighbour) -> Person:
    """Return somebody of the same name and middle initial whose birth date is one digit away."""
    return evolve(
        _namesake(town, one), birth_date=town.slip(one.person.birth_date or TODAY), middle=one.person.middle[:1]
    )


def _named_after(town: Town, one: Neighbour) -> Person:
    """Return the child or the parent of one name who has the same birthday, a generation apart."""
    born = one.person.birth_date or TODAY
    years = town.random.randint(18, 38)
    year = born.year + years if born.year + years < TODAY.year else born.year - years
    return evolve(one.person, birth_date=date(year, born.month, min(born.day, 28)), suffix="", middle="")


def _short_twin(town: Town, one: Neighbour) -> Person:
    """Return a twin who goes by a name that could be short for the patient's as well."""
    return evolve(_twin(town, one), given=SHORT_FOR_BOTH.get(one.person.given, "Alex"), middle="")


def _placeholder(town: Town, one: Neighbour) -> Person:
    """Return a newborn without name or a test entry, at the patient's phone."""
    return evolve(
        one.person,
        given=town.random.choice(("Baby", "Baby Boy", "Test", "Newborn", "Unknown", "Twin A")),
        middle="",
        birth_date=town.random.choice((one.person.birth_date, date(1900, 1, 1), None)),
    )


def _dateless_relative(town: Town, one: Neighbour) -> Person:
    """Return the father or son of one name who gave no birth date."""
    return evolve(one.person, birth_date=None, suffix="", middle="")


TRAPS: Final[dict[str, Callable[[Town, Neighbour], Person]]] = {
    "twin": _twin,
    "twin of a similar name": _alike_twin,
    "child of the same name": _junior,
    "parent of the same name": _elder,
    "sibling": _sibling,
    "child of a guardian": _guardian,
    "partner": _spouse,
    "namesake": _namesake,
    "namesake, day and month exchanged": _swapped_stranger,
    "placeholder": _placeholder,
    "relative without birth date": _dateless_relative,
    "namesake, one digit of the date apart": _neighbouring_namesake,
    "parent or child of one name and birthday": _named_after,
    "twin with a short name of both": _short_twin,
}


TRAP_SHARES: Final = (2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 0, 0, 0)
"""How often each kind occurs in a stream: people without birth date, placeholders and exchanged dates are rarer.

The last three are so rare that they are looked at pair by pair only.
"""


def trap_pairs(seed: int, count: int) -> Iterator[tuple[str, Person, Person]]:
    """Yield pairs of different people who look alike, kind by kind, with and without noise, alternately."""
    town = Town(seed)
    people = town.practice(2_000)
    kinds = tuple(TRAPS)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        one = town.random.choice(people)
        if kind == "twin of a similar name":
            one = _named(town, one, town.random.choice(town.random.choice(ALIKE)))
        elif kind == "twin with a short name of both":
            one = _named(town, one, town.random.choice(tuple(SHORT_FOR_BOTH)))
        other = TRAPS[kind](town, one)
        noisy = number // len(kinds) % 2
        yield kind, one.person, town.look_alike(one, other) if noisy else typed(other)


def _named(town: Town, one: Neighbour, given: str) -> Neighbour:
    """Return *one* with a name that has a near twin."""
    return evolve(one, person=evolve(one.person, given=given, middle=town.middle_name(girl=True)))


def swapped(day: date | None) -> date | None:
    """Return a date with day and month exchanged, or the date if that is none."""
    if day is None or day.day > 12:
        return day
    return date(day.year, day.day, day.month)


def typed(person: Person) -> Person:
    """Return what `odnexus.mapping` makes of a person who typed this."""
    name = person_name(family=person.family, given=person.given, middle=person.middle, suffix=person.suffix).value
    return evolve(person, family=name.family, given=name.given, middle=name.middle, suffix=name.suffix)
