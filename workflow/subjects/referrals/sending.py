"""Referring somebody to a provider: who is asked, and whether the person agreed that this one is told."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from events.facts.referrals import ReferralMade, ReferralPassedOn
from workflow.case.state import Case
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, reason
from workflow.situation import Decision, Situation, StreamFact, case_of, id_from, reasons_against
from workflow.subjects.referrals.caseload import Caseload, stream_of
from workflow.subjects.referrals.commands import SendReferral
from workflow.subjects.referrals.definition import Provider
from workflow.subjects.referrals.directory import providers_of
from workflow.subjects.referrals.state import Referral
from workflow.subjects.safety.guards import guardian_is_appointed
from workflow.values.calendars import working_days_later

PURPOSE: Final = "referral"  # of a consent whose recipient is the provider


class Wish(NamedTuple):
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
    tried = {one.provider for one in case.referrals.values() if one.service == referral.service}
    wish = Wish(referral.service, referral.language, _area(case, situation.programme))
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
    return situation.state_of(stream_of(provider.id), Caseload).has_room(provider.capacity)


def answer_due(at: datetime, programme: Programme) -> datetime:
    """Return until when a provider who was written to is to answer: in working days of the programme's country."""
    days, zone = programme.policies.referral_ack_working_days, programme.facilities[0].time_zone
    return working_days_later(at, days, programme.home_country, zone)


def limited(programme: Programme) -> tuple[str, ...]:
    """Return the streams of the providers whose room is limited."""
    return tuple(stream_of(provider.id) for provider in programme.providers if provider.capacity is not None)


def is_full(provider: Provider, wish: Wish, situation: Situation) -> Reason:
    """Return that a provider has no room, and who else could be asked."""
    others = [one.id for one in _with_room(_able(wish, situation.programme, {provider.id}), situation)]
    advice = f"record WaitlistReferral, or refer to {' or '.join(others)}" if others else "record WaitlistReferral"
    said = f"all {provider.capacity} places of {provider.name} are taken"
    return reason("provider_has_room", said, advice, provider=provider.id)


def wish_of(referral: Referral, situation: Situation) -> Wish:
    """Return what a referral asks for."""
    return Wish(referral.service, referral.language, _area(case_of(situation), situation.programme))


def _wish(command: SendReferral, situation: Situation) -> Wish:
    case = case_of(situation)
    return Wish(command.service, command.language or case.language, command.area or _area(case, situation.programme))


def _area(case: Case, programme: Programme) -> str:
    """Return where the person will live: where they go home to, else where the programme is."""
    return case.destination or programme.home_country


def _able(wish: Wish, programme: Programme, without: set[str] | frozenset[str] = frozenset()) -> list[Provider]:
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


def _named(provider_id: str, wish: Wish, situation: Situation) -> tuple[Provider | None, list[Reason]]:
    provider = situation.programme.provider_of.get(provider_id)
    if provider is None:
        said = "no provider of that name is in the directory"
        return None, [reason("provider_is_known", said, "choose one with: wayhome directory list")]
    reasons = []
    if wish.service not in provider.services:
        others = ", ".join(one.id for one in _able(wish, situation.programme)) or "nobody in the directory"
        said = f"{provider.name} does not offer {wish.service}"
        reasons.append(reason("provider_offers_service", said, f"offered by: {others}", service=wish.service))
    if provider.status != "active":
        said = f"{provider.name} is {provider.status.replace('_', ' ')}"
        reasons.append(reason("provider_is_active", said, "choose another with: wayhome directory list"))
    if not has_room(provider, situation):
        reasons.append(is_full(provider, wish, situation))
    if not _agreed(provider, situation):
        reasons.append(_not_agreed(provider))
    return provider, reasons


def _best(wish: Wish, situation: Situation) -> tuple[Provider | None, list[Reason]]:
    able = _able(wish, situation.programme)
    if not able:
        return None, [_nobody(wish, situation.programme)]
    free = _with_room(able, situation)
    if not free:
        return None, [is_full(able[0], wish, situation)]
    agreed = next((provider for provider in free if _agreed(provider, situation)), None)
    return agreed, [] if agreed else [_not_agreed(free[0])]


def _nobody(wish: Wish, programme: Programme) -> Reason:
    others = [provider.id for provider in providers_of(programme, wish.service)]
    said = f"nobody in the directory offers {wish.service} in {wish.language or 'any language'} in {wish.area}"
    advice = "add a provider to the programme file"
    if others:
        advice = f"name one of {', '.join(others)} with provider=, and find an interpreter"
    return reason("provider_is_found", said, advice, language=wish.language, area=wish.area)


def _not_agreed(provider: Provider) -> Reason:
    said = f"the person has not agreed that {provider.name} is told"
    advice = f"ask the person, then record GiveConsent purpose={PURPOSE} recipient={provider.id}"
    return reason("consent_to_referral", said, advice, recipient=provider.id)


def _against_case(command: SendReferral, situation: Situation) -> list[Reason]:
    case = case_of(situation)
    reasons = list(reasons_against(situation.asked(command), (guardian_is_appointed,)))
    service = situation.programme.service_of.get(command.service)
    if service is not None and not case.consents_to(service.consent, situation.today):
        said, advice = f"there is no live consent to {service.consent}", f"record GiveConsent purpose={service.consent}"
        reasons.append(reason(f"consent_to_{service.consent}", said, advice))
    for key, referral in case.referrals.items():
        if referral.service == command.service and referral.is_open and referral.status not in _MAY_BE_PASSED_ON:
            said = f"{referral.provider} was already asked for {command.service}: {referral.status.replace('_', ' ')}"
            reasons.append(reason("referral_is_not_open", said, "wait, or record RevokeReferral", referral=key))
    return reasons


def _passed_on(service: str, to_referral: str, to_provider: str, situation: Situation) -> list[ReferralPassedOn]:
    """Return that earlier referrals nobody serves are over, once another provider is asked."""
    return [
        ReferralPassedOn(referral_id=key, provider=referral.provider, to_referral=to_referral, to_provider=to_provider)
        for key, referral in case_of(situation).referrals.items()
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
