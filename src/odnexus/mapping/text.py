"""Text as people type it, made into the form each system wants: names, phones, e-mail, addresses, sexes, dates.

Every function here is total: whatever the text, it returns a value and the issues it met (`Mapped`), and never raises.
Inside odnexus a phone number is E.164 (``+15035550142``); Open Dental shows ``(503)555-0142`` and NexHealth wants the
ten digits alone, since it cuts at ten characters and judges afterwards.

Names, places and dates live in modules of their own; this one adds phones and e-mail and is where all come from.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from odnexus.mapping._dates import MAX_AGE_YEARS, NO_DATES, iso_date
from odnexus.mapping._names import (
    PARTICLES,
    SUFFIX_WORDS,
    SUFFIXES,
    PersonName,
    clean,
    fold_name,
    is_placeholder_name,
    person_name,
    repair_case,
)
from odnexus.mapping._places import AddressKey, address_key, address_line, city_name, postal_code, us_state
from odnexus.mapping._words import words
from odnexus.mapping.issues import Issue, Mapped, Severity

__all__ = [
    "MAX_AGE_YEARS",
    "NO_DATES",
    "PARTICLES",
    "SUFFIXES",
    "SUFFIX_WORDS",
    "AddressKey",
    "PersonName",
    "Sex",
    "address_key",
    "address_line",
    "city_name",
    "clean",
    "email_address",
    "email_key",
    "fold_name",
    "is_placeholder_email",
    "is_placeholder_name",
    "is_placeholder_phone",
    "iso_date",
    "nexhealth_gender",
    "opendental_gender",
    "opendental_phone",
    "person_name",
    "phone_number",
    "postal_code",
    "repair_case",
    "sex_from_nexhealth",
    "sex_from_opendental",
    "ten_digits",
    "us_state",
]

Sex = Literal["male", "female", "other"]

_EXTENSION = re.compile(r"[\s,;]*(?<![a-z])(?:ext(?:ension|n)?|x|#)[\s.:]*\d{1,7}\s*$", re.IGNORECASE)
_NANP = re.compile(r"(?:\+?1)?([2-9]\d{9})", re.ASCII)
_NANP_RUN = re.compile(r"(?<!\d)(?:\+?1[\s.-]*)?\(?([2-9]\d{2})\)?[\s./-]*([2-9]\d{2})[\s.-]*(\d{4})(?!\d)", re.ASCII)
_NOT_DIGITS = re.compile(r"[^\d]", re.ASCII)
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_NANP_REGIONS: Final = frozenset({"US", "CA"})
_OPENDENTAL_PHONE_LENGTH: Final = 30  # varchar(30), schema 25.4


# -- phones ------------------------------------------------------------------------------------------------------------


def phone_number(text: str | None, region: str = "US", *, field: str = "phone") -> Mapped[str]:
    """Return a phone number as E.164, or empty with an issue that says why.

    Extensions are dropped, of several numbers the first is taken, and numbers that stand for none (555-5555, 000…)
    are left out. A North American number of an area that is not in service is kept with an issue.

    Args:
        text: The number, with whatever stands around it.
        region: Two letters of the country whose numbers come without a country code.
        field: The name that the issues carry.
    """
    if not text:
        return _NO_PHONE
    number, *rules = _phone(text, region)
    if not rules:
        return Mapped(number)
    return Mapped(number, tuple(Issue(field=field, rule=rule, severity=_PHONE_SEVERITY[rule]) for rule in rules))


_NO_PHONE: Final = Mapped("")
_PHONE_SEVERITY: Final[dict[str, Severity]] = {
    "phone.extension": "info",
    "phone.several": "info",
    "phone.placeholder": "warning",
    "phone.short": "warning",
    "phone.invalid": "warning",
    "phone.unassigned": "warning",
}


@lru_cache(maxsize=16_384)
def _phone(text: str, region: str) -> tuple[str, ...]:
    """Return the number and the names of the rules that spoke up."""
    bare = clean(text)
    if not bare:
        return ("",)
    rules: list[str] = []
    # Searching for an extension costs more than all the rest; without an x or a # there is none.
    rest = _EXTENSION.sub("", bare) if "x" in bare or "X" in bare or "#" in bare else bare
    if rest != bare and _NOT_DIGITS.sub("", rest):
        rules.append("phone.extension")
        bare = rest
    digits = _NOT_DIGITS.sub("", bare)
    if region in _NANP_REGIONS and not _foreign(bare):
        number, rule = _nanp(bare, digits)
    else:
        number, rule = _international(bare, region)
    if number and is_placeholder_phone(number):
        number, rule = "", "phone.placeholder"
    if rule:
        rules.append(rule)
    return (number, *rules)


def _foreign(text: str) -> bool:
    return (
        text.startswith(("+", "00", "011")) and not text.startswith(("+1", "001", "0111")) and text.strip("+0- ") != ""
    )


def _nanp(text: str, digits: str) -> tuple[str, str]:
    if not digits or not digits.strip("0"):
        return "", "phone.placeholder" if digits else "phone.invalid"
    if digits.startswith("001") and len(digits) == 13:
        digits = digits[2:]
    found = _NANP.fullmatch(digits)
    rule = ""
    if found is None:
        runs = _NANP_RUN.findall(text)
        if not runs:
            return _misshapen(digits)
        ten, rule = "".join(runs[0]), "phone.several" if len(runs) > 1 else ""
    else:
        ten = found[1]
    if ten[3] in "01":
        return "", "phone.invalid"
    return f"+1{ten}", rule or ("" if _in_service(ten[:3]) else "phone.unassigned")


def _misshapen(digits: str) -> tuple[str, str]:
    if len(set(digits)) == 1:
        return "", "phone.placeholder"
    return "", "phone.short" if len(digits) == 7 else "phone.invalid"


def _international(text: str, region: str) -> tuple[str, str]:
    # phonenumbers costs 50 ms to import; a practice in North America may never need it for a whole number.
    import phonenumbers  # noqa: PLC0415

    text = re.sub(r"^(?:011|00)", "+", text)
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return "", "phone.invalid"
    if not phonenumbers.is_possible_number(parsed):
        return "", "phone.invalid"
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if _E164.fullmatch(number) is None:
        return "", "phone.invalid"
    return number, "" if phonenumbers.is_valid_number(parsed) else "phone.unassigned"


@lru_cache(maxsize=1024)
def _in_service(area: str) -> bool:
    """Tell whether an area code of the North American plan is in use: 234-5678 is a possible number in each."""
    import phonenumbers  # noqa: PLC0415

    number = phonenumbers.PhoneNumber(country_code=1, national_number=int(f"{area}2345678"))
    return phonenumbers.is_valid_number(number)


def is_placeholder_phone(e164: str) -> bool:
    """Tell whether a number stands for no number: one digit repeated, 555-5555, 123-4567, 555-1212 and their like."""
    local = e164[-7:]
    if len(local) < 7:
        return local == local[:1] * len(local)
    # A roster asks for every phone: one look tells nearly all of them.
    return local in _NO_LOCAL_NUMBERS or (local in _NO_NUMBERS and e164[-10:-7] == _NO_NUMBERS[local])


_NO_LOCAL_NUMBERS: Final = frozenset({"1234567", "5551212", "9876543", *(digit * 7 for digit in "0123456789")})
_NO_NUMBERS: Final = {number[3:]: number[:3] for number in ("1234567890", "2345678901", "9876543210")}


def ten_digits(e164: str, *, field: str = "phone") -> Mapped[str]:
    """Return the ten digits that NexHealth takes; empty with an issue for a number from outside North America."""
    if found := re.fullmatch(r"\+1([2-9]\d{9})", e164, re.ASCII):
        return Mapped(found[1])
    if not e164.strip():
        return Mapped("")
    return Mapped("", (Issue(field=field, rule="phone.not_north_american", severity="warning"),))


def opendental_phone(e164: str, *, field: str = "phone") -> Mapped[str]:
    """Return a number as Open Dental shows it, ``(503)555-0142``; one from outside North America as E.164."""
    ten = ten_digits(e164).value
    if ten:
        return Mapped(f"({ten[:3]}){ten[3:6]}-{ten[6:]}")
    if len(e164) > _OPENDENTAL_PHONE_LENGTH:
        return Mapped("", (Issue(field=field, rule="phone.invalid", severity="warning"),))
    return Mapped(e164.strip())


# -- e-mail ------------------------------------------------------------------------------------------------------------

_EMAIL = re.compile(
    r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\._-][^\s@<>,;:\"()\[\]\\_]*\.[^\s@<>,;:\"()\[\]\\.\d_-]{2,}"
)
_EMAIL_SPLIT = re.compile(r"[\s,;<>()\"]+")
_NO_LOCALS: Final = words(
    "none noemail no no-email no_email nomail na n/a null unknown declined declines refused refuse decline test noone"
    " nobody notgiven notprovided noreply no-reply donotreply fake asdf x xx xxx anonymous email"
)
_NO_DOMAINS: Final = words(
    "none.com noemail.com na.com no.com nomail.com unknown.com declined.com refused.com test.com fake.com"
    " noone.com nothing.com n.com x.com xx.com xxx.com none.none no.email"
)
_SLIPS: Final = {
    "gmail.con": "gmail.com", "gmail.co": "gmail.com", "gmial.com": "gmail.com", "gmai.com": "gmail.com",
    "gnail.com": "gmail.com", "gmail.cm": "gmail.com", "gmal.com": "gmail.com", "yaho.com": "yahoo.com",
    "yahoo.con": "yahoo.com", "yahoo.co": "yahoo.com", "hotmai.com": "hotmail.com", "hotmial.com": "hotmail.com",
    "hotmail.con": "hotmail.com", "outlook.con": "outlook.com", "iclod.com": "icloud.com", "icloud.con": "icloud.com",
    "aol.con": "aol.com", "comcast.con": "comcast.net",
}  # fmt: skip


def email_address(text: str | None, *, field: str = "email") -> Mapped[str]:
    """Return an e-mail address with its domain in small letters, or empty with an issue.

    Of several addresses the first is taken; placeholders (none@none.com) and what is no address are left out. A
    misspelt domain of a large provider is kept, with an issue: only its owner knows.
    """
    bare = clean(text) if text else ""
    if not bare:
        return _NO_EMAIL
    found = _addresses_in(bare)
    if not found:
        rule = "email.placeholder" if fold_name(bare).replace(" ", "") in _NO_LOCALS else "email.invalid"
        return Mapped("", (Issue(field=field, rule=rule, severity="warning"),))
    local, _, domain = found[0].rpartition("@")
    address = f"{local}@{domain.lower()}"
    if is_placeholder_email(address):
        return Mapped("", (Issue(field=field, rule="email.placeholder", severity="warning"),))
    return Mapped(address, _email_remarks(domain.lower(), several=len(set(found)) > 1, field=field))


_NO_EMAIL: Final = Mapped("")


def _addresses_in(text: str) -> list[str]:
    # One address and nothing else, as nearly always, needs no taking apart.
    if text[0] not in ".'" and text[-1] != "'" and _EMAIL.fullmatch(text):
        return [text]
    parts = [part.removeprefix("mailto:").strip(".'") for part in _EMAIL_SPLIT.split(text) if "@" in part]
    return [part for part in parts if _EMAIL.fullmatch(part)]


def _email_remarks(domain: str, *, several: bool, field: str) -> tuple[Issue, ...]:
    if not several and domain not in _SLIPS:
        return ()
    remarks = [("email.several", several), ("email.domain_slip", domain in _SLIPS)]
    return tuple(Issue(field=field, rule=rule, severity="info") for rule, applies in remarks if applies)


def is_placeholder_email(address: str) -> bool:
    """Tell whether an address stands for none: none@none.com, noemail@…, x@x.com."""
    local, _, domain = address.casefold().rpartition("@")
    return local in _NO_LOCALS or domain in _NO_DOMAINS or (local == domain.partition(".")[0] and len(local) <= 3)


def email_key(address: str) -> str:
    """Return the form in which two spellings of one address are equal: small letters, no tag, known slips mended."""
    local, _, domain = address.strip().casefold().rpartition("@")
    local = local.partition("+")[0]
    domain = _SLIPS.get(domain, domain)
    if domain in {"gmail.com", "googlemail.com"}:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}" if local else ""


# -- sex ---------------------------------------------------------------------------------------------------------------

_SEX_WORDS: Final[dict[str, Sex]] = {
    "male": "male", "m": "male", "man": "male", "female": "female", "f": "female", "woman": "female",
    "other": "other", "o": "other", "x": "other", "nonbinary": "other", "non binary": "other",
}  # fmt: skip
_NO_SEX: Final = frozenset({"", "unknown", "u", "n a", "na", "none", "undisclosed", "prefer not to say"})


def sex_from_opendental(text: str | None, *, field: str = "sex") -> Mapped[Sex | None]:
    """Return the sex behind Open Dental's Male, Female, Unknown or Other."""
    return _sex(text, field)


def sex_from_nexhealth(text: str | None, *, field: str = "sex") -> Mapped[Sex | None]:
    """Return the sex behind NexHealth's Male, Female or Other.

    Female carries an issue: NexHealth stores it whenever nothing was given, so it may mean nothing.
    """
    mapped = _sex(text, field)
    if mapped.value == "female":
        return Mapped(mapped.value, (*mapped.issues, Issue(field=field, rule="sex.default", severity="info")))
    return mapped


@lru_cache(maxsize=1024)
def _sex(text: str | None, field: str) -> Mapped[Sex | None]:
    word = fold_name(clean(text))
    if word in _NO_SEX:
        return Mapped(None)
    known = _SEX_WORDS.get(word)
    return Mapped(known, () if known else (Issue(field=field, rule="sex.unknown", severity="warning"),))


def opendental_gender(sex: Sex | None, *, field: str = "sex") -> Mapped[Literal["Male", "Female", "Unknown"]]:
    """Return the word that Open Dental takes on a write, where Other is not documented (POST /patients)."""
    if sex == "male":
        return Mapped("Male")
    if sex == "female":
        return Mapped("Female")
    issues = (Issue(field=field, rule="sex.unsupported", severity="info"),) if sex == "other" else ()
    return Mapped("Unknown", issues)


def nexhealth_gender(sex: Sex | None, *, field: str = "sex") -> Mapped[Literal["Male", "Female", "Other"] | None]:
    """Return the word that NexHealth takes; None with an issue where it will assume Female (POST /patients)."""
    match sex:
        case "male":
            return Mapped("Male")
        case "female":
            return Mapped("Female")
        case "other":
            return Mapped("Other")
        case None:
            return Mapped(None, (Issue(field=field, rule="sex.default", severity="info"),))
