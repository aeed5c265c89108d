"""A practice's database in memory: tables, one wall clock, and what the office has set up.

Every change, whoever makes it, goes through `insert`, `change` and `remove`, so timestamps move on real changes only
and keys are never used twice. Appointments have rules of their own on top: see `visits`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from attrs import define, field

from odnexus.testing.clock import SimClock
from odnexus.testing.opendental.refusals import Refusal
from odnexus.testing.opendental.schema import Schema
from odnexus.testing.opendental.switches import Switches
from odnexus.testing.opendental.values import DATE, Row, Value, take
from odnexus.testing.opendental.versions import version as parse_version

if TYPE_CHECKING:
    from odnexus.testing.opendental.staff import Staff

CONFIRMED, BILLING, UNSCHEDULED, BLOCKOUTS, COMM_TYPES, NEW_PATIENT_TYPES, EXISTING_TYPES = 2, 4, 13, 25, 27, 42, 51
DIAGNOSES, PRIORITIES, PROGNOSES = 16, 20, 30
"""Categories of definitions that the simulated resources use (the number is what travels)."""


@define(eq=False)
class Table:
    """The rows of one resource by primary key."""

    schema: Schema
    rows: dict[int, Row] = field(factory=dict[int, Row])
    next_key: int = 0

    def take_key(self, wanted: int) -> int:
        """Return *wanted*, or the next free key where it is 0; a key is given out once."""
        key = wanted or max(self.next_key, self.schema.first_key)
        if key in self.rows:
            raise ValueError(f"{self.schema.key}: {key} is taken")
        self.next_key = max(self.next_key, key + 1)
        return key


class Practice:
    """One office's data behind the simulator, for tests to fill and to look at.

    Rows are dictionaries with the database's column names and plain Python values: booleans, naive datetimes in office
    time, ``date.min`` for an empty date, 0 for an empty key.

    Args:
        schemas: The resources it has tables for.
        clock: Source of time.
        zone: IANA name of the office's time zone.
        version: Version of Open Dental that the office runs.
        switches: How it behaves where the documents are silent.
        clinics: Whether the office uses clinics.
    """

    def __init__(
        self,
        schemas: Iterable[Schema],
        *,
        clock: SimClock,
        zone: str = "America/Denver",
        version: str = "25.4.48.0",
        switches: Switches | None = None,
        clinics: bool = False,
    ) -> None:
        self.lock = RLock()
        self.clock = clock
        self.zone = ZoneInfo(zone)
        self.drift = timedelta(0)
        """How far the office's clock is ahead of the true time."""
        self.switches = switches or Switches()
        self.uses_clinics = clinics
        self.version_text = version
        self.version = parse_version(version)
        self.tables = {schema.name: Table(schema) for schema in schemas}
        self.confirmations: dict[str, int] = {}
        """DefNum by ``confirmVal`` (Sent, Confirmed, Not Accepted, Failed), as chosen in the eServices setup."""
        self.web_sched_types: dict[int, int] = {}
        """AppointmentTypeNum by DefNum of the categories 42 and 51, as linked in the Web Sched setup."""
        self.provider_clinics: dict[int, frozenset[int]] = {}
        """The clinics a provider is restricted to; providers that are missing are unrestricted."""
        self.procedure_codes: dict[str, str] = {"D9986": "Missed", "D9987": "Cancelled"}
        """Short description by procedure code."""
        self._staff: Staff | None = None

    # --- Time --------------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the office's wall clock: naive, whole seconds, as its database writes timestamps."""
        return (self.clock.now() + self.drift).astimezone(self.zone).replace(tzinfo=None, microsecond=0)

    def today(self) -> date:
        """Return the office's date."""
        return self.now().date()

    # --- Rows --------------------------------------------------------------------------------------------------------

    def insert(self, name: str, given: Mapping[str, Value]) -> Row:
        """Add a row to the table *name* with the columns *given* and return it."""
        with self.lock:
            table = self.tables[name]
            schema = table.schema
            row = Row({column: kind.empty for column, kind in schema.columns().items()} | dict(schema.defaults))
            row.update(self._entry_stamps(schema))
            row.update(given)
            row[schema.key] = table.take_key(Row(given).number(schema.key, 0))
            table.rows[row.number(schema.key)] = row
            return row

    def _entry_stamps(self, schema: Schema) -> dict[str, Value]:
        columns = schema.columns()
        stamps: dict[str, Value] = {
            name: self.today() if columns[name] is DATE else self.now() for name in schema.entered
        }
        if schema.stamp:
            stamps[schema.stamp] = self.now()
        return stamps

    def change(self, name: str, key: int, changes: Mapping[str, Value]) -> bool:
        """Write *changes* to a row and return whether anything was different; only then its timestamp moves."""
        with self.lock:
            schema = self.tables[name].schema
            row = self.tables[name].rows[key]
            different = {column: value for column, value in changes.items() if row[column] != value}
            if not different:
                return False
            if schema.stamp:
                row[schema.stamp] = self.now()
            row.update(different)
            return True

    def remove(self, name: str, key: int) -> Row:
        """Take a row out of its table for good and return it."""
        with self.lock:
            return self.tables[name].rows.pop(key)

    def add(self, name: str, **fields: Value) -> int:
        """Add a row as somebody in the office would and return its key.

        Args:
            name: The resource, such as ``carriers``.
            **fields: Columns by their names; Python values, or texts as they would travel.

        Raises:
            ValueError: A column does not exist, or a value does not fit.
        """
        with self.lock:
            schema = self.tables[name].schema
            row = self.insert(name, self.read(schema, fields))
            return row.number(schema.key)

    def read(self, schema: Schema, fields: Mapping[str, Value]) -> Row:
        """Return *fields* as the columns of *schema* hold them; raise `ValueError` naming what does not fit."""
        columns = schema.columns()
        if unknown := sorted(set(fields) - set(columns)):
            raise ValueError(f"{schema.name} has no column {', '.join(unknown)}")
        try:
            return Row({column: take(columns[column], column, value, self) for column, value in fields.items()})
        except Refusal as refusal:
            raise ValueError(refusal.message) from refusal

    def rows(self, name: str) -> list[Row]:
        """Return the rows of the table *name* in the order of their keys."""
        with self.lock:
            return [row for _, row in sorted(self.tables[name].rows.items())]

    def find(self, name: str, key: int) -> Row | None:
        """Return the row *key* of the table *name*, or `None`."""
        return self.tables[name].rows.get(key)

    # --- What tests look at and fill ---------------------------------------------------------------------------------

    @property
    def patients(self) -> dict[int, Row]:
        """Patients by PatNum."""
        return self.tables["patients"].rows

    @property
    def appointments(self) -> dict[int, Row]:
        """Appointments by AptNum."""
        return self.tables["appointments"].rows

    @property
    def history(self) -> list[Row]:
        """History rows of appointments, oldest first."""
        return self.rows("histappointments")

    @property
    def staff(self) -> Staff:
        """Whoever sits at the front desk."""
        from odnexus.testing.opendental.staff import Staff  # noqa: PLC0415 - the staff knows the practice

        if self._staff is None:
            self._staff = Staff(self)
        return self._staff

    def add_patient(self, **fields: Value) -> int:
        """Add a patient and return its PatNum; it heads its own family and sees the practice's provider by default."""
        with self.lock:
            given = self.read(self.tables["patients"].schema, fields)
            defaults: dict[str, Value] = {"PriProv": self.default_provider(), "BillingType": self.default_billing()}
            row = self.insert("patients", {**defaults, **given})
            row["Guarantor"] = row["Guarantor"] or row["PatNum"]
            return row.number("PatNum")

    def add_appointment(self, **fields: Value) -> int:
        """Add an appointment as if the staff had booked it, with its history row, and return its AptNum."""
        from odnexus.testing.opendental import visits  # noqa: PLC0415 - its rules know the practice

        with self.lock:
            schema = self.tables["appointments"].schema
            return visits.book(self, self.read(schema, fields)).number("AptNum")

    def add_provider(self, **fields: Value) -> int:
        """Add a provider and return its ProvNum; the first one becomes the practice's default."""
        with self.lock:
            number = self.add("providers", **fields)
            if not self.preference("PracticeDefaultProv"):
                self.set_preference("PracticeDefaultProv", str(number))
            return number

    def add_operatory(self, **fields: Value) -> int:
        """Add an operatory at the end of the list and return its OperatoryNum."""
        return self.add("operatories", **{"ItemOrder": len(self.tables["operatories"].rows), **fields})

    def add_definition(self, category: int, name: str, **fields: Value) -> int:
        """Add a definition at the end of *category* and return its DefNum."""
        with self.lock:
            order = len(self.definitions(category, hidden=True))
            return self.add("definitions", **{"Category": category, "ItemName": name, "ItemOrder": order, **fields})

    def add_appointment_type(self, **fields: Value) -> int:
        """Add an appointment type and return its AppointmentTypeNum."""
        return self.add("appointmenttypes", **fields)

    def add_clinic(self, **fields: Value) -> int:
        """Add a clinic, which makes the office one with clinics, and return its ClinicNum."""
        self.uses_clinics = True
        return self.add("clinics", **fields)

    def add_schedule(self, **fields: Value) -> int:
        """Add a row of the schedule (open time, blockout, holiday) and return its ScheduleNum."""
        return self.add("schedules", **fields)

    def add_commlog(self, **fields: Value) -> int:
        """Add a commlog and return its CommlogNum."""
        return self.add("commlogs", **{"CommDateTime": self.now(), **fields})

    def add_procedure_code(self, code: str, short: str, **fields: Value) -> int:
        """Add a procedure code with its short description and return its CodeNum."""
        self.procedure_codes[code] = short
        return self.add("procedurecodes", **{"ProcCode": code, "AbbrDesc": short, "Descript": short, **fields})

    def add_recall(self, **fields: Value) -> int:
        """Add a recall and return its RecallNum."""
        return self.add("recalls", **fields)

    def add_carrier(self, **fields: Value) -> int:
        """Add an insurance carrier and return its CarrierNum."""
        return self.add("carriers", **fields)

    # --- The office's setup ------------------------------------------------------------------------------------------

    def definitions(self, category: int, *, hidden: bool = False) -> list[Row]:
        """Return the definitions of *category* in the office's order, hidden ones only where asked for."""
        rows = [row for row in self.rows("definitions") if row["Category"] == category]
        rows.sort(key=lambda row: row.number("ItemOrder"))
        return [row for row in rows if hidden or not row["isHidden"]]

    def first_definition(self, category: int) -> int:
        """Return the DefNum of the first definition of *category*, or 0."""
        return next((row.number("DefNum") for row in self.definitions(category)), 0)

    def definition_named(self, category: int, name: str) -> int:
        """Return the DefNum of the definition of *category* called *name*, or 0."""
        named = (row.number("DefNum") for row in self.definitions(category, hidden=True) if row["ItemName"] == name)
        return next(named, 0)

    def definition_name(self, number: int) -> str:
        """Return the name of the definition *number*, or ""."""
        row = self.find("definitions", number)
        return row.text("ItemName") if row else ""

    def preference(self, name: str) -> str:
        """Return the value of the preference *name*, or ""."""
        return next((row.text("ValueString") for row in self.rows("preferences") if row["PrefName"] == name), "")

    def set_preference(self, name: str, value: str) -> None:
        """Set the preference *name*."""
        with self.lock:
            for row in self.rows("preferences"):
                if row["PrefName"] == name:
                    row["ValueString"] = value
                    return
            self.insert("preferences", {"PrefName": name, "ValueString": value})

    def default_provider(self) -> int:
        """Return the ProvNum of the practice's default provider, or 0."""
        return int(self.preference("PracticeDefaultProv") or 0)

    def default_billing(self) -> int:
        """Return the DefNum of the practice's default billing type, or of the first one."""
        return int(self.preference("PracticeDefaultBillType") or 0) or self.first_definition(BILLING)

    def upgrade(self, text: str, *, restamp: bool = False) -> None:
        """Move the office to another version of Open Dental.

        Args:
            text: The version, such as ``26.2.1.0``.
            restamp: Whether the upgrade touches every row, so that everything looks changed (it happens).
        """
        with self.lock:
            self.version_text, self.version = text, parse_version(text)
            self.set_preference("ProgramVersion", text)
            if restamp:
                self._restamp()

    def _restamp(self) -> None:
        for table in self.tables.values():
            for row in table.rows.values():
                if table.schema.stamp:
                    row[table.schema.stamp] = self.now()
