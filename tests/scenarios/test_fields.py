"""T5 with the connector running: which field goes where is data of the practice, and may be changed at any time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from odnexus.cli.office import keep_serving
from tests.cli.demo_office import Place
from tests.scenarios.command import PATIENCE, odnexus, until

MAP = """
[[locations.fields]]
target = "LName"
sources = ["lastName", "last_name"]
transform = "family-name"
write = "create"

[[locations.fields]]
target = "FName"
sources = ["firstName", "first_name"]
transform = "given-name"
write = "create"

[[locations.fields]]
target = "Birthdate"
sources = ["dateOfBirth", "bio.date_of_birth"]
transform = "date"
write = "create"

[[locations.fields]]
target = "{phone}"
sources = ["phoneNumber", "bio.phone_number"]
transform = "phone"

[run]
every = "0.3 s"
pause = "0.1 s"
"""


@contextmanager
def running(office: Place) -> Iterator[None]:
    """Run the connector in a thread, as ``odnexus run`` does."""
    stop = threading.Event()
    thread = threading.Thread(target=keep_serving, args=(office.file, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def chart(office: Place, family: str) -> Any:
    """Return the chart of a family name once it is there."""

    def found() -> list[Any]:
        return [row for row in office.od.practice.patients.values() if row["LName"] == family]

    assert until(lambda: bool(found()))
    return found()[0]


@pytest.mark.mission(
    "T5",
    shows="the practice's own field map decides where each value goes, a change of it counts while the connector runs, "
    "and a wrong one is named and changes nothing",
    try_it="odnexus fields check practice.toml",
)
def test_a_field_map_is_changed_while_it_runs(office: Place, caplog: pytest.LogCaptureFixture) -> None:
    office.write(MAP.format(phone="WirelessPhone"))
    with caplog.at_level("INFO", "odnexus.run"), running(office):
        office.book("Nadia", "Okafor")
        nadia = chart(office, "Okafor")

        office.write(MAP.format(phone="Telephone"))
        assert until(lambda: "cannot be used" in caplog.text)
        assert odnexus("fields", "check", office.file)[0] == 1
        office.book("Otis", "Grant", hour=11, born="1973-05-06")
        otis = chart(office, "Grant")

        office.write(MAP.format(phone="HmPhone"))
        assert until(lambda: "going on with them" in caplog.text)
        office.book("Vesna", "Ilic", hour=14, born="1979-08-09")
        vesna = chart(office, "Ilic")

    assert [bool(each["WirelessPhone"]) for each in (nadia, otis, vesna)] == [True, True, False]
    assert [bool(each["HmPhone"]) for each in (nadia, otis, vesna)] == [False, False, True]
    assert "Telephone" in caplog.text
    assert "Okafor" not in caplog.text
