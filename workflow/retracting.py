"""Retracting: what was recorded by a slip counts no more, as long as nothing was built on it.

Which facts that is possible for, what rests on each and what undoing means, their subjects say.
"""

from datetime import datetime, timedelta
from typing import Final

from events.facts.corrections import RecordRetracted
from events.instants import instant
from workflow import refusals
from workflow.case.retraction import Instead, Retractable, Told, later_than, records_of
from workflow.case.state import Case
from workflow.command import RetractRecord
from workflow.reasons import Reason, Refused, refused
from workflow.refusals import CASE_IS_OPEN
from workflow.registry import SUBJECTS
from workflow.rights.acts import OPERATOR
from workflow.situation import Decision, Situation, case_of
from workflow.subject import CommandRule, TwoPeople

_WHOLE_CASE: Final = ("case_manager", "supervisor")
OWN_SLIP: Final = timedelta(days=7)  # so long somebody takes back alone what they recorded themselves
RETRACTABLE: Final = {one.fact.__name__: one for subject in SUBJECTS for one in subject.retractable}
# Of facts that are not retracted: which commands put them right, or end what they began.
INSTEAD: Final = {fact: ways for subject in SUBJECTS for fact, ways in subject.instead.items()}
# How whatever somebody recorded is put right: taken back as a slip, or as its subject says.
MENDING: Final = INSTEAD | {
    name: Instead(back=RetractRecord.__name__, anew=one.anew) for name, one in RETRACTABLE.items()
}


def retract_record(command: RetractRecord, situation: Situation) -> Decision:
    """Return that a record counts no more, or everything that stands on it."""
    case = case_of(situation)
    told = records_of(case).standing.get(command.record)
    if command.record in records_of(case).retracted:
        return refused(refusals.RETRACTED_BEFORE(record=command.record))
    if told is None or not may_name(told, command.actor, command.mandate):
        return refused(refusals.NOT_RETRACTABLE(record=command.record))
    against = stands_on(case, command.record, told) + _against_end(RETRACTABLE[told.of], situation)
    if against:
        return Refused(tuple(against))
    retracted = RecordRetracted(
        record=command.record, of=told.of, by=told.by, recorded_at=instant(told.at), why=command.why, **situation.two
    )
    return situation.about_case(retracted)


def stands_on(case: Case, record: int, told: Told) -> list[Reason]:
    """Return what was built on a record: a step of the case, a later one of the same, whatever its subject names."""
    step = [refusals.STEP_STANDS_ON_IT(step=told.step)] if told.step else []
    kind = RETRACTABLE[told.of]
    later = later_than(case, record) if kind.in_turn else ()
    after = [refusals.LATER_STANDS_ON_IT(later=number, at=instant(one.at)) for number, one in later]
    return [*step, *after, *kind.against(case, told)]


def may_name(told: Told, actor: str, mandate: str) -> bool:
    """Tell whether somebody may speak of a record: it is theirs, or they see the whole case.

    To everybody else it is not there: a doctor is not told what a lawyer recorded, and finance nothing of either.
    """
    return told.by == actor or mandate in _WHOLE_CASE or mandate == OPERATOR


def is_own_slip(told: Told, actor: str, now: datetime) -> bool:
    """Tell whether somebody may take a record back alone: it is theirs, and not long ago."""
    return told.by == actor and now - instant(told.at) <= OWN_SLIP


def is_retracted_alone(case: Case, told: Told, actor: str, now: datetime) -> bool:
    """Tell whether one person may take a record back: it is their own slip, and nobody is in less danger without it."""
    return is_own_slip(told, actor, now) and not RETRACTABLE[told.of].takes_two(case, told)


def _takes_two(command: RetractRecord, situation: Situation) -> bool:
    """Tell whether a second person must agree; a name that was typed without signing in is nobody's own record."""
    case = case_of(situation)
    told = records_of(case).standing.get(command.record)
    if told is None or command.mandate == OPERATOR:
        return told is not None
    return not is_retracted_alone(case, told, command.actor, situation.now)


def _against_end(kind: Retractable, situation: Situation) -> list[Reason]:
    """Return that the case has ended, for what would open something of it again."""
    stage = case_of(situation).stage
    return [CASE_IS_OPEN(stage=stage)] if situation.journey.stage(stage).ends and not kind.after_the_end else []


RULES: Final = (
    CommandRule(
        RetractRecord, retract_record, after_the_end=True, cancels=True,
        two_people=TwoPeople(when=_takes_two, thing=("record",)),
    ),
)  # fmt: skip
