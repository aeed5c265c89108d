"""The story on a screen: a hundred columns, plain in a pipe, and a verdict that cannot be overlooked."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from rich.console import Console

from odnexus.cli.demo import telling
from odnexus.cli.demo.facts import Check, Fact, Scene, Who
from odnexus.cli.demo.outcome import Outcome
from odnexus.cli.demo.verdict import Pair, Seen

NINE = datetime(2026, 3, 2, 9, 0)


@pytest.fixture
def screen() -> Console:
    return Console(file=io.StringIO(), width=100, highlight=False, markup=False, emoji=False)


def lines(screen: Console) -> list[str]:
    """Return what was printed."""
    file = screen.file
    assert isinstance(file, io.StringIO)
    return file.getvalue().splitlines()


def fact(who: Who, text: str, minute: int = 0) -> Fact:
    return Fact(at=NINE.replace(minute=minute), who=who, text=text)


def seen(number: int, *, cancelled: bool = False, confirmed: bool = False, chart: int = 0) -> Seen:
    return Seen(
        number=number,
        start=NINE,
        minutes=40,
        chair="OP1",
        provider="DOC1",
        cancelled=cancelled,
        confirmed=confirmed,
        chart=chart,
        name="Ada Example",
    )


def outcome(check: Check, *pairs: Pair) -> Outcome:
    return Outcome(scenes=(), pairs=pairs, checks=(check,), polls=(3, 2), seconds=1.0)


def test_time_and_teller_are_said_where_they_change(screen: Console) -> None:
    tell = telling.Teller(screen)
    for each in (fact("odnexus", "one"), fact("odnexus", "two"), fact("host", "three"), fact("host", "four", 5)):
        tell(each, False)

    assert lines(screen) == [
        "09:00 odnexus     one",
        "                  two",
        "      Your app    three",
        "09:05 Your app    four",
    ]


def test_long_facts_stay_in_their_column_and_leave_no_blanks_behind(screen: Console) -> None:
    telling.Teller(screen)(fact("odnexus", "word " * 60), False)

    printed = lines(screen)
    assert len(printed) > 2
    assert all(line.startswith(" " * 18) for line in printed[1:])
    assert all(len(line) <= 100 and line == line.rstrip() for line in printed)


@pytest.mark.parametrize(
    ("requests", "words"),
    [(0, "got no request for this; 4"), (1, "got 1 request for this; 4"), (4, "got 4 requests for this; 4")],
)
def test_the_cost_is_told_beside_what_it_may_be(screen: Console, requests: int, words: str) -> None:
    telling.Teller(screen)(Scene(title="A scene", at=NINE, requests=requests, allowed=4), True)

    assert words in lines(screen)[0]


def test_both_calendars_stand_side_by_side(screen: Console) -> None:
    pairs = (
        Pair(nexhealth=seen(90210401, confirmed=True), opendental=(seen(8011, confirmed=True, chart=426),)),
        Pair(nexhealth=seen(90210402), opendental=(seen(8012, chart=427), seen(8013, chart=427))),
        Pair(nexhealth=seen(90210403), opendental=()),
        Pair(nexhealth=None, opendental=(seen(8014, chart=428),)),
    )

    telling.ending(screen, outcome(Check(name="agree", text="Fine"), *pairs))

    rows = [line for line in lines(screen) if "40'" in line]
    assert rows[0] == "Mon 09:00 40' OP1 + Ada Example      90210401 = Mon 09:00 40' OP1 + 8011  426 Ada Example"
    assert [row[46] for row in rows] == ["=", "!", "!", "!", "!"]
    assert rows[3].endswith("! nothing")


def test_what_does_not_hold_cannot_be_overlooked(screen: Console) -> None:
    telling.ending(screen, outcome(Check(name="lost", text="Nothing is lost", against=("booking 7 has none",))))

    printed = lines(screen)
    assert any(line.startswith("NO   Nothing is lost") for line in printed)
    assert "     booking 7 has none" in printed
    assert printed[-1] == "Something does not hold: see above."


def test_a_pipe_gets_plain_text_of_a_fixed_width(monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", newline="\n")
    monkeypatch.setattr("sys.stdout", piped)
    screen = telling.console()

    telling.Teller(screen)(fact("odnexus", "Łukasz books"), False)

    piped.flush()
    assert (screen.width, screen.is_terminal) == (100, False)
    assert piped.buffer.getvalue() == b"09:00 odnexus     ?ukasz books\n"
