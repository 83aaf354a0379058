"""Asking for a grant: which kind, how much, for which return, and who is to be paid."""

from __future__ import annotations

from decimal import Decimal

from events.facts.grants import GrantRequested
from workflow.case.state import Case
from workflow.reasons import Reason, Refused, reason, refused
from workflow.situation import Decision, Situation, case_of, id_from, reasons_against
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
        known = ", ".join(situation.programme.grant_kind)
        return refused("grant_kind_is_known", f"there is no grant called {command.kind}", f"one of: {known}")
    reasons = list(reasons_against(situation.asked(command), (consent_to_assistance, guardian_is_appointed)))
    reasons += _against_request(command, case, kind)
    if reasons:
        return Refused(tuple(reasons))
    asked = GrantRequested(
        person_id=case.person_id,
        grant_id=id_from(command.command_id, "G"),
        kind=command.kind,
        amount=command.amount,
        return_id=_return_of(case),
        payee_name=command.payee_name,
        payee_account=command.payee_account,
    )
    return situation.about_case(asked)


def _against_request(command: RequestGrant, case: Case, kind: GrantKind) -> list[Reason]:
    reasons = []
    if case.stage not in kind.during:
        stages = ", ".join(kind.during)
        reasons.append(
            reason("stage_allows_it", f"{kind.kind} is not given during {case.stage}", f"ask during: {stages}")
        )
    if kind.once_per_return and _live(case, kind):
        said = f"the case already has a {kind.kind} grant for this return"
        reasons.append(reason("grant_is_the_first", said, "use that one"))
    if any(grant.on_hold and not grant.declined for grant in grants_of(case).grants.values()):
        # Accounts are sealed, so nobody can tell here whether the new payee is the same: all wait.
        advice = "look into it; then record ReleasePayee, ChangePayee or DeclineGrant for that grant"
        reasons.append(reason("payee_is_not_on_hold", "a payee of this case is on hold", advice))
    return [*reasons, *_against_amount(command, case, kind)]


def _against_amount(command: RequestGrant, case: Case, kind: GrantKind) -> list[Reason]:
    if command.amount.currency != kind.cap.currency:
        return [reason("currency_is_the_grants", f"{kind.kind} is paid in {kind.cap.currency}", "convert the amount")]
    left = max(kind.cap.amount - _received(case, kind), Decimal(0))
    if not 0 < command.amount.amount <= left:
        said = f"{command.amount} is not above zero and up to {left} {kind.cap.currency}"
        return [reason("amount_is_within_cap", said, "ask for less", cap=kind.cap, left=left)]
    if any(not part.amount for part in command.amount.share(kind.tranches)):
        said = f"{command.amount} in {len(kind.tranches)} parts would leave a part with nothing in it"
        return [reason("every_tranche_is_above_zero", said, "ask for more")]
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
