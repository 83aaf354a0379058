"""What is decided in one breath with something else: the end of a case that gives way, the erasure of a joined one.

Each is a command of its own, in its own case, with its own guards and its own two people; all are carried out, or none.
"""

from collections.abc import Iterator

from events.ids import CaseId
from handlers.commanding.answers import Answer, Conflict
from handlers.commanding.service import CommandService
from handlers.states.case_reader import CaseReader, CaseSnapshot
from workflow.case.erasure import is_erased
from workflow.case.proposals import proposals_of, proposed
from workflow.case_decisions import confirmed_by
from workflow.command import AdvanceCase, CaseCommand, Command, ConfirmDecision, DeclineDecision, WithdrawProposal
from workflow.decide import RULES
from workflow.reasons import Refused
from workflow.subjects.access.commands import JoinCases
from workflow.subjects.access.joining import against_giving_way
from workflow.subjects.access.state import access_of
from workflow.subjects.erasure.commands import ErasePerson


def submit_with(service: CommandService, command: Command) -> Answer:
    """Carry a command out with what goes before it in the same breath, and return its answer.

    A refusal tells every reason against any of them; nothing is stored then.
    """
    before = [*_before(service, command)]
    if not before:
        return service.submit(command)
    *_, own = answers = service.submit_together([*before, command]).answers
    refused = [one for one in answers if isinstance(one, Refused)]
    if refused:
        reasons = dict.fromkeys(reason for one in refused for reason in one.reasons)
        return Refused(tuple(reasons))
    return next((one for one in answers if isinstance(one, Conflict)), own)


def ending_of(service: CommandService, command: CaseCommand) -> tuple[CaseSnapshot, AdvanceCase] | None:
    """Return how the case ends that gives way to this one, by its own free way out; None where none does, or may."""
    look = _reader(service)
    if not isinstance(command, JoinCases) or not command.gives_way:
        return None
    other = look.at(command.other)
    if other is None or [*against_giving_way(other.case)]:
        return None
    trigger = _way_out(other)
    key = service.machine_ids.for_people(f"gives-way/{command.command_id}/{other.case.case_id}")
    if not trigger:
        return None
    case_id = CaseId(other.case.case_id)
    ends = AdvanceCase(
        command_id=key, actor=command.actor, mandate=command.mandate, case_id=case_id, trigger=trigger,
        reason="duplicate",
    )  # fmt: skip
    return other, ends


def _before(service: CommandService, command: Command) -> Iterator[CaseCommand]:
    if isinstance(command, ErasePerson):
        yield from _also_proposed(service, command)
    elif isinstance(command, ConfirmDecision):
        yield from _before_confirming(service, command)
    elif isinstance(command, DeclineDecision | WithdrawProposal):
        yield from _also_over(service, command)


def _also_proposed(service: CommandService, command: ErasePerson) -> Iterator[ErasePerson]:
    """Yield the same for the cases that are led by this one: a person who is forgotten is forgotten in all of them."""
    for other in _led(service, command):
        if not proposed(other.case, ErasePerson.__name__):
            yield command.model_copy(update=_named(service, command, other))


def _before_confirming(service: CommandService, command: ConfirmDecision) -> Iterator[CaseCommand]:
    seen = _reader(service).at(command.case_id)
    inner = confirmed_by(command, seen.case, RULES) if seen is not None else None
    if isinstance(inner, JoinCases):
        found = ending_of(service, inner)
        if found is not None:
            yield found[1]
    elif isinstance(inner, ErasePerson):
        for other in _led(service, command):
            if key := proposed(other.case, ErasePerson.__name__):
                yield command.model_copy(update={**_named(service, command, other), "proposal_id": key})


def _also_over(service: CommandService, command: DeclineDecision | WithdrawProposal) -> Iterator[CaseCommand]:
    """Yield the same for what was proposed along: else one of the cases could be erased of which somebody said no."""
    seen = _reader(service).at(command.case_id)
    over = proposals_of(seen.case).pending.get(command.proposal_id) if seen is not None else None
    if over is None or over.command != ErasePerson.__name__:
        return
    for other in _led(service, command):
        key = proposed(other.case, over.command)
        if key and proposals_of(other.case).pending[key].proposer == over.proposer:
            yield command.model_copy(update={**_named(service, command, other), "proposal_id": key})


def _led(service: CommandService, command: CaseCommand) -> list[CaseSnapshot]:
    look = _reader(service)
    seen = look.at(command.case_id)
    found = look.at_many(access_of(seen.case).joined) if seen is not None else []
    return [one for one in found if not is_erased(one.case)]


def _named(service: CommandService, command: CaseCommand, other: CaseSnapshot) -> dict[str, object]:
    key = service.machine_ids.for_people(f"along/{command.command_id}/{other.case.case_id}")
    return {"command_id": key, "case_id": CaseId(other.case.case_id), "expected": None}


def _way_out(seen: CaseSnapshot) -> str:
    """Return the step by which anybody may leave, and which asks for nothing; nothing for a case that has ended."""
    journey = seen.definition.programme.journey
    ways = (way for way in journey.transitions if seen.case.stage in way.source and not way.conditions)
    return next((way.trigger for way in ways if journey.stages[way.dest].ends), "")


def _reader(service: CommandService) -> CaseReader:
    return CaseReader(service.log, service.definitions, service.folds)
