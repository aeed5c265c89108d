"""What ``odnexus`` offers: pinned, loaded when first used, and shown as public."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import odnexus

PUBLIC = {
    "__version__",
    # clients
    "AsyncNexHealth",
    "AsyncOpenDental",
    "Limit",
    "NexHealth",
    "OpenDental",
    "Pace",
    "RetryPolicy",
    "Secret",
    # the engine
    "Alert",
    "Answer",
    "AsyncSyncEngine",
    "AtRisk",
    "DomainEvent",
    "AsapOffers",
    "AsyncAsapOffers",
    "FieldRule",
    "Link",
    "LinkState",
    "OfferRule",
    "PollReport",
    "Question",
    "Received",
    "Ref",
    "Review",
    "Slot",
    "StepReport",
    "SyncEngine",
    "VisitPolicy",
    "WaitlistCandidate",
    # a practice
    "CancelRule",
    "IntakePolicy",
    "LateCancel",
    "InsurancePolicy",
    "Location",
    "MatchPolicy",
    "MirrorPolicy",
    "Modes",
    "Practice",
    "TypeRule",
    # stores
    "MemoryStore",
    "Sealer",
    "SqliteStore",
    "in_threads",
    # errors
    "AmbiguousWriteError",
    "ApiError",
    "AuthenticationError",
    "AuthorizationLostError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "EmptySideError",
    "InvalidRequestError",
    "LeaseLostError",
    "LinkConflictError",
    "MappingError",
    "NotAllowedError",
    "NotFoundError",
    "OdnexusError",
    "OfficeOfflineError",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestTimeoutError",
    "ResponseError",
    "SealError",
    "ServerError",
    "SignatureError",
    "StoreError",
    "SyncError",
    "UnexpectedResponseError",
    "UnsupportedError",
    "WebhookError",
}


def in_a_fresh_process(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_the_public_names_are_these() -> None:
    assert set(odnexus.__all__) == PUBLIC


def test_no_name_has_two_homes() -> None:
    names = [name for home in odnexus._HOMES.values() for name in home]

    assert len(names) == len(set(names))


def test_type_checkers_see_the_names_that_are_loaded() -> None:
    tree = ast.parse(Path(odnexus.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        (node.module, name.asname) for node in block.body if isinstance(node, ast.ImportFrom) for name in node.names
    }

    assert seen == {(f"odnexus.{module}", name) for module, names in odnexus._HOMES.items() for name in names}


@pytest.mark.parametrize("name", sorted(PUBLIC - {"__version__"}))
def test_a_public_name_shows_a_public_home(name: str) -> None:
    value = getattr(odnexus, name)
    home = getattr(value, "__module__", "odnexus")

    assert not any(part.startswith("_") for part in home.split("."))
    assert getattr(sys.modules[home], name) is value


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'odnexus' has no attribute 'OpenDentist'"):
        odnexus.OpenDentist  # type: ignore[attr-defined]  # noqa: B018 # pyright: ignore[reportAttributeAccessIssue]


def test_completion_shows_names_before_they_are_loaded() -> None:
    out = in_a_fresh_process("import odnexus; print(sorted(set(odnexus.__all__) - set(dir(odnexus))))")

    assert out == "[]"


def test_a_star_import_gives_all_of_them() -> None:
    names: dict[str, object] = {}

    exec("from odnexus import *", names)

    assert names.keys() >= PUBLIC


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import odnexus; print(*sorted(set(sys.modules) - before))"

    loaded = in_a_fresh_process(code).split()

    assert [name for name in loaded if name.split(".")[0] in {"httpx", "attr", "attrs", "cattrs", "asyncio"}] == []
    assert [name for name in loaded if name.startswith("odnexus.")] == []


@pytest.mark.parametrize("module", ["errors", "_calls", "_pace"])
def test_the_core_does_not_load_the_http_library(module: str) -> None:
    assert in_a_fresh_process(f"import sys, odnexus.{module}; print('httpx' in sys.modules)") == "False"
