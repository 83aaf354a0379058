"""Statements that are sent together: carried out in order, all of them or none, and the first fault is what is told."""

from __future__ import annotations

import pytest

from events.asking import Rows, ask, ask_by_key, sent_together
from events.batch import execute_prebuilt
from events.database import Database
from events.errors import StoreProblem
from events.log import Log
from events.writing import Writing
from tests.kit.logs import CASE, LINKED, a_log, said, tell

_COUNT = "SELECT count(*) FROM commands"
_INSERT = "INSERT INTO commands VALUES ('c-1', 'digest', '{}')"


def _number(rows: Rows) -> int:
    return int(next(iter(rows))[0])


def test_each_sees_what_those_before_it_did(log: Log) -> None:
    with log.database.writing() as connection, sent_together(connection):
        before = ask(connection, _COUNT, (), _number)
        execute_prebuilt(connection, _INSERT, ())
        after = ask(connection, _COUNT, (), _number)
    assert (before.answer, after.answer) == (0, 1)


def test_no_key_is_no_question(log: Log) -> None:
    with log.database.writing() as connection:
        assert ask_by_key(connection, [], "this is no statement {}", list).answer == []


def test_the_first_that_fails_is_what_is_told_and_nothing_is_stored(prepared_pg_url: str) -> None:
    database = Database(prepared_pg_url)

    def fails_in_the_middle() -> None:
        with database.writing() as connection, sent_together(connection):
            for statement in (_INSERT, "SELECT 1 / 0", _INSERT):
                execute_prebuilt(connection, statement, ())

    with pytest.raises(StoreProblem, match="division by zero"):
        fails_in_the_middle()
    with database.writing() as connection:  # the same connection, as good as new
        assert ask(connection, _COUNT, (), _number).answer == 0
    database.close()


def test_the_commit_that_travels_with_a_failing_statement_commits_nothing(
    prepared_pg_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = a_log(prepared_pg_url)
    monkeypatch.setattr("events.writing._append_statement", lambda: "SELECT 1 / (0 * %(size)s::integer)")
    with pytest.raises(StoreProblem, match="division by zero"):
        tell(log, (CASE, LINKED), command_id="lost")
    monkeypatch.undo()
    tell(log, (CASE, LINKED), command_id="kept")
    assert [event.envelope.command_id for event in log.page()] == ["kept"]
    with log.writing() as writing:
        assert writing.ask_answers(["lost", "kept"]).answer.keys() == {"kept"}
    log.database.close()


def test_the_moment_is_the_last_that_was_asked_for_before_it_is_read(log: Log) -> None:
    def moments(writing: Writing) -> tuple[str, str]:
        writing.ask_now()
        early = writing._moment
        writing.ask_now()
        assert early is not None
        assert early is not writing._moment
        return early.answer, writing.now

    with log.writing() as writing:
        early, now = moments(writing)
        writing.ask_now()
        assert early <= now == writing.now == said(writing, "c-1").occurred_at
