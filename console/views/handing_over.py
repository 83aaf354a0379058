"""Many cases handed over at once: which may be chosen, to whom, and exactly what came of each.

Each is a command of its own, decided by the rules as if it were alone; they are stored together.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from console.views.cases import Card, cards_of
from console.views.reader import Reader
from events.errors import CommandReused
from handlers.commanding.answers import Accepted, Answer
from handlers.commanding.group_commit import PendingCommand
from handlers.projections.case_access import CaseFilter, PageRequest, cases_for
from handlers.states.case_reader import CaseSnapshot
from workflow.command import Command
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.access.state import access_of

AT_ONCE_MAX: Final = 200


class Wanted(NamedTuple):
    """One case somebody wants to hand over: whose it was on their screen, and what the next should know."""

    case_id: str
    owner: str
    note: str = ""


class HandedOver(NamedTuple):
    """What came of one case: without reasons it is the new owner's; ``moved`` says that it changed meanwhile."""

    case_id: str
    reasons: tuple[Reason, ...] = ()
    programme: Programme | None = None
    is_hidden: bool = False
    moved: bool = False
    owner: str = ""  # whose it is now, where it is not the new owner's

    @property
    def is_done(self) -> bool:
        """Tell whether it is the new owner's now."""
        return not (self.reasons or self.is_hidden or self.moved)


def to_choose(reader: Reader, owner: str, programme: str, stage: str) -> list[Card]:
    """Return the open cases of somebody that the reader may hand over, those longest in their stage first."""
    only, page = CaseFilter(programme=programme, owner=owner), PageRequest(limit=AT_ONCE_MAX)
    with reader.container.database.reading() as connection:
        rows = cases_for(connection, reader.account, reader.now, act="case.assign", stage=stage or None, only=only,
                         page=page)  # fmt: skip
    return cards_of(reader, [row["case_id"] for row in rows])


def chosen(reader: Reader, case_ids: Sequence[str]) -> list[Card]:
    """Return those of these cases that the reader may hand over, as cards."""
    may = [case_id for case_id, one in reader.cases(case_ids).items() if reader.may("case.assign", one)]
    return cards_of(reader, may)


def hand_over(
    reader: Reader, wanted: Sequence[Wanted], to: str, form_id: UUID, *, team: str | None = None
) -> tuple[HandedOver, ...]:
    """Hand these cases over in one go and return what came of each; sent twice, it is done once.

    Raises ValidationError when the new owner's name is none; a team is changed only where one is given.
    """
    snapshots = reader.cases([one.case_id for one in wanted])
    found = {one.case_id: _against(reader, one, snapshots.get(one.case_id), to, form_id) for one in wanted}
    asked = [one for one in wanted if found[one.case_id] is None]
    commands = [_command(reader, one, snapshots[one.case_id], to, form_id, team) for one in asked]
    tickets = reader.container.service.offer(commands)
    told = {one.case_id: _answer(ticket) for one, ticket in zip(asked, tickets, strict=True)}
    return tuple(found[one.case_id] or _came_of(one, told[one.case_id], snapshots[one.case_id]) for one in wanted)


def _against(reader: Reader, one: Wanted, snapshot: CaseSnapshot | None, to: str, form_id: UUID) -> HandedOver | None:
    """Return why a case is not asked about at all: it is not theirs to see, or already whose it should be."""
    if snapshot is None or reader.may("case.assign", snapshot) is None:
        return HandedOver(one.case_id, is_hidden=not _was_done(reader, one, form_id))
    owner = access_of(snapshot.case).owner
    if owner == to != one.owner:
        return HandedOver(one.case_id)
    return None if owner == one.owner else HandedOver(one.case_id, moved=True, owner=owner)


def _was_done(reader: Reader, one: Wanted, form_id: UUID) -> bool:
    """Tell whether this very form did it before: whoever has given a case away may not see it any more."""
    events = reader.container.log.of_command(str(_id(reader, one, form_id)))
    return any(event.envelope.actor == reader.account.account for event in events)


def _id(reader: Reader, one: Wanted, form_id: UUID) -> UUID:
    return reader.container.service.machine_ids.for_people(f"hand-over|{form_id}|{one.case_id}")


def _command(
    reader: Reader, one: Wanted, snapshot: CaseSnapshot, to: str, form_id: UUID, team: str | None
) -> AssignCase:
    right, stays = reader.may("case.assign", snapshot), access_of(snapshot.case).team
    assert right is not None, "it was asked before"
    given = {"case_id": one.case_id, "owner": to, "team": stays if team is None else team, "note": one.note or None}
    sender = {"command_id": _id(reader, one, form_id), "actor": reader.account.account, "mandate": right.mandate}
    return AssignCase.model_validate({**given, **sender, "expected": snapshot.version})


def _answer(ticket: PendingCommand[Command, Answer]) -> Answer | None:
    """Return the answer; None when this form was sent before for this case, and it has come back since."""
    try:
        return ticket.result()
    except CommandReused:
        return None


def _came_of(one: Wanted, answer: Answer | None, snapshot: CaseSnapshot) -> HandedOver:
    if isinstance(answer, Accepted):
        return HandedOver(one.case_id)
    if isinstance(answer, Refused):
        return HandedOver(one.case_id, answer.reasons, snapshot.definition.programme)
    return HandedOver(one.case_id, moved=True, owner=access_of(snapshot.case).owner)
