"""What else happens on the way: appointments that move, beds given up, journeys called off, emergencies, payees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Final

from console.simulation.care import prepared
from console.simulation.managed_case import BORIS, ManagedCase
from tests.simulator.services.acts import Act, a_mandate_of
from workflow.command import CaseCommand, Command
from workflow.subjects.access.commands import AssignCase, BreakGlass, MendGlass, ReviewAccess
from workflow.subjects.access.state import access_of
from workflow.subjects.accommodation.commands import ExtendHold, ExtendStay, LeaveWaitingList, ReleaseBed
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.attachments.commands import RetractFile
from workflow.subjects.attachments.state import attachments_of
from workflow.subjects.care.commands import AssignLegalReference, BookAppointment, CancelAppointment, MoveAppointment
from workflow.subjects.care.state import care_of
from workflow.subjects.documents.commands import AppealDocument, RecordDocumentLoss, RefuseDocument, WithdrawDocument
from workflow.subjects.documents.state import documents_of
from workflow.subjects.grants.commands import DeclineGrant, PutPayeeOnHold, ReleasePayee, ReverseCost
from workflow.subjects.grants.state import grants_of
from workflow.subjects.groups.commands import LeaveGroup
from workflow.subjects.intake.commands import OpenSealed, WithdrawConsent
from workflow.subjects.intake.guards import consent_to_assistance
from workflow.subjects.reception.commands import CancelArrival
from workflow.subjects.reception.state import reception_of
from workflow.subjects.reintegration.commands import RevisePlan
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.safety.commands import EndGuardianship, EstablishAge
from workflow.subjects.safety.state import safety_of
from workflow.subjects.travel.commands import AskHost, CancelTrip
from workflow.subjects.travel.state import trip_is_ahead

VERA: Final = "staff:vera"
GLEB: Final = "staff:gleb"
ELENA: Final = "staff:elena"
CARE: Final = ("medical_exam", "counselling", "legal_advice")
Steps = Iterator[CaseCommand]


# -- care ------------------------------------------------------------------------------------------------------------


def _appointment_moves(managed: ManagedCase, order: Random) -> Steps:
    for key, one in care_of(managed.case).appointments.items():
        if one.at is not None and order.random() < 0.5:
            yield managed.make(MoveAppointment, appointment=key, at=one.at + timedelta(hours=order.choice((1, 24))))
        elif order.random() < 0.5:
            yield managed.make(CancelAppointment, appointment=key, reason="is ill")


def asks_for_care(managed: ManagedCase, order: Random) -> Iterator[Command]:
    """Ask again for the help whose appointment was called off, and for the consent that was taken back."""
    if managed.case.stage == "care" and consent_to_assistance(managed.asked) is not None:
        yield from prepared(managed)
    elif managed.case.stage == "care":
        for number, service in enumerate(CARE):
            if service not in managed.case.provided and not care_of(managed.case).open_for(service):
                at = (managed.now + timedelta(days=1 + order.randrange(4))).replace(hour=7 + 3 * number)
                yield managed.make(BookAppointment, service=service, at=at)


def _has_a_lawyer(managed: ManagedCase, order: Random) -> Steps:
    number = f"{order.randrange(1000)}/2007"
    yield managed.make(AssignLegalReference, "staff:lev", matter="migration", reference=number, mandate="legal")


# -- a bed, the journey, papers ---------------------------------------------------------------------------------------


def _stays_otherwise(managed: ManagedCase, order: Random) -> Steps:
    mine = accommodation_of(managed.case)
    if mine.moved_in and order.random() < 0.7:
        yield managed.make(ExtendStay, until=managed.today + timedelta(days=order.randrange(1, 60)))
    elif mine.has_bed(managed.now) and not mine.moved_in and order.random() < 0.5:
        yield managed.make(ExtendHold, hours=order.randrange(1, 48))
    elif mine.bed is not None:
        yield managed.make(ReleaseBed, reason="wants another house")
    for house in mine.waiting:
        yield managed.make(LeaveWaitingList, facility=house, reason="found something")


def _travels_otherwise(managed: ManagedCase, order: Random) -> Steps:
    arrival = reception_of(managed.case).arrival
    if managed.case.stage == "referral" and arrival is not None and not arrival.over:
        yield managed.make(CancelArrival, reason="does not come today")
    if trip_is_ahead(managed.case):
        hosts = [one.id for one in managed.programme.hosts]
        wanted = order.random() < 0.5 and hosts
        yield managed.make(AskHost, host=order.choice(hosts)) if wanted else managed.make(CancelTrip, reason="is ill")
    if managed.case.stage == "returning" and order.random() < 0.2:
        yield managed.advance("turn_back", reason="was_not_let_in")


def _papers_go_wrong(managed: ManagedCase, order: Random) -> Steps:
    found = documents_of(managed.case)
    if found.document is not None:
        yield managed.make(RecordDocumentLoss, how=order.choice(("lost", "stolen")))
    for key, paper in found.papers.items():
        if paper.waits_for == "refused":
            again = order.random() < 0.6
            kind = AppealDocument if again else WithdrawDocument
            yield managed.make(kind, document_id=key, reason="new_evidence" if again else "not_needed")
        elif paper.waits_for == "authority":
            yield managed.make(RefuseDocument, document_id=key, reason="identity_not_confirmed")


# -- who may see, who agrees ------------------------------------------------------------------------------------------


def _is_an_emergency(managed: ManagedCase, order: Random) -> Steps:
    who = order.choice((VERA, GLEB))
    fields = {"reason": "medical_emergency", "why": "fell down the stairs", "mandate": a_mandate_of(who)}
    yield managed.make(BreakGlass, who, **fields)


def after_an_emergency(managed: ManagedCase, order: Random) -> Steps:
    """Say that an emergency is over, and what a supervisor thinks of it."""
    access = access_of(managed.case)
    for one in access.glass.values():
        if order.random() < 0.1:
            yield managed.make(MendGlass, one.account, mandate=one.mandate)
    for one in list(access.unreviewed.values())[:1]:
        if order.random() < 0.2:
            fields = {"account": one.account, "outcome": "justified", "note": "was there", "mandate": "supervisor"}
            yield managed.make(ReviewAccess, BORIS, **fields)


def _is_looked_into(managed: ManagedCase, order: Random) -> Steps:
    parts = order.choice((("identity",), ("identity", "story"), ("legal",)))
    yield managed.make(OpenSealed, compartments=parts, why="to write to the consulate")


def _is_anothers(managed: ManagedCase, order: Random) -> Steps:
    owner = access_of(managed.case).owner
    to = "staff:anna" if owner == GLEB else GLEB
    yield managed.make(AssignCase, BORIS, owner=to, note="is on leave", mandate="supervisor")


def _agrees_no_more(managed: ManagedCase, order: Random) -> Steps:
    given = list(managed.case.consents)
    if given:
        purpose, recipient = order.choice(given)
        yield managed.make(WithdrawConsent, purpose=purpose, recipient=recipient)


def _guardian_is_another(managed: ManagedCase, _order: Random) -> Steps:
    if safety_of(managed.case).guardian:
        yield managed.make(EndGuardianship, because="replaced")
        yield managed.make(EstablishAge, child=False, basis="a doctor's word")


# -- money and plans --------------------------------------------------------------------------------------------------


def _money_waits(managed: ManagedCase, order: Random) -> Steps:
    for key, one in grants_of(managed.case).grants.items():
        if not (one.declined or one.on_hold) and order.random() < 0.9:
            yield managed.make(PutPayeeOnHold, ELENA, grant_id=key, reason="somebody called", mandate="finance_approve")
        elif not one.declined:
            yield managed.make(DeclineGrant, BORIS, grant_id=key, reason="is not needed", mandate="supervisor")
    for key in list(grants_of(managed.case).costs)[:1]:
        yield managed.make(ReverseCost, cost_id=key, reason="was recorded twice")


def money_goes_on(managed: ManagedCase, order: Random) -> Steps:
    """Say, after a while, that a payee who waited may be paid."""
    for key, one in grants_of(managed.case).grants.items():
        if one.on_hold and not one.declined and order.random() < 0.3:
            yield managed.make(ReleasePayee, BORIS, grant_id=key, reason="was asked", mandate="supervisor")


def _plans_anew(managed: ManagedCase, _order: Random) -> Steps:
    if reintegration_of(managed.case).plan.agreed:
        yield managed.make(RevisePlan, goals=("work", "education"), content="to go to school")


def _goes_on_alone(managed: ManagedCase, _order: Random) -> Steps:
    if managed.is_together:
        yield managed.make(LeaveGroup, reason="goes elsewhere")


def _file_is_not_theirs(managed: ManagedCase, order: Random) -> Steps:
    live = attachments_of(managed.case).live
    if live:
        key = order.choice(list(live))
        who = live[key].by if order.random() < 0.7 else BORIS
        reason = order.choice(("wrong_case", "unreadable", "person_asked"))
        yield managed.make(RetractFile, who, file_id=key, reason=reason, mandate=a_mandate_of(who))


DAILY: Final = (
    Act(0.008, _appointment_moves),
    Act(0.003, _has_a_lawyer),
    Act(0.008, _stays_otherwise),
    Act(0.004, _travels_otherwise),
    Act(0.004, _papers_go_wrong),
    Act(0.004, _is_an_emergency),
    Act(0.006, _is_looked_into),
    Act(0.004, _is_anothers),
    Act(0.004, _agrees_no_more),
    Act(0.003, _guardian_is_another),
    Act(0.004, _money_waits),
    Act(0.003, _plans_anew),
    Act(0.002, _goes_on_alone),
    Act(0.010, _file_is_not_theirs),
)
