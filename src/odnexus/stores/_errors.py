"""Errors of the stores that ship with odnexus."""

from __future__ import annotations

from odnexus.errors import StoreError


class StoreBusyError(StoreError):
    """Another process holds the store for too long. Trying again later helps."""

    transient = True
