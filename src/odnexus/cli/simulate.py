"""The command ``odnexus simulate``: both systems, or one, as HTTP servers on this machine, to develop against."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from enum import StrEnum
from threading import Event, Thread
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from odnexus.cli.playing import Play, Scene
from odnexus.cli.telling import Exit

if TYPE_CHECKING:
    from odnexus.testing import LocalServer
    from odnexus.testing.nexhealth import DemoOffice
    from odnexus.testing.opendental import OpenDentalSimulator

OPENDENTAL_PORT, NEXHEALTH_PORT = 30223, 30280
"""The port of Open Dental's own API Service (page "API Modes"), and one that is nobody's."""


class System(StrEnum):
    """Which system to simulate."""

    OPENDENTAL = "opendental"
    NEXHEALTH = "nexhealth"
    BOTH = "both"


class Mode(StrEnum):
    """Through which mode of Open Dental's API the office is reached."""

    SERVICE = "service"
    REMOTE = "remote"
    LOCAL = "local"


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command()(simulate)


def simulate(
    system: Annotated[System, typer.Argument(help="Which system to simulate.")] = System.BOTH,
    opendental_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of Open Dental; 0 takes any free one.")
    ] = OPENDENTAL_PORT,
    nexhealth_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of NexHealth; 0 takes any free one.")
    ] = NEXHEALTH_PORT,
    mode: Annotated[Mode, typer.Option(help="Mode of Open Dental's API; remote is slowed down.")] = Mode.SERVICE,
    synchronizer: Annotated[
        bool,
        typer.Option(
            "--synchronizer", help="NexHealth's own synchronizer links the two and writes bookings into Open Dental."
        ),
    ] = False,
) -> None:
    """Serve simulators with an invented practice on this machine, until Ctrl-C.

    They refuse what the vendors' documents refuse, send webhooks and API Events, keep nothing. With both, what is typed
    meanwhile happens there: book, cancel, offline and more; help lists them.
    """
    stop = _stopping()
    with ExitStack() as opening:
        scene = _scene(system, mode, synchronizer=synchronizer)
        for server, lines in _servers(system, (opendental_port, nexhealth_port), scene):
            _start(opening, server)
            print("\n".join(lines(server.url)), end="\n\n", flush=True)
        if system is System.BOTH:
            _listen(scene)
        print("Ctrl-C stops.", flush=True)
        while not stop.wait(0.2):
            pass
    print("Stopped.", flush=True)


def _stopping() -> Event:
    """Return what is set by Ctrl-C, and by whoever ends this process politely."""
    stop = Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), ask)
    return stop


def _listen(scene: Scene) -> None:
    """Carry out what is typed, where somebody can type."""
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - pythonw has none
        return
    if hasattr(signal, "SIGTTIN"):
        # In the background of a shell, reading would stop this process; ignored, it fails and nothing is typed.
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)

    def play() -> None:
        with suppress(OSError, ValueError):
            Play(scene, sys.stdin, sys.stdout).cmdloop()

    print("Type book to let somebody book online, or help for what else can happen.", flush=True)
    Thread(target=play, daemon=True).start()


def _start(opening: ExitStack, server: LocalServer) -> None:
    try:
        opening.enter_context(server)
    except OSError as error:
        text = f"The port cannot be opened ({error.strerror}). Choose another with --opendental-port, --nexhealth-port."
        print(text, file=sys.stderr)
        raise typer.Exit(Exit.SETTINGS) from error


Lines = Callable[[str], list[str]]


def _scene(system: System, mode: Mode, *, synchronizer: bool) -> Scene:
    from odnexus.testing import SystemClock
    from odnexus.testing.nexhealth import demo_office
    from odnexus.testing.opendental import demo_practice

    clock = SystemClock()
    opendental = demo_practice(clock, mode=mode.value)
    return Scene(opendental, demo_office(clock, opendental, linked=synchronizer and system is System.BOTH))


def _servers(system: System, ports: tuple[int, int], scene: Scene) -> Iterator[tuple[LocalServer, Lines]]:
    from odnexus.testing import LocalServer, post
    from odnexus.testing.opendental import serve_opendental

    opendental, office = scene.opendental, scene.platform
    if system is not System.NEXHEALTH:
        yield serve_opendental(simulator=opendental, port=ports[0]), lambda url: _about_opendental(url, opendental)
    if system is not System.OPENDENTAL:
        office.simulator.webhooks.send = post
        server = LocalServer(office.simulator, port=ports[1], tick=office.simulator.tick)
        yield server, lambda url: _about_nexhealth(url, office)


def _about_opendental(url: str, simulator: OpenDentalSimulator) -> list[str]:
    from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY

    practice, keys = simulator.practice, (DEVELOPER_KEY, CUSTOMER_KEY)
    headers = f'-H "Authorization: ODFHIR {"/".join(keys)}" -H "Content-Type: application/json"'
    client = f'developer_key="{keys[0]}", customer_key="{keys[1]}", mode="{simulator.mode}", base_url="{url}"'
    return [
        f"Open Dental     {url}/api/v1",
        f"  office        {practice.preference('PracticeTitle')}, version {simulator.version}, {simulator.mode} mode",
        f"  developer key {DEVELOPER_KEY}",
        f"  customer key  {CUSTOMER_KEY}",
        f'  try           curl {headers} "{url}/api/v1/patients/Simple?LName=Whitfield"',
        f"  in Python     OpenDental({client})",
    ]


def _about_nexhealth(url: str, office: DemoOffice) -> list[str]:
    from odnexus.testing.nexhealth import API_KEY

    headers = f'-H "Authorization: {API_KEY}" -H "Nex-Api-Version: v3.0.0"'
    client = f'api_key="{API_KEY}", subdomain="{office.subdomain}", location_id={office.location_id}, base_url="{url}"'
    bookings = (
        "its synchronizer writes bookings into Open Dental"
        if office.sync_id is not None
        else "no synchronizer: bookings stay here until somebody carries them over"
    )
    return [
        f"NexHealth       {url}",
        f"  API key       {API_KEY}",
        f"  subdomain     {office.subdomain}, location_id {office.location_id}",
        f"  bookings      {bookings}",
        f'  try           curl -X POST {headers} "{url}/authenticates"',
        f"  in Python     NexHealth({client})",
    ]
