"""From where to where a referral may move, and how it ends: closed, or taken back with the place it held."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from events.facts.referrals import ProviderPlaceFreed, ReferralClosed, ReferralRevoked
from workflow.case.state import Case
from workflow.reasons import Reason, Refused, refused
from workflow.situation import Decision, Situation, StreamFact, case_of
from workflow.subject import Decide, given
from workflow.subjects.referrals import refusals
from workflow.subjects.referrals.caseload import provider_stream
from workflow.subjects.referrals.sending import PURPOSE
from workflow.subjects.referrals.state import HOLDS_PLACE, OPEN, Referral, referrals_of

# From where a referral may come to a status; every other move is refused.
STATUS_CHANGES: Final[Mapping[str, frozenset[str]]] = {
    "sent": frozenset({"queued"}),
    "acknowledged": frozenset({"sent", "unanswered"}),
    "accepted": frozenset({"sent", "acknowledged", "wait_listed", "unanswered"}),
    "wait_listed": frozenset({"sent", "acknowledged", "unanswered"}),
    "declined": frozenset({"sent", "acknowledged", "accepted", "wait_listed", "unanswered"}),
    "unanswered": frozenset({"sent"}),
    "passed_on": frozenset({"unanswered", "wait_listed"}),
    "served": frozenset({"accepted"}),
    "feedback": frozenset({"served", "feedback"}),
    "closed": frozenset({"served", "feedback"}),
    "revoked": OPEN | {"declined"},  # after a no: nobody else is to be asked any more
}
_BY_ITSELF: Final = frozenset({"sent", "unanswered", "passed_on"})  # nobody records these


def referrals_ended(situation: Situation, why: str) -> list[StreamFact]:
    """Return that no referral outlives its case: what was served is closed, the rest is taken back."""
    return [
        one
        for key, referral in referrals_of(case_of(situation)).referrals.items()
        if referral.status in STATUS_CHANGES["revoked"]
        for one in (
            referral_closed(key, referral, situation)
            if referral.status in STATUS_CHANGES["closed"]
            else referral_revoked(key, referral, why, situation)
        )
    ]


def referrals_withdrawn(
    purpose: str, recipient: str, situation: Situation, why: str = "consent_withdrawn"
) -> list[StreamFact]:
    """Return the referrals that may not go on once a consent is taken back: to one provider, or to all."""
    programme = situation.programme
    taken = []
    for key, referral in referrals_of(case_of(situation)).referrals.items():
        service = programme.service_of.get(referral.service)
        under_service = service is not None and (purpose, recipient) == (service.consent, "")
        if referral.is_open and (under_service or (purpose == PURPOSE and recipient in ("", referral.provider))):
            taken += referral_revoked(key, referral, why, situation)
    return taken


def referral_moved(referral_id: str, status: str, situation: Situation) -> Referral | Refused:
    """Return the referral when it may come to a status from where it is, else why not and what it may come to."""
    case = case_of(situation)
    referral = referrals_of(case).referrals.get(referral_id)
    if referral is None:
        return refused(refusals.NO_SUCH_REFERRAL(known=referrals_of(case).referrals))
    now = status_of(referral, referral_id, case)
    if now in STATUS_CHANGES[status]:
        return referral
    if now == "queued":
        return refused(refusals.REFERRAL_WAITS_FOR_LETTER(next=status, status=now))
    possible = (one for one, sources in STATUS_CHANGES.items() if now in sources and one not in _BY_ITSELF)
    return refused(refusals.REFERRAL_CANNOT_BECOME_IT(next=status, possible=possible, status=now))


def moves_to(status: str, decide: Callable[[Any, Referral, Situation], Decision]) -> Decide:
    """Return how a command is decided by which a referral comes to a status: refused from where it cannot."""
    return given(lambda command, situation: referral_moved(command.referral_id, status, situation), decide)


def status_of(referral: Referral, referral_id: str, case: Case) -> str:
    """Return the status; a letter of which nobody knows whether it arrived counts as sent: it may be answered."""
    if referral.status != "queued":
        return referral.status
    letters = (task for task in case.tasks.values() if dict(task.subject).get("referral_id") == referral_id)
    return "sent" if any(task.status == "unknown" for task in letters) else "queued"


def referral_closed(referral_id: str, referral: Referral, situation: Situation) -> list[StreamFact]:
    """Return that a referral is at its end, and its place free."""
    over = ReferralClosed(referral_id=referral_id, provider=referral.provider)
    return [*situation.about_case(over), *place_freed(referral_id, referral, "closed", situation)]


def referral_revoked(referral_id: str, referral: Referral, why: str, situation: Situation) -> list[StreamFact]:
    """Return that a referral is taken back, and its place free."""
    over = ReferralRevoked(referral_id=referral_id, provider=referral.provider, reason=why)
    return [*situation.about_case(over), *place_freed(referral_id, referral, why, situation)]


def place_freed(referral_id: str, referral: Referral, why: str, situation: Situation) -> list[StreamFact]:
    """Return that the provider has one place more, if the referral held one."""
    if referral.status not in HOLDS_PLACE:
        return []
    free = ProviderPlaceFreed(case_id=case_of(situation).case_id, referral_id=referral_id, reason=why)
    return [StreamFact(provider_stream(referral.provider), free)]


def no_consent(provider_id: str) -> Reason:
    """Return that the person has not agreed that a provider is told, or not any more."""
    return refusals.NO_CONSENT_TO_REFERRAL(purpose=PURPOSE, recipient=provider_id)
