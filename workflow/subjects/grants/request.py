"""Asking for a grant: which kind, how much, for which return, and who is to be paid."""

from __future__ import annotations

from decimal import Decimal

from events.facts.grants import GrantRequested
from events.money import Money
from workflow.case.state import Case
from workflow.reasons import Reason, Refused, refused
from workflow.situation import Decision, Situation, case_of, id_from, reasons_against, said_by
from workflow.subjects.grants import refusals
from workflow.subjects.grants.commands import RequestGrant
from workflow.subjects.grants.definition import GrantKind
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.guards import consent_to_assistance
from workflow.subjects.safety.guards import guardian_is_appointed
from workflow.subjects.travel.state import travel_of


def request_grant(command: RequestGrant, situation: Situation) -> Decision:
    """Return the request; who is to be paid is sealed."""
    case = case_of(situation)
    kind = situation.programme.grant_kind.get(command.kind)
    if kind is None:
        return refused(refusals.GRANT_KIND_IS_KNOWN(kind=command.kind, known=situation.programme.grant_kind))
    reasons = list(reasons_against(situation.asked(command), (consent_to_assistance, guardian_is_appointed)))
    reasons += _against_request(command, case, kind)
    if reasons:
        return Refused(tuple(reasons))
    asked = said_by(
        command,
        GrantRequested,
        person_id=case.person_id,
        grant_id=id_from(command.command_id, "G"),
        return_id=_return_of(case),
    )
    return situation.about_case(asked)


def _against_request(command: RequestGrant, case: Case, kind: GrantKind) -> list[Reason]:
    reasons = []
    if case.stage not in kind.during:
        reasons.append(refusals.GRANT_IS_NOT_GIVEN_NOW(kind=kind.kind, stage=case.stage, stages=kind.during))
    if kind.once_per_return and _live(case, kind):
        reasons.append(refusals.GRANT_IS_THE_FIRST(kind=kind.kind))
    if any(grant.on_hold and not grant.declined for grant in grants_of(case).grants.values()):
        # Accounts are sealed, so nobody can tell here whether the new payee is the same: all wait.
        reasons.append(refusals.ANOTHER_PAYEE_WAITS())
    return [*reasons, *_against_amount(command, case, kind)]


def _against_amount(command: RequestGrant, case: Case, kind: GrantKind) -> list[Reason]:
    if command.amount.currency != kind.cap.currency:
        return [refusals.CURRENCY_IS_THE_GRANTS(kind=kind.kind, currency=kind.cap.currency)]
    left = max(kind.cap.amount - _received(case, kind), Decimal(0))
    if not 0 < command.amount.amount <= left:
        most = Money(amount=left, currency=kind.cap.currency)
        return [refusals.AMOUNT_IS_WITHIN_CAP(amount=command.amount, most=most, cap=kind.cap, left=left)]
    if any(not part.amount for part in command.amount.share(kind.tranches)):
        return [refusals.EVERY_TRANCHE_IS_ABOVE_ZERO(amount=command.amount, parts=len(kind.tranches))]
    return []


def _return_of(case: Case) -> str:
    """Return which return a grant is for: the trip made, or nothing for somebody who stays."""
    trip = travel_of(case).trip
    return trip.trip_id if trip is not None else ""


def _live(case: Case, kind: GrantKind) -> bool:
    same = [
        grant
        for grant in grants_of(case).grants.values()
        if (grant.kind, grant.return_id) == (kind.kind, _return_of(case))
    ]
    return any(not grant.declined for grant in same)


def _received(case: Case, kind: GrantKind) -> Decimal:
    """Return what the person had, has asked for, or may still get of this kind for this return."""
    same = [
        grant
        for grant in grants_of(case).grants.values()
        if (grant.kind, grant.return_id) == (kind.kind, _return_of(case))
    ]
    return sum((grant.released if grant.declined else grant.amount for grant in same), Decimal(0))
