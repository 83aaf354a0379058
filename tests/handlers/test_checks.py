"""A healthy history passes every check, and what is said of one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from events.database import sqlite_url
from events.envelope import RecordedEvent
from handlers.checks.walk import check_lines
from handlers.projections import replay
from handlers.projections.replay import Replay, ReplayStep
from handlers.projections.work_items import Items, items_of
from tests.kit.histories import Lives, Witnessed
from tests.kit.spoilt import Spoilt
from workflow.case.state import Case


def test_a_healthy_history_passes_every_check(spoilt: Spoilt) -> None:
    office, _ = spoilt
    checks = office.checked()
    names = ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I10", "I12", "I13", "I14", "I15", "I16"]
    assert [one.name for one in checks] == names
    assert all(one.ok for one in checks), check_lines(checks)
    for one in checks:
        assert sum(one.counted.values()) > 0, one


def test_a_healthy_history_on_postgresql_passes_every_check(pg_url: str) -> None:
    office = Witnessed(pg_url)
    Lives(office).lived()
    assert all(one.ok for one in office.checked()), check_lines(office.checked())
    office.close()


def test_progress_is_told_to_the_end(spoilt: Spoilt) -> None:
    office, _ = spoilt
    steps: list[tuple[int, int]] = []
    office.checked(progress=lambda done, total: steps.append((done, total)))
    assert steps == sorted(steps)
    assert steps[-1] == (2 * office.log.size(), 2 * office.log.size())


def test_lines_say_what_was_counted_and_what_is_wrong(spoilt: Spoilt) -> None:
    office, lives = spoilt
    lines = check_lines(office.checked())
    assert lines[5].startswith("I6 ok   beds never above capacity")
    assert lines[5].endswith(", 0 faults")
    office.tamper("UPDATE case_board SET stage = 'closed' WHERE case_id = ?", lives.home)
    lines = check_lines(office.checked())
    assert lines[3].startswith("I4 FAIL")
    assert lines[4].strip() == f"case_board {lives.home}: stage is 'closed', by the log 'follow_up'"


def test_an_empty_log_passes(tmp_path: Path) -> None:
    office = Witnessed(sqlite_url(tmp_path / "empty.sqlite"))
    assert office.failing() == set()
    office.close()


def test_a_case_whose_work_cannot_be_read_is_named_and_the_others_are_looked_at(
    spoilt: Spoilt, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, lives = spoilt
    of_home = [event for event in office.events() if event.envelope.stream == f"case:{lives.home}"]
    last = next(one for one in reversed(office.events()) if one.envelope.command_id == of_home[-1].envelope.command_id)

    def unreadable(case: Case | None) -> Items:
        if case is not None and case.case_id == lives.home and seen[-1] == last.position:
            raise LookupError(case.case_id)
        return items_of(case)

    def noting(taker: Replay, event: RecordedEvent) -> ReplayStep:
        seen.append(event.position)
        return taken(taker, event)

    seen, taken = list[int](), Replay.take
    monkeypatch.setattr(Replay, "take", noting)
    monkeypatch.setattr(replay, "items_of", unreadable)
    lines = check_lines(office.checked())
    said = f"event {last.position} ({last.envelope.type}) cannot be replayed: LookupError"
    assert [line.strip() for line in lines if "cannot be replayed" in line] == [said]
    assert len([line for line in lines if line.startswith("I")]) == 14
