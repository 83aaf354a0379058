"""The bank's answers: status reports put into a folder, each read once and then set aside.

Reading a report twice is harmless (every payment has its own command id), so a crash between reading and
setting aside costs nothing. A report that cannot be read is set aside too, where an operator sees it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from uuid import NAMESPACE_OID, uuid5

import orjson
from sqlalchemy import bindparam, select

from events.ids import CaseId
from handlers.answers import Accepted
from handlers.service import Service
from handlers.tables import tasks
from workers.grants import BankAnswer, bank_answers
from workers.pain002 import StatusReportError, read_pain002
from workflow.commands import RecordPayment

_log = logging.getLogger(__name__)
_TASKS = select(tasks.c.task_id, tasks.c.case_id, tasks.c.subject).where(
    tasks.c.task_id.in_(bindparam("ids", expanding=True))
)


class Read(NamedTuple):
    """What came of a status report: recorded, heard before, and what needs a person."""

    recorded: int
    repeated: int
    problems: tuple[str, ...]


class BankMail:
    """Reads status reports from a folder and records what they settle."""

    def __init__(self, service: Service, folder: Path) -> None:
        self._service = service
        self._folder = folder

    def read(self) -> int:
        """Read every report in the folder and return how many payments they settled."""
        return sum(self._read_file(path) for path in sorted(self._folder.glob("*.xml")))

    def _read_file(self, path: Path) -> int:
        try:
            found = self.read_report(path.read_bytes())
        except FileNotFoundError:
            return 0  # another process was quicker
        except StatusReportError as unreadable:
            _log.warning("a bank report cannot be read: %s", unreadable)
            self._set_aside(path, "unreadable")
            return 0
        for problem in found.problems:
            _log.warning("a bank report names what needs a look: %s", problem)
        self._set_aside(path, "read")
        return found.recorded

    def read_report(self, data: bytes) -> Read:
        """Record what a report says; raises StatusReportError when it is none."""
        answers = list(bank_answers(read_pain002(data)))
        commands, problems = self._commands(answers)
        tickets = self._service.offer([command for _, command in commands])
        recorded = repeated = 0
        for (answer, _), ticket in zip(commands, tickets, strict=True):
            if isinstance(ticket.answer, Accepted):
                first = not ticket.answer.repeated and bool(ticket.answer.facts)
                recorded, repeated = recorded + first, repeated + (not first)
            else:
                problems.append(f"{answer.tranche_id}: {ticket.error or ticket.answer}")
        return Read(recorded, repeated, tuple(problems))

    def _commands(self, answers: Iterable[BankAnswer]) -> tuple[list[tuple[BankAnswer, RecordPayment]], list[str]]:
        answers = list(answers)
        known = self._known({answer.message_id for answer in answers})
        commands, problems = [], []
        for answer in answers:
            case_id, about = known.get(answer.message_id, ("", {}))
            if about.get("tranche_id") != answer.tranche_id:
                problems.append(f"{answer.tranche_id}: no such payment was sent from here; ask the bank")
            else:
                commands.append((answer, _command(answer, case_id, about["grant_id"])))
        return commands, problems

    def _known(self, message_ids: set[str]) -> dict[str, tuple[str, dict[str, str]]]:
        with self._service.log.database.reading() as connection:
            rows = connection.execute(_TASKS, {"ids": sorted(message_ids)})
            return {row.task_id: (row.case_id, orjson.loads(row.subject)) for row in rows}

    def _set_aside(self, path: Path, kind: str) -> None:
        aside = self._folder / kind
        aside.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):  # another process set it aside; reading it twice changed nothing
            path.replace(aside / path.name)


def _command(answer: BankAnswer, case_id: str, grant_id: str) -> RecordPayment:
    said = f"{answer.message_id}/{answer.tranche_id}/{answer.outcome}"
    return RecordPayment(
        command_id=uuid5(NAMESPACE_OID, f"wayhome/bank/{said}"),
        actor="worker:bank",
        mandate="worker",
        case_id=CaseId(case_id),
        grant_id=grant_id,
        tranche_id=answer.tranche_id,
        outcome="paid" if answer.outcome == "paid" else "rejected",
        reference=answer.reference,
    )
