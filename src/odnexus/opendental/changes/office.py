"""Fields of providers, definitions and clinics that may be sent."""

from __future__ import annotations

from datetime import date
from typing import Required, TypedDict

from odnexus.opendental.models import DefCategory


class _ProviderDetails(TypedDict, total=False):
    l_name: str | None
    f_name: str | None
    mi: str | None
    suffix: str | None
    specialty: int
    ssn: str | None
    state_license: str | None
    using_tin: bool
    sig_on_file: bool
    national_prov_id: str | None
    preferred_name: str | None


class ProviderCreate(_ProviderDetails, total=False):
    """A new provider (page "API Providers", POST)."""

    abbr: Required[str]
    fee_sched: int
    is_secondary: bool
    is_hidden: bool
    is_not_person: bool
    is_hidden_report: bool
    birth_date: date | None
    sched_note: str | None


class ProviderChanges(_ProviderDetails, total=False):
    """Changes of a provider (page "API Providers", PUT)."""

    abbr: str


class DefinitionCreate(TypedDict, total=False):
    """A new definition (page "API Definitions", POST). `category_text` is the name of the category."""

    item_name: Required[str]
    category_text: Required[DefCategory | str]
    item_value: str | None
    is_hidden: bool


class ClinicChanges(TypedDict, total=False):
    """Changes of a clinic (page "API Clinics", PUT)."""

    description: str
    phone: str
    billing_address: str | None
    billing_address2: str | None
    billing_city: str | None
    billing_state: str | None
    billing_zip: str | None
    pay_to_address: str | None
    pay_to_address2: str | None
    pay_to_city: str | None
    pay_to_state: str | None
    pay_to_zip: str | None
    abbr: str
    is_hidden: bool
