"""Who stands in for whom: for days of the programme, by who may look after such cases, never by a name alone.

A stand-in does what their own role lets them do to a case that is theirs, and nothing more; whether the days last is
asked at the moment of each act. Nobody stands in for a stand-in: the days of one say nothing about another's.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from events.facts.team import StandInEnded, StandInNamed
from events.ids import account_stream
from events.instants import instant_text
from workflow.programme.programme import Programme
from workflow.reasons import Reason, reasons_if
from workflow.rights.standing import account_of
from workflow.rights.table import Account, StandIn, relations_for
from workflow.rights.visibility import speaks_for_office
from workflow.situation import Decision, Situation, StreamFact, unless
from workflow.subject import CommandRule
from workflow.subjects.team import refusals
from workflow.subjects.team.commands import EndStandIn, NameStandIn, StandInCommand

DAYS_MAX: Final = 92  # a quarter; who is away for longer hands their cases over
DAYS_AHEAD_MAX: Final = 366
_OWN: Final = frozenset({"owner", "programme"})


def name_stand_in(command: NameStandIn, situation: Situation) -> Decision:
    """Return that somebody stands in for a colleague for these days."""
    programme = situation.programme
    begins = max(programme.begin_of(command.first), situation.now)
    ends = programme.end_of(command.last)
    fact = StandInNamed(
        programme=programme.programme, owner=command.whose, stand_in=command.stand_in,
        first=command.first, last=command.last, begins=begins, ends=ends,
    )  # fmt: skip
    reasons = [
        *_against_naming(command, situation),
        *_against_days(command, situation),
        *_against_stand_in(command, situation),
    ]
    since, until = instant_text(begins), instant_text(ends)
    at_once = [one for one in _standing(command, situation) if one.begins < until and since < one.ends]
    reasons += reasons_if((at_once, refusals.STANDS_IN_ALREADY(account=command.stand_in, owner=command.whose)))
    return unless(reasons, [StreamFact(command.stream, fact)])


def end_stand_in(command: EndStandIn, situation: Situation) -> Decision:
    """Return that somebody stands in no more; what they did stays theirs."""
    ended = StandInEnded(programme=situation.programme.programme, owner=command.whose, stand_in=command.stand_in)
    lasts = list(_standing(command, situation))
    reasons = [*_against_naming(command, situation)] if command.actor != command.stand_in else []
    reasons += reasons_if((not lasts, refusals.STANDS_IN(account=command.stand_in, owner=command.whose)))
    return unless(reasons, [StreamFact(command.stream, ended)])


def _against_naming(command: StandInCommand, situation: Situation) -> Iterator[Reason]:
    """Yield why somebody may not speak about these cases: they are a colleague's, and only a supervisor may then."""
    actor, programme = account_of(command.actor, situation), situation.programme
    if actor is None or actor.closed:
        yield refusals.ACCOUNT_IS_HERE(account=command.actor)
    elif command.whose != command.actor and not ("supervisor" in actor.roles and _works_for(actor, programme)):
        yield refusals.SUPERVISOR_NAMES(owner=command.whose)
    owner = account_of(command.whose, situation)
    if owner is None or owner.closed:
        yield refusals.OWNER_IS_AN_ACCOUNT(account=command.whose)


def _against_days(command: NameStandIn, situation: Situation) -> Iterator[Reason]:
    today = situation.today
    if command.first < today:
        yield refusals.FIRST_DAY_IS_TO_COME(first=command.first, today=today)
    if command.last < command.first:
        yield refusals.LAST_DAY_IS_LATER(first=command.first, last=command.last)
    if command.last - command.first >= timedelta(days=DAYS_MAX):
        yield refusals.STAND_IN_IS_SHORT(days=DAYS_MAX)
    if command.first - today > timedelta(days=DAYS_AHEAD_MAX):
        yield refusals.STAND_IN_IS_SOON(days=DAYS_AHEAD_MAX)


def _against_stand_in(command: NameStandIn, situation: Situation) -> Iterator[Reason]:
    """Yield why somebody cannot look after these cases in a colleague's place."""
    account = account_of(command.stand_in, situation)
    if command.stand_in == command.whose:
        yield refusals.STAND_IN_IS_ANOTHER(account=command.stand_in)
    elif account is None:
        yield refusals.STAND_IN_HAS_ACCOUNT(account=command.stand_in)
    elif account.closed:
        yield refusals.STAND_IN_IS_HERE(account=command.stand_in)
    elif not _works_for(account, situation.programme) or _OWN.isdisjoint(relations_for(account, "case.see")):
        yield refusals.STAND_IN_WOULD_SEE(account=command.stand_in, programme=situation.programme.programme)


def _works_for(account: Account, programme: Programme) -> bool:
    return programme.programme in account.programmes and speaks_for_office(account.account, programme)


def _standing(command: StandInCommand, situation: Situation) -> Iterator[StandIn]:
    """Yield the times for which somebody stands in for this colleague, now or later."""
    account, now = account_of(command.stand_in, situation), instant_text(situation.now)
    for one in account.stands_in if account else ():
        if (one.owner, one.programme) == (command.whose, situation.programme.programme) and one.ends > now:
            yield one


def _accounts(_programme: Programme, command: StandInCommand) -> tuple[str, ...]:
    return tuple(dict.fromkeys(account_stream(name) for name in (command.stand_in, command.whose, command.actor)))


RULES: Final = (
    CommandRule(NameStandIn, name_stand_in, office_needs=_accounts, in_person=True),
    CommandRule(EndStandIn, end_stand_in, office_needs=_accounts, in_person=True),
)
