"""Tables of words, written as lines of text: fifty quoted words in a list are harder to read than fifty words."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of *text*, apart by white space."""
    return frozenset(text.split())
