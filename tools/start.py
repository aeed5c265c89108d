r"""The first command on a new machine: makes an environment, installs odnexus into it and runs a job.

    python3 tools/start.py demo     the main job, played against simulators of both systems
    python3 tools/start.py test     every check, then the whole suite

Needs Python 3.11 or later and nothing else; on Windows say `py tools\start.py`. The environment is `.venv` in this
checkout. It is kept, and filled again when `pyproject.toml` changes. Arguments after the job go to its last step.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = str(BIN / "python")

INSTALL = {
    "demo": ["--editable", ".[cli]"],
    "test": ["--editable", ".[cli,sql,alerts,audit]", "--group", "dev"],
}
STEPS = {
    "demo": [["odnexus.cli", "demo"]],
    # The suite comes last: its summary is the last line.
    "test": [["nox", "--no-venv", "--session", "lint", "types", "docs", "unasync"], ["pytest"]],
}


def main(arguments: list[str]) -> int:
    """Run the job named first in *arguments*; return its exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this may have an older one
        print("odnexus needs Python 3.11 or later; this is", sys.version.split()[0])
        return 2
    if not arguments or arguments[0] not in STEPS:
        print(__doc__)
        return 2
    job, *extra = arguments
    install(job)
    for step in STEPS[job]:
        command = [PYTHON, "-m", *step, *(extra if step is STEPS[job][-1] else [])]
        if status := subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode:
            return status
    return 0


def install(job: str) -> None:
    """Make the environment and install what *job* needs, unless that was done for this `pyproject.toml`."""
    mark = VENV / f"{job}.installed"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if mark.exists() and mark.read_text() == wanted:
        return
    print(f"Installing into {VENV.relative_to(ROOT)} (once, about a minute) …", flush=True)
    if not Path(PYTHON).exists() and not Path(PYTHON + ".exe").exists():
        venv.create(VENV, with_pip=True)
    for packages in (["pip>=25.1"], INSTALL[job]):
        subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--upgrade", *packages], cwd=ROOT, check=True)
    mark.write_text(wanted)


def environment() -> dict[str, str]:
    """Return the variables of this process as an activated environment would have them."""
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    return {**os.environ, "VIRTUAL_ENV": str(VENV), "PATH": path}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
