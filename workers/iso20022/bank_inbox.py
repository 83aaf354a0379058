"""The bank's answers: status reports put into a folder, each read once and then set aside.

Reading a report twice is harmless (every payment has its own command id), so a crash between reading and
setting aside costs nothing. A report that cannot be read is set aside too, where an operator sees it.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import orjson
from sqlalchemy import bindparam, select

from handlers.commanding.answers import Accepted, Answer
from handlers.commanding.group_commit import PendingCommand
from handlers.commanding.service import CommandService
from handlers.projections.tables import tasks
from workers.effects.grants import BankAnswer, bank_answers
from workers.iso20022.pain002 import StatusReport, read_pain002
from workers.iso20022.xml import BankFileError
from workflow.command import Command
from workflow.reasons import Reason, Refused
from workflow.rights.machine_ids import MachineIds
from workflow.subjects.grants.commands import RecordPayment
from workflow.subjects.grants.tranches import TranchePayment

_log = logging.getLogger(__name__)
REPORTS_AT_ONCE = 200
CaseFilter = Callable[[set[str]], set[str]]  # of these cases, those somebody may record payments of
_TASKS = select(tasks.c.task_id, tasks.c.case_id, tasks.c.subject).where(
    tasks.c.task_id.in_(bindparam("ids", expanding=True)), tasks.c.kind == "disburse_grant"
)


class NotRecorded(NamedTuple):
    """An answer of the bank that was not recorded: why the rules say no, or else what stood in the way."""

    tranche_id: str
    reasons: tuple[Reason, ...]
    obstacle: str


class RecordedReport(NamedTuple):
    """What came of a status report: recorded, heard before, and what needs a person."""

    recorded: int
    repeated: int
    put_off: frozenset[str] = frozenset()  # messages whose answers could not be stored now: read them again
    strange: tuple[str, ...] = ()  # payments nobody here sent
    refused: tuple[NotRecorded, ...] = ()

    @property
    def needs_a_look(self) -> bool:
        """Tell whether a person must look at what the bank says."""
        return bool(self.strange or self.refused)


class BankInbox:
    """Reads status reports from a folder and records what they settle."""

    def __init__(self, service: CommandService, folder: Path) -> None:
        self._service = service
        self._folder = folder

    def read(self) -> int:
        """Read the reports in the folder together and return how many payments they settled."""
        reports = dict(self._reports(sorted(self._folder.glob("*.xml"))[:REPORTS_AT_ONCE]))
        found = self._record([answer for report in reports.values() for answer in bank_answers(report)])
        for one in found.strange:
            _log.warning("a bank report names what needs a look: %s: no such payment was sent from here", one)
        for answer in found.refused:
            codes = ", ".join(reason.code for reason in answer.reasons)
            _log.warning("a bank report names what needs a look: %s: %s", answer.tranche_id, codes or answer.obstacle)
        for path, report in reports.items():
            if report.original_message_id not in found.put_off:
                self._set_aside(path, "read")
        return found.recorded

    def read_report(self, data: bytes, theirs: CaseFilter | None = None) -> RecordedReport:
        """Record what a report says; raises BankFileError when it is none.

        With ``theirs`` only answers about those cases are recorded; a payment of another case is nobody's.
        """
        return self._record(list(bank_answers(read_pain002(data))), theirs)

    def _reports(self, paths: Iterable[Path]) -> Iterator[tuple[Path, StatusReport]]:
        for path in paths:
            try:
                yield path, read_pain002(path.read_bytes())
            except FileNotFoundError:
                continue  # another process was quicker
            except BankFileError as unreadable:
                _log.warning("a bank report cannot be read: %s", unreadable)
                self._set_aside(path, "unreadable")

    def _record(self, answers: Sequence[BankAnswer], theirs: CaseFilter | None = None) -> RecordedReport:
        commands, strange = self._commands(answers, theirs)
        tickets = self._service.offer([command for _, command in commands])
        recorded = repeated = 0
        put_off, refused = set(), []
        for (answer, _), ticket in zip(commands, tickets, strict=True):
            if isinstance(ticket.answer, Accepted):
                first = not ticket.answer.repeated and bool(ticket.answer.facts)
                recorded, repeated = recorded + first, repeated + (not first)
            else:
                if ticket.error is not None:
                    put_off.add(answer.message_id)
                refused.append(_not_recorded(answer.tranche_id, ticket))
        return RecordedReport(recorded, repeated, frozenset(put_off), tuple(strange), tuple(refused))

    def _commands(
        self, answers: Sequence[BankAnswer], theirs: CaseFilter | None
    ) -> tuple[list[tuple[BankAnswer, RecordPayment]], list[str]]:
        known = self._known({answer.message_id for answer in answers})
        allowed = {case_id for case_id, _ in known.values()}
        allowed = allowed if theirs is None else theirs(allowed)
        commands, strange = [], []
        for answer in answers:
            case_id, about = known.get(answer.message_id, ("", None))
            if about is None or case_id not in allowed or answer.tranche_id not in ("", about.tranche_id):
                strange.append(answer.tranche_id or answer.message_id)
            else:
                whole = answer._replace(tranche_id=about.tranche_id)
                commands.append((whole, _command(whole, case_id, about.grant_id, self._service.machine_ids)))
        return commands, strange

    def _known(self, message_ids: set[str]) -> dict[str, tuple[str, TranchePayment]]:
        """Return what was sent from here: whose case each message is about, and what it pays."""
        with self._service.log.database.reading() as connection:
            rows = connection.execute(_TASKS, {"ids": sorted(message_ids)})
            return {r.task_id: (r.case_id, TranchePayment.of(orjson.loads(r.subject))) for r in rows}

    def _set_aside(self, path: Path, kind: str) -> None:
        aside = self._folder / kind
        aside.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):  # another process set it aside; reading it twice changed nothing
            path.replace(aside / path.name)


def _not_recorded(tranche_id: str, ticket: PendingCommand[Command, Answer]) -> NotRecorded:
    reasons = ticket.answer.reasons if isinstance(ticket.answer, Refused) else ()
    return NotRecorded(tranche_id, reasons, type(ticket.error or ticket.answer).__name__)


def _command(answer: BankAnswer, case_id: str, grant_id: str, ids: MachineIds) -> RecordPayment:
    said = f"{answer.message_id}/{answer.tranche_id}/{answer.outcome}"
    return RecordPayment(
        **ids.by_machine("worker:bank", "worker", case_id, f"bank/{said}"),
        grant_id=grant_id,
        tranche_id=answer.tranche_id,
        outcome="paid" if answer.outcome == "paid" else "rejected",
        reference=answer.reference,
    )
