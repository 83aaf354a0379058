"""What a command about a case would lead to if it were carried out at this moment: decided, and not stored."""

from collections.abc import Iterator
from datetime import datetime

from events.catalogue import Fact
from events.ids import CaseId, case_stream
from events.instants import instant_text
from events.log import Log
from handlers.reactions import react
from handlers.reactions.moment import ReactionContext
from handlers.states.case_reader import CaseSnapshot
from handlers.states.state_cache import evolve, fold_events
from workflow.case.state import At, Case
from workflow.command import CaseCommand
from workflow.decide import RULES, needs
from workflow.reasons import Refused
from workflow.situation import Situation, StreamFact

_SOMEBODY = "second:person"  # whoever will confirm what two people decide


def foreseen(log: Log, seen: CaseSnapshot, command: CaseCommand, now: datetime) -> list[Fact] | Refused:
    """Return everything that would be told of the case, in order, a second person's word taken as given.

    Whoever reads it decides by it; it is decided anew when it is carried out.
    """
    programme = seen.definition.programme
    shared = {one: _state(log, one) for one in needs(command, seen.case, programme)}
    situation = Situation(seen.case, programme, seen.definition.journey, now, shared=shared, second=_SOMEBODY)
    decision = RULES[type(command)].decide(command, situation)
    return decision if isinstance(decision, Refused) else list(_told(decision, seen, command, now))


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
