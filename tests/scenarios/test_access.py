"""K3, K4 and G1 over real sockets: the least permissions, encrypted lines, and what an old office can do."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import pytest

from odnexus import SqliteStore
from odnexus.errors import ConfigurationError
from odnexus.nexhealth.webhooks import sign
from odnexus.testing import LocalServer
from tests.certificate import make_certificate
from tests.cli.demo_office import KEYS, Place, place
from tests.engine.town import at
from tests.scenarios.command import odnexus
from tests.scenarios.served import SECRET, ServedTown

BOOKING = frozenset({"ApiReadAll", "ApiComm", "ApiAppointments", "ApiPatients"})


def live(town: ServedTown) -> tuple[int, int]:
    """Let two patients live through all that booking is: book, confirm, move both ways, a form, cancel both ways."""
    first = town.book(town.person("Mara", "Lund", "1988-11-20"))
    nils = town.person("Nils", "Berg", "1979-02-03", "3035550155")
    second = town.book(nils, at(13))
    town.settle()
    staff = town.od.practice.staff
    staff.confirm(town.row_of(second)["AptNum"])
    staff.move(town.row_of(first)["AptNum"], start=town.row_of(first)["AptDateTime"] + timedelta(hours=2))
    town.settle()
    town.nx.patient_app.reschedule(second, at(15), minutes=60)
    body = town.form(nils, {"city": "Denver", "favouriteMusic": "choirs"})
    town.engine.receive({"timestamp": "t", "signature": sign("t", body, SECRET)}, body)
    town.settle()
    town.nx.patient_app.cancel(first)
    staff.break_(town.row_of(second)["AptNum"])
    town.settle()
    return first, second


@pytest.mark.mission(
    "K3",
    shows="a key with ReadAll, Comm, Appointments and Patients, and nothing else, carries the whole booking story",
    try_it="odnexus features",
)
def test_four_permissions_carry_the_whole_booking_story() -> None:
    with ServedTown(opendental={"mode": "service", "permissions": BOOKING}) as town:
        town.work()

        first, second = live(town)

        assert town.booking(first).start_time == at(11)
        assert str(town.row_of(first)["AptStatus"]) == "UnschedList"
        assert town.booking(second).cancelled
        assert (len(town.charts), len(town.visits)) == (2, 2)
        assert any("choirs" in str(row["Note"]) for row in town.od.practice.rows("commlogs"))
        assert (town.engine.waiting(), town.engine.buried(), town.alerts) == ([], [], [])
        assert {record.status for record in town.od.requests} <= {200, 201}


@pytest.mark.mission("K3", shows="a key that lacks one of them is told so by name, with the features that need it")
@pytest.mark.parametrize(
    ("lacking", "feature"),
    [
        ("ApiComm", "confirm visits"),
        ("ApiAppointments", "book visits"),
        ("ApiPatients", "make charts"),
        ("ApiReadAll", "see changes"),
    ],
)
def test_one_permission_less_is_told_by_name(office: Place, lacking: str, feature: str) -> None:
    office.od.permit(*(BOOKING - {lacking}))

    code, told = odnexus("doctor", office.file)

    assert code == 1
    (line,) = [line for line in told.splitlines() if f"permission: {feature}" in line]
    assert line.startswith("FAIL")
    assert lacking in line


class Encrypted(LocalServer):
    """A simulator behind TLS that notes which version each line spoke."""

    def __init__(self, simulator: Any, certificate: Path) -> None:
        super().__init__(simulator)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)

    def start(self) -> Self:
        super().start()
        assert self._server is not None
        self._server.socket = self._context.wrap_socket(self._server.socket, server_side=True)
        return self

    @property
    def url(self) -> str:
        return super().url.replace("http://", "https://")


@pytest.mark.mission(
    "K4",
    shows="bookings go over TLS with a checked certificate, the store's file shows nobody, and no log, alert or "
    "journal holds a patient's name, number or birth date",
)
def test_what_leaves_is_encrypted_and_what_stays_shows_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = make_certificate(tmp_path)
    with (
        caplog.at_level("DEBUG"),
        SqliteStore(tmp_path / "odnexus.sqlite") as store,
        ServedTown(store=store) as town,
        Encrypted(town.od, certificate) as od,
        Encrypted(town.nx, certificate) as nx,
    ):
        town.close_office()  # the door without TLS
        town.to_opendental, town.to_nexhealth = {"base_url": od.url}, {"base_url": nx.url}
        town.engine = town.new_engine()
        town.work()
        assert [alert.rule for alert in town.alerts] == ["location.offline"], "nobody vouches for the certificate"

        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        town.engine = town.new_engine()
        town.work(30)
        live(town)
        question = town.chart("Zephyrine", "Quillfeather", "1987-06-05")
        town.work()
        town.book(town.person("Zelda", "Quillfeather", "1987-06-05", "3035550147"), at(16))
        town.settle()

        assert (question in town.od.practice.patients, town.kinds()) == (True, ["person.match"])
        said = [caplog.text, *(repr(alert) for alert in town.alerts)]
        said += [repr(entry) for entry in town.engine.journal(limit=1000)]
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("odnexus.sqlite*"))
    for private in ("Quillfeather", "Zelda", "Lund", "choirs", "3035550147", "555-0147", "1987-06-05", "1988-11-20"):
        assert not any(private in each for each in said), private
        assert private.encode() not in kept, private


def test_a_line_without_tls_is_refused_before_anything_is_sent() -> None:
    with ServedTown() as town:
        town.to_nexhealth = {"base_url": "http://nexhealth.example.com"}

        with pytest.raises(ConfigurationError, match="base_url"):
            town.new_engine()


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Place]:
    """Serve a demo practice of an old version."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with place(tmp_path, version=request.param) as served:
        yield served


@pytest.mark.mission(
    "G1",
    shows="an office of 21.1 is told which features it lacks, each with the version that brings it; nothing is written "
    "there, and after the update the booking that waited is",
    try_it="odnexus doctor practice.toml",
)
@pytest.mark.parametrize("old", ["21.1.30.0"], indirect=True)
def test_an_office_of_21_1_is_told_what_it_lacks(old: Place) -> None:
    before = len(old.od.practice.appointments)
    old.book()

    code, told = odnexus("doctor", old.file)
    assert code == 1
    lines = {line.split(" · ")[1][:30].strip(): line for line in told.splitlines() if " · version: " in line}
    assert "FAIL" in lines["version: see changes"]
    assert "GET /patients/Simple needs 21.2" in lines["version: see changes"]
    assert "PUT /appointments/{AptNum}/Break needs 21.3" in lines["version: cancel visits"]
    assert "needs 23.1.30" in lines["version: notice deleted visits"]
    assert "it needs Open Dental 21.2 or later" in odnexus("run", old.file, "--once")[1]
    assert {record.method for record in old.od.requests} == {"GET"}

    old.od.practice.upgrade("22.4.40.0")
    assert odnexus("doctor", old.file)[0] == 0
    odnexus("run", old.file, "--once")

    assert len(old.od.practice.appointments) == before + 1
