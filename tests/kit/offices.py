"""An office with a real database, where stories happen as they do in life: through the one command path."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import URL, func, select, update

from events.database import Database
from events.envelope import RecordedEvent
from events.facts import catalogue
from events.ids import CaseId, case_stream
from events.log import Log
from events.schema import migrate
from events.world import ManualClock, SeededEntropy
from handlers.commanding.answers import Accepted, Answer, Conflict
from handlers.commanding.service import CommandService
from handlers.projections.tables import metadata, tasks
from handlers.states.state_cache import fold_events
from tests.kit.again import done_again
from tests.kit.logs import shared_keys
from tests.kit.officers import by_two, decided_by_two
from tests.kit.people import ANNA, BORIS, START, TAMARA, role_of
from workflow.case.state import Case
from workflow.command import Command, PublishProgramme
from workflow.programme.loading import Definition, shipped_programme_text
from workflow.reasons import Refused
from workflow.rights.acts import OPERATOR
from workflow.rights.visibility import is_machine
from workflow.situation import Decision, StreamFact
from workflow.subjects.accommodation.shelter import Shelter
from workflow.subjects.accounts.commands import OpenAccount
from workflow.subjects.intake.commands import OpenCase

KINDS: Final = ("sqlite", "postgresql")  # of databases Wayhome runs on
ON_BOTH_DATABASES: Final = pytest.mark.parametrize("office_url", KINDS, indirect=True)


class Office:
    """A service on a log, a clock that is moved by hand, and what is needed to look behind the counter."""

    def __init__(
        self,
        url: str | URL,
        *,
        text: str | None = None,
        programme: str = "moscow",
        batch: int = 256,
        has_tables: bool = False,
        seed: int = 7,
        start: datetime = START,
        opened: bool = True,
    ) -> None:
        self.database = Database(url)
        if not has_tables:
            migrate(self.database)
        self.clock = ManualClock(start)
        self.chance = SeededEntropy(seed)
        self.keys = shared_keys(self.chance)
        self.text = text or shipped_programme_text(programme)
        self.programme = programme
        self.batch = batch
        self._databases = [self.database]
        self.service = self.another_service()
        if opened:
            self.again(f"publish {programme} {hash(self.text)}", lambda: self.publish(self.text, programme))

    def another_service(self) -> CommandService:
        """Return a service of its own on the same database, as another process has it."""
        database = Database(self.database.url)
        self._databases.append(database)
        log = Log(database, catalogue(), self.keys, self.chance, self.clock)
        return CommandService(log, batch=self.batch)

    def publish(self, text: str, programme: str = "moscow") -> Answer:
        """Put a programme file into force: where there are no officers yet, as who installs Wayhome does."""
        given = {"programme": programme, "text": text}
        if not self.rows("accounts"):
            return self.submit(PublishProgramme, actor=ANNA, mandate=OPERATOR, **given)
        first, second = (f"{name}-{programme}" for name in (TAMARA, BORIS))
        for name in (first, second):
            if not self.rows("accounts", account=name):
                self.by_two(OpenAccount, account=name, roles=("supervisor",), programmes=(programme,))
        return decided_by_two(self.service, self.uuid, PublishProgramme, actor=first, second=second, **given)

    @property
    def definition(self) -> Definition:
        """Return the definition now in force."""
        current = self.service.definitions.current(self.programme)
        assert current is not None
        return current

    # -- the place a story needs -----------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def uuid(self) -> UUID:
        return self.chance.uuid()

    def pass_time(self, span: timedelta) -> None:
        self.clock.advance(span)

    def case(self, case_id: str) -> Case:
        """Return the case as the log tells it, from the beginning."""
        case = self.state(case_stream(CaseId(case_id)))
        assert isinstance(case, Case)
        return case

    def carry_out(self, command: Command) -> Decision:
        if is_machine(command.actor):  # a story knows no installation's secret
            command = command.model_copy(update={"command_id": self.id_for(command.actor)})
        answer = self.service.submit(command)
        if isinstance(answer, Refused):
            return answer
        assert isinstance(answer, Accepted), answer
        log = self.service.log
        return [StreamFact(e.envelope.stream, log.fact(e)) for e in log.of_command(answer.command_id)]

    def has_account(self, name: str) -> None:
        """Let somebody have an account, unless they have one."""
        if not self.rows("accounts", account=name):
            given = {"account": name, "roles": (role_of(name),), "programmes": (self.programme,)}
            self.by_two(OpenAccount, **given)

    def by_two(self, kind: type[Command], /, **how: Any) -> Accepted:
        """Have two officers decide something about the house."""
        *_, answer = [self.accepted(command) for command in by_two(self.service, self.uuid, kind, **how)]
        return answer

    def accepted(self, command: Command) -> Accepted:
        answer = self.service.submit(command)
        assert isinstance(answer, Accepted), answer
        return answer

    def tell(self, told: StreamFact, command: Command) -> list[StreamFact]:
        raise AssertionError("in an office facts come from commands")

    def again(self, what: str, do: Callable[[], Any]) -> Any:
        return done_again(self, what, do)

    def claim(self, task_id: str) -> int:
        """Let a worker begin a task, as the workers' own claim does; return the epoch."""
        table = tasks
        begun = func.coalesce(func.nullif(table.c.claimed_at, ""), self.service.log.now())
        taken = {"status": "claimed", "epoch": table.c.epoch + 1, "owner": "worker-1", "claimed_at": begun}
        take = (
            update(table)
            .where(table.c.task_id == task_id)
            .values(**taken, attempts=table.c.attempts + 1)
            .returning(table.c.epoch)
        )
        with self.database.writing() as connection:
            return int(connection.execute(take).scalar_one())

    # -- looking behind the counter --------------------------------------------------------------------------

    def state(self, stream: str) -> Any:
        log = self.service.log
        return fold_events(stream, log.stream(stream), log.fact).state

    def rows(self, name: str, **where: Any) -> list[dict[str, Any]]:
        table = metadata.tables[name]
        query = select(table).where(*[table.c[column] == value for column, value in where.items()])
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def submit(self, kind: type[Command], /, **fields: Any) -> Answer:
        return self.service.submit(self.command(kind, **fields))

    def command(self, kind: type[Command], /, **fields: Any) -> Command:
        return kind.model_validate({"command_id": self.id_for(fields.get("actor", ANNA)), "actor": ANNA} | fields)

    def id_for(self, actor: str) -> UUID:
        """Return a new id for whoever acts: machines have a space of their own."""
        return self.service.machine_ids.of(str(self.uuid())) if is_machine(actor) else self.uuid()

    def opening(self, **fields: Any) -> OpenCase:
        age = {} if "birth_date" in fields else {"age_band": "27-29"}
        made = self.command(OpenCase, **{"programme": "moscow", "source": "ngo"} | age | fields)
        assert isinstance(made, OpenCase)
        return made

    def check(self) -> None:
        """What must hold after anything: no gaps, rows that say what the history says, nobody in a second bed."""
        log, streams = self.service.log, defaultdict[str, list[RecordedEvent]](list)
        for position, event in enumerate(event for page in log.pages() for event in page):
            assert event.position == position
            assert event.envelope.version == len(streams[event.envelope.stream])
            streams[event.envelope.stream].append(event)
        looked_at = {stream: told for stream, told in streams.items() if stream.startswith(("case:", "facility:"))}
        states = {stream: fold_events(stream, told, log.fact).state for stream, told in looked_at.items()}
        self._check_rows([state for state in states.values() if isinstance(state, Case)], streams)
        for shelter in states.values():
            if isinstance(shelter, Shelter):
                holders = [bed.case_id for bed in shelter.beds.values()]
                assert len(holders) == len(set(holders))

    def _check_rows(self, cases: list[Case], streams: Mapping[str, list[RecordedEvent]]) -> None:
        """Every case has one row on the board, and rows of just those tasks and timers that it waits for."""
        board = {row["case_id"]: (row["stage"], row["version"]) for row in self.rows("case_board")}
        versions = {case.case_id: len(streams[case_stream(CaseId(case.case_id))]) - 1 for case in cases}
        assert board == {case.case_id: (case.stage, versions[case.case_id]) for case in cases}
        live = [row for row in self.rows("tasks") if row["status"] not in ("done", "cancelled")]
        assert {(row["case_id"], row["task_id"]) for row in live} == {
            (c.case_id, task) for c in cases for task in c.tasks
        }
        due = {(row["case_id"], row["timer_id"]) for row in self.rows("timers", status="set")}
        assert due == {(case.case_id, timer) for case in cases for timer in case.timers}
        for case in cases:
            kept = self.service.folds.get(f"case:{case.case_id}")
            assert kept.version < versions[case.case_id] or kept.state == case

    def close(self) -> None:
        for database in self._databases:
            database.close()


@contextmanager
def open_office(url: str, **how: Any) -> Iterator[Office]:
    """Lend an office on a database that has its tables, and see at the end that what must hold holds."""
    office = Office(url, has_tables=True, **how)
    try:
        yield office
        office.check()
    finally:
        office.close()


def version_of(answer: Answer) -> int:
    assert isinstance(answer, Accepted), answer
    return answer.version


def overtaken(answer: Answer) -> Conflict:
    assert isinstance(answer, Conflict), answer
    return answer
