"""The code of the page about writing a store is a test module that passes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from odnexus.testing.contracts import CursorsContract

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "write-a-store.md"


def test_the_page_shows_a_store_that_passes_its_contract(tmp_path: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / "test_app_store.py").write_text("\n".join(["from __future__ import annotations", *blocks]))
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    promises = [name for name in dir(CursorsContract) if name.startswith("test_")]

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert f"{len(promises)} passed" in run.stdout, run.stdout
