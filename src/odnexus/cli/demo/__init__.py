"""``odnexus demo``: a go-live test and a morning at a practice, played for real on both simulators.

Nothing is scripted that pretends: `story` says what people do, an engine in a process of its own (`worker`) does the
rest, and whatever is told is read from the simulators, the engine's journal or its answers. `verdict` looks at the two
simulators alone.
"""

from __future__ import annotations
