"""An auditor who trusts nobody proves a case with files again: what was attached, and who took what away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from events.database import sqlite_url
from tests.kit.audits import audited, contents
from tests.kit.histories import Witnessed
from workflow.subjects.attachments.commands import AttachFile, RetractFile
from workflow.subjects.attachments.state import attachments_of

PAPER: dict[str, Any] = {
    "kind": "declaration", "compartment": "legal", "media_type": "application/pdf", "size": 9,
    "told": "signed · Иванова.pdf",
}  # fmt: skip


def test_a_case_with_files_is_proved_and_names_none_of_them(tmp_path: Path) -> None:
    office = Witnessed(sqlite_url(tmp_path / "wayhome.sqlite")).published()
    case_id = office.open()
    for letter in "abc":
        office.does(case_id, AttachFile, digest=letter * 64, fingerprint=letter * 32, **PAPER)
    mine, theirs, _ = attachments_of(office.case(case_id)).files
    office.does(case_id, RetractFile, file_id=mine, reason="wrong_case")
    office.later(days=2)
    office.agrees(case_id, RetractFile, file_id=theirs, reason="wrong_case")
    found = audited(office.log, case_id, int(office.clock.now().timestamp()))
    code, notes, rows = found.checked()
    assert (code, len(rows)) == (0, len(office.log.stream(f"case:{case_id}"))), notes
    whole = b"".join(contents(found.data).values())
    assert "Иванова".encode() not in whole
    assert all(one.ok for one in office.checked()), [one.faults for one in office.checked()]
    office.close()
