"""I7, I8 and I10: work done early, twice or too late, and steps that nobody may take."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.batch import InsertRows
from events.facts.journey import StageEntered
from events.facts.office import ProgrammePublished
from events.facts.tasks import ServiceProvided, TimerFired, TimerSet
from handlers.checks.check_results import OutsideRecords
from handlers.projections.tables import timers
from handlers.projections.tasks import timer_row, work_change
from tests.kit.spoilt import Spoilt, asks

_INSERT_TIMER = InsertRows(timers)

# -- I7: work -----------------------------------------------------------------------------------------------------


def test_i7_a_task_done_twice_at_the_provider_is_found(spoilt: Spoilt) -> None:
    office, _ = spoilt
    task_id = next(iter(office.performed))
    assert office.failing(effects=OutsideRecords(performed=office.performed | {task_id: 2})) == {"I7"}
    assert office.failing(effects=OutsideRecords(performed=office.performed | {"W-X": 1})) == {"I7"}


def test_i7_a_task_begun_before_its_time_is_found(spoilt: Spoilt) -> None:
    office, _ = spoilt
    office.tamper("UPDATE tasks SET claimed_at = '2007-03-05T08:00:00.000000Z' WHERE claimed_at != ''")
    assert office.failing() == {"I7"}


def test_i7_what_is_overdue_is_a_fault_only_when_all_should_be_quiet(spoilt: Spoilt) -> None:
    office, _ = spoilt
    assert office.failing(now=office.clock.now() + timedelta(days=400)) == set()
    assert office.failing(now=office.clock.now() + timedelta(days=400), settled=True) == {"I7"}


def test_i7_a_dead_task_on_nobodys_list_is_found(spoilt: Spoilt) -> None:
    office, _ = spoilt
    office.tamper("DELETE FROM work_items WHERE kind = 'task_dead'")
    assert office.failing() == {"I4", "I7"}


def test_i7_a_task_done_after_it_was_over_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    task_id = next(iter(office.performed))
    again = ServiceProvided(task_id=task_id, service="airport_reception", reference="ref-2")
    office.forge((f"case:{lives.home}", again))
    office.tamper("UPDATE tasks SET finished_at = ?, due_at = ? WHERE task_id = ?", *[office.log.now()] * 2, task_id)
    assert office.failing() == {"I7"}


def test_i7_a_timer_that_fired_early_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    due_at = office.clock.now() + timedelta(days=1)
    timer = TimerSet(timer_id="Z-1", kind="idle", due_at=due_at)
    fired = TimerFired(timer_id="Z-1", kind="idle", due_at=due_at)
    now, stream = office.log.now(), f"case:{lives.home}"
    change = work_change(lives.home, fired, now)
    assert change is not None
    row = timer_row(lives.home, timer, now) | change.row
    office.forge((stream, timer), (stream, fired), rows=[(_INSERT_TIMER, row)])
    assert office.failing() == {"I7"}


# -- I8: steps ----------------------------------------------------------------------------------------------------


def _step(**fields: object) -> StageEntered:
    given = {"trigger": "withdraw", "source": "follow_up", "dest": "withdrawn", "checked": ()} | fields
    return StageEntered.model_validate(given)


@pytest.mark.parametrize(
    "step",
    [
        _step(trigger="come_home", source="returning", dest="reintegration", checked=("has_come_home",)),
        _step(trigger="depart", dest="returning"),
        _step(dest="closed"),
        _step(checked=("reason_is_given",)),
        _step(trigger="lose_contact", dest="lost_contact", checked=("reason_is_given",), reason=""),
        _step(trigger="transfer", dest="transferred", checked=("reason_is_given", "second_person_agreed"),
              reason="moved", second="staff:mallory"),
    ],
    ids=["another source", "no such way", "another end", "other guards", "without reason", "second is the first"],
)  # fmt: skip
def test_i8_a_step_against_the_definition_is_found(spoilt: Spoilt, step: StageEntered) -> None:
    office, lives = spoilt
    office.forge((f"case:{lives.home}", step))
    assert office.failing() - {"I12"} == {"I8"}  # a name that was typed is nobody's act


def test_i8_a_step_by_the_definition_is_no_fault_whoever_wrote_it(spoilt: Spoilt) -> None:
    office, lives = spoilt
    step = _step(trigger="lose_contact", dest="lost_contact", checked=("reason_is_given",), reason="no_answer")
    office.forge((f"case:{lives.home}", step))
    assert office.failing() == set()


def test_i8_a_programme_whose_text_has_another_hash_is_found(spoilt: Spoilt) -> None:
    office, _ = spoilt
    text = office.service.definitions.current("moscow")
    assert text is not None
    published = ProgrammePublished(programme="moscow", definition="0" * 16, text=text.text)
    office.forge(("programme:moscow", published))
    assert office.failing() == {"I8", "I12"}, "and nobody stood behind it"


# -- I10: withdrawal ----------------------------------------------------------------------------------------------


def test_i10_a_task_asked_for_after_the_withdrawal_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    asks(
        office,
        f"case:{lives.withdrawn}",
        "W-1",
        "request_appointment",
        (("appointment_id", "A-1"), ("service", "counselling")),
    )
    assert office.failing() == {"I10"}


def test_i10_giving_back_what_was_booked_is_no_fault(spoilt: Spoilt) -> None:
    office, lives = spoilt
    asks(office, f"case:{lives.withdrawn}", "W-1", "cancel_ticket", (("booking", "ticket"), ("trip_id", "R-1")))
    assert office.failing() == set()


def test_i10_a_service_begun_before_the_withdrawal_may_end_after_it(spoilt: Spoilt) -> None:
    office, lives = spoilt
    job = office.job(lives.stuck, service="counselling")
    office.later(minutes=1)
    office.goes(lives.stuck, "withdraw")
    office.later(minutes=1)
    office.report(lives.stuck, job)
    checks = {one.name: one for one in office.checked(effects=None)}
    assert checks["I10"].ok
    assert checks["I10"].counted["begun before"] == 1
    assert all(one.ok for one in checks.values())


def test_i10_a_service_begun_after_the_withdrawal_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    job = office.job(lives.stuck, service="counselling")
    office.goes(lives.stuck, "withdraw")
    office.later(minutes=1)
    office.report(lives.stuck, job)
    office.tamper("UPDATE tasks SET claimed_at = ? WHERE task_id = ?", office.log.now(), job.task_id)
    assert office.failing(effects=None) == {"I10"}
