"""Referring somebody to a provider: who is asked, and whether the person agreed that this one is told."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from events.facts.referrals import ReferralMade, ReferralPassedOn
from workflow.case.state import Case
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused
from workflow.situation import Decision, Situation, StreamFact, case_of, id_from, reasons_against
from workflow.subjects.referrals import refusals
from workflow.subjects.referrals.caseload import Caseload, provider_stream
from workflow.subjects.referrals.commands import SendReferral
from workflow.subjects.referrals.definition import Provider
from workflow.subjects.referrals.directory import providers_of
from workflow.subjects.referrals.state import Referral, referrals_of
from workflow.subjects.safety.guards import guardian_is_appointed
from workflow.subjects.travel.state import travel_of
from workflow.values.calendars import working_days_later

MEETING_ASKED_AFTER: Final = timedelta(days=1)  # whether the person came to a first meeting
PURPOSE: Final = "referral"  # of a consent whose recipient is the provider


class ReferralNeed(NamedTuple):
    """What somebody is referred for, in which language, and where they will live."""

    service: str
    language: str
    area: str


def send_referral(command: SendReferral, situation: Situation) -> Decision:
    """Return the referral to the provider named, or to the first with room whom the person agreed to."""
    wish = _wish(command, situation)
    chosen, reasons = _named(command.provider, wish, situation) if command.provider else _best(wish, situation)
    against = [*_against_case(command, situation), *reasons]
    if against:
        return Refused(tuple(against))
    assert chosen is not None
    referral_id = id_from(command.command_id, "R", "referral")
    made = ReferralMade(referral_id=referral_id, service=wish.service, provider=chosen.id, language=wish.language)
    return situation.about_case(*_passed_on(wish.service, referral_id, chosen.id, situation), made)


def next_provider(referral: Referral, situation: Situation) -> tuple[Provider | None, bool]:
    """Return who could be asked instead, those the person agreed to first, and whether they agreed."""
    case = case_of(situation)
    tried = {one.provider for one in referrals_of(case).referrals.values() if one.service == referral.service}
    wish = ReferralNeed(referral.service, referral.language, _area(case, situation.programme))
    free = _with_room(_able(wish, situation.programme, tried), situation)
    agreed = [provider for provider in free if _agreed(provider, situation)]
    found = next(iter([*agreed, *free]), None)
    return found, bool(agreed)


def agreed_to(case: Case, provider_id: str, situation: Situation) -> bool:
    """Tell whether the person's consent to tell this provider is live on the day."""
    return case.consents_to(PURPOSE, situation.today, provider_id)


def has_room(provider: Provider, situation: Situation) -> bool:
    """Tell whether a provider can take one more."""
    if provider.capacity is None:
        return True  # nobody counts, so nothing has to be held still
    return situation.state_of(provider_stream(provider.id), Caseload).has_room(provider.capacity)


def answer_due(at: datetime, programme: Programme) -> datetime:
    """Return until when a provider who was written to is to answer: in working days of the programme's country."""
    days, zone = programme.policies.referral_ack_working_days, programme.facilities[0].time_zone
    return working_days_later(at, days, programme.home_country, zone)


def limited_provider_streams(programme: Programme, _case: Case) -> tuple[str, ...]:
    """Return the streams of the providers whose room is limited."""
    return tuple(provider_stream(provider.id) for provider in programme.providers if provider.capacity is not None)


def is_full(provider: Provider, wish: ReferralNeed, situation: Situation) -> Reason:
    """Return that a provider has no room, and who else could be asked."""
    others = [one.id for one in _with_room(_able(wish, situation.programme, {provider.id}), situation)]
    capacity, name = provider.capacity, provider.name
    if not others:
        return refusals.NO_PROVIDER_HAS_ROOM(capacity=capacity, name=name, provider=provider.id)
    return refusals.PROVIDER_HAS_ROOM(capacity=capacity, name=name, others=others, provider=provider.id)


def need_of(referral: Referral, situation: Situation) -> ReferralNeed:
    """Return what a referral asks for."""
    return ReferralNeed(referral.service, referral.language, _area(case_of(situation), situation.programme))


def _wish(command: SendReferral, situation: Situation) -> ReferralNeed:
    case = case_of(situation)
    return ReferralNeed(
        command.service, command.language or case.language, command.area or _area(case, situation.programme)
    )


def _area(case: Case, programme: Programme) -> str:
    """Return where the person will live: where they go home to, else where the programme is."""
    return travel_of(case).destination or programme.home_country


def _able(wish: ReferralNeed, programme: Programme, without: set[str] | frozenset[str] = frozenset()) -> list[Provider]:
    return [
        provider
        for provider in providers_of(programme, wish.service, language=wish.language or None, without=without)
        if not provider.areas or any(_near(area, wish.area) for area in provider.areas)
    ]


def _near(served: str, wanted: str) -> bool:
    """Tell whether a provider of one area can help in another: Moscow (RU-MOW) serves part of Russia (RU)."""
    return served == wanted or wanted.startswith(f"{served}-") or served.startswith(f"{wanted}-")


def _with_room(providers: list[Provider], situation: Situation) -> list[Provider]:
    return [provider for provider in providers if has_room(provider, situation)]


def _agreed(provider: Provider, situation: Situation) -> bool:
    return agreed_to(case_of(situation), provider.id, situation)


def _named(provider_id: str, wish: ReferralNeed, situation: Situation) -> tuple[Provider | None, list[Reason]]:
    provider = situation.programme.provider_of.get(provider_id)
    if provider is None:
        return None, [refusals.PROVIDER_IS_KNOWN()]
    reasons = []
    if wish.service not in provider.services:
        reasons.append(
            refusals.PROVIDER_OFFERS_SERVICE(
                provider=provider.name,
                others=(one.id for one in _able(wish, situation.programme)),
                service=wish.service,
            )
        )
    if not provider.is_offered:
        reasons.append(refusals.PROVIDER_IS_ACTIVE(provider=provider.name, status=provider.status))
    if not has_room(provider, situation):
        reasons.append(is_full(provider, wish, situation))
    return provider, [*reasons, *([] if _agreed(provider, situation) else [_not_agreed(provider)])]


def _best(wish: ReferralNeed, situation: Situation) -> tuple[Provider | None, list[Reason]]:
    able = _able(wish, situation.programme)
    if not able:
        return None, [_nobody(wish, situation.programme)]
    free = _with_room(able, situation)
    if not free:
        return None, [is_full(able[0], wish, situation)]
    agreed = next((provider for provider in free if _agreed(provider, situation)), None)
    return agreed, [] if agreed else [_not_agreed(free[0])]


def _nobody(wish: ReferralNeed, programme: Programme) -> Reason:
    others = [provider.id for provider in providers_of(programme, wish.service)]
    spoken = wish.language or "any language"
    return refusals.PROVIDER_IS_FOUND(
        service=wish.service, spoken=spoken, others=others, language=wish.language, area=wish.area
    )


def _not_agreed(provider: Provider) -> Reason:
    return refusals.PROVIDER_IS_NOT_AGREED(provider=provider.name, purpose=PURPOSE, recipient=provider.id)


def _against_case(command: SendReferral, situation: Situation) -> list[Reason]:
    case = case_of(situation)
    reasons = list(reasons_against(situation.asked(command), (guardian_is_appointed,)))
    service = situation.programme.service_of.get(command.service)
    if service is not None and not case.consents_to(service.consent, situation.today):
        reasons.append(refusals.CONSENT_BEFORE_REFERRAL(purpose=service.consent))
    for key, referral in referrals_of(case).referrals.items():
        if referral.service == command.service and referral.is_open and referral.status not in _MAY_BE_PASSED_ON:
            reasons.append(
                refusals.REFERRAL_IS_NOT_OPEN(
                    provider=referral.provider, service=command.service, status=referral.status, referral=key
                )
            )
    return reasons


def _passed_on(service: str, to_referral: str, to_provider: str, situation: Situation) -> list[ReferralPassedOn]:
    """Return that earlier referrals nobody serves are over, once another provider is asked."""
    return [
        ReferralPassedOn(referral_id=key, provider=referral.provider, to_referral=to_referral, to_provider=to_provider)
        for key, referral in referrals_of(case_of(situation)).referrals.items()
        if referral.service == service and referral.status in _MAY_BE_PASSED_ON
    ]


def passed_on(referral_id: str, referral: Referral, to: Provider, situation: Situation) -> list[StreamFact]:
    """Return that a referral goes on to another provider by itself."""
    to_referral = id_from(UUID(int=0), "R", referral_id, to.id)  # no command asked for it: one for each pair
    over = ReferralPassedOn(
        referral_id=referral_id, provider=referral.provider, to_referral=to_referral, to_provider=to.id
    )
    made = ReferralMade(referral_id=to_referral, service=referral.service, provider=to.id, language=referral.language)
    return situation.about_case(over, made)


# A silent provider, or one with a waiting list, does not keep the person from being helped elsewhere.
_MAY_BE_PASSED_ON: Final = frozenset({"unanswered", "wait_listed"})
