"""Both shells offer the same: every class, function and signature of `_async` has its twin in `_sync`."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import odnexus._async
import odnexus._sync
from tools import unasync

MODULES = sorted(module.name for module in pkgutil.iter_modules(odnexus._async.__path__))


def twin_name(name: str) -> str:
    return unasync._reword(name, Counter())


def members(module: ModuleType) -> Iterator[tuple[str, object]]:
    """Yield what *module* defines: its classes and functions, and what stands in the classes."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    defined = {
        node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for name, value in vars(module).items():
        # Not by `__module__`: what is public shows the package as its home, wherever it is imported.
        if name not in defined:
            continue
        if inspect.isclass(value):
            yield name, value
            yield from ((f"{name}.{inner}", member) for inner, member in vars(value).items() if describable(member))
        elif describable(value):
            yield name, value


def describable(value: object) -> bool:
    return inspect.isfunction(value) or isinstance(value, property | staticmethod | classmethod)


def described(value: object) -> str:
    """Return the kind and the signature of *value*, with annotations as they are written."""
    if inspect.isclass(value):
        return f"class({', '.join(base.__name__ for base in value.__bases__)})"
    function: Any = getattr(value, "fget", None) or getattr(value, "__func__", value)
    return f"{type(value).__name__}{inspect.signature(function)}"


@pytest.mark.parametrize("module", MODULES)
def test_both_shells_offer_the_same_names_and_signatures(module: str) -> None:
    by_hand = dict(members(importlib.import_module(f"odnexus._async.{module}")))
    generated = dict(members(importlib.import_module(f"odnexus._sync.{module}")))

    assert {twin_name(name): twin_name(described(value)) for name, value in by_hand.items()} == {
        name: described(value) for name, value in generated.items()
    }


@pytest.mark.parametrize("module", MODULES)
def test_nothing_in_the_sync_shell_has_to_be_awaited(module: str) -> None:
    generated = dict(members(importlib.import_module(f"odnexus._sync.{module}")))

    assert [name for name, value in generated.items() if inspect.iscoroutinefunction(value)] == []
    assert [name for name, value in generated.items() if inspect.isasyncgenfunction(value)] == []


def test_both_shells_have_the_same_modules() -> None:
    generated = sorted(module.name for module in pkgutil.iter_modules(odnexus._sync.__path__))

    assert generated == MODULES
    assert "transport" in MODULES
