"""What comes of a referral: answered, served, ended, taken back; and what its provider may be shown."""

from __future__ import annotations

from typing import Any, Final

from events.catalogue import Fact
from events.facts.referrals import (
    DisclosureMade,
    ProviderPlaceTaken,
    ReferralAccepted,
    ReferralAcknowledged,
    ReferralDeclined,
    ReferralFeedback,
    ReferralSent,
    ReferralServed,
    ReferralTakenBack,
    ReferralUnanswered,
    ReferralWaitlisted,
    ReferrerAnswered,
)
from events.facts.tasks import Escalated, ServiceProvided
from workflow.case.change import Pairs
from workflow.case.state import Case
from workflow.case.tasks import Task
from workflow.command import FinishTask
from workflow.programme.programme import Programme
from workflow.reasons import Refused, reason, refused
from workflow.situation import Decision, Situation, StreamFact, TaskKind, case_of, person_of
from workflow.subject import CommandRule, StepHook, TimerKind, case_ends
from workflow.subjects.referrals.caseload import open_providers, stream_of
from workflow.subjects.referrals.commands import (
    AcceptReferral,
    AcknowledgeReferral,
    CloseReferral,
    DeclineReferral,
    DiscloseReferral,
    RecordReferralFeedback,
    RecordReferralServed,
    RevokeReferral,
    SendReferral,
    WaitlistReferral,
)
from workflow.subjects.referrals.disclosure import parts_for_provider
from workflow.subjects.referrals.moves import closed, ended, freed, moved, no_consent, revoked, status_of
from workflow.subjects.referrals.sending import (
    PURPOSE,
    agreed_to,
    has_room,
    is_full,
    limited,
    next_provider,
    passed_on,
    send_referral,
    wish_of,
)


def acknowledge_referral(command: AcknowledgeReferral, situation: Situation) -> Decision:
    """Return that the provider has the letter."""
    found = moved(command.referral_id, "acknowledged", situation)
    if isinstance(found, Refused):
        return found
    return situation.about_case(ReferralAcknowledged(referral_id=command.referral_id, provider=found.provider))


def accept_referral(command: AcceptReferral, situation: Situation) -> Decision:
    """Return that the provider takes the person, as long as it has room; told in its own stream too."""
    found = moved(command.referral_id, "accepted", situation)
    if isinstance(found, Refused):
        return found
    provider = situation.programme.provider_of[found.provider]
    reasons = []
    if not has_room(provider, situation):
        reasons.append(is_full(provider, wish_of(found, situation), situation))
    if not agreed_to(case_of(situation), found.provider, situation):
        reasons.append(no_consent(found.provider))
    if command.first_meeting is not None and command.first_meeting < situation.now:
        reasons.append(reason("meeting_is_ahead", "the first meeting would be in the past", "check the date"))
    if reasons:
        return Refused(tuple(reasons))
    accepted = ReferralAccepted(
        referral_id=command.referral_id, provider=found.provider, first_meeting=command.first_meeting
    )
    place = ProviderPlaceTaken(case_id=case_of(situation).case_id, referral_id=command.referral_id)
    return [*situation.about_case(accepted), StreamFact(stream_of(found.provider), place)]


def waitlist_referral(command: WaitlistReferral, situation: Situation) -> Decision:
    """Return that the provider has no room yet."""
    found = moved(command.referral_id, "wait_listed", situation)
    if isinstance(found, Refused):
        return found
    return situation.about_case(ReferralWaitlisted(referral_id=command.referral_id, provider=found.provider))


def decline_referral(command: DeclineReferral, situation: Situation) -> Decision:
    """Return that the provider said no; the place of one that had said yes is free again."""
    found = moved(command.referral_id, "declined", situation)
    if isinstance(found, Refused):
        return found
    declined = ReferralDeclined(referral_id=command.referral_id, provider=found.provider, reason=command.reason)
    return [*situation.about_case(declined), *freed(command.referral_id, found, "declined", situation)]


def record_served(command: RecordReferralServed, situation: Situation) -> Decision:
    """Return that the service was given, by whom; whatever waits for the service goes on."""
    found = moved(command.referral_id, "served", situation)
    if isinstance(found, Refused):
        return found
    served = ReferralServed(referral_id=command.referral_id, provider=found.provider, service=found.service)
    given = ServiceProvided(task_id="", service=found.service, reference=command.referral_id)
    return situation.about_case(served, given)


def record_feedback(command: RecordReferralFeedback, situation: Situation) -> Decision:
    """Return what came of it; the note is sealed."""
    found = moved(command.referral_id, "feedback", situation)
    if isinstance(found, Refused):
        return found
    feedback = ReferralFeedback(
        person_id=person_of(situation),
        referral_id=command.referral_id,
        provider=found.provider,
        outcome=command.outcome,
        note=command.note,
    )
    return situation.about_case(feedback)


def close_referral(command: CloseReferral, situation: Situation) -> Decision:
    """Return that the referral is at its end; its place is free for somebody else."""
    found = moved(command.referral_id, "closed", situation)
    return found if isinstance(found, Refused) else closed(command.referral_id, found, situation)


def revoke_referral(command: RevokeReferral, situation: Situation) -> Decision:
    """Return that the referral is taken back."""
    found = moved(command.referral_id, "revoked", situation)
    return found if isinstance(found, Refused) else revoked(command.referral_id, found, command.reason, situation)


def disclose_referral(command: DiscloseReferral, situation: Situation) -> Decision:
    """Return which parts the provider is shown; without a live consent nothing is."""
    case = case_of(situation)
    referral = case.referrals.get(command.referral_id)
    if referral is None:
        return refused("referral_exists", "there is no such referral", "look at the case's referrals")
    reasons = []
    if not referral.is_open or not referral.is_known:
        said = f"the referral is {status_of(referral, command.referral_id, case).replace('_', ' ')}"
        reasons.append(reason("referral_is_open", said, "show nothing; refer the person again if help is wanted"))
    if not agreed_to(case, referral.provider, situation):
        reasons.append(no_consent(referral.provider))
    if reasons:
        return Refused(tuple(reasons))
    shown = DisclosureMade(
        referral_id=command.referral_id,
        provider=referral.provider,
        kind=situation.programme.provider_of[referral.provider].kind,
        parts=parts_for_provider(situation.programme, referral.provider),
        why=command.why,
    )
    return situation.about_case(shown)


# -- time -------------------------------------------------------------------------------------------------------


def _no_answer(situation: Situation, subject: Pairs) -> list[StreamFact]:
    """Return that a provider was silent: a supervisor looks, and the next one is asked if the person agreed."""
    key = dict(subject)["referral_id"]
    referral = case_of(situation).referrals[key]
    if referral.status != "sent":
        return []
    following, agreed = next_provider(referral, situation)
    silent = ReferralUnanswered(
        referral_id=key, provider=referral.provider, next_provider=following.id if following else ""
    )
    onward = passed_on(key, referral, following, situation) if following is not None and agreed else []
    return [*situation.about_case(silent, Escalated(kind="referral_unanswered")), *onward]


def _no_meeting(situation: Situation, subject: Pairs) -> list[StreamFact]:
    """Return that the provider said it would look into it, and nothing was heard of it since."""
    referral = case_of(situation).referrals[dict(subject)["referral_id"]]
    if referral.status not in ("acknowledged", "accepted"):
        return []
    return situation.about_case(Escalated(kind="referral_not_served"))


# -- tasks ------------------------------------------------------------------------------------------------------


def _sent(command: FinishTask, task: Task) -> Fact:
    return ReferralSent(task_id=command.task_id, receipt=command.reference, **_about(task))


def _taken_back(command: FinishTask, task: Task) -> Fact:
    return ReferralTakenBack(task_id=command.task_id, receipt=command.reference, **_about(task))


def _referrer_answered(command: FinishTask, task: Task) -> Fact:
    return ReferrerAnswered(task_id=command.task_id, receipt=command.reference, provider=task.about("provider"))


def _about(task: Task) -> dict[str, Any]:
    return {"referral_id": task.about("referral_id"), "provider": task.about("provider")}


def _letter_is_wanted(task: Task, situation: Situation) -> bool:
    case = case_of(situation)
    return case.referrals[task.about("referral_id")].status == "queued" and _may_tell(task, situation)


def _never_sent(task: Task, situation: Situation) -> list[StreamFact]:
    """Return that a referral whose letter was called off is taken back: nothing waits for a letter nobody writes."""
    key = task.about("referral_id")
    referral = case_of(situation).referrals[key]
    return revoked(key, referral, "letter_called_off", situation) if referral.status == "queued" else []


def _may_tell(task: Task, situation: Situation) -> bool:
    return agreed_to(case_of(situation), task.about("provider"), situation)


def _recipient(task: Task, _programme: Programme) -> tuple[str, str]:
    return PURPOSE, task.about("provider")


def _limited(programme: Programme, _case: Case) -> tuple[str, ...]:
    return limited(programme)


def answer_needs(programme: Programme, case: Case) -> tuple[str, ...]:
    """Return what accepting looks at: the provider's room, and others' to name who else has some."""
    return tuple(dict.fromkeys((*open_providers(programme, case), *limited(programme))))


TASKS: Final = (
    TaskKind("send_referral", _sent, _letter_is_wanted, consent=_recipient, taken_back=_never_sent),
    TaskKind("revoke_referral", _taken_back, gives_back=True),
    TaskKind("answer_referrer", _referrer_answered, _may_tell, consent=_recipient),
)


RULES: Final = (
    CommandRule(SendReferral, send_referral, needs=_limited, cancels=True),
    CommandRule(AcknowledgeReferral, acknowledge_referral),
    CommandRule(AcceptReferral, accept_referral, needs=answer_needs),
    CommandRule(WaitlistReferral, waitlist_referral),
    CommandRule(DeclineReferral, decline_referral, needs=open_providers),
    CommandRule(RecordReferralServed, record_served),
    CommandRule(RecordReferralFeedback, record_feedback),
    CommandRule(CloseReferral, close_referral, needs=open_providers),
    CommandRule(RevokeReferral, revoke_referral, needs=open_providers, cancels=True),
    CommandRule(DiscloseReferral, disclose_referral),
)
TIMERS: Final = (
    TimerKind("referral_answer", _no_answer, lambda programme, case, _: answer_needs(programme, case)),
    TimerKind("referral_meeting", _no_meeting),
)
ON_ENTERING: Final = StepHook(case_ends, lambda situation, dest: ended(situation, f"case_{dest}"), open_providers)
