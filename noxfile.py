"""The one place where commands live: `nox` runs every check and the suite, `nox --list` names the sessions.

Each session makes an environment of its own and keeps it. With `--no-venv` the sessions use the environment they are
started in, as `tools/start.py` does.
"""

from __future__ import annotations

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["lint", "types", "docs", "unasync", "tests"]

PYTHONS = nox.project.python_versions(nox.project.load_toml("pyproject.toml"))
PACKAGE = ".[cli,sql,alerts,audit]"


def install(session: nox.Session, *packages: str, group: str = "") -> None:
    """Install *packages* and a dependency group, unless the session has no environment of its own."""
    if session.virtualenv.venv_backend != "none":
        groups = nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), group) if group else ()
        session.install(*packages, *groups)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the suite against the built package; arguments go to pytest."""
    install(session, PACKAGE, group="test")
    session.run("pytest", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the suite and list what it does not reach."""
    install(session, PACKAGE, group="test")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "combine")
    session.run("coverage", "report")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, layout and which way imports point."""
    # The package itself, since import-linter follows its imports.
    install(session, "--editable", PACKAGE, group="lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-logo")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of sources, tests and tools, twice."""
    install(session, "--editable", PACKAGE, group="dev")
    session.run("mypy")
    session.run("pyright")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a broken reference fails."""
    install(session, PACKAGE, group="docs")
    session.run(
        "sphinx-build", "--nitpicky", "--fail-on-warning", "--keep-going", "--quiet", "docs", "docs/_build/html"
    )


@nox.session
def unasync(session: nox.Session) -> None:
    """Check that the sync twins are what the async sources say; `nox -s unasync -- write` writes them."""
    install(session, group="lint")
    session.run("python", "tools/unasync.py", *([] if "write" in session.posargs else ["--check"]))


@nox.session
def bench(session: nox.Session) -> None:
    """Measure what is promised in figures."""
    install(session, PACKAGE, group="test")
    session.run("pytest", "tests/benchmarks", "--benchmark-enable", *session.posargs)


@nox.session
def demo(session: nox.Session) -> None:
    """Play the main job against both simulators."""
    install(session, PACKAGE)
    session.run("odnexus", "demo", *session.posargs)
