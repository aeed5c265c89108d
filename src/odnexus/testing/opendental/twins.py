"""Fields without a column: the readable text of a key, which is why renaming a definition changes old rows too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odnexus.testing.opendental.schema import Made
from odnexus.testing.opendental.values import Row, Value

if TYPE_CHECKING:
    from odnexus.testing.opendental.practice import Practice


def text_of(table: str, column: str, key: str) -> Made:
    """Return what shows *column* of the row of *table* that the key in *key* points to, or ""."""

    def made(practice: Practice, row: Row) -> Value:
        found = practice.find(table, row.number(key))
        return found[column] if found else ""

    return made


def definition_text(key: str) -> Made:
    """Return what shows the name of the definition in *key*."""
    return text_of("definitions", "ItemName", key)


def provider_abbr(key: str) -> Made:
    """Return what shows the abbreviation of the provider in *key*."""
    return text_of("providers", "Abbr", key)


def clinic_abbr(practice: Practice, row: Row) -> Value:
    """Return the abbreviation of the row's clinic."""
    return text_of("clinics", "Abbr", "ClinicNum")(practice, row)
