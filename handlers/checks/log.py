"""I1 to I4: every acknowledged command once, no gaps, nothing changed since it was written, and tables say the same."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Table

from events.envelope import RecordedEvent
from events.tables import commands
from handlers.checks.check_results import Acknowledgement, InvariantCheck, WalkEnd
from handlers.projections.replay import Row
from handlers.projections.tables import (
    accounts,
    beds,
    beds_in_use,
    case_board,
    case_relations,
    tasks,
    timers,
    work_items,
)

# What the log's own proof finds that is another check's to say.
_GAPS: Final = frozenset({"position", "version", "head"})
_COMMANDS: Final = frozenset({"command"})
_ERASURES: Final = frozenset({"erasure"})
Answers = Mapping[str, Mapping[str, Any]]  # by command


class CommandsCheck(InvariantCheck):
    """I1: what was acknowledged is in the log exactly once, and nothing is there that nobody asked for."""

    name, title = "I1", "every command once"

    def __init__(self, acknowledged: Iterable[Acknowledgement] | None) -> None:
        super().__init__()
        self._acknowledged = None if acknowledged is None else tuple(acknowledged)
        self._facts: dict[str, list[str]] = defaultdict(list)
        self._versions: dict[tuple[str, str], int] = {}

    def take(self, event: RecordedEvent) -> None:
        """Note which command an event belongs to."""
        envelope = event.envelope
        self._facts[envelope.command_id].append(envelope.type)
        self._versions[envelope.command_id, envelope.stream] = envelope.version
        self.count("events")

    def end(self, end: WalkEnd) -> None:
        """Compare commands, their facts and what clients were told."""
        answers: Answers = {row["command_id"]: orjson.loads(row["answer"]) for row in end.rows[commands]}
        self.count("commands", len(answers))
        for command_id, answer in answers.items():
            self._stored(command_id, answer)
        for finding in end.report.findings:
            if finding.code in _COMMANDS:
                self.fault(finding.text)
        if self._acknowledged is not None:
            for ack in self._acknowledged:
                self._told(ack, answers.get(ack.command_id))
            told = {ack.command_id for ack in self._acknowledged}
            self.count("acknowledged", len(told))
            self.count("unacknowledged", len(answers.keys() - told))

    def _stored(self, command_id: str, answer: Mapping[str, Any]) -> None:
        found = self._facts.get(command_id, [])
        if found != answer["facts"]:
            self.fault(f"command {command_id} answered {answer['facts']}, the log holds {found}")
        version = self._versions.get((command_id, f"case:{answer['case']}"))
        if version is not None and version != answer["version"]:
            self.fault(f"command {command_id} answered version {answer['version']}, the log holds {version}")

    def _told(self, ack: Acknowledgement, answer: Mapping[str, Any] | None) -> None:
        if answer is None:
            self.fault(f"command {ack.command_id} was acknowledged and is not in the log")
            return
        if ack.version is not None and ack.version != answer["version"]:
            self.fault(f"command {ack.command_id} was told version {ack.version}, stored is {answer['version']}")
        if ack.facts is not None and list(ack.facts) != answer["facts"]:
            self.fault(f"command {ack.command_id} was told {list(ack.facts)}, stored is {answer['facts']}")


class GapsCheck(InvariantCheck):
    """I2: global positions and the versions of every stream have no gap."""

    name, title = "I2", "no gaps in positions and versions"

    def end(self, end: WalkEnd) -> None:
        """Take over what the log's proof found about numbers."""
        self.count("events", end.report.events)
        self.count("streams", end.report.streams)
        for finding in end.report.findings:
            if finding.code in _GAPS:
                self.fault(finding.text)


class ProofCheck(InvariantCheck):
    """I3: leaves recompute, streams continue, ciphertexts are those that were stored."""

    name, title = "I3", "the log is as it was written"

    def end(self, end: WalkEnd) -> None:
        """Take over what the log's proof found about content."""
        self.count("leaves", end.report.events)
        self.count("parts erased", end.report.missing_parts)
        for finding in end.report.findings:
            if finding.code not in _GAPS | _COMMANDS | _ERASURES:
                self.fault(finding.text)
        if end.report.more:
            self.fault(f"and {end.report.more} findings more")


COMPARED: Final = (tasks, timers, beds, beds_in_use, accounts, work_items, case_relations, case_board)
# Left out: since and stage are those of the write in which an item appeared, which the log does not tell.
_ITEMS: Final = ("kind", "office", "owner", "team")
_TASKS: Final = ("case_id", "kind", "subject", "status", "created_at", "finished_at")
# Once a worker has claimed a task, when it is due again and what stopped it is the queue's to say.
_TASKS_UNTRIED: Final = (*_TASKS, "due_at", "error")


class ReadModelsCheck(InvariantCheck):
    """I4: the case board, the work list, beds, accounts, tasks and timers say what the log says."""

    name, title = "I4", "tables equal a replay"

    def end(self, end: WalkEnd) -> None:
        """Compare every row with what the log implies."""
        for fault in end.unreadable:
            self.fault(fault)
        replay = end.replay
        self._compare(tasks, replay.tasks, map(_as_log_knows, end.rows[tasks]), _task_columns)
        self._compare(timers, replay.timers, end.rows[timers])
        there, used = replay.beds()
        self._compare(beds, there, end.rows[beds])
        self._compare(beds_in_use, used, end.rows[beds_in_use])
        self._compare(accounts, replay.accounts(), end.rows[accounts])
        try:
            board, items = replay.board(), replay.items()
        except KeyError as unknown:
            self.fault(f"a case runs under definition {unknown.args[0]}, which nobody published")
            return
        self._compare(work_items, items, end.rows[work_items], lambda _: _ITEMS)
        self._compare(case_relations, replay.relations(), end.rows[case_relations])
        self._compare(case_board, board, end.rows[case_board])

    def _compare(
        self,
        table: Table,
        implied: Mapping[Any, Row],
        rows: Iterable[Row],
        columns_of: Callable[[Row], Sequence[str]] | None = None,
    ) -> None:
        stored = _by(rows, *(column.name for column in table.primary_key))
        others = [column.name for column in table.columns if not column.primary_key]
        self.count(f"rows of {table}", len(stored))
        for key, row in stored.items():
            said = implied.get(key)
            if said is None:
                self.fault(f"{table} has {_name(key)}, which the log does not imply")
                continue
            for column in columns_of(row) if columns_of else others:
                if row[column] != said[column]:
                    self.fault(f"{table} {_name(key)}: {column} is {row[column]!r}, by the log {said[column]!r}")
        for key in implied.keys() - stored.keys():
            self.fault(f"{table} lacks {_name(key)}")


def _as_log_knows(row: Row) -> Row:
    """Return a task's row in the log's terms: that somebody holds it just now is the queue's to know."""
    return {**row, "status": "waiting"} if row["status"] == "claimed" else row


def _task_columns(row: Row) -> Sequence[str]:
    return _TASKS if row["attempts"] else _TASKS_UNTRIED


def _by(rows: Iterable[Row], *key: str) -> dict[Any, Row]:
    if len(key) == 1:
        return {row[key[0]]: row for row in rows}
    return {tuple(row[name] for name in key): row for row in rows}


def _name(key: Any) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
