"""A unit for systemd, with recovery and hardening. See the pages systemd.service(5) and systemd.exec(5)."""

from __future__ import annotations

from pathlib import Path

UNIT = """\
[Unit]
Description=odnexus: Open Dental and NexHealth in step
Documentation=https://odnexus.readthedocs.io/
Wants=network-online.target
After=network-online.target
# Restarts go on for ever: an office that is down for a weekend is no reason to give up.
StartLimitIntervalSec=0

[Service]
# odnexus says when it is ready and gives signs of life; a first poll of a large office may take minutes.
Type=notify
WatchdogSec=30min
User={user}
WorkingDirectory={folder}
EnvironmentFile={keys}
ExecStart={program} run {file}
Restart=always
RestartSec=10
# Wrong settings and a second instance do not go away by themselves.
RestartPreventExitStatus=2 3
TimeoutStopSec=90
NoNewPrivileges=true
ProtectSystem=strict
ProtectHome=true
PrivateTmp=true
ReadWritePaths={folder}

[Install]
WantedBy=multi-user.target
"""


def unit(*, program: Path, file: Path, user: str, keys: Path) -> str:
    """Return the unit.

    Args:
        program: The command ``odnexus``, with its whole path.
        file: The practice file.
        user: Account to run as.
        keys: File with the keys as lines of ``NAME=value``, readable by root only.
    """
    return UNIT.format(program=program, folder=file.parent, file=file.name, user=user, keys=keys)
