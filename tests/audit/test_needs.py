"""What a table has no column for is not judged, and that is told."""

from __future__ import annotations

from odnexus.audit import AUDITS, Picture, audit
from odnexus.audit.headings import columns_of
from odnexus.audit.needs import NEEDS
from tests.audit.further import due
from tests.audit.office import Office, broken, drop, put


def without(office: Office, table: str, *words: str) -> Picture:
    """Return the picture of an office whose exports lack some columns."""
    for row in office.tables[table]:
        for word in words:
            row.pop(word, None)
    return office.picture()


def test_every_beginning_is_that_of_a_rule_and_every_column_is_one() -> None:
    rules = [rule for each in AUDITS for rule in each.rules]
    for beginning, columns in NEEDS.items():
        assert any(rule.startswith(beginning) for rule in rules), beginning
        for column in columns:
            table, _, word = column.partition(".")
            (found,) = columns_of(table, [word], {})
            assert found is not None, column


def test_families_are_not_torn_apart_where_nobody_says_who_is_one() -> None:
    picture = without(Office(), "charts", "Guarantor")

    report = audit(picture)

    assert report.rows == ()
    assert report.summary["minors"].of == 0
    assert (
        "charts: there is no column Guarantor; not judged without it: phone.shared, phone.swapped, email.shared, "
        "email.role, minors, guarantors"
    ) in report.not_judged
    assert "charts: there is no column Guarantor" in report._repr_html_()


def test_bookings_without_their_numbers_in_the_book_are_not_called_stuck() -> None:
    picture = without(Office(), "bookings", "foreign_id")

    assert audit(picture).rows == ()


def test_patients_without_their_numbers_are_not_called_placeholders() -> None:
    assert audit(without(Office(), "people", "foreign_id")).rows == ()


def test_nobody_is_out_of_reach_where_no_column_would_say_how_to_reach_them() -> None:
    office = broken(due(31, "2025-06-01"), drop("book", "AptNum", 504), drop("bookings", "id", 9004))

    rows = audit(without(office, "charts", "WirelessPhone", "Email"), only=["recalls"]).rows

    assert [row.rule for row in rows] == ["recall.no-visit"]


def test_what_other_columns_say_is_still_judged() -> None:
    office = broken(put("charts", "PatNum", 11, Birthdate="1900-01-01"))

    rows = audit(without(office, "charts", "Guarantor", "Email", "PatStatus")).rows

    assert [row.rule for row in rows] == ["birth-date.placeholder"]
    assert audit(without(broken(), "charts", "Birthdate")).summary["birth-dates"].of == 0
