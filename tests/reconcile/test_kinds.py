from __future__ import annotations

import json

import pytest

from odnexus.reconcile.kinds import SeenType, SeenTypes, TypeChange, changes_of_types, fingerprint, is_usable

HYGIENE = SeenType(name="Hygiene", pattern="/XXXX/", codes=("D1110",))
CLEANING = SeenType(name="Cleaning", minutes=60)


def seen(there: SeenType | None = CLEANING, here: SeenType | None = HYGIENE) -> SeenTypes:
    return SeenTypes(nexhealth={27: there}, opendental={12: here})


def test_what_was_seen_survives_the_store() -> None:
    types = SeenTypes(nexhealth={27: CLEANING, 28: None}, opendental={12: HYGIENE}, unknown=("D1",))

    assert SeenTypes.from_json(json.loads(json.dumps(types.to_json()))) == types


def test_the_first_look_tells_only_of_what_cannot_be_used() -> None:
    assert list(changes_of_types(None, seen())) == []
    assert list(changes_of_types(None, seen(here=None))) == [TypeChange(side="opendental", number=12, rule="type.gone")]


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (seen(), []),
        (seen(there=SeenType(name="Prophy", minutes=60)), [("nexhealth", "type.changed", ("name",))]),
        (seen(there=SeenType(name="Cleaning", minutes=45)), [("nexhealth", "type.changed", ("minutes",))]),
        (seen(there=None), [("nexhealth", "type.gone", ())]),
        (seen(here=SeenType(name="Hygiene", pattern="/XX/")), [("opendental", "type.changed", ("pattern", "codes"))]),
        (seen(here=SeenType(name="Hygiene", hidden=True)), [("opendental", "type.gone", ())]),
    ],
)
def test_what_became_of_a_type_is_told_by_field_names(
    now: SeenTypes, told: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    changes = list(changes_of_types(seen(), now))

    assert [(change.side, change.rule, change.fields) for change in changes] == told
    assert list(changes_of_types(now, now)) == []


def test_a_name_is_no_part_of_what_decides_a_block() -> None:
    as_seen = fingerprint(seen(), 27, 12)

    assert fingerprint(seen(there=SeenType(name="Prophy", minutes=60)), 27, 12) == as_seen
    others = [
        seen(there=SeenType(name="Cleaning", minutes=45)),
        seen(here=SeenType(name="Hygiene", pattern="/XX/", codes=("D1110",))),
        seen(here=SeenType(name="Hygiene", pattern="/XXXX/", codes=("D1110", "D0120"))),
        seen(here=None),
    ]
    assert len({as_seen, *(fingerprint(each, 27, 12) for each in others)}) == 5


def test_a_type_that_was_not_looked_at_may_be_used() -> None:
    assert is_usable({}, 12)
    assert is_usable({12: HYGIENE}, 12)
    assert not is_usable({12: None}, 12)
    assert not is_usable({12: SeenType(hidden=True)}, 12)
