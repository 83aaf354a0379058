"""Taking the list of cases out as a file: numbers and handles, never a name; who took which and how many is told.

A file has no doors. So each is a fact, under the name of whoever proved just now that it is them, and of many in one
day the next is refused.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from events.catalogue import Fact
from events.facts.access import CasesExported
from events.instants import instant
from workflow.case.state import At
from workflow.reasons import reasons_if
from workflow.situation import Decision, Situation, StreamFact, said_by, unless
from workflow.subject import Aggregate, CommandRule
from workflow.subjects.access import refusals
from workflow.subjects.access.commands import ExportCases

EXPORTS_MAX: Final = 5  # of one account and programme
WITHIN: Final = timedelta(hours=24)


class Exports(NamedTuple):
    """When each account last took a list out, the newest behind."""

    at: Mapping[str, tuple[str, ...]] = {}


def evolve(state: Exports | None, fact: Fact, at: At) -> Exports:
    """Return the exports after a fact; as many of an account are kept as are counted."""
    before = state or Exports()
    if not isinstance(fact, CasesExported):
        return before
    theirs = (*before.at.get(at.actor, ()), at.recorded_at)[-EXPORTS_MAX:]
    return Exports({**before.at, at.actor: theirs})


def export_cases(command: ExportCases, situation: Situation) -> Decision:
    """Return that somebody takes a list out, unless they took too many just before."""
    theirs = situation.state_of(command.stream, Exports).at.get(command.actor, ())
    lately = [at for at in theirs if instant(at) > situation.now - WITHIN]
    reasons = reasons_if((len(lately) >= EXPORTS_MAX, refusals.EXPORTS_ARE_FEW(most=EXPORTS_MAX)))
    return unless(reasons, [StreamFact(command.stream, said_by(command, CasesExported))])


AGGREGATE: Final = Aggregate("exports", evolve)
RULES: Final = (CommandRule(ExportCases, export_cases, office_needs=lambda _programme, command: (command.stream,)),)
