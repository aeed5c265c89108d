"""Readings that break off and go on, with both kinds of clients, and lists that only audits read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from odnexus import AsyncNexHealth, AsyncOpenDental, NexHealth, OpenDental, PermissionDeniedError, Sealer, ServerError
from odnexus.audit import Also, Keep, Picture, Progress, bars, forecast, forecast_of, read, read_async
from odnexus.testing import transport
from odnexus.testing.nexhealth import API_KEY, demo_office
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY, demo_practice
from tests.audit.test_reading import Place

PATIENTS = "GET /patients/Simple"


class Crowd(Place):
    """A practice with charts of several pages, read from afar, where a page has a hundred rows."""

    def __init__(self, folder: Path, charts: int = 330) -> None:
        super().__init__(linked=False)
        self.od = demo_practice(self.clock, mode="remote", zone="America/Denver")
        self.nx = demo_office(self.clock, self.od, linked=False)
        self.sealer = Sealer.ephemeral()
        self.folder = folder
        self.before = 0
        self.added = [
            self.od.practice.add_patient(LName=f"Berg{number}", FName="Ada", Birthdate="1990-01-02")
            for number in range(charts - len(self.od.practice.patients))
        ]

    @property
    def options(self) -> dict[str, Any]:
        keep = Keep(folder=self.folder, sealer=self.sealer)
        return {"at": self.clock.now(), "progress": self.told.append, "keep": keep}

    def picture(self, **options: Any) -> Picture:
        with (
            OpenDental(developer_key=DEVELOPER_KEY, customer_key=CUSTOMER_KEY, clock=self.clock,
                       transport=options.pop("through", None) or transport(self.od)) as opendental,
            NexHealth(api_key=API_KEY, subdomain=self.nx.subdomain, clock=self.clock,
                      transport=transport(self.nx.simulator)) as nexhealth,
        ):  # fmt: skip
            return read(opendental, nexhealth, self.location, **{**self.options, **options})

    async def picture_async(self, **options: Any) -> Picture:
        async with (
            AsyncOpenDental(developer_key=DEVELOPER_KEY, customer_key=CUSTOMER_KEY, clock=self.clock.for_async(),
                            transport=options.pop("through", None) or transport(self.od)) as opendental,
            AsyncNexHealth(api_key=API_KEY, subdomain=self.nx.subdomain, clock=self.clock.for_async(),
                           transport=transport(self.nx.simulator)) as nexhealth,
        ):  # fmt: skip
            return await read_async(opendental, nexhealth, self.location, **{**self.options, **options})

    def breaks_off(self, *, after: int, route: str = PATIENTS, **options: Any) -> None:
        """Let a reading break off after some good pages."""
        self.od.faults.on(route, kind="status", status=500, skip=after, times=None)
        with pytest.raises(ServerError):
            self.picture(**options)
        self.od.faults.clear()
        self.before = len(list(self.od.requests))

    def offsets(self) -> list[int]:
        """Return how many rows each request for charts has skipped since the last break."""
        asked = [each for each in list(self.od.requests)[self.before :] if each.path.endswith("/Simple")]
        return [int(dict(each.query).get("Offset", 0)) for each in asked]


@pytest.fixture
def crowd(tmp_path: Path) -> Crowd:
    return Crowd(tmp_path / "parts")


def test_a_reading_leaves_no_part_behind(crowd: Crowd) -> None:
    picture = crowd.picture()

    assert len(picture.charts) == 330
    assert list(crowd.folder.iterdir()) == []


@pytest.mark.mission("R3", shows="a long reading that broke off goes on at the page where it broke, and misses nothing")
def test_a_reading_goes_on_at_the_page_where_it_broke_off(crowd: Crowd) -> None:
    crowd.breaks_off(after=2)

    picture = crowd.picture()

    assert {each.pat_num for each in picture.charts} == set(crowd.od.practice.patients)
    assert len(picture.charts) == 330
    assert min(crowd.offsets()) >= 99


def test_a_list_that_was_finished_is_not_read_again(crowd: Crowd) -> None:
    crowd.breaks_off(after=0, route="GET /appointments")

    picture = crowd.picture()

    assert len(picture.charts) == 330
    assert crowd.offsets() == []
    assert len(picture.book) > 0


def test_what_broke_off_is_no_picture_and_its_rest_is_not_gone(crowd: Crowd) -> None:
    whole = crowd.picture()
    crowd.breaks_off(after=1)

    assert {each.pat_num for each in crowd.picture().charts} == {each.pat_num for each in whole.charts}


def test_a_list_that_has_slid_is_read_anew(crowd: Crowd) -> None:
    crowd.breaks_off(after=2)
    for number in crowd.added[:40]:
        del crowd.od.practice.patients[number]

    picture = crowd.picture()

    assert {each.pat_num for each in picture.charts} == set(crowd.od.practice.patients)
    assert 0 in crowd.offsets()


def test_a_list_that_now_ends_before_the_break_is_read_anew(crowd: Crowd) -> None:
    crowd.breaks_off(after=2)
    for number in crowd.added[:-20]:
        del crowd.od.practice.patients[number]

    picture = crowd.picture()

    assert {each.pat_num for each in picture.charts} == set(crowd.od.practice.patients)


def test_parts_show_nothing_without_their_key(crowd: Crowd) -> None:
    crowd.breaks_off(after=2)

    parts = list(crowd.folder.iterdir())
    assert len(parts) > 1
    assert not any(b"Berg" in part.read_bytes() for part in parts)

    crowd.sealer = Sealer.ephemeral()
    assert len(crowd.picture().charts) == 330
    assert 0 in crowd.offsets()


@pytest.mark.parametrize(
    "change",
    [
        lambda crowd: crowd.clock.advance(timedelta(hours=13)),
        lambda crowd: setattr(crowd, "location", crowd.location.__class__(name="other", nexhealth_id=12,
                                                                          timezone="America/Denver", clinic_num=0)),
    ],
    ids=["begun long ago", "of another clinic"],
)  # fmt: skip
def test_parts_of_another_reading_are_thrown_away(crowd: Crowd, change: Callable[[Crowd], object]) -> None:
    crowd.breaks_off(after=2)
    change(crowd)

    crowd.picture()

    assert 0 in crowd.offsets()


def test_a_picture_is_of_the_moment_when_its_reading_began(crowd: Crowd) -> None:
    begun = crowd.clock.now()
    crowd.breaks_off(after=2)
    crowd.clock.advance(timedelta(hours=2))

    assert crowd.picture().at == begun


def test_asynchronous_clients_give_the_same_picture(crowd: Crowd) -> None:
    plain, other = crowd.picture(), asyncio.run(crowd.picture_async())

    assert other.od_persons == plain.od_persons
    assert (other.od_visits, other.nex_visits) == (plain.od_visits, plain.nex_visits)
    assert (other.hours, other.types, other.syncs) == (plain.hours, plain.types, plain.syncs)


def test_an_asynchronous_reading_goes_on_as_well(crowd: Crowd) -> None:
    crowd.breaks_off(after=2)

    picture = asyncio.run(crowd.picture_async())

    assert len(picture.charts) == 330
    assert 0 not in crowd.offsets()


# -- further lists -----------------------------------------------------------------------------------------------------

PAT_PLANS = [{"PatPlanNum": number, "PatNum": number, "InsSubNum": number % 7, "IsPending": "false"}
             for number in range(1, 251)]  # fmt: skip
TABLES: Mapping[str, list[dict[str, object]]] = {
    "/patplans": PAT_PLANS,
    "/inssubs": [{"InsSubNum": number, "PlanNum": 3, "Subscriber": 1, "SubscriberID": f"S{number}",
                  "DateEffective": "2026-01-01", "DateTerm": "0001-01-01"} for number in range(7)],
    "/insplans": [{"PlanNum": 3, "CarrierNum": 5, "GroupNum": "G1", "IsHidden": "false"}],
    "/recalls": [{"RecallNum": 1, "PatNum": 1, "RecallTypeNum": 1, "DateDue": "2026-02-01", "IsDisabled": "false"},
                 {"RecallNum": 2, "PatNum": "?", "DateDue": "2026-02-01"}],
    "/procedurecodes": [{"CodeNum": 1, "ProcCode": "D1110"}],
}  # fmt: skip


def also(crowd: Crowd, refused: str = "", breaks: str = "", asked: list[str] | None = None) -> httpx.MockTransport:
    """Return a way to the office that knows more lists than the simulated one.

    One of them is refused, and one breaks off behind its first page; *asked* is told what was asked for.
    """
    office = transport(crowd.od)

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v1")
        if path == refused:
            return httpx.Response(401, json="Missing permission.")
        if path in TABLES:
            skip = int(parse_qs(request.url.query.decode()).get("Offset", ["0"])[0])
            (asked if asked is not None else []).append(f"{path} from {skip}")
            if path == breaks and skip:
                return httpx.Response(500, json="Broken.")
            return httpx.Response(200, json=TABLES[path][skip : skip + 100])
        return office.handler(request)  # type: ignore[return-value]

    return httpx.MockTransport(answer)


EVERYTHING: tuple[Also, ...] = ("insurance", "recalls", "procedures")


def test_more_is_read_where_it_is_asked_for(crowd: Crowd) -> None:
    picture = crowd.picture(also=EVERYTHING, through=also(crowd))

    assert len(picture.coverages) == 250
    first = picture.coverages[0]
    assert (first.pat_num, first.plan_num, first.carrier_num, first.subscriber_id) == (1, 3, 5, "S1")
    assert (f"{first.date_effective}", first.date_term) == ("2026-01-01", None)
    assert [each.proc_code for each in picture.procedures] == ["D1110"]
    assert len(picture.carriers) == 3
    assert [each.recall_num for each in picture.recalls] == [1]
    assert picture.unread == ("recalls, row 2: expected a whole number @ $.PatNum",)


def test_an_asynchronous_reading_reads_more_as_well(crowd: Crowd) -> None:
    picture = asyncio.run(crowd.picture_async(also=EVERYTHING, through=also(crowd)))

    assert len(picture.coverages) == 250
    assert [each.proc_code for each in picture.procedures] == ["D1110"]


def test_further_lists_go_on_where_they_broke_too(crowd: Crowd) -> None:
    asked: list[str] = []
    with pytest.raises(ServerError):
        crowd.picture(also=EVERYTHING, through=also(crowd, breaks="/patplans", asked=asked))
    asked.clear()

    picture = crowd.picture(also=EVERYTHING, through=also(crowd, asked=asked))

    assert len({each.pat_plan_num for each in picture.coverages}) == 250
    # From the last row that is known: whether the list has slid shows there.
    assert asked[0] == "/patplans from 99"
    assert [each for each in asked if each.startswith("/inssubs")] == []


def test_coverages_without_their_subscribers_are_not_judged(crowd: Crowd) -> None:
    picture = crowd.picture(also=EVERYTHING, through=also(crowd, refused="/inssubs"))

    assert picture.coverages == ()
    (told,) = [line for line in picture.unread if line.startswith("subscribers: ")]
    assert told.startswith("subscribers: the key has no right to read it")
    assert told.endswith(f"({PermissionDeniedError.__name__})")


def test_nothing_else_of_that_name_can_be_read(crowd: Crowd) -> None:
    with pytest.raises(ValueError, match="also: there is no claims"):
        crowd.picture(also=("claims",))


# -- forecast and bars -------------------------------------------------------------------------------------------------


def test_what_a_reading_costs_again_is_known_from_the_last(crowd: Crowd) -> None:
    picture = crowd.picture(also=EVERYTHING, through=also(crowd))

    expected = forecast_of(picture)
    assert expected == forecast(charts=330, visits=len(picture.book), also=EVERYTHING)
    assert expected.opendental > forecast(charts=330, visits=len(picture.book)).opendental


def test_a_bar_moves_list_by_list(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tqdm")
    # A terminal, since tqdm would look for a notebook's widgets.
    monkeypatch.setattr("tqdm.auto.tqdm", __import__("tqdm").tqdm)
    tell = bars(forecast(charts=100, visits=10))

    for step in (1, 2):
        tell(Progress(what="charts", rows=100, done=False, step=step, steps=2))
        tell(Progress(what="charts", rows=150, done=True, step=step, steps=2))

    shown = capsys.readouterr().err
    assert "requests, about" in shown
    assert "charts: 150" in shown
    assert "2/2" in shown


def test_bars_without_tqdm_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tqdm.auto", None)

    with pytest.raises(ImportError, match=r"odnexus\[audit\]"):
        bars()
