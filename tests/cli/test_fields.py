"""``odnexus fields``: a map is checked, tried on an answer and compared, and nothing of a patient is shown unasked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from odnexus.cli.app import app

PRACTICE = """
subdomain = "demo-dental"

[[locations]]
name = "main"
nexhealth_id = 12
timezone = "America/Denver"

[[locations.fields]]
target = "FName"
sources = ["first_name"]
transform = "given-name"
write = "create"

[[locations.fields]]
target = "LName"
sources = ["last_name"]
transform = "family-name"
write = "create"

[[locations.fields]]
target = "field.Ortho"
sources = ["braces"]
words = { ja = "Yes" }
"""
ANSWERS = {"id": 5, "patient_id": 7, "answers": {"braces": "ja", "last_name": "Lund", "hobby": "chess", "zip": "80202"}}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "practice.toml").write_text(PRACTICE, encoding="utf-8")
    (tmp_path / "answers.json").write_text(json.dumps(ANSWERS), encoding="utf-8")
    return tmp_path


def run(files: Path, command: str, *arguments: str) -> tuple[int, str]:
    named = [str(files / name) if "." in name else name for name in arguments]
    done = CliRunner().invoke(app, ["fields", command, str(files / "practice.toml"), *named])
    return done.exit_code, done.output


def test_a_sound_map_is_called_sound(files: Path) -> None:
    assert run(files, "check") == (0, "main: 3 rules, its own map, sound\n")


def test_every_problem_is_named_with_its_place(files: Path) -> None:
    broken = PRACTICE.replace('"field.Ortho"', '"insurance.colour"').replace('"given-name"', '"magic"')
    (files / "practice.toml").write_text(broken, encoding="utf-8")

    code, output = run(files, "check")
    told = json.loads(run(files, "check", "--json")[1])

    assert code == 1
    assert "locations[0].fields[0].transform" in output
    assert [each["place"] for each in told["problems"]] == [
        "locations[0].fields[0].transform",
        "locations[0].fields[2].target",
    ]


@pytest.mark.mission(
    "T5",
    shows="one can see what a field map would make of a form, without a patient's words",
    try_it="odnexus fields explain practice.toml answers.json",
)
def test_values_are_masked_unless_asked_for(files: Path) -> None:
    code, output = run(files, "explain", "answers.json")

    assert code == 0
    assert "field.Ortho" in output
    assert "for the note: hobby = (5 characters)" in output
    assert not any(word in output for word in ("Lund", "chess", "80202"))
    assert "Lund" in run(files, "explain", "answers.json", "--show")[1]


def test_json_is_masked_too(files: Path) -> None:
    code, output = run(files, "explain", "answers.json", "--json")

    told: dict[str, Any] = json.loads(output)
    assert code == 0
    assert told["note"] == {"hobby": "(5 characters)", "zip": "(5 characters)"}
    assert [row["target"] for row in told["values"]] == ["LName", "field.Ortho"]
    assert "Lund" not in output


def test_a_whole_webhook_is_understood(files: Path) -> None:
    delivery = {
        "event_name": "form_request_completed",
        "resource_type": "FormRequest",
        "data": {"form_request": ANSWERS},
    }
    (files / "hook.json").write_text(json.dumps(delivery), encoding="utf-8")

    assert run(files, "explain", "hook.json") == run(files, "explain", "answers.json")


@pytest.mark.parametrize("content", ["[]", "no json", '{"event_name": 5}'])
def test_what_is_no_form_is_told_in_one_line(files: Path, content: str) -> None:
    (files / "odd.json").write_text(content, encoding="utf-8")

    code, output = run(files, "explain", "odd.json")
    assert (code, output.count("\n")) == (2, 1)
    assert run(files, "explain", "missing.json")[0] == 2


def test_a_map_is_compared_with_the_default_and_with_another_file(files: Path) -> None:
    (files / "other.toml").write_text(PRACTICE.replace('ja = "Yes"', 'ja = "Yes", nein = "No"'), encoding="utf-8")

    _, against_default = run(files, "diff")
    _, against_other = run(files, "diff", "other.toml")

    assert "field.Ortho" in against_default
    assert "absent" in against_default
    assert "2 words" in against_other
    assert run(files, "diff", "practice.toml")[1] == "The maps are the same.\n"
    assert json.loads(run(files, "diff", "other.toml", "--json")[1])[0]["target"] == "field.Ortho"


def test_of_several_locations_one_is_named(files: Path) -> None:
    second = PRACTICE.partition("\n\n")[2].replace('"main"', '"west"').replace("12", "13")
    (files / "practice.toml").write_text(PRACTICE + "\n" + second, encoding="utf-8")

    assert run(files, "diff")[0] == 2
    assert run(files, "diff", "--location", "west")[0] == 0
