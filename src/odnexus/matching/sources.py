"""The weights of a roster, each with where it comes from: nothing is learned without being shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import asdict, frozen

from odnexus.matching import weights as table
from odnexus.matching.levels import Contact
from odnexus.matching.weights import Frequencies
from odnexus.matching.words import words_of_field

__all__ = ["Weight", "Weights", "weights_of"]


@frozen
class Weight:
    """What one level of one field is worth.

    Attributes:
        words: The field and the level.
        bits: What it adds to a score; for names that agree, with a name of middling rarity.
        source: Where the figure comes from.
    """

    words: str
    bits: float
    source: str


@frozen
class Weights:
    """Every weight that a roster uses; print it.

    Attributes:
        charts: How many charts the rarity of names was counted in, 0 if typical rarities are used.
        given: The rarity of given names in bits: of the commonest, of the middle chart's, of the rarest.
        family: The same of family names.
        rows: The weights, field by field, the strongest first.
    """

    charts: int
    given: tuple[float, float, float]
    family: tuple[float, float, float]
    rows: tuple[Weight, ...]

    def records(self) -> list[dict[str, object]]:
        """Return the weights as rows by column."""
        return [asdict(row) for row in self.rows]

    def __str__(self) -> str:
        counted = f"counted in {self.charts} charts" if self.charts else "typical, since the roster is small"
        lines = [
            f"rarity of names, {counted}: the commonest, the middle chart's, the rarest",
            f"  given  {' '.join(f'{bits:5.1f}' for bits in self.given)}",
            f"  family {' '.join(f'{bits:5.1f}' for bits in self.family)}",
            *(f"{row.bits:+6.1f}  {row.words:60} {row.source}" for row in self.rows),
        ]
        return "\n".join(lines)


_COUNTED: Final = "rarity counted in this roster"
_TYPICAL: Final = "rarity of a middling name: lists of the US Social Security Administration and the US Census Bureau"
_BIRTHS: Final = "80 years have about 29,000 days, not evenly filled; slips as often as typing makes them"
_HOUSE: Final = "households share it, and people move and change numbers; of several only the best counts in full"
_SAID: Final = "a name that does not agree says the same however rare it is"
_MIDDLE: Final = "assumed: one pair of people in 32 shares a middle name, one in 8 an initial"


def weights_of(frequencies: Frequencies) -> Weights:
    """Return the weights that *frequencies* make."""
    given, family = _spread(frequencies, frequencies.given), _spread(frequencies, frequencies.family, family=True)
    rarity = _COUNTED if frequencies.are_trusted else _TYPICAL
    rows = (
        *_rows("given", ((level, given[1] - loss) for level, loss in table.GIVEN_LOSS.items()), rarity),
        *_rows("given", table.GIVEN_BITS.items(), _SAID),
        *_rows("family", ((level, family[1] - loss) for level, loss in table.FAMILY_LOSS.items()), rarity),
        *_rows("family", table.FAMILY_BITS.items(), _SAID),
        *_rows("birth", table.BIRTH_BITS.items(), _BIRTHS),
        *_rows("middle", table.MIDDLE_BITS.items(), _MIDDLE),
        *(row for name in _CONTACTS for row in _rows(name, _CONTACTS[name].items(), _HOUSE)),
    )
    return Weights(frequencies.charts if frequencies.are_trusted else 0, given, family, rows)


_CONTACTS: Final[Mapping[str, Mapping[Contact, float]]] = {
    "phone": table.PHONE_BITS,
    "email": table.EMAIL_BITS,
    "address": table.ADDRESS_BITS,
}


def _rows(field: str, bits: Iterable[tuple[int, float]], source: str) -> list[Weight]:
    said = ((words_of_field(field, level), round(each, 1)) for level, each in bits)
    rows = [Weight(words, each, source) for words, each in said if words]
    return sorted(rows, key=lambda row: -row.bits)


def _spread(frequencies: Frequencies, names: Counter[str], *, family: bool = False) -> tuple[float, float, float]:
    """Return the rarity of the commonest name, of the name that the middle chart has, and of the rarest."""
    rarity = frequencies.family_bits if family else frequencies.given_bits
    held = sorted((count, name) for name, count in names.items() if count > 0 and name)
    if not held:
        return rarity("", ""), rarity("", ""), rarity("", "")
    middle, seen = held[0][1], 0
    for count, name in held:
        seen, middle = seen + count, name
        if seen * 2 >= sum(names.values()):
            break
    commonest, mid, rarest = (round(rarity(name, name), 1) for name in (held[-1][1], middle, held[0][1]))
    return commonest, mid, rarest
