"""The demo as a value: what was told, both calendars, the verdict and the time it took."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from attrs import frozen

import odnexus
from odnexus.cli.demo import story
from odnexus.cli.demo.child import WORKER, WorkerFailedError, WorkerGoneError
from odnexus.cli.demo.facts import Check, Fact, Scene
from odnexus.cli.demo.play import Play
from odnexus.cli.demo.stage import Stage
from odnexus.cli.demo.verdict import Pair, calendars, idle_rounds, judge
from odnexus.testing.nexhealth import Refusal


@frozen(kw_only=True)
class Outcome:
    """What came of a demo.

    Attributes:
        scenes: What was told.
        pairs: Both calendars, side by side.
        checks: The verdict.
        polls: How many regular polls there were, and how many of them found nothing new.
        seconds: How long it took on this machine.
    """

    scenes: Sequence[Scene]
    pairs: Sequence[Pair]
    checks: Sequence[Check]
    polls: tuple[int, int]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)

    def as_dict(self) -> dict[str, object]:
        """Return everything for JSON."""
        return {
            "odnexus": odnexus.__version__,
            "holds": self.holds,
            "checks": [check.as_dict() for check in self.checks],
            "calendars": [pair.as_dict() for pair in self.pairs],
            "scenes": [scene.as_dict() for scene in self.scenes],
            "polls": self.polls[0],
            "idle_polls": self.polls[1],
            "seconds": round(self.seconds, 2),
        }

    def as_json(self) -> str:
        """Return everything as one JSON document."""
        return json.dumps(self.as_dict(), indent=2, default=str)


def perform(
    folder: Path,
    show: Callable[[Scene | Fact, bool], None] = lambda _, __: None,
    *,
    command: Sequence[str] = WORKER,
) -> Outcome:
    """Play the demo and judge it.

    Args:
        folder: Where the store's file is made.
        show: Told of what happens while it happens.
        command: Command line of the worker.
    """
    began = time.perf_counter()
    with Stage(folder, command) as stage:
        play = Play(stage, show)
        try:
            story.whole(play)
        except (LookupError, WorkerFailedError, WorkerGoneError, Refusal) as error:
            # What people find missing on the way ends the story, and speaks in the verdict.
            text = "The story came to its end"
            play.checks.append(Check(name="story", text=text, against=(f"{type(error).__name__}: {error}",)))
        checks, pairs = judge(play), calendars(stage)
        polls = len(play.rounds), len(idle_rounds(play.rounds))
    return Outcome(scenes=play.scenes, pairs=pairs, checks=checks, polls=polls, seconds=time.perf_counter() - began)
