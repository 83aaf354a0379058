"""A case manager who never sleeps: looks at a case, sees what is missing, and records what the rehearsal says.

It uses the public commands and nothing else; whatever the guards refuse it tries again later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

from console.rehearsal.fates import Fate, fate_of
from events.ids import CaseId
from handlers.look import Seen
from workflow import commands as ask
from workflow.case.grants import Grant
from workflow.case.state import Case
from workflow.guards.asked import Asked
from workflow.guards.safety import risk_is_assessed
from workflow.guards.travel import escort_needed

ANNA, BORIS, CLARA = "staff:anna", "staff:boris", "staff:clara"
_ACCOUNT: Final = "DE89370400440532013000"  # the example IBAN of ISO 13616, nobody's account
Steps = Iterator[ask.Command]


class Look:
    """One look at one case: what is seen, when, and the commands made of it."""

    def __init__(self, seen: Seen, now: datetime) -> None:
        self.seen = seen
        self.case: Case = seen.case
        self.now = now
        self.fate: Fate = fate_of(seen.case.case_id)

    @property
    def is_child(self) -> bool:
        """Tell whether the person is to be treated as a child today."""
        return self.case.is_child(self.now.date())

    def make(self, wanted: type[ask.CaseCommand], by: str = ANNA, /, **fields: Any) -> ask.CaseCommand:
        """Return a command; looking twice at the same version makes the same command."""
        seed = f"wayhome/rehearsal/{self.case.case_id}/{self.seen.version}/{wanted.__name__}/{sorted(fields.items())}"
        return wanted(command_id=uuid5(NAMESPACE_OID, seed), actor=by, case_id=CaseId(self.case.case_id), **fields)

    def advance(self, trigger: str, reason: str = "", second: str = "") -> ask.CaseCommand:
        """Return the command that moves the person on."""
        return self.make(ask.AdvanceCase, trigger=trigger, reason=reason, second=second)


def next_commands(seen: Seen, now: datetime) -> list[ask.Command]:
    """Return what the case manager does about a case now; nothing when it is time to wait."""
    look = Look(seen, now)
    stage = seen.case.stage
    if look.fate.withdraws_in == stage:
        return [look.advance("withdraw", reason="declined")]
    if look.fate.lost_in == stage and 1 in seen.case.visits:
        return [look.advance("lose_contact", reason="not_seen")]
    handle = _STAGES.get(stage)
    return list(handle(look)) if handle else []


def _referral(look: Look) -> Steps:
    yield from _prepared(look)
    if look.case.arrival is None:
        at = look.now + timedelta(hours=20)
        yield look.make(ask.PlanArrival, at=at, place="Sheremetyevo, terminal D", means="flight")
    yield look.advance("receive")


def _prepared(look: Look) -> Steps:
    case = look.case
    if look.is_child and not case.guardian:
        yield look.make(ask.AppointGuardian, kind="state", name="Опекун")
    for purpose in ("assistance", "travel"):
        if not case.consents_to(purpose, look.now.date()):
            yield look.make(ask.GiveConsent, purpose=purpose)
    if risk_is_assessed(Asked(case, look.seen.definition.programme, look.now)):
        yield look.make(ask.AssessRisk, level="low", safe_to_return=True, note="gone through together")


def _reception(look: Look) -> Steps:
    if look.case.bed is None:
        yield look.make(ask.HoldBed)
    elif "airport_reception" in look.case.provided:
        if not look.fate.is_victim:
            yield look.advance("find_not_a_victim", reason="not_a_victim", second=BORIS)
        else:
            yield look.advance("accommodate")


def _accommodation(look: Look) -> Steps:
    if look.case.bed is None:
        yield look.make(ask.HoldBed)
    if not look.case.moved_in:
        yield look.make(ask.TakeBed)
    yield look.advance("begin_care")


def _care(look: Look) -> Steps:
    if not {"medical_exam", "counselling", "legal_advice"} <= look.case.provided:
        return
    if look.case.identified != "actual":
        yield look.make(ask.IdentifyVictim, status="actual", decided_by="ngo")
    if not look.case.care_plan:
        yield look.make(ask.AgreeCarePlan, second=BORIS)
    yield look.advance("arrange_documents")


def _documents(look: Look) -> Steps:
    case = look.case
    if "document_renewal" not in case.provided:
        return
    yield from _prepared(look)
    if look.is_child and not case.best_interests:
        yield look.make(
            ask.DecideBestInterests, outcome="stay" if look.fate.stays else "return", decided_by="guardianship board"
        )
    if look.fate.stays:
        if not case.stays:
            yield look.make(ask.ChooseStay, basis="own wish")
        yield look.advance("stay")
    else:
        yield from _going_home(look)


def _going_home(look: Look) -> Steps:
    case, today = look.case, look.now.date()
    if case.reflection_until is not None:
        if not look.fate.decides_early:
            return
        yield look.make(ask.EndReflection, why="has decided to go home")
    if not case.destination:
        home = (case.citizenships or ("MD",))[0]
        yield look.make(ask.DeclareReturn, destination=home, signed_on=today)
    if case.document is None:
        valid = today + timedelta(days=400)
        yield look.make(ask.RecordTravelDocument, kind="return_certificate", valid_until=valid, number="RC-0000")
    if case.fitness is None:
        valid = today + timedelta(days=60)
        yield look.make(ask.CertifyFitness, valid_until=valid, escort=look.fate.escort, note="examined")
    yield from _trip(look)


def _trip(look: Look) -> Steps:
    case = look.case
    if case.trip is None or case.trip.departs_at < look.now - timedelta(hours=24) or _escort_is_missing(look):
        departs = look.now + timedelta(days=3)
        arrives = departs + timedelta(hours=9)
        yield look.make(ask.PlanTrip, departs_at=departs, arrives_at=arrives, origin="Moscow", destination="Home")
        return
    if case.trip.escort and not case.trip.confirmed and "escort" in case.booked:
        accepted = not look.fate.escort_declines or look.seen.version % 2 == 0
        yield look.make(ask.AnswerEscort, accepted=accepted)
    if look.now >= case.trip.departs_at - timedelta(hours=12):
        yield look.advance("depart")


def _escort_is_missing(look: Look) -> bool:
    trip = look.case.trip
    return trip is not None and not trip.escort and escort_needed(look.case, look.now.date()) != "none"


def _returning(look: Look) -> Steps:
    if "hand_over" in look.case.provided:
        yield look.advance("come_home")


def _reintegration(look: Look) -> Steps:
    yield from _prepared(look)
    if not look.case.plan:
        yield look.make(ask.AgreePlan, second=BORIS)
    asked_for = {grant.kind for grant in look.case.grants.values()}
    for kind in look.seen.definition.programme.grants:
        if kind.kind not in asked_for:
            yield look.make(
                ask.RequestGrant, kind=kind.kind, amount=kind.cap, payee_name="Rehearsed Person", payee_account=_ACCOUNT
            )
    for grant_id, grant in look.case.grants.items():
        yield from _grant(look, grant_id, grant)
    yield look.advance("follow_up")


def _grant(look: Look, grant_id: str, grant: Grant) -> Steps:
    if not grant.approved_by and not grant.declined:
        yield look.make(ask.ApproveGrant, BORIS, grant_id=grant_id)
    at_the_bank = any(tranche.status in ("released", "instructed") for tranche in grant.tranches.values())
    if not grant.settled and not at_the_bank:
        yield look.make(ask.ReleaseTranche, CLARA, grant_id=grant_id)


def _follow_up(look: Look) -> Steps:
    if max(look.seen.definition.programme.policies.follow_up_months) in look.case.visits:
        yield look.advance("close", reason="goals_met", second=BORIS)


_STAGES: Final[dict[str, Callable[[Look], Steps]]] = {
    "referral": _referral,
    "reception": _reception,
    "accommodation": _accommodation,
    "care": _care,
    "documents": _documents,
    "returning": _returning,
    "reintegration": _reintegration,
    "follow_up": _follow_up,
}
