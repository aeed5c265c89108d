from __future__ import annotations

import pickle
from datetime import date, datetime

import attrs
import pytest

from odnexus._calls import Secret
from odnexus.opendental.models import (
    Appointment,
    DefCategory,
    HistAppointment,
    Patient,
    Preference,
    Record,
    SecurityPerm,
    Subscription,
)
from odnexus.opendental.names import FIELDS

PERSONAL = {
    "l_name", "f_name", "middle_i", "preferred", "gender", "birthdate", "ssn", "address", "address2", "city", "state",
    "zip", "hm_phone", "wk_phone", "wireless_phone", "email", "chart_number", "medicaid_id", "note", "language",
    "apt_date_time", "proc_descript", "med_urg_note", "appt_mod_note", "fam_fin_urg_note", "has_ins",
}  # fmt: skip


def test_a_repr_shows_class_and_ids_only() -> None:
    patient = Patient(pat_num=7, l_name="Okafor", birthdate=date(1988, 3, 14), raw={"LName": "Okafor"})
    step = HistAppointment(hist_appt_num=1, apt_num=2, pat_num=3, note="nervous")

    assert repr(patient) == "Patient(pat_num=7)"
    assert repr(step) == "HistAppointment(hist_appt_num=1, apt_num=2, pat_num=3)"


@pytest.mark.parametrize("record", [each for each in FIELDS if each.__name__ not in {"Clinic", "Carrier"}])
def test_personal_fields_are_out_of_every_generated_repr(record: type[Record]) -> None:
    shown = {field.name for field in attrs.fields(record) if field.repr}

    assert not shown & PERSONAL


def test_rows_are_equal_whatever_else_was_received() -> None:
    assert Patient(pat_num=7, raw={"PatNum": 7}) == Patient(pat_num=7, raw={"PatNum": 7, "New": "x"})
    assert Patient(pat_num=7, ssn="") != Patient(pat_num=7)


def test_a_row_survives_pickling() -> None:
    row = Appointment(apt_num=1, apt_date_time=datetime(2026, 5, 12, 8, 30), raw={"AptNum": 1})

    copy = pickle.loads(pickle.dumps(row))

    assert copy == row
    assert copy.raw == {"AptNum": 1}


def test_a_subscription_with_its_key_cannot_be_pickled() -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(Subscription(subscription_num=1, customer_key=Secret("k")))


def test_keys_tell_rows_apart() -> None:
    assert Patient(pat_num=7).key == (7,)
    assert Preference(pref_num=0, pref_name="ProgramVersion").key == ("ProgramVersion",)
    assert SecurityPerm(permission="ApiComm").key == ("ApiComm",)


def test_categories_know_their_number() -> None:
    assert DefCategory.APPT_CONFIRMED.number == 2
    assert DefCategory.OPERATORY_TYPES.number == 55
    assert str(DefCategory.COMM_LOG_TYPES) == "CommLogTypes"
