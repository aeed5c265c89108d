"""The story: a go-live test, then a morning. Each function is a scene; people act, and the rest is up to odnexus."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from odnexus.cli.demo import cast, words
from odnexus.cli.demo.cast import Place, Visitor
from odnexus.cli.demo.child import WorkerGoneError
from odnexus.cli.demo.facts import Check
from odnexus.cli.demo.play import Play
from odnexus.testing import SimDropped, SimReply, SimRequest

NEW_PATIENT, KNOWN_PATIENT, CHANGE = 4, 3, 2
"""Requests that Open Dental may get for a booking of somebody new, of somebody known, and for a change."""


def whole(play: Play) -> None:
    """Play everything."""
    for scene in (
        opening,
        go_live,
        new_patient,
        known_as_bob,
        twins,
        father_and_son,
        mothers_phone,
        moved_at_nexhealth,
        moved_in_open_dental,
        late_webhook,
        offline,
        cancelled_at_nexhealth,
        cancelled_in_open_dental,
        confirmed,
        killed,
        closing,
    ):
        scene(play)


def opening(play: Play) -> None:
    """The worker starts and reads the office."""
    with play.scene("odnexus starts and reads the office"):
        play.round()
        practice = play.stage.opendental.practice
        visits = sum(row["AptStatus"] == "Scheduled" for row in practice.appointments.values())
        spent = words.requests_text(play.stage.sent())
        play.tell("odnexus", f"learns {len(practice.patients)} charts and {visits} scheduled visits by {spent}", "note")


def go_live(play: Play) -> None:
    """The test before a practice goes live: booked there, seen here; cancelled here, seen there."""
    play.until("07:53")
    with play.scene("Go-live test: a test patient books in NexHealth and is seen in Open Dental", allowed=NEW_PATIENT):
        booking = play.books(cast.TESTER, Place(day=2, time="08:00", kind="Emergency"))
        play.work()
    number = play.appointment_of(cast.TESTER)
    seen = play.stage.opendental.practice.appointments[number]["AptStatus"] == "Scheduled"
    play.until("07:54")
    with play.scene("Go-live test: cancelled in Open Dental, seen in NexHealth", allowed=CHANGE):
        staff_breaks(play, cast.TESTER, to_unscheduled_list=False)
        play.poll()
    gone = play.stage.state.appointments[booking].cancelled
    against = [
        text
        for held, text in ((seen, "the booking was not seen in Open Dental"), (gone, "the cancellation was not seen"))
        if not held
    ]
    play.checks.append(
        Check(
            name="go-live",
            text="The go-live test passed: booked and seen, cancelled and seen",
            against=tuple(against),
            figures=f"booking {booking}, appointment {number}",
        )
    )


def new_patient(play: Play) -> None:
    """Somebody the office has never seen."""
    play.until("08:01")
    with play.scene("A new patient books", allowed=NEW_PATIENT):
        play.books(cast.PRIYA, Place(day=2, time="09:00", kind="New patient"))
        play.work()


def known_as_bob(play: Play) -> None:
    """Robert writes himself Bob; an archived chart has that very name."""
    play.until("08:04")
    with play.scene("A known patient writes himself “Bob”", allowed=KNOWN_PATIENT):
        play.books(cast.BOB, Place(day=2, time="10:00", chair="OP2"))
        play.work()


def twins(play: Play) -> None:
    """A mother books for both; one name comes out wrong, so the front desk is asked."""
    play.until("08:08")
    with play.scene("Twins: their mother books for the first", allowed=KNOWN_PATIENT):
        play.books(cast.MIA, Place(day=2, time="15:00"))
        play.work()
    with play.scene("Twins: her telephone writes “Maira” for Mara", allowed=KNOWN_PATIENT + 1):
        play.books(cast.MARA, Place(day=2, time="15:40"))
        play.work()
        front_desk_links(play, "twin_mara")
        play.work()


def father_and_son(play: Play) -> None:
    """One name, one telephone, two birth dates."""
    play.until("08:12")
    with play.scene("A father and a son of one name, with one telephone", allowed=2 * KNOWN_PATIENT):
        play.books(cast.SON, Place(day=3, time="08:00", chair="OP3", provider="DOC2"))
        play.work()
        play.books(cast.FATHER, Place(day=3, time="08:40", chair="OP3", provider="DOC2"))
        play.work()


def mothers_phone(play: Play) -> None:
    """A child nobody knows, with her mother's telephone and e-mail."""
    play.until("08:16")
    with play.scene("A child whom nobody knows, with her mother's telephone and e-mail", allowed=NEW_PATIENT):
        play.books(cast.FREJA, Place(day=3, time="15:00", chair="OP2", kind="New patient"))
        play.work()


def moved_at_nexhealth(play: Play) -> None:
    """A patient moves her visit on her own page."""
    play.until("08:21")
    with play.scene("The new patient moves her visit, at NexHealth", allowed=CHANGE):
        place = Place(day=3, time="11:00")
        booking = play.wish(cast.PRIYA, start=place.wall)
        play.stage.office.simulator.patient_app.reschedule(booking, place.start)
        play.tell("patient", f"moves her visit: {words.booking_text(play.stage, booking)}", booking=booking)
        play.work()


def moved_in_open_dental(play: Play) -> None:
    """The front desk drags a visit to another time and chair."""
    play.until("08:23")
    with play.scene("The front desk drags Bob's visit to another time and chair", allowed=CHANGE):
        place = Place(day=2, time="11:10", chair="OP1")
        play.wish(cast.BOB, start=place.wall, chair=place.chair)
        number = play.appointment_of(cast.BOB)
        practice = play.stage.opendental.practice
        practice.staff.move(number, start=place.wall, op=play.stage.opendental.demo.operatories[place.chair])
        play.tell("front desk", f"moves it: {words.visit_text(play.stage, number)}", appointment=number)
        play.poll()


def late_webhook(play: Play) -> None:
    """A webhook is half an hour late; the poll does not wait for it."""
    hooks = play.stage.office.simulator.webhooks
    play.until("08:31")
    with play.scene("A webhook is half an hour late: the poll finds the booking without it", allowed=KNOWN_PATIENT):
        hooks.delay(timedelta(minutes=26))
        play.books(cast.SIOBHAN, Place(day=2, time="14:00", chair="OP4", provider="DOC2"))
        hooks.delay(timedelta(0))
        play.poll()
    play.until("08:58")
    with play.scene("The late webhook arrives, twice, and finds nothing left to do", allowed=0):
        due = hooks.next_due()
        if due is not None:
            play.stage.clock.advance_to(due)
        play.work()


def offline(play: Play) -> None:
    """The eConnector stops for an hour, while patients go on booking and cancelling."""
    stage = play.stage
    play.until("09:02")
    with play.scene("Open Dental cannot be reached for an hour"):
        stage.opendental.offline = True
        play.tell("network", "the eConnector in the office stops", "note")
        knocked = stage.sent()
        play.books(cast.JOSE, Place(day=3, time="14:00", chair="OP4", provider="DOC2"))
        play.work()
        play.until("09:20")
        play.books(cast.CLAIRE, Place(day=2, time="13:00", chair="OP2"))
        play.until("09:40")
        place = Place(day=3, time="14:40", chair="OP4", provider="DOC2")
        booking = play.wish(cast.JOSE, start=place.wall)
        stage.office.simulator.patient_app.reschedule(booking, place.start)
        play.tell("patient", f"moves his visit: {words.booking_text(stage, booking)}", booking=booking)
        play.until("10:02")
        left = stage.child.ask("left")
        play.tell(
            "odnexus",
            f"keeps {left['waiting']} events, gave up none, and has knocked {stage.sent() - knocked} times",
            "note",
            **left,
        )
    with play.scene("Open Dental is back: what waited is worked off, in order", allowed=2 * KNOWN_PATIENT):
        stage.opendental.offline = False
        play.tell("network", "the eConnector runs again", "note")
        play.poll()
    first, second = (play.appointment_of(visitor) for visitor in (cast.JOSE, cast.CLAIRE))
    alerts = sum(
        fact.data.get("rule") == "location.offline"
        for scene in play.scenes
        for fact in scene.facts
        if fact.who == "alert"
    )
    against = [
        text
        for held, text in (
            (alerts == 1, f"{alerts} alerts instead of one"),
            (not left["buried"], f"{left['buried']} events were given up"),
            (first < second, "the bookings were not written in the order in which they were made"),
        )
        if not held
    ]
    play.checks.append(
        Check(
            name="outage",
            text="An hour without Open Dental: one alert, nothing given up, written in order",
            against=tuple(against),
            figures=f"appointments {first} and {second}",
        )
    )


def cancelled_at_nexhealth(play: Play) -> None:
    """A patient cancels; others could take the slot."""
    play.until("10:06")
    app = play.stage.office.simulator.patient_app
    with play.scene("A patient would come sooner if somebody cancels", allowed=0):
        wanting = play.booking_of(cast.JOSE)
        app.want_sooner(wanting)
        play.tell("patient", f"asks for sooner: {words.booking_text(play.stage, wanting)}", booking=wanting)
        play.work()
    play.until("10:08")
    with play.scene("A patient cancels at NexHealth, and others could take the slot", allowed=CHANGE):
        booking = play.wish(cast.FATHER, cancelled=True)
        app.cancel(booking)
        play.tell("patient", f"cancels: {words.booking_text(play.stage, booking)}", booking=booking)
        play.work()


def cancelled_in_open_dental(play: Play) -> None:
    """A patient calls the office and cancels there."""
    play.until("10:12")
    with play.scene("A patient calls and the front desk cancels, in Open Dental", allowed=CHANGE):
        staff_breaks(play, cast.BOB, to_unscheduled_list=True)
        play.poll()


def confirmed(play: Play) -> None:
    """The front desk confirms one visit, a patient another."""
    stage = play.stage
    play.until("10:17")
    with play.scene("A visit is confirmed in Open Dental", allowed=CHANGE):
        play.wish(cast.FREJA, confirmed=True)
        number = play.appointment_of(cast.FREJA)
        stage.opendental.practice.staff.confirm(number)
        play.tell("front desk", f"confirms: {words.visit_text(stage, number)}", appointment=number)
        play.poll()
    with play.scene("… and one by the patient, at NexHealth", allowed=CHANGE):
        booking = play.wish(cast.CLAIRE, confirmed=True)
        stage.office.simulator.patient_app.confirm(booking)
        play.tell("patient", f"confirms: {words.booking_text(stage, booking)}", booking=booking)
        play.work()


def killed(play: Play) -> None:
    """The worker is killed between the create and its link, and started again on the same store."""
    stage = play.stage
    play.until("10:23")
    with play.scene("The process is killed between making an appointment and remembering it"):
        stage.line.watch = lambda request, reply: _kill_after_create(play, request, reply)
        play.books(cast.OWEN, Place(day=3, time="09:00", kind="New patient"))
        old = stage.child.process
        try:
            play.work()
        except WorkerGoneError:
            status = old.wait(timeout=5)
            play.tell(
                "network",
                f"process {old.pid} is killed (exit status {status}): Open Dental has made "
                f"{words.visit_text(stage, play.appointment_of(cast.OWEN))}; nobody has written that down",
                "note",
                exit_status=status,
            )
        stage.line.watch = None
    died = old.poll()
    with play.scene("… and started again on the same store"):
        if died is not None:
            stage.child.start()
        left = stage.child.ask("left")
        play.tell(
            "odnexus",
            f"process {stage.child.process.pid} starts; the store remembers what came before, and "
            f"{left['pending links']} create as under way",
            "note",
            **left,
        )
        play.news()
        for _ in range(4):
            if not (paused := play.next_round().paused):
                break
            play.tell("odnexus", f"waits: for all the store knows, {paused}", "note")
    play.checks.append(
        Check(
            name="killed",
            text="The process was really killed in between, and went on after a restart",
            against=() if died else ("the process did not die",),
            figures=f"exit status {died}",
        )
    )


def _kill_after_create(play: Play, request: SimRequest, reply: SimReply) -> None:
    """Kill the worker when Open Dental has made an appointment, before the answer reaches it."""
    if request.method == "POST" and request.path.endswith("/appointments") and reply.status == 201:
        play.stage.child.kill()
        raise SimDropped("lost_answer", applied=True)


def closing(play: Play) -> None:
    """Nothing happens for a while; then both calendars are compared as in the night."""
    play.until("10:55")
    with play.scene("Both calendars are compared, as they are every night", allowed=0):
        before = play.stage.sent()
        found = play.stage.child.ask("scan")
        spent = words.requests_text(play.stage.sent() - before)
        play.tell("odnexus", f"finds {found} differences; Open Dental got {spent} for the whole book", "note")
        play.work()


# -- what the front desk does ------------------------------------------------------------------------------------------


def staff_breaks(play: Play, visitor: Visitor, *, to_unscheduled_list: bool) -> None:
    """Let the front desk take somebody's visit off the book."""
    play.wish(visitor, cancelled=True)
    number = play.appointment_of(visitor)
    play.stage.opendental.practice.staff.break_(number, to_unscheduled_list=to_unscheduled_list)
    play.tell("front desk", f"cancels: {words.visit_text(play.stage, number)}", appointment=number)


def front_desk_links(play: Play, label: str) -> None:
    """Let the front desk read the open question, call the family and say which chart it is."""
    stage = play.stage
    number = stage.opendental.demo.patients[label]
    questions: list[dict[str, Any]] = stage.child.ask("reviews")
    for question in questions:
        person = question["person"]
        who = f"{person['given']} {person['family']}, born {person['birth_date']}"
        play.tell("front desk", f"reads the question {question['kind']}: who is {who}?", review=question["id"])
        for candidate in question["candidates"]:
            play.tell("front desk", words.question_text(stage, candidate), "why", **candidate)
        answer = f"answers (of {', '.join(question['choices'])}): link {words.chart_text(stage, number)}"
        play.tell("front desk", f"calls the mother and {answer}", record=number)
        stage.child.ask("answer", id=question["id"], choice="link", record=number)
