"""What is put on the stage of people: somebody is erased, a task is put back, a family comes together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from events.errors import PersonErased
from handlers.commanding.answers import Accepted
from handlers.commanding.service import CommandService
from handlers.erasing.stores import ErasureSubject, left_of, shred
from tests.interleavings.stage import Transaction
from tests.interleavings.theatre import LEASE, Play, Scenario, Theatre
from tests.kit.erasures import DINA, ended, proposed
from tests.kit.roads import consents
from workers.running.jobs import AnyJob
from workflow.command import CaseCommand, Command, ConfirmDecision
from workflow.subjects.corrections.commands import CorrectIdentity
from workflow.subjects.groups.commands import FormGroup, JoinGroup
from workflow.subjects.groups.state import belonging_of
from workflow.subjects.intake.commands import AddNote


def erased_while_written_of(theatre: Theatre) -> Play:
    """Two decide that somebody is erased, and it is done, while a colleague writes of them."""
    return _erased_while(theatre, AddNote, note="seen")


def erased_while_corrected(theatre: Theatre) -> Play:
    """Two decide that somebody is erased, and it is done, while a colleague puts their name right."""
    return _erased_while(theatre, CorrectIdentity, name="Nina Test", why="misheard", evidence="persons_word")


def _erased_while(theatre: Theatre, kind: type[CaseCommand], **fields: str) -> Play:
    case = ended(theatre.office, name="Nino Test")
    who = ErasureSubject(case.case.person_id, (case.case_id,))
    confirms = {"actor": DINA, "mandate": "data_protection", "proposal_id": proposed(case)}
    confirm, service = case.command(ConfirmDecision, **confirms), theatre.services[0]

    def erases() -> bool:
        answer = service.submit(confirm)
        shred(service.log, who, service.log.now())
        return isinstance(answer, Accepted)

    def judge(cast: Sequence[Transaction]) -> None:
        assert cast[0].result, "the erasure was not decided"
        assert left_of(service.log, who) == 0, "something of who was erased is there"

    return Play([erases, partial(_written, theatre.services[1], case.command(kind, **fields))], judge)


def _written(service: CommandService, command: Command) -> bool:
    """Tell whether it was recorded; whoever was erased seals nothing any more."""
    try:
        return isinstance(service.submit(command), Accepted)
    except PersonErased:
        return False


def put_back_while_freed(theatre: Theatre) -> Play:
    """A worker says after its lease that nobody answered, while another frees the task and takes it."""
    _, task_id = theatre.with_task()
    late, next_one = theatre.leases(0), theatre.leases(1)
    (stale,) = late.claim([task_id], theatre.office.service.log.now())
    theatre.office.pass_time(LEASE * 2)
    now = theatre.office.service.log.now()

    def takes_over() -> list[AnyJob]:
        next_one.free([job for job in next_one.lost(now) if job.task_id == task_id], now)
        return next_one.claim([task_id], now)

    def judge(cast: Sequence[Transaction]) -> None:
        (row,) = theatre.office.rows("tasks", task_id=task_id)
        held = [job.epoch for job in cast[1].result]
        assert held in ([], [2]), "a claim does not count up"
        assert row["status"] == ("claimed" if held else "waiting"), "a task was put back that somebody holds"
        theatre.office.pass_time(LEASE)

    return Play([partial(late.again, [(stale, now, "Unavailable")]), takes_over], judge)


def joined_by_two(theatre: Theatre) -> Play:
    """Two come to one family at once: it has all three."""
    first, *others = [consents(theatre.case(), "assistance") for _ in range(3)]
    first.does(FormGroup)
    join = [one.command(JoinGroup, with_case=first.case_id, relation="child") for one in others]

    def judge(cast: Sequence[Transaction]) -> None:
        assert all(isinstance(one.result, Accepted) for one in cast)
        groups = {belonging_of(one.case).group_id for one in (first, *others)}
        assert len(groups) == 1, "a family is in two groups"
        state = theatre.office.state(f"group:{groups.pop()}")
        assert len(state.members) == 3, "somebody of the family is lost"

    does = [partial(service.submit, one) for service, one in zip(theatre.services, join, strict=False)]
    return Play(does, judge)


OF_PEOPLE: Final[Mapping[str, Scenario]] = {
    "erased while written of": erased_while_written_of,
    "erased while corrected": erased_while_corrected,
    "put back while freed": put_back_while_freed,
    "joined by two": joined_by_two,
}
