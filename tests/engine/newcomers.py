"""People who book online and resemble few others: the matcher must have no reason to ask."""

from __future__ import annotations

from datetime import date, timedelta

from odnexus.testing.nexhealth.patient_app import Visitor

SYLLABLES = ("bor", "dan", "fel", "gri", "hol", "jun", "kes", "lum", "mar", "nov", "pet", "qui", "ras", "tov", "wen")


def newcomer(number: int) -> Visitor:
    """Return the newcomer of that *number*, as the booking page takes it."""
    return {
        "first_name": name_of(7919 * number),
        "last_name": name_of(104_729 * number + 11),
        "date_of_birth": date(1950, 1, 1) + timedelta(days=6151 * number % 20_000),
        "phone_number": f"303555{number % 10_000:04}",
        "email": f"person{number}@example.com",
    }


def name_of(number: int) -> str:
    """Return a name that resembles few others."""
    return "".join(SYLLABLES[number // 15**power % 15] for power in range(3)).title()
