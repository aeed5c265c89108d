"""The command ``odnexus``. It needs the extra ``odnexus[cli]`` and says so where that is missing."""

from __future__ import annotations

import sys
from io import TextIOWrapper

_REMEDY = "The command odnexus needs packages that are not installed ({name}). Install them: pip install 'odnexus[cli]'"


def main() -> None:
    """Run the command line; exit with 2 and a remedy if its packages are missing."""
    try:
        from odnexus.cli.app import app
    except ModuleNotFoundError as error:
        # One of our own that is missing is a fault of ours, and no remedy helps.
        if (error.name or "odnexus").partition(".")[0] == "odnexus":
            raise
        print(_REMEDY.format(name=error.name), file=sys.stderr)
        sys.exit(2)
    for stream in (sys.stdout, sys.stderr):
        # A file or a pipe on Windows takes the letters of one code page only: an arrow must not end the command.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except OSError as error:
        # A disk that is full, or a window that was closed, while the output was written.
        print(f"odnexus: the output cannot be written ({error.strerror or type(error).__name__})", file=sys.stderr)
        sys.exit(1)
