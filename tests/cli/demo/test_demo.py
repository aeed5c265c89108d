"""The main job as a person would run it: one run, and what it must have shown."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def run(kept: Path) -> subprocess.CompletedProcess[str]:
    """Run the demo once, in a process of its own, and keep what it leaves."""
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "odnexus.cli", "demo", "--json", "--keep", str(kept)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def told(run: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What it said, as JSON."""
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def scene(told: dict[str, Any], words: str) -> dict[str, Any]:
    """Return the scene whose title holds *words*."""
    (found,) = [each for each in told["scenes"] if words in each["title"]]
    return dict(found)


def rules(scene: dict[str, Any]) -> list[str]:
    """Return the rules that the journal gave in a scene."""
    return [fact["rule"] for fact in scene["facts"] if "rule" in fact]


def test_everything_holds_and_the_status_says_so(run: subprocess.CompletedProcess[str], told: dict[str, Any]) -> None:
    assert [check for check in told["checks"] if not check["holds"]] == []
    assert told["holds"] is True
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.mission(
    "G2",
    shows="a booking, a move, a cancellation and their echoes are played against both simulators and checked",
    try_it="odnexus demo",
)
def test_all_that_is_promised_was_checked(told: dict[str, Any]) -> None:
    assert [check["name"] for check in told["checks"]] == [
        "go-live", "outage", "killed", "agree", "lost", "doubled", "chart", "wishes", "untouched", "webhooks", "budget",
        "left",
    ]  # fmt: skip


def test_no_scene_went_without_its_figure_by_mistake(told: dict[str, Any]) -> None:
    free = [each["title"] for each in told["scenes"] if each["allowed"] is None]

    assert free == [
        "odnexus starts and reads the office",
        "Open Dental cannot be reached for an hour",
        "The process is killed between making an appointment and remembering it",
        "… and started again on the same store",
    ]


def test_a_nickname_is_told_with_the_matchers_reasons(told: dict[str, Any]) -> None:
    why = next(fact for fact in scene(told, "“Bob”")["facts"] if fact["kind"] == "why")

    assert "given name: nickname of one group" in why["reasons"]
    assert why["grade"] == "certain"


def test_a_misspelt_twin_is_asked_about_and_the_answer_is_carried_out(told: dict[str, Any]) -> None:
    twin = scene(told, "“Maira”")

    assert rules(twin) == ["person.match", "person.match", "person.answered", "visit.created"]
    assert twin["requests"] == 4


def test_father_and_son_stand_in_two_charts(told: dict[str, Any]) -> None:
    charts = [pair["opendental"][0]["chart"] for pair in told["calendars"] if "Abernathy" in pair["nexhealth"]["name"]]

    assert len(set(charts)) == 2


def test_an_opened_slot_names_who_could_take_it(told: dict[str, Any]) -> None:
    facts = scene(told, "cancels at NexHealth")["facts"]

    assert [fact["source"] for fact in facts if "source" in fact] == ["unscheduled", "sooner"]


def test_the_process_died_and_what_it_had_made_was_found_again(told: dict[str, Any]) -> None:
    died = next(fact for fact in scene(told, "is killed")["facts"] if "exit_status" in fact)

    assert died["exit_status"] not in (0, None)
    assert "visit.found-after-doubt" in rules(scene(told, "started again"))
    assert "visit.created" not in rules(scene(told, "started again"))


def test_the_office_was_away_for_an_hour_with_one_alert(told: dict[str, Any]) -> None:
    away = scene(told, "cannot be reached")["facts"]

    alerts = [fact["text"] for fact in away if fact["who"] == "alert"]
    assert len(alerts) == 1
    assert "eConnector" in alerts[0]


def test_the_late_webhook_cost_nothing(told: dict[str, Any]) -> None:
    late = scene(told, "late webhook arrives")

    assert late["requests"] == 0
    assert rules(late) == ["visit.unchanged"]


@pytest.mark.mission("K4", shows="a store opened without its key shows no name")
def test_the_store_that_is_kept_shows_no_name(kept: Path, told: dict[str, Any]) -> None:
    names = {pair["nexhealth"]["name"].split()[-1].encode() for pair in told["calendars"]}
    stored = b"".join(path.read_bytes() for path in kept.iterdir() if path.suffix != ".json")

    assert len(stored) > 10_000
    assert [name for name in names if name in stored] == []


def test_what_is_kept_holds_the_same_verdict(kept: Path, told: dict[str, Any]) -> None:
    assert json.loads((kept / "demo.json").read_text(encoding="utf-8"))["checks"] == told["checks"]


def test_a_folder_with_something_in_it_is_refused(kept: Path, run: subprocess.CompletedProcess[str]) -> None:
    again = subprocess.run(
        [sys.executable, "-m", "odnexus.cli", "demo", "--keep", str(kept)], capture_output=True, text=True, check=False
    )

    assert again.returncode == 2
    assert "not empty" in again.stderr
