"""T4 over real sockets: an appointment type of NexHealth becomes the office's own: type, codes, block, new patient."""

from __future__ import annotations

from typing import Any

import pytest

from odnexus.practice import TypeRule
from tests.engine.town import at
from tests.scenarios.served import ServedTown

TYPES: dict[str, tuple[str, str, dict[str, Any]]] = {
    # Name: pattern at the office, codes of the type, what the practice adds to it.
    "New patient": ("/XXXXXXXXXX/", "D0150", {"minutes": 60, "new_patient": True, "procedures": ("D0210",)}),
    "Hygiene": ("//XXXXXXXX//", "D0120,D1110", {"minutes": 40, "hygiene": True}),
    "Emergency": ("XXXX", "D0140", {"asap": True, "minutes": 20}),
}
BLOCKS = {
    # Name: pattern in the book, codes in the chart.
    "New patient": ("/XXXXXXXXXX/", ["D0150", "D0210"]),
    "Hygiene": ("//XXXX//", ["D0120", "D1110"]),
    "Emergency": ("XXXX", ["D0140"]),
}


@pytest.mark.mission(
    "T4",
    shows="new patient, hygiene and emergency bookings get the office's appointment type, its procedure codes once, "
    "and the length that its chair is blocked",
)
def test_a_type_decides_type_codes_and_length(town: ServedTown) -> None:
    office, rules, kinds = town.od.practice, {}, {}
    for code in ("D0120", "D0140", "D0150", "D0210", "D1110"):
        office.add_procedure_code(code, f"short {code}")
    for name, (pattern, codes, more) in TYPES.items():
        number = office.add_appointment_type(AppointmentTypeName=name, Pattern=pattern, CodeStr=codes)
        kinds[name] = town.nx.state.add_appointment_type(town.institution, name, 60)
        rules[kinds[name]] = TypeRule(appointment_type_num=number, **more)
    town.configure(types=rules)

    bookings = {
        name: town.book(
            town.person(f"Mara{'abc'[n]}", f"Lund{'abc'[n]}", f"198{n}-11-20", f"303555012{n}"),
            at(9 + 2 * n),
            appointment_type_id=kinds[name],
        )
        for n, name in enumerate(TYPES)
    }
    town.settle()

    for name, booking in bookings.items():
        row = town.row_of(booking)
        mine = [each for each in office.rows("procedurelogs") if each["AptNum"] == row["AptNum"]]
        assert row["AppointmentTypeNum"] == rules[kinds[name]].appointment_type_num, name
        assert (row["Pattern"], sorted(str(each["procCode"]) for each in mine)) == BLOCKS[name]
    assert town.row_of(bookings["New patient"])["IsNewPatient"]
    assert town.row_of(bookings["Hygiene"])["IsHygiene"]
    assert str(town.row_of(bookings["Emergency"])["Priority"]) == "ASAP"
