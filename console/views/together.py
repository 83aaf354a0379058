"""What is done for several members of a group in one breath: a command for each of them, all carried out or none.

Each is a command of its own, with its own guards, under the right of whoever gives it to speak about that person.
What is each one's own is not offered here: consents, declarations, assessments, plans, money, whatever is sealed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from events.errors import CommandReused
from events.ids import CaseId
from handlers.commanding.answers import Accepted, Answer
from handlers.commanding.service import CommandService
from handlers.commanding.together import TogetherAnswer
from workflow.command import AdvanceCase, CaseCommand
from workflow.programme.programme import Programme
from workflow.reasons import Refused
from workflow.rights.case_references import SomeCommand
from workflow.subjects.accommodation.commands import (
    ExtendHold,
    ExtendStay,
    HoldBed,
    JoinWaitingList,
    ReleaseBed,
    TakeBed,
)
from workflow.subjects.reception.commands import CancelArrival, DelayArrival, MeetPerson, PlanArrival
from workflow.subjects.travel.commands import AnswerEscort, AnswerHost, AskHost, CancelTrip, HandOver, PlanTrip

# In the order of the way.
TOGETHER: Final[Mapping[str, type[CaseCommand]]] = {
    kind.__name__: kind
    for kind in (
        PlanArrival, DelayArrival, CancelArrival, MeetPerson, HoldBed, JoinWaitingList, ExtendHold, TakeBed,
        ExtendStay, ReleaseBed, PlanTrip, AnswerEscort, AskHost, AnswerHost, CancelTrip, HandOver, AdvanceCase,
    )
}  # fmt: skip


# Whom a command is for, in the order in which it is carried out, and what it says differently for each: by which right
# it is given, and who receives a child.
Members = Mapping[str, Mapping[str, object]]


class EachAnswer(NamedTuple):
    """What the command for one member is answered."""

    case_id: str
    answer: Answer


class CarriedOut(NamedTuple):
    """What came of it for everybody; where ``is_done`` is not, nothing was stored of any of them."""

    each: tuple[EachAnswer, ...]
    is_done: bool

    @property
    def proposed(self) -> bool:
        """Tell whether it waits for a second person, for one of them at least."""
        return any(isinstance(one.answer, Accepted) and one.answer.proposal for one in self.each)

    @property
    def refused(self) -> tuple[tuple[str, Refused], ...]:
        """Return for whom it may not be, and why."""
        return tuple((one.case_id, one.answer) for one in self.each if isinstance(one.answer, Refused))


def for_each(command: CaseCommand, members: Members, service: CommandService, words: str = "") -> Iterator[CaseCommand]:
    """Yield the command for each member, with an id made of the form's own, so that sending it again is safe."""
    size = {"company": len(members)} if "company" in type(command).model_fields else {}
    for case_id, own in members.items():
        command_id = service.machine_ids.for_people(f"together/{command.command_id}/{case_id}/{words}")
        mine = {"command_id": command_id, "case_id": CaseId(case_id), "expected": None}
        yield command.model_copy(update={**mine, **size, **own})


def all_or_none(command: CaseCommand, members: Members, service: CommandService, programme: Programme) -> CarriedOut:
    """Carry a command out for all of them or for none; without a house named, in the first that takes all of them.

    Raises CommandReused when the same form was sent before with other content.
    """
    answer = TogetherAnswer(())
    for one in _ways(command, programme):
        words = one.facility or "" if isinstance(one, HoldBed) else ""
        answer = service.submit_together([*for_each(one, members, service, words)])
        if answer.is_done:
            break
    return CarriedOut(_by_member(members, answer.answers), answer.is_done)


def those_who_can(command: CaseCommand, members: Members, service: CommandService) -> CarriedOut:
    """Carry a command out for each who may; the others are answered why not."""
    tickets = service.offer([*for_each(command, members, service)])
    reused = next((ticket.error for ticket in tickets if isinstance(ticket.error, CommandReused)), None)
    if reused is not None:
        raise reused
    return CarriedOut(_by_member(members, [ticket.result() for ticket in tickets]), is_done=True)


def _ways(command: SomeCommand, programme: Programme) -> Iterator[SomeCommand]:
    if not isinstance(command, HoldBed) or command.facility is not None:
        yield command
        return
    own = [house.id for house in programme.beds_facilities if house.is_offered and not house.on_request]
    yield from (command.model_copy(update={"facility": house}) for house in own)
    if not own:
        yield command


def _by_member(members: Members, answers: Sequence[Answer]) -> tuple[EachAnswer, ...]:
    return tuple(EachAnswer(case_id, answer) for case_id, answer in zip(members, answers, strict=True))
