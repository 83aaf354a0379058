"""The past can be seen again, exactly, and damaged read models can be made right from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from events.database import sqlite_url
from events.ids import CaseId
from handlers.projections import tables
from handlers.projections.rebuild import rebuild
from handlers.projections.replay import Replay, case_difference, position_of, replay_case, replay_log
from handlers.projections.tables import case_board, tasks, work_items
from handlers.projections.work_items import items_of
from handlers.states.definitions import Definitions
from handlers.states.state_cache import VersionedState
from tests.kit.histories import MOSCOW, Lives, Witnessed
from tests.kit.people import START
from workflow.command import Command
from workflow.subjects.care.commands import AgreeCarePlan
from workflow.subjects.intake.commands import GiveConsent, WithdrawConsent


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Witnessed]:
    office = Witnessed(sqlite_url(tmp_path / "wayhome.sqlite"))
    yield office
    office.close()


class Keeper(Witnessed):
    """An office that notes after each command where the log and every state stood."""

    noted: list[tuple[int, dict[str, VersionedState]]]

    def accepted(self, command: Command) -> Any:
        answer = super().accepted(command)
        self.__dict__.setdefault("noted", []).append((self.log.size() - 1, self.states()))
        return answer


def read_models(office: Witnessed) -> list[list[dict[str, Any]]]:
    """Return what people look at, without the instants the log does not tell."""
    with office.database.reading() as connection:
        board = [dict(row) for row in connection.execute(select(case_board)).mappings()]
        items = [dict(row) for row in connection.execute(select(work_items)).mappings()]
    board.sort(key=lambda row: row["case_id"])
    items.sort(key=lambda row: (row["case_id"], row["item"]))
    return [board, [{name: row[name] for name in ("case_id", "item", "kind")} for row in items]]


def test_a_replay_shows_every_state_as_it_was_kept_then(tmp_path: Path) -> None:
    keeper = Keeper(sqlite_url(tmp_path / "wayhome.sqlite"))
    Lives(keeper).lived()
    replay, noted = Replay(keeper.log), dict(keeper.noted)
    for event in keeper.events():
        replay.take(event)
        kept = noted.get(event.position)
        if kept is not None:
            assert replay.states == {stream: state for stream, state in kept.items() if state.version >= 0}
    assert len(noted) == len(keeper.acks)
    keeper.close()


def test_a_case_at_each_position_is_the_case_the_whole_replay_has_there(office: Witnessed) -> None:
    lives = Lives(office).lived()
    definitions = Definitions(office.log)
    replay = Replay(office.log)
    for event in office.events():
        replay.take(event)
        then = replay_case(office.log, definitions, lives.withdrawn, event.position)
        assert then.case == replay.case(lives.withdrawn)
        assert len(then.events) == then.version + 1
        assert all(of_case.position <= event.position for of_case in then.events)
        assert (then.definition is None) == (then.case is None)


def test_a_case_before_it_was_opened_is_nothing(office: Witnessed) -> None:
    office.published()
    nobody = replay_case(office.log, Definitions(office.log), CaseId("7K3P9-QXM2D"), office.log.size())
    assert nobody == (None, -1, (), None)


def test_a_replay_of_the_log_implies_the_rows_that_are_there(office: Witnessed) -> None:
    Lives(office).lived()
    world = replay_log(office.log)
    assert world.position == office.log.size() - 1
    with office.database.reading() as connection:
        board = {row["case_id"]: dict(row) for row in connection.execute(select(case_board)).mappings()}
        timers = {row["timer_id"]: dict(row) for row in connection.execute(select(tables.timers)).mappings()}
        statuses = {row.task_id: row.status for row in connection.execute(select(tasks))}
    assert world.board() == board
    assert world.timers == timers
    assert {task_id: row["status"] for task_id, row in world.tasks.items()} == statuses


def test_what_waits_for_people_has_waited_since_the_same_instant_in_a_replay(office: Witnessed) -> None:
    Lives(office).lived()
    world = replay_log(office.log)
    with office.database.reading() as connection:
        waits = {(row.case_id, row.item): row.since for row in connection.execute(select(work_items))}
    assert waits
    assert {key: row["since"] for key, row in world.items().items()} == waits


def test_a_replay_that_ends_within_a_command_has_listed_what_waits_by_then(office: Witnessed) -> None:
    Lives(office).lived()
    events, replay = office.events(), Replay(office.log)
    for event in events:
        replay.take(event)
        waits = {key[1] for key in replay.items() if key[0] == event.envelope.stream.removeprefix("case:")}
        assert waits == items_of(replay.case(event.envelope.stream.removeprefix("case:"))).keys()


def test_a_replay_up_to_a_position_knows_nothing_of_what_came_later(office: Witnessed) -> None:
    lives = Lives(office).lived()
    opened = next(e.position for e in office.events() if e.envelope.stream == f"case:{lives.withdrawn}")
    told: list[tuple[int, int]] = []
    world = replay_log(office.log, opened - 1, lambda done, total: told.append((done, total)))
    assert world.position == opened - 1
    assert set(world.board()) == {lives.home}
    assert told == [(opened, office.log.size())]


def test_as_of_a_time_is_the_last_event_recorded_by_then(office: Witnessed) -> None:
    office.published()
    case_id = office.open()
    before = office.log.size() - 1
    office.later(hours=1)
    office.does(case_id, GiveConsent, purpose="assistance")
    assert position_of(office.log) == office.log.size() - 1
    assert position_of(office.log, START) == before
    assert position_of(office.log, START + timedelta(minutes=59)) == before
    assert position_of(office.log, START + timedelta(hours=1)) == before + 1
    assert position_of(office.log, START - timedelta(seconds=1)) == -1
    assert position_of(office.log, position=1) == 1
    assert position_of(office.log, position=10_000) == office.log.size() - 1
    assert position_of(office.log, START + timedelta(hours=2), 1) == 1
    then = replay_case(office.log, Definitions(office.log), case_id, position_of(office.log, START))
    assert then.case is not None
    assert not then.case.consents


def test_a_difference_names_what_changed_and_nothing_else(office: Witnessed) -> None:
    office.published()
    case_id = office.open()
    before = office.case(case_id)
    office.does(case_id, GiveConsent, purpose="assistance")
    office.agrees(case_id, AgreeCarePlan)
    after = office.case(case_id)
    # A consent without an end is one all the same.
    assert case_difference(before, after) == [("consents.assistance", None, True), ("care_plan", False, True)]
    office.does(case_id, GiveConsent, purpose="travel", until=START.date())
    consent, timer = case_difference(after, office.case(case_id))
    assert consent == ("consents.travel", None, START.date())
    assert timer[0].startswith("timers.Z-")  # it ends by itself
    office.does(case_id, WithdrawConsent, purpose="travel")
    assert case_difference(after, office.case(case_id)) == []
    assert case_difference(after, after) == []
    assert ("stage", None, "referral") in case_difference(None, after)


def test_damaged_read_models_are_made_right_from_the_log(office: Witnessed) -> None:
    lives = Lives(office).lived()
    right = read_models(office)
    office.tamper("UPDATE case_board SET stage = 'closed', ended = 1 WHERE case_id = ?", lives.stuck)
    office.tamper("DELETE FROM case_board WHERE case_id = ?", lives.home)
    office.tamper("DELETE FROM work_items")
    office.tamper(
        "INSERT INTO work_items (case_id, item, kind, stage, since) "
        "VALUES ('nobody', 'escort', 'find_escort', 'care', '')"
    )
    assert office.failing() >= {"I4"}
    rebuilt = rebuild(office.log)
    assert read_models(office) == right
    assert (rebuilt.cases, rebuilt.items, rebuilt.position) == (3, len(right[1]), office.log.size() - 1)
    assert office.failing() == set()
    assert rebuild(office.log) == rebuilt


def test_a_rebuild_on_postgresql_makes_read_models_right_too(pg_url: str) -> None:
    office = Witnessed(pg_url)
    lives = Lives(office).lived()
    right = read_models(office)
    with office.database.writing() as connection:
        connection.execute(text("DELETE FROM work_items"))
        connection.execute(text("UPDATE case_board SET stage = 'care' WHERE case_id = :id"), {"id": lives.home})
    assert office.failing() == {"I4", "I7"}
    rebuild(office.log)
    assert read_models(office) == right
    assert office.failing() == set()
    office.goes(lives.stuck, "withdraw")
    assert office.failing() == set()
    assert replay_log(office.log).board()[lives.stuck]["definition"] == MOSCOW.hash
    office.close()
