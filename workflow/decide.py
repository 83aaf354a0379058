"""The table of decisions: which function decides a command, and which shared streams it looks at.

``decide`` is the single entrance to the rules. It is pure: the same command and situation give the same facts.
Each subject brings its own part of the tables; one line here takes it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workflow import (
    advancing,
    beds,
    care,
    closing,
    consents,
    consultations,
    funding,
    glass,
    grants,
    hotline,
    opening,
    ownership,
    papers,
    reception,
    records,
    referrals,
    reintegration,
    routes,
    safety,
    tasks,
    training,
    trips,
)
from workflow import commands as ask
from workflow.access import may_say, runs
from workflow.case.state import Case
from workflow.deciding import Decide, Decision, Needs, OfficeNeeds, Reaches, Situation
from workflow.programme import Programme
from workflow.reasons import refused

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

DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    command: decision for subject in _SUBJECTS for command, decision in subject.DECISIONS.items()
}
# What may still be said of a case that has ended: late answers from outside, notes, and that it goes on after all.
_AFTER_THE_END: Final[frozenset[type[ask.Command]]] = frozenset(
    command for subject in _SUBJECTS for command in getattr(subject, "AFTER_THE_END", ())
)
# Decisions that take back tasks must know which of them a worker has already begun.
CANCELLING: Final[frozenset[type[ask.Command]]] = frozenset(
    command for subject in _SUBJECTS for command in getattr(subject, "CANCELLING", ())
)
_NEEDS: Final[Mapping[type[ask.Command], Needs]] = {
    command: needs for subject in _SUBJECTS for command, needs in getattr(subject, "NEEDS", {}).items()
}
_OFFICE_NEEDS: Final[Mapping[type[ask.Command], OfficeNeeds]] = {
    command: needs for subject in _SUBJECTS for command, needs in getattr(subject, "OFFICE_NEEDS", {}).items()
}
_REACHES: Final[Mapping[type[ask.Command], Reaches]] = {
    command: reaches for subject in _SUBJECTS for command, reaches in getattr(subject, "REACHES", {}).items()
}


def needs(command: ask.Command, case: Case | None, programme: Programme) -> tuple[str, ...]:
    """Return the shared streams a decision looks at, so that they can be held still until it is stored."""
    if type(command) in _OFFICE_NEEDS:
        return _OFFICE_NEEDS[type(command)](programme, command)
    if case is None:
        return ()
    if isinstance(command, ask.AdvanceCase):
        return _step_needs(command, case, programme)
    if isinstance(command, ask.FireTimer):
        return _timer_needs(command, case, programme)
    if isinstance(command, ask.FinishTask | ask.CancelTask):
        return tasks.unsent_needs(command, case, programme)
    found = _NEEDS.get(type(command))
    return found(programme, case) if found else ()


def reaches(command: ask.Command, situation: Situation) -> tuple[str, ...]:
    """Return the numbers of further cases a decision reaches, so that they can be held still too."""
    found = _REACHES.get(type(command))
    return found(command, situation) if found else ()


def decide(command: ask.Command, situation: Situation) -> Decision:
    """Return the facts of a command, or a refusal that lists every reason."""
    if isinstance(command, ask.OfficeCommand) and not runs(command.actor, situation.programme):
        return refused("programme_is_yours", "this programme is another organisation's", "ask its own people")
    if not isinstance(command, ask.OpenCase | ask.OfficeCommand):
        # To whom a case is not to be seen it is not there.
        about = getattr(command, "referral_id", "")
        if situation.case is None or not may_say(command.actor, about, situation.case, situation.programme):
            return refused("case_exists", "there is no such case", "check the case number")
        if situation.journey.stage(situation.case.stage).ends and type(command) not in _AFTER_THE_END:
            stage = situation.case.stage
            return refused(
                "case_is_open", f"the case has ended ({stage})", "reopen it, or open a new case", stage=stage
            )
    return DECISIONS[type(command)](command, situation)


def _timer_needs(command: ask.FireTimer, case: Case, programme: Programme) -> tuple[str, ...]:
    """Return the house when a hold may run out, the course when an offer may."""
    kind, subject = case.timers.get(command.timer_id, ("", ()))
    if kind == "referral_answer":
        return referrals.answer_needs(programme, case)
    if kind == "consent_expires":
        return referrals.open_providers(programme, case)
    if kind == "seat_offer":
        return (programme.course_of[dict(subject)["course"]].stream,)
    return beds.houses_of(case) if kind == "bed_hold" and not case.moved_in else ()


def _step_needs(command: ask.AdvanceCase, case: Case, programme: Programme) -> tuple[str, ...]:
    dests = {w.dest for w in programme.journey.transitions if w.trigger == command.trigger and case.stage in w.source}
    stages = [programme.journey.stages[dest] for dest in dests]
    if any(stage.ends for stage in stages) or "reassessment" in dests:
        seats = training.streams_of(case, programme)
        awaited = (programme.meeters_stream,) if case.arrival_is_ahead else ()
        return (
            *beds.houses_of(case),
            programme.fund_stream,
            programme.escorts_stream,
            *awaited,
            *seats,
            *referrals.open_providers(programme, case),
        )
    return beds.houses_of(case) if any(stage.frees_bed for stage in stages) else ()
