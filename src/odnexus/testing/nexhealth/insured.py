"""The part of a read cycle that carries insurance from the EHR into NexHealth's copy: plans, coverages, holders."""

from __future__ import annotations

from collections.abc import Mapping

from odnexus.testing.nexhealth.chart import Chart, ChartCoverage, ChartPlan
from odnexus.testing.nexhealth.platform import Platform, change
from odnexus.testing.nexhealth.records import Coverage, InsurancePlan, Patient, Subscriber, Sync

Patients = Mapping[str, Patient]


class InsuranceReader:
    """Reads the insurance of one EHR, and remembers what it saw."""

    def __init__(self, platform: Platform, sync: Sync, chart: Chart) -> None:
        self._platform = platform
        self._sync = sync
        self._chart = chart
        self._seen: dict[str, ChartCoverage] = {}
        self._plans: dict[int, int] = {}
        self._coverages: dict[str, int] = {}

    def read(self, patients: Patients, *, announce: bool) -> None:
        """Carry what changed; *patients* are those of this EHR, by their number there."""
        seen = {one.key: one for one in self._chart.coverages() if str(one.patient) in patients}
        events = [(self._carry(one, patients)) for key, one in seen.items() if self._seen.get(key) != one]
        events += [self._drop(key) for key in self._seen if key not in seen]
        self._seen = seen
        for name, record in events:
            if announce:
                self._platform.coverage_event(name, record)

    def _carry(self, one: ChartCoverage, patients: Patients) -> tuple[str, Coverage]:
        state = self._platform.state
        fields = self._fields(one, patients)
        known = self._coverages.get(one.key)
        if known is not None:
            record = state.coverages[known]
            change(record, **fields)
            state.touch(record)
            return "patient_insurance_updated", record
        record = Coverage(
            **state.fresh("coverages"),
            patient_id=patients[str(one.patient)].id,
            plan_id=None,
            subscriber=None,
            ehr_key=one.key,
        )
        change(record, **fields)
        state.coverages[record.id] = record
        self._coverages[one.key] = record.id
        return "patient_insurance_created", record

    def _fields(self, one: ChartCoverage, patients: Patients) -> dict[str, object]:
        return {
            "plan_id": self._plan(one.plan),
            "subscriber": self._holder(patients.get(str(one.holder))),
            "subscription_relation": one.relationship,
            "priority": one.priority,
            "subscriber_num": one.member_id,
            "effective_date": one.effective,
            "expiration_date": one.term,
            "insurance_type": "medical" if one.plan.medical else "dental",
            "active": True,
        }

    def _holder(self, patient: Patient | None) -> Subscriber | None:
        if patient is None:
            return None
        return Subscriber(id=patient.id, name=patient.name, date_of_birth=patient.says("date_of_birth") or None)

    def _plan(self, one: ChartPlan) -> int:
        state = self._platform.state
        name = one.carrier if self._platform.switches.plan_name == "carrier" else one.group_name
        fields = {"name": name or None, "payer_id": one.payer_id or None, "group_num": one.group_num or None}
        known = self._plans.get(one.number)
        if known is None:
            record = InsurancePlan(
                **state.fresh("insurance_plans"), institution_id=self._sync.institution_id, foreign_id=str(one.number)
            )
            state.insurance_plans[record.id] = record
            known = self._plans[one.number] = record.id
        if change(state.insurance_plans[known], **fields):
            state.touch(state.insurance_plans[known])
        return known

    def _drop(self, key: str) -> tuple[str, Coverage]:
        record = self._platform.state.coverages[self._coverages[key]]
        change(record, active=False)
        self._platform.state.touch(record)
        return "patient_insurance_updated", record
