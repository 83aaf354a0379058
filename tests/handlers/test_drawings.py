"""What waits on a case and its alerts are drawn once for each state, and never taken for another's."""

from __future__ import annotations

from typing import Any

import pytest

from events.errors import StoreUnavailable
from events.writing import Writing
from handlers.checks.repair import differences_now
from handlers.projections import drawings
from handlers.projections.drawings import Drawings
from handlers.projections.work_items import items_of
from tests.kit.offices import Office
from tests.kit.roads import bring
from tests.kit.story import Story
from workflow.case.state import Case
from workflow.subjects.intake.commands import GiveConsent, WithdrawConsent


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """The states that are drawn, one after another."""
    found = list[Case]()

    def draws(case: Any) -> dict[str, str]:
        found.append(case)
        return items_of(case)

    monkeypatch.setattr(drawings, "items_of", draws)
    return found


def test_a_state_is_drawn_once_and_another_anew(office: Office, drawn: list[Case]) -> None:
    case, programme = Story(office).case, office.definition.programme
    kept, later = Drawings(), case._replace(escalations=frozenset({"idle"}))
    before = len(drawn)
    assert kept.of(case, programme) is kept.of(case, programme)
    assert (kept.of(later, programme).items, kept.of(case, programme).items) == ({"escalation:idle": "escalation"}, {})
    assert len(drawn) - before == 3
    assert kept.of(None, None).items == {}


def test_no_more_cases_are_kept_than_there_is_room_for(
    office: Office, drawn: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawings, "_KEPT", 2)
    cases, programme, kept = [Story(office).case for _ in range(3)], office.definition.programme, Drawings()
    before = len(drawn)
    for case in (*cases, *reversed(cases)):
        kept.of(case, programme)
    assert len(drawn) - before == 4  # the last two are at hand, the first is drawn again


def test_after_a_write_that_came_to_nothing_the_rows_are_what_the_history_says(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = bring(Story(office), "care")

    def fails(_writing: Writing, **_: bool) -> None:
        raise StoreUnavailable("the database is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Writing, "finish", fails)
        with pytest.raises(StoreUnavailable):
            office.submit(WithdrawConsent, case_id=case.case_id, purpose="assistance")
    case.does(GiveConsent, purpose="travel").does(WithdrawConsent, purpose="assistance")
    case.does(GiveConsent, purpose="assistance")
    assert differences_now(office.service.log) == []
