"""The rehearsal's part about referrals: agreed to, sent, answered after some days, served, closed."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from console.simulation.managed_case import ManagedCase, Steps
from events.instants import instant
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.referrals.commands import (
    AcceptReferral,
    AcknowledgeReferral,
    CloseReferral,
    DeclineReferral,
    RecordReferralFeedback,
    RecordReferralServed,
    SendReferral,
)
from workflow.subjects.referrals.definition import Provider
from workflow.subjects.referrals.directory import providers_of
from workflow.subjects.referrals.state import Referral, referrals_of
from workflow.subjects.travel.state import travel_of

SERVICE: Final = "local_referral"


def referrals(managed: ManagedCase) -> Steps:
    """Return what is to be done about the referral a stage waits for, and about those under way."""
    open_ones = {key: one for key, one in referrals_of(managed.case).referrals.items() if one.is_open}
    waiting = any(one.status not in ("unanswered", "wait_listed") for one in open_ones.values())
    if SERVICE not in managed.case.provided and not waiting:
        yield from _refer(managed)
    for key, referral in open_ones.items():
        yield from _answer(managed, key, referral)


def _refer(managed: ManagedCase) -> Steps:
    """Ask the next provider who was not asked before; who has no more is asked again."""
    tried = {one.provider for one in referrals_of(managed.case).referrals.values()}
    known = _known(managed)
    provider = next((one for one in known if one.id not in tried), known[-1])
    if not managed.case.consents_to("referral", managed.today, provider.id):
        by = "guardian" if managed.is_child else "person"
        yield managed.make(GiveConsent, purpose="referral", recipient=provider.id, by=by)
    yield managed.make(SendReferral, service=SERVICE, provider=provider.id)


def _known(managed: ManagedCase) -> list[Provider]:
    """Return the providers where the person lives now, those who speak the language first."""
    programme = managed.programme
    area = travel_of(managed.case).destination or programme.home_country
    near = providers_of(programme, SERVICE, area=area) or providers_of(programme, SERVICE)
    return sorted(near, key=lambda one: managed.case.language not in one.languages)


def _answer(managed: ManagedCase, key: str, referral: Referral) -> Steps:
    """Return what the provider says when its time has come; one in twelve says nothing, one in twelve no."""
    if not referral.is_known or managed.now < _answers_at(key, referral):
        return
    draw, make = _draw(key), managed.make
    last_try = len(referrals_of(managed.case).referrals) > 1
    if referral.status == "sent" and (draw % 12 or last_try):
        yield make(AcknowledgeReferral, referral_id=key)
    if referral.status == "acknowledged" and draw % 12 == 1 and not last_try:
        yield make(DeclineReferral, referral_id=key, reason="no_staff")
    elif referral.status in ("acknowledged", "wait_listed"):
        yield make(AcceptReferral, referral_id=key)
        yield make(RecordReferralServed, referral_id=key)
        yield make(RecordReferralFeedback, referral_id=key, outcome="helped", note="a rehearsed word of thanks")
        yield make(CloseReferral, referral_id=key)


def _answers_at(key: str, referral: Referral) -> datetime:
    """Return when a provider takes the next step: after one to three days, and a few more until it has room."""
    days = 1 + _draw(key) % 3 + (2 if referral.status == "acknowledged" else 0)
    return instant(referral.sent_at) + timedelta(days=days)


def _draw(key: str) -> int:
    return int.from_bytes(hashlib.sha256(f"wayhome/provider/{key}".encode()).digest()[:4])
