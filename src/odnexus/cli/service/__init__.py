"""``odnexus service``: the connector as a service of the operating system.

`systemd` writes a unit; `windows` installs a service by pywin32 (extra ``service``), which runs `host`.
"""

from __future__ import annotations
