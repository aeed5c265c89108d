"""K4: TLS 1.2 or later towards everything that is not loopback or the office's own network. Real servers, real TLS."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from odnexus._calls import check_base_url
from odnexus._pace import RetryPolicy
from odnexus._sync.nexhealth import NexHealth
from odnexus._sync.opendental import OpenDental
from odnexus.errors import ConfigurationError, ConnectionFailedError
from tests.certificate import make_certificate

ANSWER = b'[{"PrefName": "ProgramVersion", "ValueString": "25.4.48.0"}]'
ONCE = RetryPolicy(attempts=1)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and a certificate of 127.0.0.1."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@contextmanager
def server(certificate: Path, version: ssl.TLSVersion) -> Iterator[tuple[str, list[str]]]:
    """Serve one version of TLS; yield the address, and what became of each handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    told: list[str] = []
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)

        def serve() -> None:
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    told.append(_answered(listening.accept()[0], context))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"https://127.0.0.1:{listening.getsockname()[1]}", told
        finally:
            stop.set()
            thread.join()


def _answered(plain: socket.socket, context: ssl.SSLContext) -> str:
    plain.settimeout(5)
    try:
        with context.wrap_socket(plain, server_side=True) as line:
            line.recv(65536)
            line.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(ANSWER), ANSWER)
            )
            return str(line.version())
    except (ssl.SSLError, OSError) as error:
        return type(error).__name__
    finally:
        plain.close()


def _speaks(version: ssl.TLSVersion, url: str) -> bool:
    """Return whether this machine's OpenSSL would speak an old version if it were allowed to."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    host, port = url.removeprefix("https://").split(":")
    try:
        with socket.create_connection((host, int(port)), 5) as plain, context.wrap_socket(plain) as line:
            line.sendall(b"x")
            return line.version() == "TLSv1.1"
    except (ssl.SSLError, OSError):
        return False


def office(url: str) -> OpenDental:
    return OpenDental(developer_key="d", customer_key="c", base_url=url, retry=ONCE)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_of_today_is_spoken_to(
    certificate: Path, version: ssl.TLSVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with server(certificate, version) as (url, told), office(url) as client:
        assert str(client.program_version()) == "25.4.48"

    assert told == [version.name.replace("_", ".")]


@pytest.mark.mission("K4", shows="a server that only speaks TLS 1.1 is not spoken to")
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_a_server_that_only_speaks_tls_1_1_is_refused(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with server(certificate, ssl.TLSVersion.TLSv1_1) as (url, told):
        if not _speaks(ssl.TLSVersion.TLSv1_1, url):
            pytest.skip("the OpenSSL of this machine has no TLS 1.1 at all")
        with office(url) as client, pytest.raises(ConnectionFailedError):
            client.program_version()

    assert told[0] == "TLSv1.1"
    assert told[1].startswith("SSL")


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with (
        server(certificate, ssl.TLSVersion.TLSv1_3) as (url, _),
        office(url) as client,
        pytest.raises(ConnectionFailedError),
    ):
        client.program_version()


def test_the_least_version_is_said_and_not_left_to_the_machine() -> None:
    for client in (office("https://api.example.com"), NexHealth(api_key="k")):
        transport: Any = client._connection._routes[0] if isinstance(client, OpenDental) else client._transport
        pool: Any = transport._clients.get()._transport._pool
        assert pool._ssl_context.minimum_version is ssl.TLSVersion.TLSv1_2
        assert pool._ssl_context.verify_mode is ssl.CERT_REQUIRED
        client.close()


@pytest.mark.parametrize(
    ("url", "private", "fine"),
    [
        ("https://api.opendental.com/api/v1", False, True),
        ("http://api.opendental.com/api/v1", False, False),
        ("http://api.opendental.com/api/v1", True, False),
        ("http://127.0.0.1:30223", False, True),
        ("http://[::1]:30223", False, True),
        ("http://localhost:30223", False, True),
        ("http://192.168.1.20:30223", True, True),
        ("http://10.0.0.4:30223", True, True),
        ("http://192.168.1.20:30223", False, False),
        ("http://SRV01:30223", True, True),
        ("http://SRV01:30223", False, False),
        ("http://8.8.8.8:30223", True, False),
        ("http://localhost.example.com", True, False),
        ("ftp://localhost", True, False),
        ("https://user:password@api.example.com", False, False),
    ],
)
def test_plain_http_is_for_this_machine_and_the_office_only(url: str, private: bool, fine: bool) -> None:
    if fine:
        assert check_base_url(url, private_network_may_be_plain=private) == url
        return
    with pytest.raises(ConfigurationError, match=r"^base_url: ") as caught:
        check_base_url(url, private_network_may_be_plain=private)
    assert "password@" not in str(caught.value)
