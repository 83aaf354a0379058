"""Referrals as the database lists them, and what a provider was shown: which are late, and who referred people here.

Every referral begins with a letter, so the letters' tasks are the list; how far each has come is told by its case.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, tuple_

from events.catalogue import CLOSED
from events.facts.referrals import DisclosureMade
from events.ids import case_stream
from events.instants import instant
from events.log import Log
from handlers.projections.case_access import may_act_on
from handlers.projections.tables import case_board, tasks, timers, work_items
from handlers.queries.history import retracted_records
from handlers.queries.receipts import RecordedDisclosure
from workflow.rights.table import Account
from workflow.subjects.referrals.disclosure import PartSource, is_said, sources_of

_LATE_KINDS: Final = ("referral_unanswered", "referral_consent_needed", "referral_to_send")
_LATE_ITEMS: Final = ("escalation:referral_unanswered", "escalation:referral_not_served")
_tasks, _board, _items, _timers = tasks.c, case_board.c, work_items.c, timers.c


class ReferralLetter(NamedTuple):
    """The letter a referral began with; its place in the list is when it was asked for, and its task."""

    case_id: str
    referral_id: str
    place: tuple[str, str]


class Sender(NamedTuple):
    """How many people one kind of agency sent, and how many of their referrers were told that they came."""

    programme: str
    source: str
    people: int
    answered: int
    on_the_way: int


def referral_letters(
    connection: Connection, account: Account, now: datetime, *, before: tuple[str, ...] = (), limit: int = 50
) -> list[ReferralLetter]:
    """Return the letters of referrals of the cases somebody may see, the latest first."""
    key = (_tasks.created_at, _tasks.task_id)
    query = (
        select(_tasks.task_id, _tasks.case_id, _tasks.subject, _tasks.created_at)
        .join(case_board, _board.case_id == _tasks.case_id)
        .where(_tasks.kind == "send_referral", may_act_on(account, "case.see", now))
        .order_by(*[column.desc() for column in key])
        .limit(limit)
    )
    rows = connection.execute(query.where(tuple_(*key) < tuple_(*before)) if before else query)
    letters = ((row.case_id, _about(row.subject, "referral_id"), (row.created_at, row.task_id)) for row in rows)
    return [ReferralLetter(*letter) for letter in letters]


def cases_with_stuck_referral(
    connection: Connection, account: Account, now: datetime, *, limit: int = 100
) -> list[str]:
    """Return the cases somebody may see on which a referral waits for a person, the oldest first."""
    late = or_(_items.kind.in_(_LATE_KINDS), _items.item.in_(_LATE_ITEMS))
    query = (
        select(_items.case_id, func.min(_items.since))
        .join(case_board, _board.case_id == _items.case_id)
        .where(late, may_act_on(account, "case.see", now))
        .group_by(_items.case_id)
        .order_by(func.min(_items.since), _items.case_id)
        .limit(limit)
    )
    return [row.case_id for row in connection.execute(query)]


def meetings_due(connection: Connection, case_ids: Collection[str]) -> dict[str, datetime]:
    """Return by when something is to be heard of each referral that was received or accepted."""
    is_set = (_timers.kind == "referral_meeting", _timers.status == "set")
    query = select(_timers.subject, _timers.due_at).where(_timers.case_id.in_(sorted(case_ids)), *is_set)
    return {_about(row.subject, "referral_id"): instant(row.due_at) for row in connection.execute(query)}


def senders(connection: Connection, account: Account, now: datetime) -> Sequence[Sender]:
    """Return who referred the people somebody may see, by programme and kind of agency, and who was answered."""
    answer = and_(_tasks.case_id == _board.case_id, _tasks.kind == "answer_referrer")
    query = (
        select(_board.programme, _board.source, func.count(_board.case_id.distinct()).label("people"))
        .add_columns(_count_where("done"), _count_where("waiting", "claimed", "unknown"))
        .select_from(case_board.outerjoin(tasks, answer))
        .where(may_act_on(account, "case.see", now))
        .group_by(_board.programme, _board.source)
        .order_by(_board.programme, _board.source)
    )
    return [Sender(*row) for row in connection.execute(query)]


def disclosed_fields(log: Log, case_id: str, command_id: UUID) -> dict[str, str]:
    """Return part by part as text what the command's recorded disclosure names; raises like ``disclosed_values``."""
    values = disclosed_values(log, case_id, command_id).items()
    return {part: "; ".join(", ".join(map(str, one)) for one in several) for part, several in values}


def disclosed_values(log: Log, case_id: str, command_id: UUID) -> dict[str, list[tuple[Any, ...]]]:
    """Return part by part what the command's recorded disclosure names; what the case does not hold is left out.

    Raises LookupError when no disclosure was recorded: nothing is opened before it is.
    """
    facts = (log.fact(event) for event in log.of_command(str(command_id)))
    made = next((fact for fact in facts if isinstance(fact, DisclosureMade)), None)
    if made is None:
        raise LookupError("no disclosure was recorded under this command")
    latest: dict[tuple[str, str], tuple[Any, ...]] = {}
    for part, source, value in _opened(log, case_id, made.parts, RecordedDisclosure(str(command_id))):
        # What was sealed last under one name, or is known by now; what was corrected away is not told.
        latest[part, source.field if source.compartment else ""] = value
    told = {key: value for key, value in latest.items() if value}
    return {part: [value for (of, _), value in told.items() if of == part] for part, _ in told}


def _opened(
    log: Log, case_id: str, parts: tuple[str, ...], receipt: RecordedDisclosure
) -> Iterator[tuple[str, PartSource, tuple[Any, ...]]]:
    """Open, fact by fact, only the compartments these parts are sealed in, and take only their fields.

    What was retracted is not opened: it may be another person's.
    """
    sources, retracted = sources_of(parts), retracted_records(log, case_id)
    for event in log.of_types(case_stream(case_id), {source.fact for _, source in sources}):
        if event.envelope.version in retracted:
            continue
        wanted = [(part, source) for part, source in sources if source.fact == event.envelope.type]
        fact: Any = log.opened(
            event, sorted({source.compartment for _, source in wanted if source.compartment}), receipt
        )
        for part, source in wanted:
            value = getattr(fact, source.field)
            if source.field in getattr(fact, "emptied", ()):
                yield part, source, ()
            elif is_said(fact, source) and value not in (None, CLOSED):
                yield part, source, value if isinstance(value, tuple) else (value,)


def _count_where(*statuses: str) -> ColumnElement[int]:
    return func.count(_tasks.case_id.distinct()).filter(_tasks.status.in_(statuses))


def _about(subject: str, name: str) -> str:
    return str(orjson.loads(subject)[name])
