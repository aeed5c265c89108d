"""Open Dental's API without I/O: records, what may be written, one function per endpoint, the wire format, events.

Reading order: `models` (what comes back), `changes` (what may be sent), `tables` (the documented surface as data),
`calls` (endpoint → `Call`), `wire` (how it looks on the wire), `paging`, `versions`, `modes`, `events`.
"""

from __future__ import annotations
