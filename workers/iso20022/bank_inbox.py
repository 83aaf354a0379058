"""The bank's answers: status reports and statements put into a folder, each read once and then set aside.

Reading a report twice is harmless (every payment has its own command id), so a crash between reading and
setting aside costs nothing. A report that cannot be read is set aside too, where an operator sees it.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import select

from handlers.commanding.answers import Accepted, Answer
from handlers.commanding.group_commit import PendingCommand
from handlers.commanding.service import CommandService
from handlers.projections.tables import case_board, tasks
from workers.effects.grants import BankAnswer, bank_answers, booked_answers
from workers.iso20022.bank_folder import READ, UNREADABLE, BankFile, BankFolder
from workers.iso20022.camt053 import is_statement, read_camt053
from workers.iso20022.pain002 import read_pain002
from workers.iso20022.xml import BankFileError, parsed
from workflow.command import Command
from workflow.reasons import Reason, Refused
from workflow.rights.machine_ids import MachineIds
from workflow.subjects.grants.commands import RecordBankAnswer, RecordStrangeAnswer
from workflow.subjects.grants.tranches import TranchePayment

_log = logging.getLogger(__name__)
REPORTS_AT_ONCE = 200
CaseFilter = Callable[[set[str]], set[str]]  # of these cases, those somebody may record payments of
_OURS = "T-"  # how the ids of our payments begin
_TASKS = select(tasks.c.task_id, tasks.c.case_id, tasks.c.subject).where(tasks.c.kind == "disburse_grant")


class Said(NamedTuple):
    """An answer of the bank, and the file in which it stands."""

    answer: BankAnswer
    file_hash: str
    file_name: str


class Upload(NamedTuple):
    """Who brought a file that is said to be the bank's, by which right, and what it was called."""

    actor: str
    mandate: str
    file_name: str = ""


class NotRecorded(NamedTuple):
    """An answer of the bank that was not recorded: why the rules say no, or else what stood in the way."""

    tranche_id: str
    reasons: tuple[Reason, ...]
    obstacle: str


class RecordedReport(NamedTuple):
    """What came of a status report: recorded, heard before, and what needs a person."""

    recorded: int
    repeated: int
    put_off: frozenset[str] = frozenset()  # hashes of files whose answers could not be stored now: read them again
    strange: tuple[str, ...] = ()  # payments nobody here sent
    refused: tuple[NotRecorded, ...] = ()

    @property
    def needs_a_look(self) -> bool:
        """Tell whether a person must look at what the bank says."""
        return bool(self.strange or self.refused)


class BankInbox:
    """Reads the bank's files from a folder and records what they settle."""

    def __init__(self, service: CommandService, folder: Path) -> None:
        self._service = service
        self._folder = BankFolder(folder)

    def read(self) -> int:
        """Read the files in the folder together and return how many payments they settled."""
        files = list(islice(self._files(), REPORTS_AT_ONCE))
        if not files:
            return 0
        found = self._record([Said(answer, file.hash, file.path.name) for file, said in files for answer in said])
        for one in found.strange:
            _log.warning("a bank report names what needs a look: %s: no such payment was sent from here", one)
        for answer in found.refused:
            codes = ", ".join(reason.code for reason in answer.reasons)
            _log.warning("a bank report names what needs a look: %s: %s", answer.tranche_id, codes or answer.obstacle)
        for file, _ in files:
            if file.hash not in found.put_off:
                self._folder.set_aside(file, READ)
        return found.recorded

    def read_report(self, data: bytes, upload: Upload, theirs: CaseFilter | None = None) -> RecordedReport:
        """Record what a report says on the word of who brought it; raises BankFileError when it is none.

        With ``theirs`` only answers about those cases are recorded; a payment of another case is nobody's.
        """
        file_hash = hashlib.sha256(data).hexdigest()
        said = [Said(answer, file_hash, upload.file_name) for answer in bank_answers(read_pain002(data))]
        return self._record(said, upload, theirs)

    def _files(self) -> Iterator[tuple[BankFile, list[BankAnswer]]]:
        for file in self._folder.files():
            try:
                yield file, self._answers(file.data)
            except BankFileError as unreadable:
                _log.warning("a bank report cannot be read: %s", unreadable)
                self._folder.set_aside(file, UNREADABLE, str(unreadable))

    def _answers(self, data: bytes) -> list[BankAnswer]:
        if not is_statement(parsed(data)):
            return list(bank_answers(read_pain002(data)))
        statement = read_camt053(data)
        if not any(statement.is_of(account) for account in self._accounts()):
            raise BankFileError("the statement is of another account than the programmes': ask the bank for theirs")
        return list(booked_answers(statement))

    def _accounts(self) -> set[str]:
        """Return the accounts from which the programmes that have cases pay."""
        found = [self._service.definitions.current(name) for name in self._programmes()]
        return {one.programme.office.account for one in found if one is not None}

    def _programmes(self) -> list[str]:
        with self._service.log.database.reading() as connection:
            found = connection.execute(select(case_board.c.programme).distinct()).scalars().all()
        return sorted(found)

    def _record(
        self, said: Sequence[Said], upload: Upload | None = None, theirs: CaseFilter | None = None
    ) -> RecordedReport:
        commands, strange = self._commands(said, upload, theirs)
        tickets = self._service.offer([command for _, command in commands])
        recorded = repeated = 0
        put_off, refused = set(), []
        for (one, command), ticket in zip(commands, tickets, strict=True):
            if isinstance(ticket.answer, Accepted):
                first = not ticket.answer.repeated and bool(ticket.answer.facts)
                recorded, repeated = recorded + first, repeated + (not first)
            else:
                if ticket.error is not None:
                    put_off.add(one.file_hash)
                refused.append(_not_recorded(command.tranche_id, ticket))
        self._keep(strange, upload)
        names = tuple(one.answer.tranche_id or one.answer.message_id for one in strange)
        return RecordedReport(recorded, repeated, frozenset(put_off), names, tuple(refused))

    def _keep(self, strange: Sequence[Said], upload: Upload | None) -> None:
        """Keep what the bank says of payments nobody sent, under the first programme: it names none."""
        programme = next(iter(self._programmes()), "")
        for one in strange if programme else ():
            said = f"{one.answer.message_id}/{one.answer.tranche_id}/{one.answer.outcome}"
            what = f"strange/{one.file_hash}/{said}"
            origin = _origin(upload, "", what, self._service.machine_ids)
            self._service.submit(RecordStrangeAnswer(
                command_id=origin["command_id"], actor=origin["actor"], mandate=origin["mandate"], programme=programme,
                message_id=one.answer.message_id, tranche_id=one.answer.tranche_id,
                outcome="paid" if one.answer.outcome == "paid" else "rejected",
                source="upload" if upload else "bank", file_hash=one.file_hash,
            ))  # fmt: skip

    def _commands(
        self, said: Sequence[Said], upload: Upload | None, theirs: CaseFilter | None
    ) -> tuple[list[tuple[Said, RecordBankAnswer]], list[Said]]:
        known = self._known(said)
        allowed = {case_id for case_id, _ in known.values()}
        allowed = allowed if theirs is None else theirs(allowed)
        commands, strange = [], []
        for one in said:
            answer = one.answer
            case_id, about = known.get(answer.message_id or answer.tranche_id, ("", None))
            if about is not None and case_id in allowed and answer.tranche_id in ("", about.tranche_id):
                commands.append((one, _command(one, case_id, about, upload, self._service.machine_ids)))
            elif answer.message_id or answer.tranche_id.startswith(_OURS):
                strange.append(one)  # other debits of a statement are not payments
        return commands, strange

    def _known(self, said: Sequence[Said]) -> dict[str, tuple[str, TranchePayment]]:
        """Return what was sent from here, by message and by tranche: whose case each is about, and what it pays."""
        ids = {one.answer.message_id for one in said}
        query = _TASKS if "" in ids else _TASKS.where(tasks.c.task_id.in_(ids))  # a statement names no messages
        with self._service.log.database.reading() as connection:
            rows = [
                (r.task_id, r.case_id, TranchePayment.of(orjson.loads(r.subject))) for r in connection.execute(query)
            ]
        found = {task_id: (case_id, about) for task_id, case_id, about in rows}
        return found | {about.tranche_id: (case_id, about) for _, case_id, about in rows}


def _not_recorded(tranche_id: str, ticket: PendingCommand[Command, Answer]) -> NotRecorded:
    reasons = ticket.answer.reasons if isinstance(ticket.answer, Refused) else ()
    return NotRecorded(tranche_id, reasons, type(ticket.error or ticket.answer).__name__)


def _origin(upload: Upload | None, case_id: str, what: str, ids: MachineIds) -> dict[str, Any]:
    """Return who says it and under which id: the bank's own file under a machine's, an upload under its bringer's."""
    if upload is None:
        return {**ids.by_machine("worker:bank", "worker", case_id, f"bank/{what}")}
    command_id = ids.for_people(f"upload/{upload.actor}/{what}")
    return {"command_id": command_id, "actor": upload.actor, "mandate": upload.mandate, "case_id": case_id}


def _command(
    one: Said, case_id: str, about: TranchePayment, upload: Upload | None, ids: MachineIds
) -> RecordBankAnswer:
    """Return the command for one answer of one file: the same file read again, by its name too, is the same command."""
    answer = one.answer
    what = f"{one.file_hash}/{one.file_name}/{answer.message_id}/{about.tranche_id}/{answer.outcome}"
    return RecordBankAnswer(
        **_origin(upload, case_id, what, ids),
        grant_id=about.grant_id,
        tranche_id=about.tranche_id,
        outcome="paid" if answer.outcome == "paid" else "rejected",
        reference=answer.reference,
        source="upload" if upload else "bank",
        file_hash=one.file_hash,
        file_name=one.file_name[:200],
        amount=answer.amount,
    )
