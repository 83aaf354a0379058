"""What comes of a referral: answered, served, ended, taken back; and what its provider may be shown."""

from datetime import datetime
from typing import Final

from events.facts import referrals as facts
from events.facts.tasks import Escalated, ServiceProvided
from events.instants import instant
from workflow.case.state import Case, Pairs
from workflow.case.tasks import About, Recipient
from workflow.command import occurred
from workflow.programme.programme import Programme
from workflow.reasons import Refused, reasons_if, refused
from workflow.situation import Decision, Situation, StreamFact, TaskKind, case_of, ends_in, person_of, said_by, unless
from workflow.subject import CommandRule, StepHook, TimerKind, case_ends
from workflow.subjects.care.expected import against_other_time
from workflow.subjects.referrals import commands, refusals
from workflow.subjects.referrals.caseload import open_providers, provider_stream
from workflow.subjects.referrals.disclosure import parts_for_provider
from workflow.subjects.referrals.moves import (
    moves_to,
    no_consent,
    place_freed,
    referral_closed,
    referral_revoked,
    referrals_ended,
    status_of,
)
from workflow.subjects.referrals.sending import (
    PURPOSE,
    agreed_to,
    has_room,
    is_full,
    limited_provider_streams,
    need_of,
    next_provider,
    passed_on,
    send_referral,
)
from workflow.subjects.referrals.state import Referral, referrals_of


def acknowledge_referral(command: commands.AcknowledgeReferral, found: Referral, situation: Situation) -> Decision:
    """Return that the provider has the letter."""
    return situation.about_case(facts.ReferralAcknowledged(referral_id=command.referral_id, provider=found.provider))


def accept_referral(command: commands.AcceptReferral, found: Referral, situation: Situation) -> Decision:
    """Return that the provider takes the person, as long as it has room; told in its own stream too."""
    provider = situation.programme.provider_of[found.provider]
    full = [] if has_room(provider, situation) else [is_full(provider, need_of(found, situation), situation)]
    reasons = full + reasons_if(
        (provider.is_cut_off, refusals.PROVIDER_IS_ACTIVE(provider=provider.name, status=provider.status)),
        (not agreed_to(case_of(situation), found.provider, situation), no_consent(found.provider)),
        (command.first_meeting is not None and command.first_meeting < situation.now, refusals.MEETING_IS_AHEAD()),
    )
    if command.first_meeting is not None:
        reasons += against_other_time(command.first_meeting, case_of(situation), command.referral_id)
    if reasons:
        return Refused(tuple(reasons))
    accepted = said_by(command, facts.ReferralAccepted, provider=found.provider)
    place = facts.ProviderPlaceTaken(case_id=case_of(situation).case_id, referral_id=command.referral_id)
    return [*situation.about_case(accepted), StreamFact(provider_stream(found.provider), place)]


def waitlist_referral(command: commands.WaitlistReferral, found: Referral, situation: Situation) -> Decision:
    """Return that the provider has no room yet."""
    return situation.about_case(facts.ReferralWaitlisted(referral_id=command.referral_id, provider=found.provider))


def decline_referral(command: commands.DeclineReferral, found: Referral, situation: Situation) -> Decision:
    """Return that the provider said no; the place of one that had said yes is free again."""
    declined = facts.ReferralDeclined(referral_id=command.referral_id, provider=found.provider, reason=command.reason)
    return [*situation.about_case(declined), *place_freed(command.referral_id, found, "declined", situation)]


def record_served(command: commands.RecordReferralServed, found: Referral, situation: Situation) -> Decision:
    """Return that the service was given, by whom; whatever waits for the service goes on."""
    day, programme = situation.programme.day(occurred(command, situation.now)), situation.programme
    if found.sent_at and day < programme.day(instant(found.sent_at)):
        return refused(refusals.SERVED_AFTER_ASKED(day=programme.day(instant(found.sent_at))))
    served = facts.ReferralServed(referral_id=command.referral_id, provider=found.provider, service=found.service)
    given = ServiceProvided(task_id="", service=found.service, reference=command.referral_id)
    return situation.about_case(served, given)


def record_feedback(command: commands.RecordReferralFeedback, found: Referral, situation: Situation) -> Decision:
    """Return what came of it; the note is sealed."""
    feedback = said_by(command, facts.ReferralFeedback, person_id=person_of(situation), provider=found.provider)
    return situation.about_case(feedback)


def close_referral(command: commands.CloseReferral, found: Referral, situation: Situation) -> Decision:
    """Return that the referral is at its end; its place is free for somebody else."""
    return referral_closed(command.referral_id, found, situation)


def revoke_referral(command: commands.RevokeReferral, found: Referral, situation: Situation) -> Decision:
    """Return that the referral is taken back."""
    return referral_revoked(command.referral_id, found, command.reason, situation)


def disclose_referral(command: commands.DiscloseReferral, situation: Situation) -> Decision:
    """Return which parts the provider is shown; without a live consent nothing is."""
    case = case_of(situation)
    referral = referrals_of(case).referrals.get(command.referral_id)
    if referral is None:
        return refused(refusals.NO_REFERRAL_TO_SHOW())
    status = status_of(referral, command.referral_id, case)
    provider = situation.programme.provider_of[referral.provider]
    reasons = reasons_if(
        (provider.is_cut_off, refusals.PROVIDER_IS_ACTIVE(provider=provider.name, status=provider.status)),
        (not referral.is_open or not referral.is_known, refusals.REFERRAL_IS_OPEN(status=status)),
        (not agreed_to(case, referral.provider, situation), no_consent(referral.provider)),
    )
    parts = parts_for_provider(situation.programme, referral.provider)
    shown = said_by(command, facts.DisclosureMade, provider=referral.provider, kind=provider.kind, parts=parts)
    return unless(reasons, situation.about_case(shown))


def _no_answer(situation: Situation, subject: Pairs) -> list[StreamFact]:
    """Return that a provider was silent: a supervisor looks, and the next one is asked if the person agreed."""
    key = dict(subject)["referral_id"]
    referral = referrals_of(case_of(situation)).referrals[key]
    if referral.status != "sent":
        return []
    following, agreed = next_provider(referral, situation)
    silent = facts.ReferralUnanswered(
        referral_id=key, provider=referral.provider, next_provider=following.id if following else ""
    )
    onward = passed_on(key, referral, following, situation) if following is not None and agreed else []
    return [*situation.about_case(silent, Escalated(kind="referral_unanswered")), *onward]


def _no_meeting(situation: Situation, subject: Pairs) -> list[StreamFact]:
    """Return that the provider said it would look into it, and nothing was heard of it since."""
    referral = referrals_of(case_of(situation)).referrals[dict(subject)["referral_id"]]
    return situation.escalated("referral_not_served", when=referral.status in ("acknowledged", "accepted"))


class ReferrerLetter(About):
    """The provider that hears of somebody it sent."""

    recipient = Recipient("provider_of", "provider")
    provider: str


class ReferralLetter(ReferrerLetter):
    """The referral a provider is asked about, or need do nothing more about, with the first meeting if there is one."""

    referral_id: str
    meets_at: datetime | None = None


def _letter_is_wanted(about: ReferralLetter, situation: Situation) -> bool:
    case = case_of(situation)
    return referrals_of(case).referrals[about.referral_id].status == "queued" and _may_tell(about, situation)


def _meeting_stands(about: ReferralLetter, situation: Situation) -> bool:
    referral = referrals_of(case_of(situation)).referrals[about.referral_id]
    return referral.meets_at == about.meets_at and _may_tell(about, situation)


def _never_sent(about: ReferralLetter, situation: Situation) -> list[StreamFact]:
    """Return that a referral whose letter was called off is taken back: nothing waits for a letter nobody writes."""
    key = about.referral_id
    referral = referrals_of(case_of(situation)).referrals[key]
    return referral_revoked(key, referral, "letter_called_off", situation) if referral.status == "queued" else []


def _may_tell(about: ReferrerLetter, situation: Situation) -> bool:
    return agreed_to(case_of(situation), about.provider, situation)


def _recipient(about: ReferrerLetter, _programme: Programme) -> tuple[str, str]:
    return PURPOSE, about.provider


def answer_needs(programme: Programme, case: Case) -> tuple[str, ...]:
    """Return what accepting looks at: the provider's room, and others' to name who else has some."""
    return tuple(dict.fromkeys((*open_providers(programme, case), *limited_provider_streams(programme, case))))


TASKS: Final = (
    TaskKind(
        "send_referral",
        ReferralLetter,
        ends_in(facts.ReferralSent),
        _letter_is_wanted,
        consent=_recipient,
        taken_back=_never_sent,
    ),
    TaskKind("tell_meeting", ReferralLetter, ends_in(facts.MeetingTold), _meeting_stands, consent=_recipient),
    TaskKind("revoke_referral", ReferralLetter, ends_in(facts.ReferralTakenBack), gives_back=True),
    TaskKind("answer_referrer", ReferrerLetter, ends_in(facts.ReferrerAnswered), _may_tell, consent=_recipient),
)
RULES: Final = (
    CommandRule(commands.SendReferral, send_referral, needs=limited_provider_streams, cancels=True),
    CommandRule(commands.AcknowledgeReferral, moves_to("acknowledged", acknowledge_referral)),
    CommandRule(commands.AcceptReferral, moves_to("accepted", accept_referral), needs=answer_needs),
    CommandRule(commands.WaitlistReferral, moves_to("wait_listed", waitlist_referral)),
    CommandRule(commands.DeclineReferral, moves_to("declined", decline_referral), needs=open_providers),
    CommandRule(commands.RecordReferralServed, moves_to("served", record_served)),
    CommandRule(commands.RecordReferralFeedback, moves_to("feedback", record_feedback)),
    CommandRule(commands.CloseReferral, moves_to("closed", close_referral), needs=open_providers),
    CommandRule(commands.RevokeReferral, moves_to("revoked", revoke_referral), needs=open_providers, cancels=True),
    CommandRule(commands.DiscloseReferral, disclose_referral),
)
TIMERS: Final = (
    TimerKind("referral_answer", _no_answer, lambda programme, case, _: answer_needs(programme, case)),
    TimerKind("referral_meeting", _no_meeting),
)
ON_ENTERING: Final = StepHook(
    case_ends, lambda situation, dest: referrals_ended(situation, f"case_{dest}"), open_providers
)
