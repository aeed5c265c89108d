"""The key of a shared database is changed."""

from __future__ import annotations

from tests.stores.sql.conftest import Place
from tests.stores.test_resealing import check_resealing


def test_everything_is_sealed_anew_and_the_old_key_can_go(place: Place) -> None:
    with place.open() as store:
        check_resealing(store)
