"""Who writes here: each combination of setting and evidence."""

from __future__ import annotations

import pytest

from odnexus.reconcile.writer import REMEDIES, Evidence, Writer, WriterSetting, decide

NOBODY = Evidence(inserts=False, synchronizer=False)
HELD = Evidence(inserts=False, synchronizer=True, reads=False)
READER_ON = Evidence(inserts=False, synchronizer=True, reads=True)
INSERTS = Evidence(inserts=True, synchronizer=True, reads=True)
SILENT = Evidence(inserts=None, synchronizer=True, reads=True)
FLAG_WITHOUT_SYNC = Evidence(inserts=True, synchronizer=False)


@pytest.mark.parametrize(
    ("setting", "evidence", "writer"),
    [
        ("auto", NOBODY, Writer.BRIDGE),
        ("auto", FLAG_WITHOUT_SYNC, Writer.BRIDGE),
        ("auto", HELD, Writer.BRIDGE),
        ("auto", READER_ON, Writer.UNCLEAR),
        ("auto", INSERTS, Writer.OVERLAY),
        ("auto", SILENT, Writer.UNCLEAR),
        ("bridge", NOBODY, Writer.BRIDGE),
        ("bridge", READER_ON, Writer.BRIDGE),
        ("bridge", INSERTS, Writer.UNCLEAR),
        ("bridge", SILENT, Writer.UNCLEAR),
        ("overlay", INSERTS, Writer.OVERLAY),
        ("overlay", NOBODY, Writer.UNCLEAR),
    ],
)
def test_who_writes(setting: WriterSetting, evidence: Evidence, writer: Writer) -> None:
    finding = decide(setting, evidence)

    assert finding.writer is writer
    assert (finding.rule in REMEDIES) == (writer is Writer.UNCLEAR)
