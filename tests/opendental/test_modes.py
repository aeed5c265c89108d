from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from odnexus.errors import ConfigurationError
from odnexus.opendental import modes
from odnexus.opendental.modes import STAY, Preference

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def test_modes_stand_in_order_of_preference() -> None:
    assert modes.modes("remote") == ("remote",)
    assert modes.modes(("service", "remote")) == ("service", "remote")


@pytest.mark.parametrize("mode", ["cloud", (), ("remote", "remote"), ("service", "x")])
def test_unknown_repeated_or_missing_modes_are_refused(mode: object) -> None:
    with pytest.raises(ConfigurationError, match="mode:"):
        modes.modes(mode)  # type: ignore[arg-type]


def test_each_mode_has_its_address() -> None:
    assert modes.base_url("remote", "SRV01") == "https://api.opendental.com/api/v1"
    assert modes.base_url("service") == "http://127.0.0.1:30223/api/v1"
    assert modes.base_url("service", "192.168.1.5") == "http://192.168.1.5:30223/api/v1"
    assert modes.base_url("local", "192.168.1.5") == "http://127.0.0.1:30222/api/v1"


def test_a_bare_server_gets_the_documented_path() -> None:
    assert modes.with_path("http://127.0.0.1:9000/") == "http://127.0.0.1:9000/api/v1"
    assert modes.with_path("https://proxy.example.org/od/v1/") == "https://proxy.example.org/od/v1"


@pytest.mark.parametrize(("tier", "interval"), [("read_all", 5.05), ("standard", 1.05), ("enterprise", 0.525)])
def test_remote_is_paced_by_permission(tier: modes.Tier, interval: float) -> None:
    pace = modes.pace_for("remote", tier)
    pace.start((), 100.0)

    assert pace.serial
    assert pace.delay((), 100.0) == pytest.approx(interval)
    assert pace.delay((), 100.0 + interval) == 0


@pytest.mark.parametrize("mode", ["service", "local"])
def test_the_office_network_is_not_paced(mode: modes.Mode) -> None:
    pace = modes.pace_for(mode, "read_all")
    pace.start((), 100.0)

    assert not pace.serial
    assert pace.delay((), 100.0) == 0


def test_an_unknown_tier_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="tier:"):
        modes.pace_for("remote", "gold")  # type: ignore[arg-type]


def test_what_worked_is_tried_first_for_a_while() -> None:
    preference = Preference(3)
    assert preference.order(NOW) == [0, 1, 2]

    preference.worked(1, NOW)

    assert preference.order(NOW + STAY - timedelta(seconds=1)) == [1, 0, 2]
    assert preference.order(NOW + STAY) == [0, 1, 2]


def test_staying_is_not_prolonged_by_use() -> None:
    preference = Preference(2)
    preference.worked(1, NOW)
    preference.worked(1, NOW + timedelta(minutes=4))

    assert preference.order(NOW + STAY) == [0, 1]


def test_the_first_choice_is_taken_up_again_when_it_works() -> None:
    preference = Preference(2)
    preference.worked(1, NOW)
    preference.worked(0, NOW)

    assert preference.order(NOW) == [0, 1]
