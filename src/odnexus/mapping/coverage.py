"""Carriers: from what a patient typed to a row of the office's list.

NexHealth holds free text ("Blue Cross"); Open Dental wants one exact carrier. Text alone is no identity, so the
resolver goes from sure to unsure and says how sure it is: the electronic payer id, an alias that the practice has
confirmed, the same name once both are normalised, and beyond that only ranked suggestions for a person to choose from.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from attrs import evolve, field, frozen
from rapidfuzz import fuzz

from odnexus.errors import MappingError
from odnexus.opendental.models import Carrier

Rule: TypeAlias = Literal["payer-id", "alias", "name", "similar"]

SUGGESTIONS = 5
LEAST_SCORE = 55.0
"""Suggestions below this similarity (0 to 100) help nobody."""

ABBREVIATIONS: Mapping[str, str] = {
    "bcbs": "blue cross blue shield",
    "bc bs": "blue cross blue shield",
    "bluecross": "blue cross",
    "blueshield": "blue shield",
    "uhc": "united healthcare",
    "unitedhealthcare": "united healthcare",
    "united health care": "united healthcare",
    "metlife": "metropolitan life",
    "met life": "metropolitan life",
    "gwh": "great west healthcare",
    "ddic": "delta dental",
    "deltadental": "delta dental",
}
"""What carriers are called for short, in normalised spelling."""

EMPTY_WORDS = frozenset(
    {
        "insurance",
        "ins",
        "co",
        "company",
        "corp",
        "corporation",
        "inc",
        "llc",
        "the",
        "of",
        "group",
        "plan",
        "plans",
        "dental",
        "ppo",
        "hmo",
        "dhmo",
        "and",
    }
)
"""Words that tell no carrier from another. They count again where a name has no other words."""

NO_INSURANCE = frozenset({"", "none", "no", "n a", "na", "no insurance", "self pay", "selfpay", "cash", "uninsured"})
"""What people type who have none."""


@frozen(kw_only=True)
class CarrierEntry:
    """A carrier of the office's list.

    Attributes:
        carrier_num: CarrierNum.
        name: Its name as the office writes it.
        payer_id: ElectID, ``""`` if the office has none.
        hidden: Hidden carriers are never chosen.
    """

    carrier_num: int
    name: str
    payer_id: str = ""
    hidden: bool = False


@frozen(kw_only=True)
class CarrierMatch:
    """A carrier that may be meant, with the rule that found it and a score from 0 to 100."""

    carrier_num: int
    name: str
    score: float
    rule: Rule


@frozen(kw_only=True)
class Resolution:
    """What became of a text.

    Attributes:
        certain: The carrier, if exactly one is sure.
        suggestions: Carriers to choose from, best first; empty if one is certain or nothing is alike.
        insured: False if the text says that there is no insurance.
    """

    certain: CarrierMatch | None = None
    suggestions: tuple[CarrierMatch, ...] = ()
    insured: bool = True


def carrier_entry(row: Carrier) -> CarrierEntry:
    """Return the entry that a row of Open Dental's list is."""
    return CarrierEntry(
        carrier_num=row.carrier_num,
        name=row.carrier_name or "",
        payer_id=(row.elect_id or "").strip(),
        hidden=bool(row.is_hidden),
    )


def normalised(name: str) -> str:
    """Return *name* as it is compared: without case, accents, punctuation, abbreviations and empty words."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode().casefold()
    words = " ".join(re.findall(r"[a-z0-9]+", plain))
    for short, long in ABBREVIATIONS.items():
        words = re.sub(rf"\b{short}\b", long, words)
    kept = [word for word in words.split() if word not in EMPTY_WORDS]
    return " ".join(kept) or words


@frozen(kw_only=True)
class CarrierResolver:
    """Finds carriers by payer id, confirmed alias, name, and likeness.

    Attributes:
        carriers: The office's list.
        aliases: Normalised text → CarrierNum, confirmed by the practice.
    """

    carriers: tuple[CarrierEntry, ...]
    aliases: Mapping[str, int] = field(factory=dict[str, int])

    def _shown(self) -> list[CarrierEntry]:
        return [carrier for carrier in self.carriers if not carrier.hidden]

    def _paying(self, payer_id: str) -> list[CarrierEntry]:
        wanted = payer_id.strip().casefold()
        return [each for each in self._shown() if wanted and each.payer_id.strip().casefold() == wanted]

    def _named(self, wanted: str) -> list[CarrierEntry]:
        return [each for each in self._shown() if normalised(each.name) == wanted]

    def resolve(self, text: str, *, payer_id: str = "") -> Resolution:
        """Return which carrier *text* (and perhaps *payer_id*) means."""
        wanted = normalised(text)
        if not payer_id and " ".join(re.findall(r"[a-z0-9]+", text.casefold())) in NO_INSURANCE:
            return Resolution(insured=False)
        by_payer = self._paying(payer_id)
        if len(by_payer) == 1:
            return Resolution(certain=_sure(by_payer[0], "payer-id"))
        known = next((each for each in self._shown() if each.carrier_num == self.aliases.get(wanted)), None)
        if known is not None:
            return Resolution(certain=_sure(known, "alias"))
        by_name = self._named(wanted)
        if len(by_name) == 1 and not by_payer:
            return Resolution(certain=_sure(by_name[0], "name"))
        return Resolution(suggestions=self._ranked(wanted, by_payer))

    def _ranked(self, wanted: str, by_payer: list[CarrierEntry]) -> tuple[CarrierMatch, ...]:
        scored = [
            CarrierMatch(
                carrier_num=carrier.carrier_num,
                name=carrier.name,
                score=round(likeness(wanted, normalised(carrier.name)), 1),
                rule="payer-id" if carrier in by_payer else "similar",
            )
            for carrier in self._shown()
        ]
        found = [match for match in scored if match.score >= LEAST_SCORE or match.rule == "payer-id"]
        found.sort(key=lambda match: (match.rule != "payer-id", -match.score, match.name, match.carrier_num))
        return tuple(found[:SUGGESTIONS])

    def learn(self, text: str, carrier_num: int) -> CarrierResolver:
        """Return a resolver that knows that *text* means the carrier, because a person said so."""
        return evolve(self, aliases={**self.aliases, normalised(text): carrier_num})

    def export_aliases(self) -> str:
        """Return the aliases as JSON that another office can import: carriers by name and payer id, not by number."""
        by_number = {carrier.carrier_num: carrier for carrier in self.carriers}
        pack = [
            {"text": text, "carrier": by_number[number].name, "payer_id": by_number[number].payer_id}
            for text, number in sorted(self.aliases.items())
            if number in by_number
        ]
        return json.dumps({"odnexus": "alias pack 1", "aliases": pack}, indent=2)

    def import_aliases(self, pack: str) -> tuple[CarrierResolver, tuple[str, ...]]:
        """Return a resolver with the aliases of *pack* added, and the texts whose carrier this office does not have.

        Aliases that this practice has confirmed itself are kept.

        Raises:
            MappingError: It is no alias pack.
        """
        aliases, missing = dict[str, int](), list[str]()
        for entry in _entries(pack):
            found = self.resolve(entry["carrier"], payer_id=entry["payer_id"]).certain
            if found is None:
                missing.append(entry["text"])
            else:
                aliases[normalised(entry["text"])] = found.carrier_num
        return evolve(self, aliases={**aliases, **self.aliases}), tuple(missing)


def likeness(one: str, other: str) -> float:
    """Return how alike two normalised names are, 0 to 100.

    A name that merely contains the other ("aetna", "aetna better health") is alike, but never as much as the same.
    """
    contained = float(fuzz.token_set_ratio(one, other))
    whole = float(fuzz.token_sort_ratio(one, other))
    return 0.5 * contained + 0.5 * whole


def _sure(carrier: CarrierEntry, rule: Rule) -> CarrierMatch:
    return CarrierMatch(carrier_num=carrier.carrier_num, name=carrier.name, score=100.0, rule=rule)


def _entries(pack: str) -> list[dict[str, str]]:
    try:
        content: Any = json.loads(pack)
        return [{name: str(entry[name]) for name in ("text", "carrier", "payer_id")} for entry in content["aliases"]]
    except (ValueError, KeyError, TypeError) as error:
        raise MappingError("not an alias pack: export one with export_aliases and try again") from error
