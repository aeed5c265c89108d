# ruff: noqa: RUF001 (letters that look like others are what this module is about)
"""Letters beyond the plain Latin ones: what they are in Latin letters, and quotes that look like others."""

from __future__ import annotations

from typing import Final

__all__ = ["PLAIN_QUOTES", "romanised"]

PLAIN_QUOTES: Final = str.maketrans(
    dict.fromkeys("’‘`´ʻʼ′＇", "'")
    | dict.fromkeys("“”„«»″＂", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)

# Letters that Unicode does not take apart into a Latin letter and a mark.
_LATIN: Final = "ø o ł l đ d ð d ı i ħ h ŋ n ə a ĸ k ŧ t æ ae œ oe þ th"
# People of two alphabets type their name in either: romanised as in passports of Ukraine, Bulgaria and Greece, roughly.
_CYRILLIC: Final = (
    "а a б b в v г g ґ g д d е e є ie ж zh з z и y і i ї i й i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts"
    " ч ch ш sh щ shch ъ - ы y ь - э e ю iu я ia ђ d ј j љ lj њ nj ћ c џ dz ў u"
)
_GREEK: Final = "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o"
_ROMAN: Final = str.maketrans(
    {
        letter: "" if latin == "-" else latin
        for table in (_LATIN.split(), _CYRILLIC.split(), _GREEK.split())
        for letter, latin in zip(table[::2], table[1::2], strict=True)
    }
)


def romanised(text: str) -> str:
    """Return small letters without marks in the Latin alphabet, as far as they are Greek, Cyrillic or odd Latin."""
    return text.replace("ου", "ou").translate(_ROMAN)
