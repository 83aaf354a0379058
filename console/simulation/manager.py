"""A case manager who never sleeps: looks at a case, sees what is missing, and records what the rehearsal says.

It uses the public commands and nothing else; whatever the guards refuse it tries again later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

from console.simulation.accommodation import a_bed
from console.simulation.care import appointments, examined, prepared, reassessed
from console.simulation.documents import in_hand, papers
from console.simulation.grants import asked_for, grants
from console.simulation.referrals import referrals
from console.simulation.reintegration import plan_and_training, visits
from console.simulation.scenarios import Fate, fate_of
from console.simulation.trafficking_routes import route
from console.simulation.travel import arrival_planned, arrived, met, trip
from events.ids import CaseId
from handlers.states.case_reader import CaseSnapshot
from workflow.case.state import Case
from workflow.command import AdvanceCase, CaseCommand, Command
from workflow.subjects.access.state import access_of
from workflow.subjects.accommodation.commands import TakeBed
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.care.commands import AgreeCarePlan
from workflow.subjects.care.state import care_of
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.safety.commands import DecideBestInterests, EndReflection, IdentifyVictim
from workflow.subjects.safety.state import safety_of
from workflow.subjects.travel.commands import ChooseStay, DeclareReturn
from workflow.subjects.travel.state import travel_of

ANNA, BORIS, CLARA = "staff:anna", "staff:boris", "staff:clara"
Steps = Iterator[Command]


class Look:
    """One look at one case: what is seen, when, and the commands made of it."""

    def __init__(self, seen: CaseSnapshot, now: datetime) -> None:
        self.seen = seen
        self.case: Case = seen.case
        self.now = now
        self.fate: Fate = fate_of(seen.case.case_id)

    @property
    def is_child(self) -> bool:
        """Tell whether the person is to be treated as a child today."""
        return self.case.is_child(self.now.date())

    def make(self, wanted: type[CaseCommand], by: str = "", /, **fields: Any) -> CaseCommand:
        """Return a command, of the person's own case manager; looking twice at one version makes the same command."""
        seed = f"wayhome/rehearsal/{self.case.case_id}/{self.seen.version}/{wanted.__name__}/{sorted(fields.items())}"
        actor, case_id = by or access_of(self.case).owner or ANNA, CaseId(self.case.case_id)
        return wanted(command_id=uuid5(NAMESPACE_OID, seed), actor=actor, case_id=case_id, **fields)

    def advance(self, trigger: str, reason: str = "", second: str = "") -> CaseCommand:
        """Return the command that moves the person on."""
        return self.make(AdvanceCase, trigger=trigger, reason=reason, second=second)


def next_commands(seen: CaseSnapshot, now: datetime) -> list[Command]:
    """Return what the case manager does about a case now; nothing when it is time to wait."""
    look = Look(seen, now)
    stage = seen.case.stage
    if look.fate.withdraws_in == stage:
        return [look.advance("withdraw", reason="declined")]
    if look.fate.lost_in == stage and 1 in reintegration_of(seen.case).visits:
        return [look.advance("lose_contact", reason="not_seen")]
    handle = _STAGES.get(stage)
    return list(handle(look)) if handle else []


def _referral(look: Look) -> Steps:
    yield from prepared(look)
    yield from arrival_planned(look)
    yield look.advance("receive")


def _reception(look: Look) -> Steps:
    yield from met(look)
    yield from prepared(look)
    if not accommodation_of(look.case).has_bed(look.now):
        yield from a_bed(look)
    elif "airport_reception" in look.case.provided:
        if not look.fate.is_victim:
            yield look.advance("find_not_a_victim", reason="not_a_victim", second=BORIS)
        else:
            yield look.advance("accommodate")


def _accommodation(look: Look) -> Steps:
    yield from prepared(look)
    if not accommodation_of(look.case).has_bed(look.now):
        yield from a_bed(look)
    if not accommodation_of(look.case).moved_in:
        yield look.make(TakeBed)
    yield look.advance("begin_care")


def _care(look: Look) -> Steps:
    yield from appointments(look)
    if not {"medical_exam", "counselling", "legal_advice"} <= look.case.provided:
        return
    yield from route(look)
    if safety_of(look.case).identified != "actual":
        yield look.make(IdentifyVictim, status="actual", decided_by="ngo")
    if not care_of(look.case).care_plan:
        yield look.make(AgreeCarePlan, second=BORIS, plan="what we agreed")
    yield look.advance("arrange_documents")


def _documents(look: Look) -> Steps:
    case = look.case
    yield from prepared(look)
    if look.is_child and not safety_of(case).best_interests:
        yield look.make(
            DecideBestInterests, outcome="stay" if look.fate.stays else "return", decided_by="guardianship board"
        )
    if look.fate.stays:
        if not travel_of(case).stays:
            yield look.make(ChooseStay, basis="own wish")
        yield look.advance("stay")
    else:
        yield from _going_home(look)


def _going_home(look: Look) -> Steps:
    case, today = look.case, look.now.date()
    if safety_of(case).reflection_until is not None:
        if not look.fate.decides_early:
            return
        yield look.make(EndReflection, why="has decided to go home")
    if not travel_of(case).destination:
        home = (case.citizenships or ("MD",))[0]
        yield look.make(DeclareReturn, destination=home, signed_on=today)
    yield from papers(look)
    if in_hand(look) or travel_of(case).trip is not None:
        yield from examined(look)
        yield from trip(look)


def _reintegration(look: Look) -> Steps:
    yield from prepared(look)
    yield from plan_and_training(look)
    yield from asked_for(look)
    yield from grants(look)
    yield from referrals(look)
    yield look.advance("follow_up")


def _follow_up(look: Look) -> Steps:
    yield from grants(look)
    yield from visits(look)
    yield from reassessed(look)
    if max(look.seen.definition.programme.policies.follow_up_months) in reintegration_of(look.case).visits:
        yield look.advance("close", reason="goals_met", second=BORIS)


_STAGES: Final[dict[str, Callable[[Look], Steps]]] = {
    "referral": _referral,
    "reception": _reception,
    "accommodation": _accommodation,
    "care": _care,
    "documents": _documents,
    "returning": arrived,
    "reintegration": _reintegration,
    "follow_up": _follow_up,
}
