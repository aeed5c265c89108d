from __future__ import annotations

import socket
import threading
from datetime import timedelta

import httpx
import pytest

from odnexus.testing import FaultKind, Faults, LocalServer, SimReply, SimRequest, VirtualClock, post


class Echo:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.faults = Faults()
        self.seen: list[SimRequest] = []

    def handle(self, request: SimRequest) -> SimReply:
        return self.faults.run(request, request.path, lambda: self.answer(request))

    def answer(self, request: SimRequest) -> SimReply:
        self.seen.append(request)
        return SimReply(status=201, headers={"location": "/a/1"}, body=request.body[::-1], latency=timedelta(seconds=9))


def test_a_simulator_is_served_over_real_http() -> None:
    echo = Echo()
    with LocalServer(echo) as server, httpx.Client(base_url=server.url) as client:
        reply = client.put("/a%20b", params={"q": "x"}, content=b"abc", headers={"X-Key": "k"})

    assert (reply.status_code, reply.content, reply.headers["location"]) == (201, b"cba", "/a/1")
    assert (echo.seen[0].path, echo.seen[0].query, echo.seen[0].headers["x-key"]) == ("/a b", (("q", "x"),), "k")


@pytest.mark.parametrize("kind", ["lost_answer", "reset_before", "refused"])
def test_a_cut_line_is_cut(kind: FaultKind) -> None:
    echo = Echo()
    echo.faults.on("* *", kind=kind)
    with LocalServer(echo) as server, pytest.raises(httpx.TransportError):
        httpx.get(server.url + "/a")

    assert len(echo.seen) == (kind == "lost_answer")


def test_silence_lasts_until_the_client_gives_up() -> None:
    echo = Echo()
    echo.faults.on("* *", kind="timeout_after")
    with LocalServer(echo) as server, pytest.raises(httpx.ReadTimeout):
        httpx.get(server.url + "/a", timeout=0.1)

    assert len(echo.seen) == 1


def test_what_is_due_is_ticked() -> None:
    ticked = threading.Event()
    with LocalServer(Echo(), tick=ticked.set, tick_seconds=0.01):
        assert ticked.wait(5)


def test_there_is_no_url_outside_the_block() -> None:
    server = LocalServer(Echo())
    with server:
        assert server.url.startswith("http://127.0.0.1:")
    server.wait()

    with pytest.raises(RuntimeError):
        _ = server.url


def test_a_server_that_is_switched_off_answers_nobody_who_was_connected() -> None:
    echo = Echo()
    server = LocalServer(echo)
    with httpx.Client() as client:
        with server:
            address = server.url + "/a"
            client.get(address)
        with pytest.raises(httpx.TransportError):
            client.get(address)

    assert len(echo.seen) == 1


def test_post_returns_the_status_of_the_receiver() -> None:
    echo = Echo()
    with LocalServer(echo) as server:
        assert post(server.url + "/hook", {"X-Key": "k"}, b"[1]") == 201
    assert echo.seen[0].body == b"[1]"


def test_content_may_come_in_chunks() -> None:
    echo = Echo()
    with LocalServer(echo) as server, httpx.Client(base_url=server.url) as client:
        client.post("/a", content=iter([b"abc", b"de"]))
        client.post("/b", content=b"f")

    assert [(request.path, request.body) for request in echo.seen] == [("/a", b"abcde"), ("/b", b"f")]


def test_every_verb_reaches_the_simulator_and_a_head_has_no_content() -> None:
    echo = Echo()
    with LocalServer(echo) as server, httpx.Client(base_url=server.url) as client:
        replies = [client.request(verb, "/a", content=b"abc") for verb in ("OPTIONS", "HEAD", "GET")]

    assert [request.method for request in echo.seen] == ["OPTIONS", "HEAD", "GET"]
    assert [reply.content for reply in replies] == [b"cba", b"", b"cba"]


@pytest.mark.parametrize("header", ["Content-Length: abc", "Content-Length: -1", "Transfer-Encoding: chunked\r\n\r\nz"])
def test_a_length_that_makes_no_sense_is_a_bad_request(header: str) -> None:
    echo = Echo()
    with (
        LocalServer(echo) as server,
        socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as line,
    ):
        line.settimeout(5)
        line.sendall(f"POST /a HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n".encode())
        answer = line.recv(100)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert echo.seen == []
