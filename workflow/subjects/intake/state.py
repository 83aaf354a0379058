"""What a case keeps of its opening: which later case the person's journey went on in."""

from __future__ import annotations

from workflow.case.state import Change

CHANGES: dict[str, Change] = {"CaseLinked": lambda c, f, _: c._replace(next_case=f.next_case)}
