"""``python -m odnexus.cli`` is the command ``odnexus``."""

from __future__ import annotations

from odnexus.cli import main

if __name__ == "__main__":
    main()
