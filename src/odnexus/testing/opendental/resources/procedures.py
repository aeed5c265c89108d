"""Procedures: a table without endpoints, because appointments and breaks write into it."""

from __future__ import annotations

from odnexus.testing.opendental.schema import Field, Schema
from odnexus.testing.opendental.values import INT, TEXT, words

PROCEDURE = Schema(
    name="procedurelogs",
    key="ProcNum",
    one="Procedure",
    first_key=70001,
    fields=(
        Field("ProcNum", INT),
        Field("PatNum", INT),
        Field("AptNum", INT),
        Field("PlannedAptNum", INT),
        Field("procCode", TEXT),
        Field("ProcStatus", words("TP", "C", "EC", "EO", "R", "D", "Cn", "TPi")),
    ),
)
