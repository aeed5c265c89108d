"""A practice as data, and as a file."""

from __future__ import annotations

import pickle
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from odnexus.errors import ConfigurationError
from odnexus.mapping.table import DEFAULT_MAP
from odnexus.practice import Location, Modes, Practice, PracticeFileError, TypeRule

GOOD = """
subdomain = "demo-dental"

[[locations]]
name = "main"
nexhealth_id = 12
timezone = "America/Denver"
operatories = { 31 = 3 }
grace = "30 minutes"
cancel = { to_unscheduled_list = false, break_type = "Cancelled" }
modes = { visit = "observe" }

[locations.types.27]
appointment_type_num = 12
minutes = 60

[[locations.fields]]
target = "LName"
sources = ["lastName"]

[[locations.fields]]
target = "FName"
sources = ["firstName"]

[[locations]]
name = "north"
nexhealth_id = 13
timezone = "America/Denver"
database = "north"
"""

BAD = """
subdomain = 3
colour = "blue"

[[locations]]
name = "main"
nexhealth_id = true
timezone = "Mars/Base"
operatories = { a = 3 }
grace = "soon"
writer = "both"

[[locations.fields]]
target = "Birthday"
sources = []
transform = "magic"

[[locations]]
name = "north"
"""


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "practice.toml"
    path.write_text(GOOD)

    main, north = Practice.load(path).locations

    assert main.operatories == {31: 3}
    assert main.types == {27: TypeRule(appointment_type_num=12, minutes=60)}
    assert (main.grace, main.modes, main.cancel.break_type) == (
        timedelta(minutes=30),
        Modes(visit="observe"),
        "Cancelled",
    )
    assert [rule.target for rule in main.fields.rules] == ["LName", "FName"]
    assert (north.database, north.fields) == ("north", DEFAULT_MAP)


def test_every_problem_of_a_file_is_named_at_once_with_its_place() -> None:
    with pytest.raises(PracticeFileError) as caught:
        Practice.read(tomllib.loads(BAD))

    assert {problem.place for problem in caught.value.problems} == {
        "subdomain",
        "file",
        "locations[0].nexhealth_id",
        "locations[0].timezone",
        "locations[0].operatories['a']",
        "locations[0].grace",
        "locations[0].writer",
        "locations[0].fields",
        "locations[0].fields[0].target",
        "locations[0].fields[0].sources",
        "locations[0].fields[0].transform",
        "locations[1].nexhealth_id",
        "locations[1].timezone",
    }
    assert 'locations[0].grace: give a length such as "30 minutes"' in str(caught.value)
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems


def test_a_file_may_begin_with_the_mark_of_windows(tmp_path: Path) -> None:
    path = tmp_path / "practice.toml"
    path.write_text(GOOD, encoding="utf-8-sig")

    assert len(Practice.load(path).locations) == 2


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "practice.toml"
    path.write_text(GOOD, encoding="utf-16")

    with pytest.raises(PracticeFileError, match="UTF-8"):
        Practice.load(path)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"confirmed": 21}, "locations[0].confirmed: give a list, in square brackets"),
        ({"restored": "never"}, "locations[0].restored: choose from review, rebook"),
        ({"name": " "}, "locations[0].name: give a name, such as main"),
        ({"nexhealth_id": 0}, "locations[0].nexhealth_id: give the number that NexHealth shows, 1 or more"),
    ],
)
def test_a_setting_that_does_not_fit_is_told_by_name(settings: dict[str, object], told: str) -> None:
    place = {"name": "main", "nexhealth_id": 12, "timezone": "America/Denver"}
    with pytest.raises(PracticeFileError) as caught:
        Practice.read({"subdomain": "demo-dental", "locations": [{**place, **settings}]})

    assert str(caught.value) == told


def test_two_locations_of_one_name_are_told_by_the_name() -> None:
    place = {"name": "main", "timezone": "America/Denver"}
    with pytest.raises(PracticeFileError, match=r"^locations\[\]\.name: each location"):
        Practice.read({"subdomain": "demo", "locations": [{**place, "nexhealth_id": 1}, {**place, "nexhealth_id": 2}]})


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    path = tmp_path / "practice.toml"
    path.write_text("subdomain = ?\n")

    with pytest.raises(PracticeFileError, match="line 1"):
        Practice.load(path)


@pytest.mark.parametrize(
    ("text", "length"),
    [("45", None), ('"90 s"', timedelta(seconds=90)), ('"2 h"', timedelta(hours=2)), ("60", timedelta(minutes=1))],
)
def test_lengths_of_time(text: str, length: timedelta | None) -> None:
    content = tomllib.loads(GOOD.replace('"30 minutes"', text))

    assert Practice.read(content).locations[0].grace == (length or timedelta(seconds=45))


def a_location(name: str = "main", number: int = 12) -> Location:
    return Location(name=name, nexhealth_id=number, timezone="America/Denver")


@pytest.mark.parametrize("locations", [(), (a_location(), a_location(number=13)), (a_location(), a_location("other"))])
def test_locations_are_told_apart(locations: tuple[Location, ...]) -> None:
    with pytest.raises(ConfigurationError, match="locations"):
        Practice(subdomain="demo", locations=locations)


def test_a_zone_is_an_iana_name() -> None:
    with pytest.raises(ConfigurationError, match=r"locations\[main\]\.timezone"):
        Location(name="main", nexhealth_id=1, timezone="MST7MDT+2")


def test_records_are_routed_by_institution_and_location() -> None:
    practice = Practice(subdomain="demo", locations=(a_location(), a_location("north", 13)))
    single = Practice(subdomain="demo", locations=(a_location(),))

    assert practice.route("demo", 13) == practice.location("north")
    assert practice.route("demo", 99) is None
    assert practice.route("other", 12) is None
    assert practice.route("demo", None) is None
    assert single.route("demo", None) == single.location("main")
    with pytest.raises(ConfigurationError, match="nowhere"):
        practice.location("nowhere")
