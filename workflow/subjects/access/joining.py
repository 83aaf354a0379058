"""Two cases that are one person's: joined, so that the person counts once and one case leads; and parted again.

Joining opens nothing. Each case keeps its people, its history and its keys, and both who decide may see both before
they do; so nobody joins a case they may see to one they may not. Which case gives way is ended first, by its own way
out: bed, trip and work are given back there as for anybody who leaves. Where the two decide that as well, the end and
the joining are two commands in one breath (`console/views/one_breath.py`): both are carried out, or neither.
"""

from collections.abc import Iterator
from typing import Final

from events.facts.access import CaseLed, CaseLedNoMore, CasesJoined, CasesParted, Granted
from events.ids import CaseId, case_stream
from events.instants import instant
from workflow.case.erasure import erased_at, request_of
from workflow.case.state import Case
from workflow.guard_context import GuardContext
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, refused
from workflow.refusals import PERSON_WAS_ERASED
from workflow.rights.acts import Act
from workflow.rights.standing import account_of
from workflow.rights.table import permit
from workflow.situation import Decision, Situation, StreamFact, case_of
from workflow.subject import CommandRule, StepHook, TwoPeople
from workflow.subjects.access import refusals
from workflow.subjects.access.commands import JoinCases, PartCases
from workflow.subjects.access.state import access_of
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.yearly_count import yearly_intake
from workflow.subjects.travel.guards import ON_THE_WAY
from workflow.subjects.travel.state import travel_of


def join_cases(command: JoinCases, situation: Situation) -> Decision:
    """Return that the other case is led by this one, or every reason why not."""
    case, other = case_of(situation), situation.cases.get(command.other)
    if other is None:
        itself = command.other == case.case_id
        return refused(refusals.OTHER_CASE_IS_ANOTHER() if itself else refusals.OTHER_CASE_EXISTS())
    reasons = [*_against_leading(case), *_against_other(command, other, situation), *_unseen(command, other, situation)]
    if reasons:
        return Refused(tuple(reasons))
    trip = travel_of(case).trip
    joined = CasesJoined(
        other=other.case_id,
        granted=_granted(other, ends=command.gives_way),
        return_id=trip.trip_id if trip else "",
        **situation.two,
    )
    once = yearly_intake(situation).taken_back(other.case_id, _year_of(other, situation.programme))
    led = StreamFact(_stream(other), CaseLed(leading=case.case_id))
    return [*situation.about_case(joined), led, StreamFact(situation.programme.intake_stream, once)]


def part_cases(command: PartCases, situation: Situation) -> Decision:
    """Return that each is on its own again; nothing that was recorded moves."""
    case, other = case_of(situation), situation.cases.get(command.other)
    if other is None or command.other not in access_of(case).joined:
        return refused(refusals.OTHER_IS_JOINED())
    gone = [PERSON_WAS_ERASED(at=instant(erased_at(one))) for one in (case, other) if erased_at(one)]
    if reasons := [*gone[:1], *_unseen(command, other, situation)]:
        return Refused(tuple(reasons))
    parted = CasesParted(other=other.case_id, **situation.two)
    year, programme = _year_of(other, situation.programme), situation.programme
    again = yearly_intake(situation).counted(
        other.case_id, year, programme.target_per_year, ""
    )  # their handle is taken
    alone = StreamFact(_stream(other), CaseLedNoMore(leading=case.case_id))
    return [*situation.about_case(parted), alone, StreamFact(programme.intake_stream, again)]


# -- why not ---------------------------------------------------------------------------------------------------------


def _against_leading(case: Case) -> Iterator[Reason]:
    if access_of(case).led_by:
        yield refusals.CASE_IS_LED(leading=access_of(case).led_by)
    elif case.next_case is not None:
        yield refusals.CASE_IS_LED(leading=case.next_case)
    if gone := erased_at(case):
        yield PERSON_WAS_ERASED(at=instant(gone))


def _against_other(command: JoinCases, other: Case, situation: Situation) -> Iterator[Reason]:
    case, key = case_of(situation), other.case_id
    if other.programme != case.programme:
        yield refusals.ONE_PROGRAMME()
        return
    if other.person_id == case.person_id:
        yield refusals.ALREADY_ONE_PERSONS(case=key)
    elif other.next_case is not None:
        yield refusals.OTHER_CASE_GOES_ON(case=key, next=other.next_case)
    if access_of(other).joined:
        yield refusals.OTHER_CASE_LEADS(case=key, joined=access_of(other).joined)
    if not situation.has_ended(other):
        yield from _against_end(command, other, situation)
    if erased_at(other) or request_of(other) is not None:
        yield refusals.OTHER_WAITS_FOR_ERASURE(case=key)


def _against_end(command: JoinCases, other: Case, situation: Situation) -> Iterator[Reason]:
    """Yield why a case that goes on does not give way: nobody decided that, or it would strand somebody, or money."""
    reasons = tuple(against_giving_way(other)) if command.gives_way else ()
    yield from reasons
    if not command.gives_way or (situation.proposal and not reasons):  # its end goes before, in the same breath
        yield refusals.OTHER_CASE_HAS_ENDED(case=other.case_id, stage=other.stage)


def against_giving_way(other: Case) -> Iterator[Reason]:
    """Yield why a case is not ended for another one of the same person: not in a train, not while money is away."""
    key = other.case_id
    if other.stage == ON_THE_WAY:
        yield refusals.OTHER_PERSON_IS_ON_THE_WAY(case=key)
    for grant_id, grant in grants_of(other).grants.items():
        if grant.at_the_bank:
            yield refusals.OTHER_MONEY_IS_AWAY(case=key, grant=grant_id)
    unknown = sorted({one.kind for one in other.tasks.values() if one.status == "unknown"})
    if unknown:
        yield refusals.OTHER_WORK_IS_UNKNOWN(case=key, work=unknown)


def _unseen(command: JoinCases | PartCases, other: Case, situation: Situation) -> Iterator[Reason]:
    """Yield which of the two who decide may not see the other case; before there are two, its door has asked."""
    if not situation.proposal:
        return
    ends = isinstance(command, JoinCases) and command.gives_way
    acts: tuple[Act, ...] = ("case.see", "case.advance") if ends else ("case.see",)
    for name in (command.actor, situation.second):
        account, now = account_of(name, situation), situation.now
        if account is None or not all(permit(account, act, other, situation.programme, now) for act in acts):
            yield refusals.BOTH_MAY_SEE_BOTH(account=name)


# -- what counts once ------------------------------------------------------------------------------------------------


def _granted(other: Case, *, ends: bool) -> Granted:
    """Return what the person had, or may still get, of each kind in the other case; of one that ends, what they had."""
    found = (
        (grant.kind, grant.released if grant.declined or ends else grant.amount, grant.currency)
        for grant in grants_of(other).grants.values()
    )
    return tuple(one for one in found if one[1])


def _year_of(case: Case, programme: Programme) -> int:
    return case.registered_year or programme.day(instant(case.opened_at)).year


def _stream(case: Case) -> str:
    return case_stream(CaseId(case.case_id))


# -- a case that is led ----------------------------------------------------------------------------------------------


def _against_step(asked: GuardContext, _stage: str) -> list[Reason]:
    """Return that the journey goes on in the case that leads, whatever a programme file asks for."""
    leading = access_of(asked.case).led_by
    return [refusals.CASE_IS_LED(leading=leading)] if leading else []


ENTERING: Final = StepHook(
    when=lambda _name, _stage: True,
    settles=lambda _situation, _name: [],
    needs=lambda _programme, _case: (),
    against=_against_step,
)


def _reached(command: JoinCases | PartCases, situation: Situation) -> tuple[str, ...]:
    return () if command.other == case_of(situation).case_id else (command.other,)


def _needs(programme: Programme, _case: Case) -> tuple[str, ...]:
    return (programme.intake_stream,)


_BY_TWO: Final = TwoPeople(thing=("other",))
RULES: Final = tuple(
    CommandRule(kind, decide, needs=_needs, reaches=_reached, after_the_end=True, two_people=_BY_TWO)
    for kind, decide in ((JoinCases, join_cases), (PartCases, part_cases))
)
