"""What a command would lead to if it were carried out at this moment: decided, and not stored."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from events.catalogue import Fact
from events.ids import CaseId, case_stream
from events.instants import instant_text
from events.log import Log
from handlers.projections.board import open_cases
from handlers.reactions import react
from handlers.reactions.moment import ReactionContext
from handlers.states.case_reader import CaseReader, CaseSnapshot
from handlers.states.state_cache import evolve, fold_events
from workflow.case.state import At, Case
from workflow.command import CaseCommand, Command, OfficeCommand
from workflow.decide import RULES, needs, reaches
from workflow.programme.loading import Definition
from workflow.reasons import Refused
from workflow.situation import Situation, StreamFact

_SOMEBODY = "second:person"  # whoever will confirm what two people decide


class ForeseenAtOffice(NamedTuple):
    """What a command about an office would lead to, and how many people it concerns."""

    facts: tuple[Fact, ...]
    people: int


def foreseen(
    log: Log, cases: CaseReader, seen: CaseSnapshot, command: CaseCommand, now: datetime
) -> list[Fact] | Refused:
    """Return everything that would be told of the case, in order, a second person's word taken as given.

    Whoever reads it decides by it; it is decided anew when it is carried out.
    """
    programme = seen.definition.programme
    shared = {one: _state(log, one) for one in needs(command, seen.case, programme)}
    situation = Situation(seen.case, programme, seen.definition.journey, now, shared=shared, second=_SOMEBODY)
    decision = RULES[type(command)].decide(command, _reached(command, situation, cases))
    return decision if isinstance(decision, Refused) else list(_told(decision, seen, command, now))


def foreseen_at_office(
    log: Log, cases: CaseReader, definition: Definition, command: OfficeCommand, now: datetime
) -> ForeseenAtOffice | Refused:
    """Return everything that would be told by a command about an office, and how many people it concerns."""
    programme = definition.programme
    shared = {one: _state(log, one) for one in needs(command, None, programme)}
    with log.database.reading() as connection:
        going_on = tuple(open_cases(connection, programme.programme))
    situation = Situation(None, programme, definition.journey, now, shared=shared, open_cases=going_on)
    situation = _reached(command, situation, cases)
    decision = RULES[type(command)].decide(command, situation)
    if isinstance(decision, Refused):
        return decision
    return ForeseenAtOffice(tuple(told.fact for told in decision), len(situation.cases))


def _reached(command: Command, situation: Situation, cases: CaseReader) -> Situation:
    """Return the situation with whatever further cases the command reaches."""
    while more := [case_id for case_id in reaches(command, situation) if case_id not in situation.cases]:
        found = {one.case.case_id: one.case for one in cases.at_many(more)}
        if not found:
            break
        situation = situation._replace(cases={**situation.cases, **found})
    return situation


def _told(decision: list[StreamFact], seen: CaseSnapshot, command: CaseCommand, now: datetime) -> Iterator[Fact]:
    """Yield the facts of the case's own history, each with what follows from it."""
    stream, case, version = case_stream(CaseId(command.case_id)), seen.case, seen.version
    for fact in (told.fact for told in decision if told.stream == stream):
        before, case, version = case, _after(stream, case, fact, command, now), version + 1
        yield fact
        moment = ReactionContext(before, case, seen.definition, now, command.command_id, version, frozenset())
        for follows in react(fact, moment):
            case, version = _after(stream, case, follows, command, now), version + 1
            yield follows


def _after(stream: str, state: Case, fact: Fact, command: CaseCommand, now: datetime) -> Case:
    after: Case = evolve(stream, state, fact, At(instant_text(now), command.actor, ""))
    return after


def _state(log: Log, stream: str) -> object:
    return fold_events(stream, log.stream(stream), log.fact).state
