"""Runs the notebooks of the docs and keeps what they print: ``python tools/notebooks.py``; ``--check`` writes nothing.

Notebooks are shown in the docs as they were kept, so what they show must be what they do. Texts and pages have to be
the same each time; pictures only have to be there.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import nbformat
from nbclient import NotebookClient

# It has no types.
FORMAT: Final[Any] = nbformat
FOLDER: Final = Path(__file__).parent.parent / "docs" / "notebooks"
TEXTS: Final = ("text/plain", "text/html")
# What is no content: an address in memory, and how a page looks.
_LOOKS: Final = re.compile(r" at 0x[0-9a-f]+|<style>.*?</style>", re.DOTALL)


def run(path: Path) -> Any:
    """Return the notebook of *path* with the outputs that it has now; its files stay in a folder of its own."""
    notebook: Any = FORMAT.read(path, as_version=4)
    for cell in notebook.cells:
        cell.metadata = {name: value for name, value in cell.metadata.items() if name == "tags"}
    with TemporaryDirectory() as folder:
        # As readers would see it, whatever the terminal is.
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        client = NotebookClient(
            notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}}, record_timing=False
        )
        client.execute()
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = list(_joined(cell.outputs))
    return notebook


def _joined(outputs: list[Any]) -> Iterator[Any]:
    """Yield outputs with what was printed in one piece: how it is cut depends on the machine's mood."""
    last: Any = None
    for output in outputs:
        if last is not None and output.output_type == "stream" == last.output_type and output.name == last.name:
            last.text += output.text
            continue
        last = output
        yield output


def shown(notebook: Any) -> Iterator[tuple[int, str, str]]:
    """Yield what each cell shows: its number, the kind and the text, of a picture only that it is there."""
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                yield number, output.name, output.text
            elif output.output_type == "error":
                yield number, "error", output.ename
            for kind, content in sorted(output.get("data", {}).items()):
                if not kind.startswith("application/"):
                    yield number, kind, _LOOKS.sub("", content) if kind in TEXTS else ""


def stale(path: Path) -> list[str]:
    """Return where a notebook shows something else than it does."""
    kept, now = list(shown(FORMAT.read(path, as_version=4))), list(shown(run(path)))
    if len(kept) != len(now):
        return [f"{path.name}: {len(kept)} outputs are kept, {len(now)} come"]
    return [f"{path.name}, cell {new[0]}: {new[1]} differs" for old, new in zip(kept, now, strict=True) if old != new]


def main(arguments: list[str]) -> int:
    """Run all notebooks; write them, or with ``--check`` say which are stale."""
    faults: list[str] = []
    for path in sorted(FOLDER.glob("*.ipynb")):
        if "--check" in arguments:
            faults += stale(path)
        else:
            FORMAT.write(run(path), path)
    print("\n".join(faults) or "notebooks show what they do")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
