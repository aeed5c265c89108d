"""Charts as bytes, for the sealed roster that survives a restart."""

from __future__ import annotations

import json
from datetime import datetime

from odnexus.mapping.person import essence, person_of
from odnexus.matching.roster import Chart


def chart_to_bytes(chart: Chart) -> bytes:
    """Return *chart* as JSON."""
    stamp = chart.date_t_stamp.isoformat() if chart.date_t_stamp else None
    person = essence(chart.person)
    return json.dumps([chart.pat_num, person, chart.status, chart.clinic_num, chart.guarantor, stamp]).encode()


def chart_from_bytes(content: bytes) -> Chart:
    """Return the chart that `chart_to_bytes` wrote."""
    pat_num, person, status, clinic_num, guarantor, stamp = json.loads(content)
    return Chart(
        pat_num=pat_num,
        person=person_of(person),
        status=status,
        clinic_num=clinic_num,
        guarantor=guarantor,
        date_t_stamp=datetime.fromisoformat(stamp) if stamp else None,
    )
