"""Carriers and spellings from the command line, against a served office."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from odnexus.cli.app import app
from odnexus.stores import SqliteStore
from tests.cli.demo_office import Place


def odnexus(office: Place, command: str, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["carriers", command, str(office.file), *arguments])
    return done.exit_code, done.output


def shown(office: Place, command: str, *arguments: str) -> Any:
    return json.loads(odnexus(office, command, *arguments, "--json")[1])


def blue(office: Place) -> int:
    number: int = office.od.practice.add_carrier(CarrierName="BlueCross BlueShield", ElectID="00611")
    return number


def test_carriers_are_listed_with_their_spellings(office: Place) -> None:
    number = blue(office)
    assert odnexus(office, "learn", "Blue Cross", str(number))[0] == 0

    rows = shown(office, "list")

    assert {row["name"]: row["spellings"] for row in rows}["BlueCross BlueShield"] == ["blue cross"]
    assert len(rows) == len(office.od.practice.rows("carriers"))
    assert "BlueCross BlueShield" in odnexus(office, "list")[1]


def test_a_text_is_explained_and_nothing_is_learned(office: Place) -> None:
    number = blue(office)

    code, output = odnexus(office, "suggest", "Blue Cross")
    found = shown(office, "suggest", "Blue Cross")
    certain = shown(office, "suggest", "whatever", "--payer-id", "00611")

    assert (code, "Not certain" in output) == (1, True)
    assert (found["certain"], found["suggestions"][0]["carrier_num"]) == (None, number)
    assert certain["certain"]["rule"] == "payer-id"
    assert odnexus(office, "suggest", "BCBS")[0] == 0


@pytest.mark.parametrize(("text", "said"), [("none", "no insurance"), ("Zzyzx", "No carrier of this office")])
def test_a_text_that_means_nothing_here(office: Place, text: str, said: str) -> None:
    code, output = odnexus(office, "suggest", text)

    assert (code, said in output) == (1, True)


@pytest.mark.mission(
    "T1",
    shows="a spelling that was learned is certain from then on",
    try_it="odnexus carriers suggest practice.toml 'Blue Alder'",
)
def test_what_was_learned_is_certain_and_may_be_forgotten(office: Place) -> None:
    number = blue(office)
    odnexus(office, "learn", "Blue Cross", str(number))
    assert shown(office, "suggest", "BLUE CROSS insurance")["certain"]["rule"] == "alias"

    assert odnexus(office, "forget", "blue cross")[0] == 0

    assert shown(office, "suggest", "Blue Cross")["certain"] is None
    assert odnexus(office, "forget", "blue cross")[0] == 1
    with SqliteStore(office.file.parent / "odnexus.sqlite") as store:
        assert [entry.rule for entry in store.journal.read()] == ["carriers.learned", "carriers.forgotten"]


def test_a_carrier_must_be_one_of_the_office(office: Place) -> None:
    code, output = odnexus(office, "learn", "Blue Cross", "9999")

    assert (code, "no such carrier" in output) == (2, True)


def test_a_pack_travels_by_name_and_keeps_what_this_office_said(office: Place, tmp_path: Path) -> None:
    number = blue(office)
    other = office.od.practice.add_carrier(CarrierName="Delta Dental of Colorado")
    odnexus(office, "learn", "Blue Cross", str(number))
    odnexus(office, "learn", "Delta", str(other))
    pack = tmp_path / "pack.json"
    assert odnexus(office, "export", str(pack))[0] == 0
    odnexus(office, "forget", "Blue Cross")
    odnexus(office, "learn", "Delta", str(number))

    code, output = odnexus(office, "import", str(pack))

    assert (code, "1 learned, 0 without" in output) == (0, True)
    rows = {row["name"]: row["spellings"] for row in shown(office, "list")}
    assert rows["BlueCross BlueShield"] == ["blue cross", "delta"]
    assert "alias pack 1" in odnexus(office, "export")[1]


def test_what_does_not_fit_is_told(office: Place, tmp_path: Path) -> None:
    pack = tmp_path / "pack.json"
    pack.write_text('{"aliases": [{"text": "acme", "carrier": "Acme Unlimited", "payer_id": ""}]}', encoding="utf-8")

    assert odnexus(office, "import", str(pack))[0] == 1
    pack.write_text("no pack", encoding="utf-8")
    code, output = odnexus(office, "import", str(pack))
    assert code == 1
    assert "not an alias pack" in output
    assert odnexus(office, "import", str(tmp_path / "missing.json"))[0] == 2


def test_with_several_databases_one_is_named(office: Place) -> None:
    text = office.file.read_text(encoding="utf-8")
    second = """
[[locations]]
name = "north"
nexhealth_id = 99
timezone = "America/Denver"
database = "north"
"""
    main = text[text.index("[opendental.main]") : text.index("[store]")]
    text = text.replace("[nexhealth]", f"{second}\n[nexhealth]", 1) + "\n" + main.replace(".main]", ".north]")
    office.file.write_text(text, encoding="utf-8")

    code, output = odnexus(office, "list")

    assert (code, "--location" in output) == (2, True)
    assert odnexus(office, "list", "--location", "north")[0] == 0
