"""Collects the code of README, docs and docstrings into the ordinary suite."""

from __future__ import annotations

from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser, PythonCodeBlockParser as PythonDirectiveParser

pages = Sybil(
    parsers=[PythonCodeBlockParser(future_imports=["annotations"]), SkipParser()],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
)
docstrings = Sybil(
    parsers=[DocTestParser(), PythonDirectiveParser()],
    patterns=["src/odnexus/" + "*/" * depth + "*.py" for depth in range(4)],
)

pytest_collect_file = (pages + docstrings).pytest()
