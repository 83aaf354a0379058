"""Tasks, timers and what waits for people, at the command line."""

from __future__ import annotations

from tests.kit.command_line import AS_ANNA, Wayhome
from tests.kit.command_line_cases import received, record

# -- the work ----------------------------------------------------------------------------------------------


def test_work_until_idle_does_what_is_due_and_stops(wayhome: Wayhome) -> None:
    case = received(wayhome)
    assert wayhome.json("work", "--until-idle") == {"done": 1}
    record(wayhome, case, "MeetPerson")
    assert "airport_reception" in wayhome.json("case", "show", case)["provided"]
    assert "tasks: 1 done" in wayhome.done("work", "--until-idle")


def test_work_until_idle_is_not_for_a_queue_elsewhere(wayhome: Wayhome) -> None:
    result = wayhome.run("work", "--until-idle", WAYHOME_REDIS_URL="redis://127.0.0.1:1/0")
    assert result.exit_code == 2


def test_tasks_and_timers_are_listed(wayhome: Wayhome) -> None:
    case = received(wayhome)
    [task] = wayhome.json("tasks", "list", "--status", "waiting", "--case", case)
    assert task["kind"] == "book_pickup"
    kinds = {timer["kind"] for timer in wayhome.json("timers", "list", "--case", case)}
    assert kinds >= {"idle", "no_show"}
    assert task["task_id"] in wayhome.done("tasks", "list")
    assert "no_show" in wayhome.done("timers", "list", "--case", case)


def test_a_task_can_be_taken_back_before_it_is_begun(wayhome: Wayhome) -> None:
    [task] = wayhome.json("tasks", "list", "--case", received(wayhome))
    cancel = ("tasks", "cancel", task["task_id"], "--reason", "provider closed", *AS_ANNA)
    assert wayhome.json(*cancel)["facts"] == ["TaskCancelled"]
    assert wayhome.json(*cancel, code=1)["reasons"][0]["guard"] == "task_is_open"


def test_a_task_that_is_not_stuck_is_not_retried(wayhome: Wayhome) -> None:
    [task] = wayhome.json("tasks", "list", "--case", received(wayhome))
    retried = wayhome.json("tasks", "retry", task["task_id"], *AS_ANNA, code=1)
    assert retried["reasons"][0]["guard"] == "task_is_stuck"


# -- as a program of its own -------------------------------------------------------------------------------


def test_what_waits_for_a_person_is_listed_oldest_first(demo: Wayhome) -> None:
    rows = demo.json("waiting", "--limit", "1000")
    assert [row["since"] for row in rows] == sorted(row["since"] for row in rows)
    kinds = {row["kind"] for row in rows}
    assert all({row["kind"] for row in demo.json("waiting", "--kind", kind)} == {kind} for kind in kinds)
    assert demo.json("waiting", "--kind", "nothing_of_the_kind") == []
