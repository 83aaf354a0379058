"""Each check finds what it is there to find: a healthy history passes, and one spoilt in one way fails one check."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from events.batch import InsertRows
from events.catalogue import Fact
from events.database import sqlite_url
from events.facts.accommodation import BedAssigned, BedHeld, BedReleased
from events.facts.grants import (
    BankContradicted,
    FundsCommitted,
    FundsSpent,
    GrantApproved,
    GrantRequested,
    PayeeApproved,
    PayeeChanged,
    PayeePutOnHold,
    Shares,
    TrancheInstructed,
    TranchePaid,
    TrancheRejected,
    TrancheReleased,
)
from events.facts.journey import StageEntered
from events.facts.office import ProgrammePublished
from events.facts.restore import LogRestored, OrphanSettled
from events.facts.tasks import ServiceProvided, TaskRequested, TimerFired, TimerSet
from events.facts.travel import EscortFreed, EscortReserved
from events.ids import RESTORE
from events.instants import instant_text
from events.money import Money
from handlers.checks.check_results import Acknowledgement, OutsideRecords, SentOutside
from handlers.checks.walk import check_lines
from handlers.projections.tables import tasks, timers
from handlers.projections.tasks import task_row, timer_row, work_change
from handlers.queries.quarantine import orphan
from tests.kit.histories import Lives, Witnessed, copied
from tests.kit.people import ANNA, BORIS, CLARA
from workflow.subjects.grants.state import grants_of

_NUMBERS = itertools.count()
HOUSE, FUND, ESCORTS = "facility:moscow-centre", "fund:moscow", "escorts:moscow"
_INSERT_TASK, _INSERT_TIMER = InsertRows(tasks), InsertRows(timers)


@dataclass(frozen=True)
class Made:
    """A healthy history, made once."""

    path: Path
    office: Witnessed
    lives: Lives


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    path = tmp_path_factory.mktemp("history") / "wayhome.sqlite"
    office = Witnessed(sqlite_url(path))
    lives = Lives(office).lived()
    office.close()
    yield Made(path, office, lives)
    office.close()


@pytest.fixture
def spoilt(made: Made, tmp_path: Path) -> Iterator[tuple[Witnessed, Lives]]:
    """The healthy history, to be spoilt."""
    office, lives = copied(made.path, tmp_path / "copy.sqlite", made.office, made.lives)
    yield office, lives
    office.close()


Spoilt = tuple[Witnessed, Lives]


def money(text: str) -> Money:
    return Money.parse(text)


def shares(text: str) -> Shares:
    parts = money(text).share([60, 20, 20])
    funders = ("european-commission", "switzerland", "united-states")
    return tuple((f"{funder}/grants", part) for funder, part in zip(funders, parts, strict=True))


# -- healthy ------------------------------------------------------------------------------------------------


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


# -- I1: every acknowledged command once ----------------------------------------------------------------------


def test_i1_a_lost_command_is_found(spoilt: Spoilt) -> None:
    office, _ = spoilt
    lost = Acknowledgement("00000000-0000-4000-8000-000000000000")
    assert office.failing(acknowledged=[*office.acks, lost]) == {"I1"}


def test_i1_another_answer_than_the_client_was_given_is_found(spoilt: Spoilt) -> None:
    office, _ = spoilt
    first, *rest = office.acks
    assert office.failing(acknowledged=[first._replace(facts=("CaseOpened",)), *rest]) == {"I1"}
    assert office.failing(acknowledged=[first._replace(version=99), *rest]) == {"I1"}


def test_i1_events_that_nobody_asked_for_are_found(spoilt: Spoilt) -> None:
    office, _ = spoilt
    office.tamper("DELETE FROM commands WHERE command_id = ?", office.acks[5].command_id)
    assert office.failing(acknowledged=None) == {"I1"}


def test_i1_an_answer_whose_facts_are_not_in_the_log_is_found(spoilt: Spoilt) -> None:
    office, _ = spoilt
    taken = "UPDATE commands SET answer = replace(answer, 'ConsentGiven', 'ConsentWithdrawn') WHERE command_id = ?"
    office.tamper(taken, office.acks[2].command_id)
    assert office.failing(acknowledged=None) == {"I1"}


def test_i1_a_command_nobody_heard_back_of_is_no_fault(spoilt: Spoilt) -> None:
    office, _ = spoilt
    checks = office.checked(acknowledged=office.acks[:-1])
    assert checks[0].ok
    assert checks[0].counted["unacknowledged"] == 1


# -- I2 and I3: the log ---------------------------------------------------------------------------------------


def test_i2_a_log_that_says_it_is_longer_is_found(spoilt: Spoilt) -> None:
    office, _ = spoilt
    office.tamper("UPDATE log_head SET size = size + 1")
    assert office.failing() == {"I2"}


def test_i2_a_hole_is_found_and_everything_built_on_it(spoilt: Spoilt) -> None:
    office, _ = spoilt
    office.tamper("DELETE FROM events WHERE position = 40")
    assert office.failing() >= {"I1", "I2", "I3", "I4"}


@pytest.mark.parametrize("column", ["mandate", "occurred_at", "cause"])
def test_i3_a_changed_word_is_found(spoilt: Spoilt, column: str) -> None:
    office, _ = spoilt
    office.tamper(f"UPDATE events SET {column} = {column} || 'x' WHERE position = 17")
    assert office.failing() == {"I3"}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_i3_a_flipped_byte_of_any_leaf_is_found(made: Made, tmp_path: Path, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, made.office.log.size() - 1))
    place = data.draw(st.integers(0, 31))
    name = f"{next(_NUMBERS)}.sqlite"
    office, _ = copied(made.path, tmp_path / name, made.office, made.lives)
    leaf = bytearray(office.log.page(position - 1, 1)[0].leaf)
    leaf[place] ^= 1
    office.tamper("UPDATE events SET leaf = ? WHERE position = ?", bytes(leaf), position)
    assert office.failing() == {"I3"}
    office.close()


def test_i3_an_event_that_cannot_be_read_is_a_fault_and_not_the_end(spoilt: Spoilt) -> None:
    office, _ = spoilt
    office.tamper("UPDATE events SET body = '{' WHERE position = 30")
    assert office.failing() >= {"I3", "I4"}


# -- I4: tables beside the log --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE case_board SET reason = 'moved'",
        "DELETE FROM case_board",
        (
            "INSERT INTO work_items (case_id, item, kind, stage, since) "
            "VALUES ('7K3P9-QXM2D', 'escort', 'find_escort', 'care', '')"
        ),
        "UPDATE tasks SET subject = '{}' WHERE kind = 'book_escort'",
        "UPDATE tasks SET finished_at = '' WHERE status = 'done'",
        "UPDATE timers SET kind = 'no_show' WHERE kind = 'idle'",
        "DELETE FROM timers WHERE status = 'cancelled'",
    ],
)
def test_i4_a_table_that_says_something_else_than_the_log_is_found(spoilt: Spoilt, statement: str) -> None:
    office, _ = spoilt
    office.tamper(statement)
    assert office.failing() == {"I4"}


def test_i4_what_only_the_queue_knows_is_not_compared(spoilt: Spoilt) -> None:
    office, lives = spoilt
    job = office.job(lives.stuck, service="counselling")
    assert office.failing() == set()
    office.leases.again([(job, instant_text(office.clock.now() + timedelta(minutes=5)), "Unavailable")])
    assert office.failing() == set()


# -- I5: money --------------------------------------------------------------------------------------------------


def test_i5_a_grant_approved_by_whoever_asked_for_it_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=ANNA)
    assert office.failing() == {"I5"}


def test_i5_a_forged_grant_within_the_rules_is_no_fault(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=BORIS)
    assert office.failing() == set()


def test_i5_a_grant_above_its_cap_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 1800.01")
    assert office.failing() == {"I5"}


def test_i5_more_than_a_funder_gave_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    for number in range(3):
        _request(office, lives, f"G-{number}", "EUR 750000")
    assert _titles(office, "I5") == 3  # the caps
    for number in range(3):
        _approve(office, lives, f"G-{number}", "EUR 750000", actor=BORIS)
    assert _titles(office, "I5") == 6  # and the third takes each of the three funders' lines over what it holds
    assert office.failing() == {"I5"}


def test_i5_a_changed_payee_approved_by_whoever_changed_it_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=BORIS)
    changed = PayeeChanged(person_id=office.case(lives.home).person_id, grant_id="G-1")
    office.forge((f"case:{lives.home}", changed), actor=CLARA)
    assert office.failing() == set()
    office.forge((f"case:{lives.home}", PayeeApproved(grant_id="G-1")), actor=CLARA)
    assert office.failing() == {"I5"}


@pytest.mark.parametrize("change", ["unapproved payee", "payee on hold"])
def test_i5_money_let_go_to_a_payee_nobody_has_looked_at_is_found(spoilt: Spoilt, change: str) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=BORIS)
    facts = {
        "unapproved payee": PayeeChanged(person_id=office.case(lives.home).person_id, grant_id="G-1"),
        "payee on hold": PayeePutOnHold(grant_id="G-1", reason="strange"),
    }
    released = TrancheReleased(grant_id="G-1", tranche_id="T-1", number=1, amount=money("EUR 50"))
    office.forge((f"case:{lives.home}", facts[change]), actor=BORIS)
    office.forge((f"case:{lives.home}", released), actor=CLARA)
    assert office.failing() == {"I5"}


@pytest.mark.parametrize(
    "before",
    [
        TrancheRejected(grant_id="G-1", tranche_id="T-1", reason="AC04", approve_anew=True),
        TrancheRejected(grant_id="G-1", tranche_id="T-1", reason="her word", source="hand"),
        TrancheRejected(grant_id="G-1", tranche_id="T-1", reason="AC04", source="upload"),
        BankContradicted(
            grant_id="G-1", tranche_id="T-1", before="rejected", now="paid", reference="ACSC", source="bank"
        ),
    ],
    ids=["not approved anew", "one person's word", "one person's file", "contradicted"],
)
def test_i5_a_part_let_go_again_before_the_bank_and_an_approver_said_so_is_found(spoilt: Spoilt, before: Fact) -> None:
    office, lives = spoilt
    case = f"case:{lives.home}"
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=BORIS)
    first = TrancheReleased(grant_id="G-1", tranche_id="T-1", number=1, amount=money("EUR 50"))
    office.forge((case, first), actor=CLARA)
    office.forge((case, TrancheRejected(grant_id="G-1", tranche_id="T-1", reason="AC04")))
    office.forge((case, before))
    assert office.failing() == set()
    office.forge((case, first.model_copy(update={"tranche_id": "T-2"})), actor=CLARA)
    assert office.failing() == {"I5"}


def test_i5_a_bank_told_twice_of_one_payment_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    case = f"case:{lives.home}"
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=BORIS)
    released = TrancheReleased(grant_id="G-1", tranche_id="T-1", number=1, amount=money("EUR 50"))
    office.forge((case, released), actor=CLARA)
    found = []
    for task_id in ("W-1", "W-2"):
        about = (("grant_id", "G-1"), ("tranche_id", "T-1"))
        _asks(office, case, task_id, "disburse_grant", about)
        told = TrancheInstructed(grant_id="G-1", tranche_id="T-1", message_id=task_id, task_id=task_id)
        office.forge((case, told))
        found.append(_titles(office, "I5"))
    assert found == [0, 1]


def test_i5_a_cost_whose_money_came_from_nowhere_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    office.forge((FUND, FundsSpent(case_id=lives.home, cost_id="C-1", shares=shares("EUR 10"))))
    assert office.failing() == {"I5"}


def test_i5_money_set_aside_that_no_case_was_granted_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    committed = FundsCommitted(case_id=lives.home, grant_id="G-1", shares=shares("EUR 10"))
    office.forge((FUND, committed))
    assert office.failing() == {"I5"}


def test_i5_an_approval_for_which_nothing_was_set_aside_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 100")
    approved = GrantApproved(grant_id="G-1", shares=shares("EUR 100"))
    office.forge((f"case:{lives.home}", approved), actor=BORIS)
    assert office.failing() == {"I5"}


@pytest.mark.parametrize(("actor", "amounts"), [(CLARA, ["EUR 60", "EUR 60"]), (BORIS, ["EUR 50"]), (ANNA, ["EUR 50"])])
def test_i5_tranches_above_the_grant_or_let_go_by_the_wrong_person_are_found(
    spoilt: Spoilt, actor: str, amounts: list[str]
) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=BORIS)
    for number, amount in enumerate(amounts):
        released = TrancheReleased(grant_id="G-1", tranche_id=f"T-{number}", number=number + 1, amount=money(amount))
        office.forge((f"case:{lives.home}", released), actor=actor)
    assert office.failing() == {"I5"}


def test_i5_a_tranche_paid_twice_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    ((grant_id, grant),) = grants_of(office.case(lives.home)).grants.items()
    (tranche_id,) = grant.tranches
    paid = TranchePaid(grant_id=grant_id, tranche_id=tranche_id, reference="B-2")
    office.forge((f"case:{lives.home}", paid))
    assert office.failing() == {"I5"}


@pytest.mark.parametrize("change", ["missing", "other amount", "unknown payment"])
def test_i5_a_bank_that_says_something_else_is_found(spoilt: Spoilt, change: str) -> None:
    office, _ = spoilt
    (tranche_id,) = office.statement
    statements = {
        "missing": {},
        "other amount": {tranche_id: money("EUR 150.01")},
        "unknown payment": office.statement | {"T-X": money("EUR 1")},
    }
    assert office.failing(effects=OutsideRecords(statements[change])) == {"I5"}


def test_i5_a_payment_the_bank_made_and_has_not_told_us_of_is_no_fault_until_all_is_quiet(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=BORIS)
    released = TrancheReleased(grant_id="G-1", tranche_id="T-1", number=1, amount=money("EUR 100"))
    office.forge((f"case:{lives.home}", released), actor=CLARA)
    ahead = OutsideRecords(office.statement | {"T-1": money("EUR 100")})
    assert office.failing(effects=ahead) == set()
    assert "I5" in office.failing(effects=ahead, settled=True)


# -- I6: beds and escorts ---------------------------------------------------------------------------------------


def test_i6_two_people_in_one_bed_are_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _gives_bed(office, lives.home, bed=1)  # the one who is stuck lives there
    assert office.failing() == {"I6"}


def test_i6_one_person_in_two_beds_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _gives_bed(office, lives.stuck, bed=2)
    assert office.failing() == {"I6"}


@pytest.mark.parametrize("bed", [0, 61])
def test_i6_a_bed_that_is_not_there_is_found(spoilt: Spoilt, bed: int) -> None:
    office, lives = spoilt
    _gives_bed(office, lives.home, bed=bed)
    assert office.failing() == {"I6"}


def test_i6_a_bed_of_which_the_case_knows_nothing_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    office.forge((HOUSE, BedHeld(case_id=lives.home, bed=2, until=office.clock.now())))
    assert office.failing() == {"I6"}


def test_i6_a_bed_given_up_by_somebody_else_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    office.forge((HOUSE, BedReleased(case_id=lives.home, bed=1, reason="mistake", at=office.clock.now())))
    assert office.failing() == {"I6"}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(starts=st.integers(-30, 30), lasts=st.integers(1, 30))
def test_i6_an_escort_on_two_trips_is_found_exactly_when_they_overlap(
    made: Made, tmp_path: Path, starts: int, lasts: int
) -> None:
    office, lives = copied(made.path, tmp_path / f"{next(_NUMBERS)}.sqlite", made.office, made.lives)
    _reserves(office, lives, "R-1", 100, 110)
    _reserves(office, lives, "R-2", 100 + starts, 100 + starts + lasts)
    overlap = starts < 10 and starts + lasts > 0
    assert office.failing() == ({"I6"} if overlap else set())
    office.close()


def test_i6_an_escort_freed_before_may_go_on_another_trip(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _reserves(office, lives, "R-1", 100, 110)
    freed = EscortFreed(escort="escort-08", case_id=lives.home, trip_id="R-1", reason="planned again")
    office.forge((ESCORTS, freed))
    _reserves(office, lives, "R-2", 101, 109)
    assert office.failing() == set()


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
    _asks(
        office,
        f"case:{lives.withdrawn}",
        "W-1",
        "request_appointment",
        (("appointment_id", "A-1"), ("service", "counselling")),
    )
    assert office.failing() == {"I10"}


def test_i10_giving_back_what_was_booked_is_no_fault(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _asks(office, f"case:{lives.withdrawn}", "W-1", "cancel_ticket", (("booking", "ticket"), ("trip_id", "R-1")))
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


# -- I13: what left the house --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("change", "why"), [
    ({}, ""),
    ({"task_id": "W-7K3P9QXM2D7K3P9Q"}, "went out that nobody here asked for"),
    ({"amount": money("EUR 150.01")}, "150.01 EUR went to the bank, 150.00 EUR was released"),
    ({"amount": None}, "went to the bank"),
])  # fmt: skip
def test_i13_a_payment_file_is_one_that_was_asked_for_with_its_sum(
    spoilt: Spoilt, change: dict[str, Any], why: str
) -> None:
    office, _ = spoilt
    checked = {one.name: one for one in office.checked(effects=OutsideRecords(sent=[_paid(office)._replace(**change)]))}
    assert {name for name, one in checked.items() if not one.ok} == ({"I13"} if why else set())
    assert why in "".join(checked["I13"].faults)


def test_i13_one_part_in_two_files_is_found(spoilt: Spoilt) -> None:
    office, _ = spoilt
    sent = _paid(office)
    with office.log.database.reading() as connection:
        other = connection.execute(select(tasks.c.task_id).where(tasks.c.task_id != sent.task_id)).scalars().first()
    twice = [sent, sent._replace(task_id=str(other))]
    (check,) = [one for one in office.checked(effects=OutsideRecords(sent=twice)) if one.name == "I13"]
    assert "went to the bank in 2 files" in check.faults[0]


def test_i13_what_two_people_settled_after_a_restore_is_accounted_for(spoilt: Spoilt) -> None:
    office, _ = spoilt
    strange = SentOutside("letter", "W-7K3P9QXM2D7K3P9Q")
    assert office.failing(effects=OutsideRecords(sent=[strange])) == {"I13"}
    found = orphan("letter", strange.task_id)
    settled = OrphanSettled(orphan_id=found.orphan_id, outcome="lost", reason="asked")
    office.forge((RESTORE, LogRestored(size=1, mark=2, cause="older_log")), (RESTORE, found), (RESTORE, settled))
    failing = office.failing(effects=OutsideRecords(sent=[strange]))
    assert failing == {"I12"}, "nobody stood behind it, and it is known"


def _paid(office: Witnessed) -> SentOutside:
    """Return the healthy history's one payment as its file says it."""
    (payment,) = office.sent()
    return payment


# -- hands ----------------------------------------------------------------------------------------------------------


def _request(office: Witnessed, lives: Lives, grant_id: str, amount: str) -> None:
    case = office.case(lives.home)
    asked = GrantRequested(person_id=case.person_id, grant_id=grant_id, kind="reintegration", amount=money(amount))
    office.forge((f"case:{lives.home}", asked), actor=ANNA)


def _approve(office: Witnessed, lives: Lives, grant_id: str, amount: str, actor: str) -> None:
    approved = GrantApproved(grant_id=grant_id, shares=shares(amount))
    committed = FundsCommitted(case_id=lives.home, grant_id=grant_id, shares=shares(amount))
    office.forge((f"case:{lives.home}", approved), (FUND, committed), actor=actor)


def _titles(office: Witnessed, name: str) -> int:
    return next(len(one.faults) for one in office.checked() if one.name == name)


def _gives_bed(office: Witnessed, case_id: str, bed: int) -> None:
    until = office.clock.now() + timedelta(hours=48)
    mine = BedAssigned(facility="moscow-centre", bed=bed, until=until)
    office.forge((f"case:{case_id}", mine), (HOUSE, BedHeld(case_id=case_id, bed=bed, until=until)))


def _reserves(office: Witnessed, lives: Lives, trip_id: str, leaves: int, back: int) -> None:
    now = office.clock.now()
    reserved = EscortReserved(
        escort="escort-08",
        case_id=lives.home,
        trip_id=trip_id,
        leaves_at=now + timedelta(hours=leaves),
        back_at=now + timedelta(hours=back),
    )
    office.forge((ESCORTS, reserved))


def _asks(office: Witnessed, stream: str, task_id: str, kind: str, subject: tuple[tuple[str, str], ...]) -> None:
    asked = TaskRequested(task_id=task_id, kind=kind, subject=subject, due_at=office.clock.now())
    row = task_row(stream.removeprefix("case:"), asked, office.log.now())
    office.forge((stream, asked), rows=[(_INSERT_TASK, row)])
