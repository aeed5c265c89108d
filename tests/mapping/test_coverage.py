"""T1: from free text to a carrier of the office's list."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from odnexus.errors import MappingError
from odnexus.mapping.coverage import CarrierEntry, CarrierResolver, normalised

OFFICE = CarrierResolver(
    carriers=(
        CarrierEntry(carrier_num=1, name="BlueCross BlueShield", payer_id="00611"),
        CarrierEntry(carrier_num=2, name="Delta Dental of Colorado", payer_id="84056"),
        CarrierEntry(carrier_num=3, name="Delta Dental of California", payer_id="94276"),
        CarrierEntry(carrier_num=4, name="Aetna Dental", payer_id="60054"),
        CarrierEntry(carrier_num=5, name="MetLife", payer_id="65978"),
        CarrierEntry(carrier_num=6, name="Aetna (old)", payer_id="60054", hidden=True),
        CarrierEntry(carrier_num=7, name="United Healthcare", payer_id=""),
    )
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("BCBS", 1),
        ("Blue Cross Blue Shield", 1),
        ("blue cross/blue shield insurance", 1),
        ("aetna", 4),
        ("Aetna PPO", 4),
        ("met life", 5),
        ("Metropolitan Life Insurance Company", 5),
        ("UHC", 7),
        ("UnitedHealthcare", 7),
        ("delta dental of colorado", 2),
    ],
)
@pytest.mark.mission("T1", shows="what a patient typed finds the office's carrier, however it is spelled")
def test_one_name_in_many_spellings(text: str, number: int) -> None:
    found = OFFICE.resolve(text).certain

    assert found is not None
    assert found.carrier_num == number


def test_a_payer_id_is_surer_than_a_name() -> None:
    found = OFFICE.resolve("Delta", payer_id="84056").certain

    assert found is not None
    assert (found.carrier_num, found.rule) == (2, "payer-id")


@pytest.mark.parametrize("text", ["Blue Cross", "Delta Dental", "delta", "Colorado Delta"])
@pytest.mark.mission("T1", shows="a name that could mean several carriers is never chosen, only suggested")
def test_what_could_be_several_is_only_suggested(text: str) -> None:
    resolution = OFFICE.resolve(text)

    assert resolution.certain is None
    assert resolution.suggestions
    assert resolution.suggestions[0].carrier_num in (1, 2, 3)


def test_a_confirmed_alias_is_remembered() -> None:
    learnt = OFFICE.learn("Blue Cross", 1)

    found = learnt.resolve("blue CROSS insurance").certain

    assert found is not None
    assert (found.carrier_num, found.rule) == (1, "alias")
    assert OFFICE.resolve("Blue Cross").certain is None


@pytest.mark.parametrize("text", ["", "None", "n/a", "No insurance", "self-pay"])
def test_no_insurance_is_understood(text: str) -> None:
    assert not OFFICE.resolve(text).insured


def test_hidden_carriers_are_never_chosen() -> None:
    assert all(match.carrier_num != 6 for match in OFFICE.resolve("Aetna old").suggestions)
    found = OFFICE.resolve("x", payer_id="60054").certain
    assert found is not None
    assert found.carrier_num == 4


def test_alias_packs_travel_by_name_not_by_number() -> None:
    pack = OFFICE.learn("Blue Cross", 1).learn("Delta", 3).export_aliases()
    other = CarrierResolver(carriers=(CarrierEntry(carrier_num=77, name="Blue Cross Blue Shield", payer_id="00611"),))

    imported, missing = other.import_aliases(pack)

    found = imported.resolve("blue cross").certain
    assert found is not None
    assert found.carrier_num == 77
    assert missing == ("delta",)


@pytest.mark.parametrize("pack", ["", "[]", "{}", '{"aliases": [{"text": "a"}]}'])
def test_what_is_no_alias_pack_is_refused(pack: str) -> None:
    with pytest.raises(MappingError, match="export_aliases"):
        OFFICE.import_aliases(pack)


@given(st.text())
def test_any_text_resolves_without_an_error(text: str) -> None:
    resolution = OFFICE.resolve(text)

    assert normalised(normalised(text)) == normalised(text)
    assert resolution.certain is None or not resolution.suggestions


def test_an_alias_of_two_like_words_is_not_taken_for_another() -> None:
    assert normalised("Delta Dental Insurance Company") == "delta"
    assert normalised("The Company") == "the company"
