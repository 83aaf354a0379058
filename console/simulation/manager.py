"""A case manager who never sleeps: looks at a case, sees what is missing, and records what the rehearsal says.

It uses the public commands and nothing else; whatever the guards refuse it tries again later.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from console.simulation.care import appointments, examined, prepared, reassessed
from console.simulation.documents import in_hand, papers
from console.simulation.grants import asked_for, grants
from console.simulation.managed_case import ANNA, BORIS, ManagedCase, Steps
from console.simulation.referrals import referrals
from console.simulation.reintegration import plan_and_training, visits
from console.simulation.travel import arrival_planned, arrived, met, trip
from handlers.states.case_reader import CaseSnapshot
from workflow.case.proposals import Proposal, proposals_of
from workflow.command import Command, ConfirmDecision
from workflow.subjects.accommodation.commands import HoldBed, JoinWaitingList, TakeBed
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.care.commands import AgreeCarePlan
from workflow.subjects.care.state import care_of
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.safety.commands import DecideBestInterests, EndReflection, IdentifyVictim
from workflow.subjects.safety.state import is_at_high_risk, safety_of
from workflow.subjects.trafficking_routes.commands import RecordRoute
from workflow.subjects.trafficking_routes.state import trafficking_routes_of
from workflow.subjects.travel.commands import ChooseStay, DeclareReturn
from workflow.subjects.travel.state import travel_of

# A made-up mix: the founding text names Russia, the Gulf, Europe, Asia and North America without any shares.
_TAKEN_TO: Final = ("RU", "RU", "RU", "AE", "TR", "DE")


def next_commands(snapshot: CaseSnapshot, now: datetime) -> list[Command]:
    """Return what the case manager does about a case now; nothing when it is time to wait."""
    managed = ManagedCase(snapshot, now)
    proposals = proposals_of(snapshot.case).pending
    if proposals:
        return [_confirmation(managed, key, one) for key, one in proposals.items()]
    stage = snapshot.case.stage
    if managed.fate.withdraws_in == stage:
        return [managed.advance("withdraw", reason="declined")]
    if managed.fate.lost_in == stage and 1 in reintegration_of(snapshot.case).visits:
        return [managed.advance("lose_contact", reason="not_seen")]
    return list(_STAGES[stage](managed)) if stage in _STAGES else []


def _confirmation(managed: ManagedCase, key: str, proposal: Proposal) -> Command:
    """Return what the supervisor does about a proposal, before anything else goes on."""
    return managed.make(ConfirmDecision, ANNA if proposal.proposer == BORIS else BORIS, proposal_id=key)


def _referral(managed: ManagedCase) -> Steps:
    yield from prepared(managed)
    if not managed.is_together:  # what those who belong together do together: `groups`
        yield from arrival_planned(managed)
    yield managed.advance("receive")


def _reception(managed: ManagedCase) -> Steps:
    yield from met(managed)
    yield from prepared(managed)
    if not accommodation_of(managed.case).has_bed(managed.now):
        yield from _bed(managed)
    elif "airport_reception" in managed.case.provided and managed.fate.is_victim:
        yield managed.advance("accommodate")
    elif "airport_reception" in managed.case.provided:
        yield managed.advance("find_not_a_victim", reason="not_a_victim")


def _accommodation(managed: ManagedCase) -> Steps:
    yield from prepared(managed)
    if not accommodation_of(managed.case).has_bed(managed.now):
        yield from _bed(managed)
    if not accommodation_of(managed.case).moved_in:
        yield managed.make(TakeBed)
    yield managed.advance("begin_care")


def _care(managed: ManagedCase) -> Steps:
    yield from appointments(managed)
    if not {"medical_exam", "counselling", "legal_advice"} <= managed.case.provided:
        return
    yield from _route(managed)
    if safety_of(managed.case).identified != "actual":
        yield managed.make(IdentifyVictim, status="actual", decided_by="ngo")
    if not care_of(managed.case).care_plan:
        yield managed.make(AgreeCarePlan, plan="what we agreed")
    yield managed.advance("arrange_documents")


def _documents(managed: ManagedCase) -> Steps:
    case = managed.case
    yield from prepared(managed)
    if managed.is_child and not safety_of(case).best_interests:
        outcome = "stay" if managed.fate.stays else "return"
        yield managed.make(DecideBestInterests, outcome=outcome, decided_by="guardianship board")
    if managed.fate.stays:
        if not travel_of(case).stays:
            yield managed.make(ChooseStay, basis="own wish")
        yield managed.advance("stay")
    else:
        yield from _going_home(managed)


def _going_home(managed: ManagedCase) -> Steps:
    case, today = managed.case, managed.today
    if safety_of(case).reflection_until is not None:
        if not managed.fate.decides_early:
            return
        yield managed.make(EndReflection, why="has decided to go home")
    if not travel_of(case).destination:
        home = (case.citizenships or ("MD",))[0]
        yield managed.make(DeclareReturn, destination=home, signed_on=today)
    yield from papers(managed)
    if in_hand(managed) or travel_of(case).trip is not None:
        yield from examined(managed)
        yield from trip(managed)


def _reintegration(managed: ManagedCase) -> Steps:
    yield from prepared(managed)
    yield from plan_and_training(managed)
    yield from asked_for(managed)
    yield from grants(managed)
    yield from referrals(managed)
    yield managed.advance("follow_up")


def _follow_up(managed: ManagedCase) -> Steps:
    yield from grants(managed)
    yield from visits(managed)
    yield from reassessed(managed)
    if max(managed.programme.policies.follow_up_months) in reintegration_of(managed.case).visits:
        # Nobody at high risk has met their goals; with them the time of support is over, and that is what is said.
        reason = "support_period_ended" if is_at_high_risk(managed.case) else "goals_met"
        yield managed.advance("close", reason=reason)


def _bed(managed: ManagedCase) -> Steps:
    """Hold a bed; when every house is full, wait in the line of the first and be offered the next bed that fits."""
    if managed.is_together:
        return
    yield managed.make(HoldBed)
    if not accommodation_of(managed.case).waiting:
        yield managed.make(JoinWaitingList)


def _route(managed: ManagedCase) -> Steps:
    """Record what the person told of the way they were taken."""
    if trafficking_routes_of(managed.case).route:
        return
    home = (managed.case.citizenships or ("MD",))[0]
    transit = ("transit:UA",) if managed.number % 3 == 0 else ()
    legs = (f"recruitment:{home}", *transit, f"exploitation:{_TAKEN_TO[managed.number % len(_TAKEN_TO)]}")
    yield managed.make(RecordRoute, legs=legs)


_STAGES: Final[dict[str, Callable[[ManagedCase], Steps]]] = {
    "referral": _referral,
    "reception": _reception,
    "accommodation": _accommodation,
    "care": _care,
    "documents": _documents,
    "returning": arrived,
    "reintegration": _reintegration,
    "follow_up": _follow_up,
}
