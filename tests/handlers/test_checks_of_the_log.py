"""I1 to I4: a command lost, an event changed, a table beside the log that says something else."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.instants import instant_text
from handlers.checks.check_results import Acknowledgement
from tests.kit.histories import copied
from tests.kit.spoilt import Made, Spoilt

_NUMBERS = itertools.count()

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


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
