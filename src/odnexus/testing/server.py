"""A simulator behind a real socket on this machine, for programs that are no Python tests."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from odnexus.testing.http import SimDropped, SimReply, SimRequest, Simulator

_SILENT = frozenset({"timeout_after", "timeout_before"})
# SO_LINGER with zero seconds: closing sends a reset instead of a polite end.
_RESET = struct.pack("ii", 1, 0)


class LocalServer:
    """Serves a simulator over HTTP on the loopback interface while its ``with`` block runs.

    Each request has its own thread, so the simulator must be safe to share (both of ours are). A line that a fault cuts
    is cut; silence lasts until the client gives up or the server closes.

    Args:
        simulator: Who answers.
        host: The address to listen on; leave it on the loopback interface.
        port: The port, or 0 for any free one.
        tick: Called about every *tick_seconds* by a thread of the server, to send what is due.
        tick_seconds: Seconds of this machine between two ticks.
    """

    def __init__(
        self,
        simulator: Simulator,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tick: Callable[[], object] | None = None,
        tick_seconds: float = 1.0,
    ) -> None:
        self.simulator = simulator
        self._address = (host, port)
        self._tick = tick
        self._tick_seconds = tick_seconds
        self._closing = Event()
        self._server: _Server | None = None
        self._threads: list[Thread] = []

    @property
    def url(self) -> str:
        """The base URL, such as ``http://127.0.0.1:49152``, without a path; raise `RuntimeError` if not serving."""
        if self._server is None:
            raise RuntimeError("the server is not running: use it in a with statement")
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> Self:
        """Begin to serve; raise `OSError` if the port is taken."""
        self._closing.clear()
        server = self._server = _Server(self._address, self.simulator, self._closing)
        self._run(lambda: server.serve_forever(poll_interval=0.05))
        if self._tick is not None:
            self._run(self._tick_on)
        return self

    def stop(self) -> None:
        """End serving and close the port."""
        self._closing.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        for thread in self._threads:
            thread.join(timeout=5)
        self._threads.clear()

    def wait(self) -> None:
        """Return when somebody calls `stop`; until then, serve."""
        self._closing.wait()

    def _run(self, work: Callable[[], object]) -> None:
        thread = Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _tick_on(self) -> None:
        while self._tick is not None and not self._closing.wait(self._tick_seconds):
            self._tick()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A handler may be silent on purpose: closing does not wait for it.
    block_on_close = False
    # On Windows this would let two servers listen on one port.
    allow_reuse_address = sys.platform != "win32"

    def __init__(self, address: tuple[str, int], simulator: Simulator, closing: Event) -> None:
        self.simulator = simulator
        self.closing = closing
        self._lines: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._lines.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._lines.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away in the middle; that is what clients under test do."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        """Close the port and cut the lines that clients keep open: who is switched off answers nobody."""
        super().server_close()
        for line in list(self._lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and content leave in two writes; without this the second waits 40 ms for an acknowledgement of the first.
    disable_nagle_algorithm = True
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride] - this handler has one kind of server

    def _serve(self) -> None:
        try:
            request = SimRequest.parse(self.command, self.path, dict(self.headers.items()), self._content())
        except ValueError:
            self.close_connection = True
            self.send_error(400)
            return
        try:
            reply = self.server.simulator.handle(request)
        except SimDropped as drop:
            self._drop(drop)
            return
        self.server.simulator.clock.sleep(reply.latency.total_seconds())
        self._write(reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815 - names of http.server

    def _content(self) -> bytes:
        """Return the content, whole or in chunks; raise `ValueError` where its length makes no sense."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return b"".join(self._chunks())
        length = self.headers.get("content-length") or "0"
        if not length.isdecimal():
            raise ValueError("content-length")
        return self.rfile.read(int(length))

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            continue  # what may follow the last chunk

    def _write(self, reply: SimReply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def _drop(self, drop: SimDropped) -> None:
        self.close_connection = True
        if drop.kind in _SILENT:
            self._stay_silent()
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def _stay_silent(self) -> None:
        self.connection.settimeout(0.05)
        while not self.server.closing.is_set():
            try:
                if not self.connection.recv(1):
                    return  # the client gave up
            except TimeoutError:
                continue
            except OSError:
                return

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a request line may hold names of patients."""
