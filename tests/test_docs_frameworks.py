"""The examples of docs/examples, run with the test client of each framework."""

from __future__ import annotations

import asyncio
import importlib
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from wsgiref.util import setup_testing_defaults

import pytest

from conftest import SECRET, Reader
from odnexus.nexhealth.webhooks import sign

EXAMPLES = Path(__file__).parents[1] / "docs/examples"
PAGE = EXAMPLES.parent / "how-to/frameworks.md"
MOMENT = "2026-03-02T15:00:01Z"
BODY = json.dumps(
    {
        "resource_type": "Appointment",
        "event_name": "appointment_created",
        "event_time": "2026-03-02T15:00:00Z",
        "subdomain": "demo-dental",
        "institution_id": 411,
        "data": {"appointments": [{"id": 90210401, "location_id": 12, "patient_id": 700401}]},
    }
).encode()
SIGNED = {"Timestamp": MOMENT, "Signature": sign(MOMENT, BODY, SECRET), "Content-Type": "application/json"}
FORGED = {**SIGNED, "Signature": "0" * 64}


class Examples:
    """Imports examples, as a project that they are copied into would."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def __call__(self, name: str) -> Any:
        return importlib.import_module(name)

    @property
    def office(self) -> Any:
        return self("office")

    def waiting(self) -> list[str]:
        """Return the bookings that were stored and wait."""
        return [event.subject for event in self.office.engine().waiting()]


@pytest.fixture
def example(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Examples]:
    names = {path.stem for path in EXAMPLES.glob("*.py")}
    monkeypatch.syspath_prepend(str(EXAMPLES))
    before: dict[str, ModuleType] = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    examples = Examples(reader)
    yield examples
    if "office" in sys.modules:
        office = sys.modules["office"]
        if office.store.cache_info().currsize:
            office.store().close()
    for name in names:
        sys.modules.pop(name, None)
    sys.modules.update(before)


@pytest.fixture
def root_logger() -> Iterator[None]:
    """Leave the root logger as it was: a worker takes it over, and would silence every later test."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


def test_every_example_stands_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [path.name for path in sorted(EXAMPLES.glob("*.py")) if f"../examples/{path.name}" not in page] == []


# --- WSGI -------------------------------------------------------------------------------------------------------------


def ask_wsgi(application: Any, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": io.BytesIO(body)}
    setup_testing_defaults(environ)
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    environ["CONTENT_LENGTH"] = str(len(body))
    heard: list[str] = []
    answer = b"".join(application(environ, lambda status, _headers: heard.append(status)))
    return int(heard[0][:3]), answer


def test_wsgi(example: Examples) -> None:
    application = example("wsgi_app").application

    statuses = [ask_wsgi(application, "POST", "/nexhealth", each, BODY)[0] for each in (SIGNED, SIGNED, FORGED)]
    waiting = example.waiting()
    example.office.work()
    status, shown = ask_wsgi(application, "GET", "/reviews", {}, b"")

    assert (statuses, waiting, status) == ([200, 200, 401], ["90210401"], 200)
    assert [each["kind"] for each in json.loads(shown)] == ["person.match"]


# --- ASGI -------------------------------------------------------------------------------------------------------------


@pytest.mark.mission("R1", shows="a plain ASGI application on uvicorn receives and works in one process")
def test_asgi_on_a_real_server(example: Examples) -> None:
    uvicorn = pytest.importorskip("uvicorn")
    application = example("asgi_app").application
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_config=None))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]

    statuses = [posted(f"http://127.0.0.1:{port}/nexhealth", headers) for headers in (SIGNED, FORGED)]
    server.should_exit = True
    thread.join(30)

    assert not thread.is_alive()
    assert statuses == [200, 401]
    notes = [row.text("Note") for row in example.reader.opendental.practice.appointments.values()]
    assert any("NexHealth" in note for note in notes)


def posted(url: str, headers: Mapping[str, str]) -> int:
    try:
        with urlopen(Request(url, BODY, dict(headers)), timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


# --- frameworks -------------------------------------------------------------------------------------------------------


def test_flask(example: Examples) -> None:
    pytest.importorskip("flask")
    app = example("flask_app").app
    client = app.test_client()

    statuses = [client.post("/nexhealth", data=BODY, headers=each).status_code for each in (SIGNED, FORGED)]
    waiting = example.waiting()
    worked = app.test_cli_runner().invoke(args=["work"]).output

    assert (statuses, waiting) == ([204, 401], ["90210401"])
    assert worked.endswith(" events\n")
    assert [each["kind"] for each in client.get("/reviews").json] == ["person.match"]


def test_django(example: Examples) -> None:
    pytest.importorskip("django")
    views = example("django_app")
    importlib.import_module("django").setup()
    client: Any = importlib.import_module("django.test").Client()

    def post(headers: Mapping[str, str]) -> int:
        return int(client.post("/nexhealth", BODY, content_type="application/json", headers=dict(headers)).status_code)

    assert [post(SIGNED), post(FORGED), client.get("/nexhealth").status_code] == [204, 401, 405]
    assert example.waiting() == ["90210401"]
    example.office.work()
    assert [each["kind"] for each in client.get("/reviews").json()["questions"]] == ["person.match"]
    assert views.urlpatterns


def test_fastapi(example: Examples) -> None:
    pytest.importorskip("fastapi")
    app = example("fastapi_app").app
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from fastapi.testclient import TestClient

        with TestClient(app) as client:
            statuses = [client.post("/nexhealth", content=BODY, headers=each).status_code for each in (SIGNED, FORGED)]
            asked = client.get("/reviews").json()
            while not asked:
                asked = client.get("/reviews").json()
            refused = client.post(f"/reviews/{asked[0]['id']}/nonsense").status_code
            answered = client.post(f"/reviews/{asked[0]['id']}/dismiss").status_code
            left = client.get("/reviews").json()

    assert statuses == [204, 401]
    assert [each["kind"] for each in asked] == ["person.match"]
    assert (refused, answered, left) == (422, 204, [])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("root_logger")
def test_celery_with_a_worker_and_eagerly(example: Examples) -> None:
    pytest.importorskip("celery")
    tasks = example("celery_app")
    worker: Any = importlib.import_module("celery.contrib.testing.worker")
    tasks.app.conf.update(result_backend="cache+memory://")
    with worker.start_worker(tasks.app, perform_ping_check=False, pool="solo"):
        found = tasks.poll.delay().get(timeout=30)
        settled = tasks.step.delay().get(timeout=30)
    tasks.app.conf.update(task_always_eager=True, task_eager_propagates=True)

    assert (found, settled) == ({"main": 3}, 3)
    assert tasks.scan.delay().get().keys() == {"main"}
    assert tasks.webhooks.delay().get() == [""]
    assert {task["task"] for task in tasks.app.conf.beat_schedule.values()} <= set(tasks.app.tasks)
