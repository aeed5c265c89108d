"""What README and pages promise about themselves, beyond that their code runs."""

from __future__ import annotations

import ast
import itertools
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
from attrs import fields
from sybil.example import SybilFailure
from typer.main import get_command

from conftest import Reader, compare, pages
from odnexus import (
    CancelRule,
    FieldRule,
    InsurancePolicy,
    IntakePolicy,
    LateCancel,
    Location,
    MatchPolicy,
    MirrorPolicy,
    Modes,
    Practice,
    TypeRule,
    VisitPolicy,
)
from odnexus._async import kinds
from odnexus.audit import AUDITS
from odnexus.cli.app import app
from odnexus.cli.settings import (
    AlertSettings,
    NexHealthSettings,
    OAuthSettings,
    OpenDentalSettings,
    ReceiverSettings,
    RunSettings,
    Settings,
    StoreSettings,
    VaultSettings,
    WebhookSettings,
)
from odnexus.mapping.table import MapRule
from odnexus.reconcile.asking import CHOICES, Inquiry
from odnexus.reconcile.triggers import EVENT_NAMES
from odnexus.reconcile.writer import REMEDIES, Evidence, WriterSetting, decide
from odnexus.testing import FaultKind, VirtualClock, demo_office
from odnexus.testing.opendental import OfficeState, demo_practice

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)])
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    return [match["content"] for match in BLOCK.finditer(text_of(page)) if match["language"] == language]


def test_the_readme_shows_the_library_in_eight_lines() -> None:
    (code,) = blocks(ROOT / "README.md", "python")

    assert len([line for line in code.splitlines() if line and not re.match(r"from|import", line)]) == 8


def test_the_eight_lines_do_what_the_readme_says_of_them(reader: Reader) -> None:
    (code,) = blocks(ROOT / "README.md", "python")
    names: dict[str, object] = {}
    charts, visits = len(reader.opendental.practice.patients), len(reader.opendental.practice.appointments)

    exec(code, names)
    engine = names["engine"]
    practice = reader.opendental.practice
    booked = [row for row in practice.appointments.values() if "NexHealth" in row.text("Note")]
    kinds = [question.review.kind for question in engine.reviews()]  # type: ignore[attr-defined]
    engine.store.close()  # type: ignore[attr-defined]

    assert (len(practice.patients) - charts, len(practice.appointments) - visits) == (1, 2)
    assert [practice.patients[row.number("PatNum")]["FName"] for row in booked] == ["Mara", "Robert"]
    assert kinds == ["person.match"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_block_of_text_behind_code_is_compared_with_what_the_code_prints(page: Path) -> None:
    languages = [match["language"] for match in BLOCK.finditer(text_of(page))]
    outputs = [pair for pair in itertools.pairwise(languages) if pair == ("python", "text")]

    compared = [example for example in pages.parse(page).examples() if example.region.evaluator is compare]

    assert len(compared) == len(outputs)


def test_an_output_that_is_not_printed_fails(tmp_path: Path) -> None:
    page = tmp_path / "wrong.md"
    page.write_text("```python\nprint(1)\n```\n\n```text\n2\n```\n", encoding="utf-8")
    code, output = pages.parse(page).examples()
    code.evaluate()

    with pytest.raises(SybilFailure, match="2"):
        output.evaluate()


def test_the_quickstart_runs_as_one_file_with_nothing_around_it(tmp_path: Path) -> None:
    page = ROOT / "docs/quickstart.md"
    (tmp_path / "quickstart.py").write_text("\n".join(blocks(page, "python")), encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "quickstart.py"], cwd=tmp_path, capture_output=True, text=True, check=True, encoding="utf-8"
    )

    assert [line.rstrip() for line in done.stdout.splitlines()] == "".join(blocks(page, "text")).splitlines()


def words_of_the_engine() -> tuple[set[str], set[str]]:
    """Return every text that the engine's shells pass to a call, and the names of all that they call."""
    texts, called = set[str](), set[str]()
    for path in (ROOT / "src/odnexus/_async").glob("*.py"):
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.Call):
                called.add(node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
                given = [*node.args, *(each.value for each in node.keywords)]
                texts |= {
                    each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    return texts, called


def asked_by_the_engine() -> dict[str, set[str]]:
    """Return every kind of question with its choices: the table without which none can be asked."""
    return {kind: set(choices) for kind, choices in CHOICES.items()}


def test_the_engine_asks_every_question_of_the_table_and_no_other() -> None:
    texts, called = words_of_the_engine()

    # A review is made of an inquiry, and an inquiry takes its choices from the table.
    assert "Inquiry" in called
    assert "Review" not in called
    assert CHOICES.keys() - texts == set()
    with pytest.raises(KeyError):
        Inquiry(kind="person.unheard-of", about=(), subject="", text="").review(
            "main", datetime(2026, 3, 2, tzinfo=UTC)
        )


def test_every_question_stands_on_the_page_with_all_its_choices() -> None:
    rows = re.findall(
        r"^\| `([\w.-]+)` \| .+? \| (.+) \|$", text_of(ROOT / "docs/how-to/answer-reviews.md"), re.MULTILINE
    )

    shown = {kind: set(re.findall(r"`(\w+)`", choices)) for kind, choices in rows}

    assert shown == asked_by_the_engine()
    assert len(shown) > 10


def test_every_domain_event_stands_on_the_page() -> None:
    rows = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", text_of(ROOT / "docs/how-to/embed.md"), re.MULTILINE)

    assert set(rows) == set(EVENT_NAMES)


# -- alerts ------------------------------------------------------------------------------------------------------------

RULE_AT = {"alert": 1, "alert_once": 2, "_alert": 1, "Alert": None}
"""What tells people → which of its arguments is the rule; of ``Alert`` it has a name."""

RULES_OF_TABLES: Mapping[str, Mapping[str, str]] = {
    # A question brings an alert of its kind, and who writes has a page of its own.
    "review.kind": {},
    "finding.rule if unclear else ''": {},
    "change.rule": dict.fromkeys(kinds.REMEDIES, "warning"),
}


def rules_of(node: ast.AST, function: ast.AST) -> set[str]:
    """Return each rule that *node* may be; ``poll.…`` for ``poll.`` and something behind it."""
    match node:
        case ast.Constant(value=str(text)):
            return {text} - {""}
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return {f"{text}…"}
        case ast.IfExp():
            return rules_of(node.body, function) | rules_of(node.orelse, function)
        case ast.Name(id="rule"):
            found = set[str]()
            for each in ast.walk(function):
                match each:
                    case ast.Assign(targets=[ast.Name(id="rule")], value=value):
                        found |= rules_of(value, function)
                    case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id="rule"), *_])], value=ast.Tuple(elts=values)):
                        found |= rules_of(values[0], function)
                    case _:
                        pass
            return found
        case _:
            return set()


def alerts_of(call: ast.Call, function: ast.AST) -> Mapping[str, str]:
    """Return the rules that *call* may tell people by, each with its severity."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    named = {each.arg: each.value for each in call.keywords}
    if name not in RULE_AT or getattr(function, "name", "") in RULE_AT:
        return {}
    place = RULE_AT[name]
    rule = named["rule"] if place is None else call.args[place]
    if ast.unparse(rule) in RULES_OF_TABLES:
        return RULES_OF_TABLES[ast.unparse(rule)]
    severity = named.get("severity", ast.Constant("warning"))
    found = dict.fromkeys(rules_of(rule, function), str(ast.literal_eval(severity)))
    assert found or ast.unparse(rule) == "''", f"line {call.lineno}: which rule this alert has cannot be read"
    return found


def test_every_alert_stands_on_its_page_with_its_severity() -> None:
    rows = re.findall(r"^\| `([\w.:…-]+)` \| (\w+) \|", text_of(ROOT / "docs/reference/alerts.md"), re.MULTILINE)
    told: dict[str, str] = {}
    for path in (each for folder in ("_async", "cli") for each in (ROOT / "src/odnexus" / folder).rglob("*.py")):
        for function in ast.walk(ast.parse(text_of(path))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                    told |= alerts_of(call, function)

    assert dict(rows) == told
    assert len(rows) == len(told) > 30


# -- issues ------------------------------------------------------------------------------------------------------------

NO_RULE = re.compile(r"bio\..+|.+\.(com?|con|cm|net)")
"""What is written like the rule of an issue: paths of NexHealth, and the domains of e-mail addresses."""

MADE_OF = {
    ".unmapped": {"operatory.unmapped", "provider.unmapped"},
    ".one_way": {"cancelled.one_way", "confirmed.one_way"},
    "coverage.no-": {"coverage.no-carrier", "coverage.no-member-id"},
}
"""Part of a rule whose rest is the name of a field → the rules that come of it."""


def test_every_rule_of_an_issue_stands_on_the_page() -> None:
    table = text_of(ROOT / "docs/reference/mapping.md").rpartition("| rule |")[2]
    shown = {rule for row in re.findall(r"^\| (`.+?`) \|", table, re.MULTILINE) for rule in re.findall(r"`(.+?)`", row)}
    written, made = set[str](), set[str]()
    for path in (ROOT / "src/odnexus/mapping").glob("*.py"):
        for node in ast.walk(ast.parse(text_of(path))):
            match node:
                case ast.Constant(value=str(text)) if re.fullmatch(r"[a-z]+\.[a-z][a-z_-]*[a-z]", text):
                    written |= {text} if not NO_RULE.fullmatch(text) else set()
                case ast.Call(keywords=[*_, ast.keyword(arg="rule", value=ast.JoinedStr() as text), _]):
                    made |= {ast.unparse(text)}
                case ast.Call(func=ast.Name(id="_issue"), args=[_, ast.JoinedStr() as text, _]):
                    made |= {ast.unparse(text)}
                case _:
                    pass

    assert shown == written | set[str]().union(*MADE_OF.values())
    assert len(made) == len(MADE_OF)
    assert [text for text in made if not any(part in text for part in MADE_OF)] == []


def test_the_practice_file_shows_every_setting() -> None:
    page = ROOT / "docs/how-to/practice-file.md"
    whole = max(blocks(page, "toml"), key=len)
    shown = set(re.findall(r"\b([a-z_]+)\b *=", whole)) | set(re.findall(r"^\[.*?(\w+)\]", whole, re.MULTILINE))
    rules = (MatchPolicy, CancelRule, LateCancel, MirrorPolicy, TypeRule, VisitPolicy, FieldRule, MapRule)
    kinds = (Practice, Location, Modes, IntakePolicy, InsurancePolicy, *rules)
    settings = {field.name for kind in kinds for field in fields(kind)} - {"locations", "types"}

    assert "[locations.types.27]" in whole
    assert settings - shown == set()


def test_the_practice_file_shows_the_defaults() -> None:
    page = ROOT / "docs/how-to/practice-file.md"
    given = Practice.read(tomllib.loads(max(blocks(page, "toml"), key=len))).locations[0]
    least = Location(name="main", nexhealth_id=12, timezone="America/Denver")
    examples = {"subdomain", "operatories", "providers", "types", "default_operatory", "default_provider", "confirmed"}
    examples |= {"billing_type", "fields", "holding_chart"}

    changed = {each.name for each in fields(Location) if getattr(given, each.name) != getattr(least, each.name)}

    assert changed == examples


# -- the command line --------------------------------------------------------------------------------------------------

COMMAND_LINE = ROOT / "docs/reference/command-line.md"
SECTIONS = {
    "nexhealth": NexHealthSettings,
    "nexhealth.oauth": OAuthSettings,
    "opendental.main": OpenDentalSettings,
    "store": StoreSettings,
    "vault": VaultSettings,
    "run": RunSettings,
    "webhooks": WebhookSettings,
    "receiver": ReceiverSettings,
    "alerts": AlertSettings,
}


def commands(one: Any, path: str = "odnexus") -> Iterator[str]:
    """Yield every command that does something."""
    inner: dict[str, Any] = getattr(one, "commands", {})
    for name, each in inner.items():
        yield from commands(each, f"{path} {name}")
    if not inner:
        yield path


def test_every_command_stands_on_the_page_and_no_other() -> None:
    rows = re.findall(r"^\| `(odnexus [\w -]+)` \|", text_of(COMMAND_LINE), re.MULTILINE)

    assert sorted(rows) == sorted(commands(get_command(app)))


def test_the_page_of_the_command_line_shows_every_setting_of_a_process() -> None:
    (block,) = blocks(COMMAND_LINE, "toml")
    shown: dict[str, set[str]] = {}
    for section in re.split(r"^(?:# )?\[(?=[a-z])", block, flags=re.MULTILINE)[1:]:
        name, _, lines = section.partition("]")
        shown[name] = set(re.findall(r"^(?:# )?(\w+) =", lines, re.MULTILINE))
    settings = {name: {field.name for field in fields(kind)} for name, kind in SECTIONS.items()}

    # `oauth` is a section of its own.
    assert shown == {name: names - {"oauth"} for name, names in settings.items()}


def test_the_page_of_the_command_line_shows_the_defaults() -> None:
    (block,) = blocks(COMMAND_LINE, "toml")
    practice = """
        subdomain = "demo-dental"
        locations = [{ name = "main", nexhealth_id = 12, timezone = "America/Denver" }]
    """
    needed = """
        nexhealth.api_key = { vault = "nexhealth" }
        opendental.main.developer_key = { file = "developer.key" }
        opendental.main.customer_key = { env = "OPENDENTAL_CUSTOMER_KEY" }
        store.key = { env = "ODNEXUS_KEY" }
        vault.key = { file = "vault.key" }
    """

    given = Settings.read(tomllib.loads(practice + block), Path("practice.toml"))
    least = Settings.read(tomllib.loads(practice + needed), Path("practice.toml"))

    assert given == least


MARKS: dict[str, tuple[object, ...]] = {
    "yes": (True,),
    "no": (False,),
    "on": (True,),
    "off": (False,),
    "not said": (None,),
}


def test_the_table_of_who_writes_is_what_the_engine_decides() -> None:
    page = text_of(ROOT / "docs/explanation/who-writes.md")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \| (\w+) \| `(.+?)` \|$", page, re.MULTILINE)
    shown: dict[tuple[object, ...], tuple[str, str]] = {}
    for setting, synchronizer, inserts, reads, writer, rule in rows:
        for case in itertools.product(
            MARKS[synchronizer], MARKS.get(inserts, (True, False, None)), MARKS.get(reads, (True, False))
        ):
            shown[(setting, *case)] = (writer, rule)

    decided = {
        (setting, synchronizer, inserts, reads): decide(
            setting, Evidence(inserts=inserts, synchronizer=synchronizer, reads=reads)
        )
        for setting in get_args(WriterSetting)
        for synchronizer in (True, False)
        for inserts in (True, False, None)
        for reads in (True, False)
    }

    assert shown == {case: (finding.writer.value, finding.rule) for case, finding in decided.items()}


def test_every_rule_that_stops_a_location_has_its_remedy_on_the_page() -> None:
    page = text_of(ROOT / "docs/explanation/who-writes.md")

    assert set(re.findall(r"^\| `(writer\.[\w-]+)` \|", page, re.MULTILINE)) == set(REMEDIES)


def first_column(page: str, heading: str) -> set[str]:
    """Return the names in the first column of the table of *page* that begins with *heading*."""
    table = text_of(ROOT / page).partition(f"\n| {heading} |")[2].partition("\n\n")[0]
    return {name for row in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def test_every_question_of_an_audit_stands_on_the_page() -> None:
    assert first_column("docs/how-to/audit-a-practice.md", "audit") == {audit.name for audit in AUDITS}


def test_the_page_on_simulating_shows_every_fault_every_state_and_what_the_actors_can() -> None:
    page = text_of(ROOT / "docs/how-to/simulate.md")
    office = demo_practice(VirtualClock())
    platform = demo_office(VirtualClock(), office)
    actors = {"staff": office.practice.staff, "patient_app": platform.simulator.patient_app}
    listed = {
        name: set(re.findall(r"`(\w+)`", row))
        for name, row in re.findall(r"^\| `(\w+)` \| (.+) \|$", page, re.MULTILINE)
    }
    # Both only tell something.
    asking = {"selects", "patient_of"}
    can = {actor: {name for name in dir(one) if not name.startswith("_")} - asking for actor, one in actors.items()}

    assert first_column("docs/how-to/simulate.md", "`kind`") == set(get_args(FaultKind))
    assert [state for state in get_args(OfficeState) if state != "online" and f"`{state}`" not in page] == []
    assert {actor: listed[actor] for actor in actors} == can


PACKAGES = (
    "odnexus",
    "odnexus.alerts",
    "odnexus.audit",
    "odnexus.engine",
    "odnexus.mapping",
    "odnexus.matching",
    "odnexus.nexhealth.models",
    "odnexus.opendental.models",
    "odnexus.stores",
    "odnexus.testing",
    "odnexus.testing.contracts",
    "odnexus.testing.nexhealth",
    "odnexus.testing.opendental",
)

SHOWN_ELSEWHERE = {
    "__version__": "the version stands in the title",
    "Severity": "its words stand with every alert, issue and row",
    "FaultKind": "its words stand in `Faults.on`",
    "Mode": "its words stand in `OpenDentalSimulator`",
    "OfficeState": "its words stand in the page on simulating",
    "BASE_URLS": "`OpenDentalSimulator.base_url` tells the one that counts",
    "ENTERPRISE": "one of `PERMISSIONS`",
    "DEVELOPER_KEY": "a key of the demo, shown in the quickstart",
    "CUSTOMER_KEY": "a key of the demo, shown in the quickstart",
    "API_KEY": "a key of the demo, shown in the quickstart",
    "NAMES": "a table of names for reading",
    "BY_NAME": "the same as `AUDITS`",
}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_that_a_package_lists_stands_in_the_reference(package: str) -> None:
    reference = "\n".join(text_of(page) for page in (ROOT / "docs/reference").glob("*.md"))
    shown = {name.rpartition(".")[2] for name in re.findall(r"^\.\. auto\w+:: (\S+)", reference, re.MULTILINE)}
    listed: list[str] = import_module(package).__all__

    assert set(listed) - shown - SHOWN_ELSEWHERE.keys() == set()


def test_every_page_is_in_a_table_of_contents() -> None:
    notebooks = sorted((ROOT / "docs/notebooks").glob("*.ipynb"))
    pages = [path for path in (*PAGES, *notebooks) if path.name not in ("README.md", "index.md")]
    listed = [
        (index.parent / line).resolve()
        for index in (ROOT / "docs/index.md", ROOT / "docs/reference/index.md")
        for tree in re.findall(r"^```\{toctree\}\n(.*?)^```", text_of(index), re.MULTILINE | re.DOTALL)
        for line in tree.splitlines()
        if line and not line.startswith(":")
    ]

    assert sorted(path.with_suffix("") for path in pages) == sorted(set(listed) - {ROOT / "docs/reference/index"})
