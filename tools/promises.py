"""Write the page of promises: what odnexus must do, the tests that show it, and how to try it.

    python tools/promises.py            write docs/explanation/promises.md
    python tools/promises.py --check    write nothing; exit 1 if the page is not what the tests say

The page is made of the marks of the tests, so it says no more than is shown:

    @pytest.mark.mission("E1", shows="a new patient who books gets a chart and a visit", try_it="odnexus demo")

A mark may name several promises. A promise without a test, or without a scenario that plays it on real local servers
(`tests/scenarios`), a mark of an unknown promise, a marked test that is skipped or expected to fail, and a mark without
a sentence are errors.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "explanation" / "promises.md"

PROMISES = {
    "E1": "New patient booking, NexHealth → Open Dental",
    "E2": "Existing patient booking, NexHealth → Open Dental",
    "E3": "Intake form submission, NexHealth → Open Dental",
    "E4": "Appointment confirmation, Open Dental → NexHealth",
    "E5": "Cancellation, both directions, and a waitlist trigger",
    "E6": "Reschedule, both directions",
    "T1": "Insurance: from what a patient typed to the office's own carrier, plan and coverage",
    "T2": "Names and nicknames",
    "T3": "Phones, dates, genders, addresses, each in the form its system wants",
    "T4": "Appointment types: type, procedure codes, block length",
    "T5": "Field mapping, configurable per practice, as data",
    "M1": "Duplicate detection by configurable rules",
    "M2": "Review: a person's decision is remembered and acted on",
    "R1": "Webhooks: received, verified, stored before they are acknowledged",
    "R2": "Polling connector that survives restarts",
    "R3": "Outage: alert, queue, in order, nothing lost",
    "R4": "Retry: failed events are kept, listed and can be retried by hand",
    "R5": "Alerts to the practice's admin",
    "R6": "Integration log",
    "K1": "Open Dental API key: stored sealed, reminder to rotate",
    "K2": "NexHealth credentials: stored sealed, renewed by themselves, OAuth 2.0",
    "K3": "Minimum permissions",
    "K4": "Data protection: TLS 1.2 or later, sealed at rest, no patient data in logs",
    "L1": "Several locations, isolated and reported together",
    "G1": "Version check per endpoint",
    "G2": "Sandbox test, end to end",
    "G3": "Sandbox → production switch, per location",
}

HEAD = """\
# What is promised, and what shows it

Each promise has an id, and tests that show it.
This page is written by `tools/promises.py` from the marks of those tests, and the suite fails where the two differ.
A test is run by itself with `pytest` and the name that stands here; the name of the file tells the folder.
Those in `tests/scenarios` come first: they play a promise from end to end, on servers of both systems on this machine.

## Before you try

No account is needed.
In a window of its own, serve both systems, with an invented practice.
What is typed there happens: `book`, `offline`, and what `help` lists.

```console
odnexus simulate
```

In another, in an empty folder, write a first settings file (on Windows: `$env:NAME = "value"` instead of `export`):

```console
{first}
```

Add these lines to `practice.toml`:

```toml
{extra}
```

Then put the office's key into the vault, look once, and every command below works as it stands:

```console
{then}
```

## The promises
"""

FIRST = """\
export NEXHEALTH_API_KEY=nexhealth-simulator-key
export OPENDENTAL_DEVELOPER_KEY=TestDeveloperKey
export OPENDENTAL_CUSTOMER_KEY=TestCustomerKey1
export ODNEXUS_KEY=$(odnexus vault new-key)
odnexus vault new-key > vault.key
odnexus init --subdomain demo-dental --mode service --nexhealth-url http://127.0.0.1:30280
echo '{"city": "Denver", "allergies": "latex"}' > answers.json"""
"""What a reader types before trying anything, while `odnexus simulate` runs."""

EXTRA = """\
[vault]
key = { file = "vault.key" }

[webhooks]
url = "http://127.0.0.1:8080/nexhealth"

[receiver]
port = 8080"""
"""What the commands need beyond the file that ``odnexus init`` writes."""

THEN = """\
echo TestCustomerKey1 | odnexus vault set opendental
odnexus run practice.toml --once"""
"""What comes after that."""

SCENARIOS = "tests/scenarios/"


class PromiseError(Exception):
    """The marks do not hold together; the message names what is wrong, line by line."""


@dataclass(frozen=True, order=True)
class Shown:
    """One promise that a test shows: its id, the test, one sentence, and a command to try it."""

    promise: str
    test: str
    sentence: str
    command: str

    @property
    def is_scenario(self) -> bool:
        """Whether it is played on real local servers."""
        return self.test.startswith(SCENARIOS)


def shown(tests: Path) -> list[Shown]:
    """Return what the marks of the tests below *tests* say.

    Raises:
        PromiseError: Marks are wrong, or a promise has none.
    """
    problems: list[str] = []
    found: list[Shown] = []
    for path in sorted(tests.rglob("test_*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        name = path.relative_to(tests.parent).as_posix()
        for test, node in _tests(module):
            found += _read(f"{name}::{test}", node, problems)
    kept = {one.promise for one in found}
    played = {one.promise for one in found if one.is_scenario}
    problems += [f"{promise}: no test shows it" for promise in PROMISES if promise not in kept]
    problems += [f"{promise}: no scenario plays it" for promise in PROMISES if promise not in played]
    if problems:
        raise PromiseError("\n".join(problems))
    order = list(PROMISES)
    return sorted(found, key=lambda one: (order.index(one.promise), not one.is_scenario, not one.command, one.test))


def _tests(module: ast.Module, prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _tests(ast.Module(node.body, []), f"{node.name}::")


def _read(test: str, node: ast.FunctionDef | ast.AsyncFunctionDef, problems: list[str]) -> Iterator[Shown]:
    marks = {_mark(decorator): decorator for decorator in node.decorator_list}
    call = marks.get("mission")
    if not isinstance(call, ast.Call):
        return
    if asleep := marks.keys() & {"skip", "xfail"}:
        problems.append(f"{test}: {asleep.pop()} beside a promise")
    said = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    if not said.get("shows"):
        problems.append(f"{test}: say in `shows` what it shows")
    for promise in map(ast.literal_eval, call.args):
        if promise not in PROMISES:
            problems.append(f"{test}: there is no promise {promise}")
        else:
            yield Shown(promise, test, str(said.get("shows", "")), str(said.get("try_it", "")))


def _mark(decorator: ast.expr) -> str:
    """Return the name behind ``pytest.mark``, or an empty one."""
    inner = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Attribute) and inner.value.attr == "mark":
        return inner.attr
    return ""


def page(found: list[Shown]) -> str:
    """Return the page in Markdown."""
    count, played = Counter(one.promise for one in found), Counter(one.promise for one in found if one.is_scenario)
    head = HEAD.format(first=FIRST, extra=EXTRA, then=THEN)
    lines = [head, "| id | promise | tests | end to end |", "|---|---|---|---|"]
    lines += [
        f"| [{each}](#{each.lower()}) | {title} | {count[each]} | {played[each]} |" for each, title in PROMISES.items()
    ]
    for promise, title in PROMISES.items():
        mine = [one for one in found if one.promise == promise]
        lines += ["", f"({promise.lower()})=", f"## {promise}: {title}", ""]
        lines += [f"- {_sentence(one.sentence)}\n  `{one.test}`" for one in mine]
        if commands := list(dict.fromkeys(one.command for one in mine if one.command)):
            lines += ["", "Try it:", "", "```console", *commands, "```"]
    return "\n".join(lines) + "\n"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:].rstrip(".") + "."


def main(arguments: list[str]) -> int:
    """Write or check the page; return the exit status."""
    try:
        wanted = page(shown(ROOT / "tests"))
    except PromiseError as error:
        print(error)
        return 1
    if "--check" not in arguments:
        PAGE.write_text(wanted, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{PAGE.relative_to(ROOT)} is not what the tests say: run python tools/promises.py")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
