"""The table of decisions: which function decides a command, and which shared streams it looks at.

``decide`` is the single entrance to the rules. It is pure: the same command and situation give the same facts.
Each subject brings its own part of the tables; one line here takes it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workflow import advancing, tasks
from workflow.case.state import Case
from workflow.command import AdvanceCase, CancelTask, Command, FinishTask, FireTimer, OfficeCommand
from workflow.programme.programme import Programme
from workflow.reasons import refused
from workflow.refusals import CASE_EXISTS, CASE_IS_OPEN, PROGRAMME_IS_YOURS
from workflow.rights.visibility import may_say, runs
from workflow.situation import Decide, Decision, Needs, OfficeNeeds, Reaches, Situation
from workflow.subjects.access import decisions as ownership
from workflow.subjects.access import emergency as glass
from workflow.subjects.accommodation import decisions as beds
from workflow.subjects.accommodation.decisions import houses_of
from workflow.subjects.care import decisions as care
from workflow.subjects.closing import decisions as closing
from workflow.subjects.documents import decisions as papers
from workflow.subjects.grants import costs as funding
from workflow.subjects.grants import decisions as grants
from workflow.subjects.hotline import consultations
from workflow.subjects.hotline import decisions as hotline
from workflow.subjects.intake import consents, records
from workflow.subjects.intake import decisions as opening
from workflow.subjects.intake.commands import OpenCase
from workflow.subjects.reception import decisions as reception
from workflow.subjects.referrals import decisions as referrals
from workflow.subjects.referrals.decisions import answer_needs, open_providers
from workflow.subjects.reintegration import decisions as reintegration
from workflow.subjects.reintegration import training
from workflow.subjects.reintegration.training import streams_of
from workflow.subjects.safety import decisions as safety
from workflow.subjects.trafficking_routes import decisions as routes
from workflow.subjects.travel import decisions as trips
from workflow.tasks import unsent_needs

_SUBJECTS: Final = (
    referrals,
    opening,
    closing,
    advancing,
    consents,
    safety,
    reception,
    beds,
    care,
    papers,
    trips,
    grants,
    funding,
    reintegration,
    training,
    records,
    tasks,
    hotline,
    consultations,
    routes,
    ownership,
    glass,
)

DECISIONS: Final[Mapping[type[Command], Decide]] = {
    command: decision for subject in _SUBJECTS for command, decision in subject.DECISIONS.items()
}
# What may still be said of a case that has ended: late answers from outside, notes, and that it goes on after all.
_AFTER_THE_END: Final[frozenset[type[Command]]] = frozenset(
    command for subject in _SUBJECTS for command in getattr(subject, "AFTER_THE_END", ())
)
# Decisions that take back tasks must know which of them a worker has already begun.
CANCELLING: Final[frozenset[type[Command]]] = frozenset(
    command for subject in _SUBJECTS for command in getattr(subject, "CANCELLING", ())
)
_NEEDS: Final[Mapping[type[Command], Needs]] = {
    command: needs for subject in _SUBJECTS for command, needs in getattr(subject, "NEEDS", {}).items()
}
_OFFICE_NEEDS: Final[Mapping[type[Command], OfficeNeeds]] = {
    command: needs for subject in _SUBJECTS for command, needs in getattr(subject, "OFFICE_NEEDS", {}).items()
}
_REACHES: Final[Mapping[type[Command], Reaches]] = {
    command: reaches for subject in _SUBJECTS for command, reaches in getattr(subject, "REACHES", {}).items()
}


def needs(command: Command, case: Case | None, programme: Programme) -> tuple[str, ...]:
    """Return the shared streams a decision looks at, so that they can be held still until it is stored."""
    if type(command) in _OFFICE_NEEDS:
        return _OFFICE_NEEDS[type(command)](programme, command)
    if case is None:
        return ()
    if isinstance(command, AdvanceCase):
        return _step_needs(command, case, programme)
    if isinstance(command, FireTimer):
        return _timer_needs(command, case, programme)
    if isinstance(command, FinishTask | CancelTask):
        return unsent_needs(command, case, programme)
    found = _NEEDS.get(type(command))
    return found(programme, case) if found else ()


def reaches(command: Command, situation: Situation) -> tuple[str, ...]:
    """Return the numbers of further cases a decision reaches, so that they can be held still too."""
    found = _REACHES.get(type(command))
    return found(command, situation) if found else ()


def decide(command: Command, situation: Situation) -> Decision:
    """Return the facts of a command, or a refusal that lists every reason."""
    if isinstance(command, OfficeCommand) and not runs(command.actor, situation.programme):
        return refused(PROGRAMME_IS_YOURS())
    if not isinstance(command, OpenCase | OfficeCommand):
        # To whom a case is not to be seen it is not there.
        about = getattr(command, "referral_id", "")
        if situation.case is None or not may_say(command.actor, about, situation.case, situation.programme):
            return refused(CASE_EXISTS())
        if situation.journey.stage(situation.case.stage).ends and type(command) not in _AFTER_THE_END:
            stage = situation.case.stage
            return refused(CASE_IS_OPEN(stage=stage))
    return DECISIONS[type(command)](command, situation)


def _timer_needs(command: FireTimer, case: Case, programme: Programme) -> tuple[str, ...]:
    """Return the house when a hold may run out, the course when an offer may."""
    kind, subject = case.timers.get(command.timer_id, ("", ()))
    if kind == "referral_answer":
        return answer_needs(programme, case)
    if kind == "consent_expires":
        return open_providers(programme, case)
    if kind == "seat_offer":
        return (programme.course_of[dict(subject)["course"]].stream,)
    return houses_of(case) if kind == "bed_hold" and not case.moved_in else ()


def _step_needs(command: AdvanceCase, case: Case, programme: Programme) -> tuple[str, ...]:
    dests = {w.dest for w in programme.journey.transitions if w.trigger == command.trigger and case.stage in w.source}
    stages = [programme.journey.stages[dest] for dest in dests]
    if any(stage.ends for stage in stages) or "reassessment" in dests:
        seats = streams_of(case, programme)
        awaited = (programme.meeters_stream,) if case.arrival_is_ahead else ()
        return (
            *houses_of(case),
            programme.fund_stream,
            programme.escorts_stream,
            *awaited,
            *seats,
            *open_providers(programme, case),
        )
    return houses_of(case) if any(stage.frees_bed for stage in stages) else ()
