"""The async shells, written by hand. `odnexus._sync` is generated from them by ``tools/unasync.py``."""
