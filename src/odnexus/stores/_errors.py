"""Errors of the stores that ship with odnexus."""

from __future__ import annotations

from odnexus.errors import StoreError


class StoreBusyError(StoreError):
    """The store cannot do it now: another process holds it for too long, or it cannot be reached. Try again later."""

    transient = True
