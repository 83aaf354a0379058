"""How often a command waits for PostgreSQL: a wait more for each of them would be paid by everybody, every time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
import pytest

from tests.kit.offices import Office
from tests.kit.story import Story
from tests.kit.web.statements import reading
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.intake.commands import AddNote, GiveConsent, WithdrawConsent

ON_POSTGRESQL = pytest.mark.parametrize("office_url", ["postgresql"], indirect=True)
TOGETHER: Final = 3  # what is asked, what is stored, and the events with their commit


class Waits:
    """Counts statements that were sent alone, and times that several were sent together."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.alone: list[str] = []
        self.together = self._open = 0
        pipeline, execute = psycopg.Connection.pipeline, psycopg.Cursor.execute

        @contextmanager
        def counted(connection: psycopg.Connection[Any]) -> Iterator[Any]:
            self.together += 1
            self._open += 1
            try:
                with pipeline(connection) as found:
                    yield found
            finally:
                self._open -= 1

        def executes(cursor: psycopg.Cursor[Any], query: Any, *more: Any, **how: Any) -> Any:
            if not self._open:
                self.alone.append(str(query))
            return execute(cursor, query, *more, **how)

        patch.setattr(psycopg.Connection, "pipeline", counted)
        patch.setattr(psycopg.Cursor, "execute", executes)


@ON_POSTGRESQL
def test_a_command_about_a_case_at_hand_waits_three_times(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Story(office).does(GiveConsent, purpose="assistance").does(AddNote, note="her keys are made")
    commands = [
        case.command(AddNote, note="slept badly"),
        case.command(WithdrawConsent, purpose="assistance"),  # asks also what workers have in hand
        case.command(GiveConsent, purpose="assistance"),
    ]
    for command in commands:
        with monkeypatch.context() as patch:
            waits = Waits(patch)
            office.accepted(command)
        assert (waits.alone, waits.together) == ([], TOGETHER), type(command).__name__


@ON_POSTGRESQL
def test_what_cases_share_is_one_wait_more(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Story(office)
    with monkeypatch.context() as patch:
        waits = Waits(patch)
        office.accepted(case.command(HoldBed))
    assert (waits.alone, waits.together) == ([], TOGETHER + 1)


@ON_POSTGRESQL
def test_many_commands_wait_as_often_as_one(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [Story(office).does(AddNote, note="their keys are made") for _ in range(5)]
    commands = [case.command(AddNote, note="slept badly") for case in cases]
    with monkeypatch.context() as patch:
        waits = Waits(patch)
        office.service.submit_many(commands)
    assert (waits.alone, waits.together) == ([], TOGETHER)


@ON_POSTGRESQL
def test_what_is_asked_of_postgresql_is_heard_also_past_sqlalchemy(office: Office) -> None:
    case = Story(office)
    with reading(office) as heard:
        office.accepted(case.command(AddNote, note="slept badly"))
        rows = office.rows("tasks", task_id="T-NOBODYS")
    assert rows == []
    assert any("INSERT INTO events" in statement for statement in heard), "sent in a pipeline, by the driver's own hand"
    assert "FROM tasks" in heard[-1]
