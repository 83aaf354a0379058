"""What lies outside, or beside the keys, and the log knows nothing of: an older log was put in place.

Only what carries a number of ours is looked at; other people's files in the same folders are none of our business.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from events.facts.restore import OrphanFound
from events.log import Log
from handlers.checks.check_results import SentOutside
from handlers.projections.tables import tasks
from handlers.queries.quarantine import orphan
from workers.effects.grants import BankAnswer, bank_answers, booked_answers
from workers.iso20022.bank_folder import READ, BankFolder
from workers.iso20022.camt053 import is_statement, read_camt053
from workers.iso20022.pain002 import read_pain002
from workers.iso20022.sent_payments import read_sent
from workers.iso20022.xml import BankFileError, parsed
from workers.running.jobs import BankFolders

_TASK: Final = re.compile(r"[WK]-[0-9A-HJKMNP-TV-Z]{16}")
_PART: Final = re.compile(r"T-[0-9A-HJKMNP-TV-Z]{16}")
_AT_ONCE: Final = 500
_NAMED: Final = re.compile(rb"(?=([WK]-[0-9A-HJKMNP-TV-Z]{16}))")  # a task's number, wherever it stands in a file
_DISGUISES: Final = (b"&#", b"\0", b"<!")  # letters by number, two bytes for a letter, words cut by a comment or CDATA


def orphans_outside(log: Log, folders: BankFolders, post: Path, ordered: Collection[str]) -> list[OrphanFound]:
    """Return what went out, and what the bank said of it, under numbers that this log never gave."""
    with log.database.reading() as connection:
        payments = list(_payments(connection, folders))
        told = {one.reference for one in payments} | {one.about for one in payments}
        answers = [one for one in _answers(connection, Path(folders.bank_in)) if one.reference not in told]
        letters = _unknown(connection, (file.stem for file in _files(post, "*.eml")))
        orders = _unknown(connection, ordered)
    found = [
        *payments,
        *answers,
        *(orphan("letter", one) for one in letters),
        *(orphan("order", one) for one in orders),
    ]
    return list({one.orphan_id: one for one in found}.values())


def sent_outside(folders: BankFolders, post: Path, ordered: Collection[str]) -> list[SentOutside]:
    """Return everything that left the house under a task's number, as it lies there."""
    files = [file for folder in (folders.bank_out, folders.bank_sent) for file in _files(Path(folder), "*.xml")]
    paid = [_sent_in(file) for file in files if _TASK.fullmatch(file.stem)]
    letters = [SentOutside("letter", file.stem) for file in _files(post, "*.eml") if _TASK.fullmatch(file.stem)]
    return [*paid, *letters, *(SentOutside("order", key) for key in ordered)]


def _sent_in(file: Path) -> SentOutside:
    try:
        first, *_ = read_sent(file.read_bytes())
    except (BankFileError, OSError, ValueError):
        return SentOutside("payment", file.stem)
    return SentOutside("payment", file.stem, first.end_to_end_id, first.amount)


def _payments(connection: Connection, folders: BankFolders) -> Iterator[OrphanFound]:
    files = [file for folder in (folders.bank_out, folders.bank_sent) for file in _files(Path(folder), "*.xml")]
    strange = {*_unknown(connection, (file.stem for file in files))}
    for file in files:
        if file.stem in strange or not _TASK.fullmatch(file.stem):
            yield from _ordered_in(connection, file)


def _ordered_in(connection: Connection, file: Path) -> Iterator[OrphanFound]:
    """Yield what a file orders; one that was renamed, as a gateway may do, says by its message whose it is."""
    try:
        payments = [one for one in read_sent(file.read_bytes()) if _PART.fullmatch(one.end_to_end_id)]
    except (BankFileError, OSError):
        payments = []
    for one in payments:
        if _unknown(connection, [one.message_id]):
            yield orphan("payment", one.message_id, one.end_to_end_id, one.amount)
    if not payments and _TASK.fullmatch(file.stem):
        yield orphan("payment", file.stem)


def _answers(connection: Connection, folder: Path) -> Iterator[OrphanFound]:
    read = [file.data for place in (folder, folder / READ) if place.is_dir() for file in BankFolder(place).files()]
    said = [answer for data in _of_strange_numbers(connection, read) for answer in _said_in(data)]
    messages = set(_unknown(connection, (one.message_id for one in said)))
    for one in said:
        if one.message_id in messages:
            yield orphan("bank_answer", one.message_id, one.outcome)


def _of_strange_numbers(connection: Connection, files: Sequence[bytes]) -> list[bytes]:
    """Return the files that may name a task we do not have: years of answers need not be read through at each start.

    What names none in plain letters is among them.
    """
    named = {data: {found.decode() for found in _NAMED.findall(data)} for data in files}
    strange = {*_unknown(connection, {number for numbers in named.values() for number in numbers})}
    return [
        data for data in files if not named[data] or named[data] & strange or any(one in data for one in _DISGUISES)
    ]


def _said_in(data: bytes) -> list[BankAnswer]:
    try:
        booked = is_statement(parsed(data))
        return list(booked_answers(read_camt053(data)) if booked else bank_answers(read_pain002(data)))
    except BankFileError:
        return []  # nobody could read it before either: it lies among the unreadable ones


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern)) if folder.is_dir() else []


def _unknown(connection: Connection, ids: Iterable[str]) -> list[str]:
    """Return those of these ids that are written as tasks' are and that no task here has."""
    left = iter(sorted({one for one in ids if _TASK.fullmatch(one)}))
    found: list[str] = []
    while some := list(islice(left, _AT_ONCE)):
        there = set(connection.execute(select(tasks.c.task_id).where(tasks.c.task_id.in_(some))).scalars())
        found += [one for one in some if one not in there]
    return found
