"""A vendor that behaves a little differently: one field of one kind of answer is changed on its way to the client.

A `Story` is a short life of a practice; `Change` says what is changed of which answers, and how often.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, TypeAlias

from attrs import define, evolve, frozen

from odnexus.errors import WebhookError
from odnexus.nexhealth.webhooks import sign
from odnexus.practice import MirrorPolicy
from odnexus.testing import SimReply, SimRequest
from tests.engine.town import Town, at

SECRET = "whsec-example"
GONE: Any = object()
"""A field that is left out."""
Oddity: TypeAlias = Callable[[Any], Any]
"""Returns what stands for a value; raises `ValueError` where it says nothing about such a value."""


def _texts(spell: Callable[[str], str]) -> Oddity:
    def odd(value: Any) -> Any:
        if not isinstance(value, str) or spell(value) == value:
            raise ValueError
        return spell(value)

    return odd


def _times(spell: Callable[[str, str], str]) -> Oddity:
    """Spell date-times in another way; given the date and the time without fraction and offset."""

    def odd(value: Any) -> Any:
        found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(.*)", value) if isinstance(value, str) else None
        if not found:
            raise ValueError
        new = spell(found[1], found[2])
        if new == value:
            raise ValueError
        return new

    return odd


def _swapped(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    raise ValueError


def _capital(value: Any) -> Any:
    if isinstance(value, bool) or value in ("true", "false"):
        return str(value).capitalize()
    raise ValueError


def _digit(value: Any) -> Any:
    if isinstance(value, bool) or value in ("true", "false"):
        return "1" if value in (True, "true") else "0"
    raise ValueError


def _word(value: Any) -> Any:
    if isinstance(value, bool) or value in ("true", "false"):
        return str(value).lower() if isinstance(value, bool) else value == "true"
    raise ValueError


def _one(value: Any) -> Any:
    if isinstance(value, list):
        if len(value) == 1:
            return value[0]
        raise ValueError
    return [value]


def _number(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ValueError


ODDITIES: dict[str, Oddity] = {
    "null": lambda _: None,
    "missing": lambda _: GONE,
    "empty": lambda _: "",
    "swapped": _swapped,
    "capital": _capital,
    "digit": _digit,
    "word": _word,
    "float": _number,
    "one": _one,
    "object": lambda _: {"value": 1},
    "list": lambda _: [],
    "number": lambda _: 7,
    "zero": lambda _: 0,
    "padded": _texts(lambda text: f" {text} "),
    "upper": _texts(str.upper),
    "lower": _texts(str.lower),
    "unknown": _texts(lambda _: "Whatever"),
    "long": _texts(lambda text: text + "x" * 5000),
    "zulu": _times(lambda day, time: f"{day}T{time}Z"),
    "fraction": _times(lambda day, time: f"{day}T{time}.000Z"),
    "offset": _times(lambda day, time: f"{day}T{time}+00:00"),
    "blank": _times(lambda day, time: f"{day} {time}"),
    "tee": _times(lambda day, time: f"{day}T{time}"),
}


@frozen(kw_only=True)
class Change:
    """What is changed of which answers.

    Attributes:
        api: ``od``, ``nx`` or ``hook`` (what NexHealth delivers).
        route: Verb and path, with ``#`` for each number.
        path: The field: keys joined by full stops, ``[]`` for every row of a list.
        oddity: Name in `ODDITIES`.
        rows: ``all``, or ``last`` for the last row of lists alone.
        times: So many answers are changed, ``None``: all of them.
    """

    api: str
    route: str
    path: str
    oddity: str
    rows: str = "all"
    times: int | None = None

    def __str__(self) -> str:
        return f"{self.api} {self.route} {self.path} {self.oddity} {self.rows} {self.times}"


def route_of(request: SimRequest) -> str:
    """Return verb and path with ``#`` for each number."""
    return f"{request.method} {re.sub(r'/[0-9]+(?=/|$)', '/#', request.path)}"


def paths(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every field below *value* with what it holds."""
    if isinstance(value, dict):
        for key, item in value.items():
            path = f"{at}.{key}" if at else key
            yield path, item
            yield from paths(item, path)
    elif isinstance(value, list):
        for item in value:
            yield from paths(item, f"{at}[]")


def alter(value: Any, path: str, oddity: Oddity, rows: str) -> int:
    """Change the field *path* below *value* in place; return how often."""
    step, _, rest = path.partition(".")
    lists = step.endswith("[]")
    step = step.removesuffix("[]")
    if step and (not isinstance(value, dict) or step not in value):
        return 0
    if lists:
        items = value[step] if step else value
        if not isinstance(items, list):
            return 0
        chosen = items if rows == "all" else items[-1:]
        return sum(alter(item, rest, oddity, rows) for item in chosen)
    if rest:
        return alter(value[step], rest, oddity, rows)
    try:
        new = oddity(value[step])
    except ValueError:
        return 0
    if new is GONE:
        del value[step]
    else:
        value[step] = new
    return 1


@define
class Wire:
    """Changes answers on their way, and notes what fields there are."""

    change: Change | None = None
    seen: dict[tuple[str, str], dict[str, list[Any]]] | None = None
    done: int = 0

    def carry(self, api: str, route: str, content: bytes) -> bytes:
        """Return the body as the client gets it."""
        if self.seen is None and (self.change is None or (self.change.api, self.change.route) != (api, route)):
            return content
        try:
            body = json.loads(content)
        except ValueError:
            return content
        if self.seen is not None:
            fields = self.seen.setdefault((api, route), {})
            for path, value in paths(body):
                fields.setdefault(path, []).append(value)
            return content
        change = self.change
        assert change is not None
        if change.times is not None and self.done >= change.times:
            return content
        if alter(body, change.path, ODDITIES[change.oddity], change.rows):
            self.done += 1
        return json.dumps(body).encode()


class Story:
    """A practice of one location, and what happens there on a morning."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.raised: list[str] = []
        self.refused = 0
        self.later: list[tuple[int, Callable[[int], Any]]] = []
        self.town = town = Town(mirror=MirrorPolicy(patients="create"))
        town.engine = town.new_engine(webhook_secrets=[SECRET])
        for api, simulator in (("od", town.od), ("nx", town.nx)):
            self._spoil(api, simulator)

    def _spoil(self, api: str, simulator: Any) -> None:
        handle = simulator.handle

        def carried(request: SimRequest) -> SimReply:
            reply: SimReply = handle(request)
            return evolve(reply, body=self.wire.carry(api, route_of(request), reply.body))

        simulator.handle = carried

    def deliver(self, name: str, data: dict[str, Any], times: int = 1, *, subdomain: str = "demo-dental") -> None:
        """Deliver an event of NexHealth, so often."""
        town = self.town
        body = {
            "resource_type": "Appointment",
            "event_name": name,
            "event_time": "2026-03-02T15:10:00.000Z",
            "subdomain": subdomain,
            "institution_id": town.institution,
            "data": data,
        }
        content = self.wire.carry("hook", name, json.dumps(body).encode())
        headers = {"timestamp": "t", "signature": sign("t", content, SECRET)}
        for _ in range(times):
            try:
                town.engine.receive(headers, content)
            except WebhookError:
                self.refused += 1

    def shown(self, booking: int) -> dict[str, Any]:
        """Return a booking as NexHealth shows it, for a delivery."""
        appt = self.town.booking(booking)
        return {
            "id": booking,
            "location_id": self.town.location_id,
            "patient_id": appt.patient_id,
            "start_time": f"{appt.start_time:%Y-%m-%dT%H:%M:%S.000Z}",
            "cancelled": appt.cancelled,
            "updated_at": "2026-03-02T15:09:59.000Z",
        }

    def wall(self, hour: int, day: int = 9) -> Any:
        return at(hour, day=day).astimezone(self.town.location.zone).replace(tzinfo=None)

    def live(self) -> Story:
        town = self.town
        staff = town.od.practice.staff
        ella = town.chart("Ella", "Quist", "1990-01-02", WirelessPhone="(303)555-0155", Email="ella.quist@example.com")
        town.chart("Robert", "Hale", "1975-04-02", WirelessPhone="(303)555-0142")
        bo = town.chart("Bo", "Holm", "1951-02-03", WirelessPhone="(303)555-0177", Email="bo.holm@example.com")
        staff.book(bo, start=self.wall(15), op=town.ops[2], minutes=60, ProvNum=town.provs[0])
        self.work()
        mara = town.person("Mara", "Lund", "1988-11-20")
        robert = town.person("Robert", "Hale", "1975-04-02", "3035550142")
        first = town.book(mara)
        self.deliver("appointment_created", {"appointments": [self.shown(first)]}, 5)
        second = town.book(robert, at(11))
        third = town.book(robert, at(10, day=10), chair=1)
        fourth = town.book(mara, at(9, day=11))
        self.settle()
        self.at_desk(first, lambda row: staff.move(row, start=self.wall(14), op=town.ops[1]))
        self.at_desk(second, staff.break_)
        staff.book(ella, start=self.wall(8), op=town.ops[0], minutes=60, ProvNum=town.provs[0])
        town.nx.patient_app.reschedule(third, at(13, day=10))
        self.deliver("appointment_updated", {"appointment": self.shown(third)}, 5)
        self.settle()
        answers = {"phoneNumber": "3035550199", "city": "Denver", "allergies": "latex"}
        form = {"id": 5, "patient_id": mara, "title": "History", "answers": answers}
        self.deliver("form_request_completed", {"form_request": form}, 5)
        self.at_desk(third, staff.confirm)
        self.at_desk(fourth, staff.delete)
        self.settle(town.location.deletions_every)
        return self

    def at_desk(self, booking: int, act: Callable[[int], Any]) -> None:
        """Let the desk do something with a visit; later, if it is not in the book yet."""
        row = self.row(booking)
        if row is None:
            self.later.append((booking, act))
        else:
            act(row)

    def row(self, booking: int) -> int | None:
        """Return the appointment of a booking, found as the desk would."""
        patient = self.town.nx.state.patients[self.town.booking(booking).patient_id]
        start = self.town.booking(booking).start_time.astimezone(self.town.location.zone).replace(tzinfo=None)
        for row in self.town.visits:
            chart = self.town.od.practice.patients[row["PatNum"]]
            if chart["LName"] == patient.last_name and row["AptDateTime"] == start:
                return int(row["AptNum"])
        return None

    def recover(self) -> Story:
        """All behaves well again."""
        self.wire.change = None
        for _ in range(3):
            self.work(60)
        self.safely(lambda: self.town.engine.scan("main"))
        self.settle(2)
        later, self.later = self.later, []
        for booking, act in later:
            self.at_desk(booking, act)
        self.settle(1 + self.town.location.deletions_every)
        for _ in range(6):
            self.work(240)
        return self

    def settle(self, rounds: int = 2) -> None:
        for _ in range(rounds):
            self.work()

    def work(self, minutes: int = 5) -> None:
        town = self.town
        town.clock.advance(timedelta(minutes=minutes))
        self.safely(lambda: town.engine.poll("main"))
        for _ in range(100):
            if not self.safely(lambda: town.engine.step().settled):
                return
        self.raised.append("endless steps")

    def safely(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:  # noqa: BLE001
            self.raised.append(f"{type(error).__name__}: {error}")
            return None

    # -- looking -----------------------------------------------------------------------------------------------------

    def state(self) -> dict[str, list[Any]]:
        """Return what stands on both sides, without numbers."""
        town = self.town
        names = {row["PatNum"]: f"{row['FName']} {row['LName']}" for row in town.charts}
        people = {key: f"{each.first_name} {each.last_name}" for key, each in town.nx.state.patients.items()}
        return {
            "charts": sorted(f"{row['FName']} {row['LName']} {row['Birthdate']}" for row in town.charts),
            "visits": sorted(
                f"{names[row['PatNum']]} {row['AptDateTime']} {row['Op']} {row['AptStatus']} {row['Confirmed']} "
                f"{row['Pattern']}"
                for row in town.visits
            ),
            "patients": sorted(people.values()),
            "bookings": sorted(
                f"{people[each.patient_id]} {each.start_time} {each.operatory_id} {each.cancelled} {each.confirmed}"
                for each in town.nx.state.appointments.values()
            ),
            "cities": sorted(str(row["City"]) for row in town.charts),
            "notes": sorted(str(row["Note"]) for row in town.od.practice.rows("commlogs")),
        }

    def told(self) -> list[str]:
        return sorted({alert.rule for alert in self.town.alerts} | {f"? {kind}" for kind in self.town.kinds()})


def difference(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> dict[str, tuple[list[Any], list[Any]]]:
    """Return what only *one* has and what only *other* has."""
    found = {}
    for name, rows in one.items():
        mine, theirs = Counter(rows), Counter(other[name])
        if mine != theirs:
            found[name] = (sorted((mine - theirs).elements()), sorted((theirs - mine).elements()))
    return found


def excess(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> list[str]:
    """Return what *other* has more of than *one*: people, visits, and what is off the calendar."""
    found = [name for name in ("charts", "visits", "patients", "bookings") if len(other[name]) > len(one[name])]
    off = (("visits", " Broken "), ("bookings", " True "))
    found += [f"{name}{word}" for name, word in off if _count(other[name], word) > _count(one[name], word)]
    return found


def _count(rows: list[str], word: str) -> int:
    # A booking's last word but one says whether it is cancelled; confirmed comes after it.
    return sum(word in row for row in rows)
