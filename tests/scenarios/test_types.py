"""T4 over real sockets: an appointment type of NexHealth becomes the office's own, with its length."""

from __future__ import annotations

import pytest
from attrs import evolve

from odnexus.practice import Practice, TypeRule
from tests.scenarios.served import ServedTown


@pytest.mark.mission(
    "T4", shows="a booking's type decides the visit's type in the book and how long the chair is blocked"
)
def test_a_type_decides_type_and_length(town: ServedTown) -> None:
    number = town.od.practice.add_appointment_type(AppointmentTypeName="Hygiene", Pattern="//XXXXXXXX//")
    rule = TypeRule(appointment_type_num=number, minutes=40, new_patient=True)
    location = evolve(town.location, types={town.kind: rule})
    town.practice = Practice(subdomain="demo-dental", locations=(location,))
    town.engine = town.new_engine()

    booking = town.book(town.person("Mara", "Lund", "1988-11-20"), appointment_type_id=town.kind)
    town.settle()

    row = town.row_of(booking)
    assert row["AppointmentTypeNum"] == number
    assert len(row["Pattern"]) * 5 == 40
    assert row["IsNewPatient"]
