"""Consent: given for a purpose and a recipient, for a time; taken back or run out with immediate effect."""

from typing import Final

from events.facts.intake import ConsentGiven, ConsentWithdrawn
from events.facts.safety import AgeEstablished, ConsentExpired
from workflow.case.state import Pairs
from workflow.reasons import Reason, reasons_if, refused
from workflow.refusals import PURPOSE_IS_KNOWN
from workflow.situation import Decision, Situation, StreamFact, case_of, unless
from workflow.subject import CommandRule, StepHook, TimerKind, case_ends
from workflow.subjects.closing.state import closing_of
from workflow.subjects.intake import refusals
from workflow.subjects.intake.commands import GiveConsent, WithdrawConsent
from workflow.subjects.referrals.caseload import open_providers
from workflow.subjects.referrals.moves import referrals_withdrawn
from workflow.subjects.referrals.sending import PURPOSE
from workflow.subjects.safety.state import month_of_coming_of_age, safety_of

_BIRTHDAY: Final = "turned 18"  # the basis on which somebody is known to be an adult


def give_consent(command: GiveConsent, situation: Situation) -> Decision:
    """Return the consent; a child's is given by a guardian, and an unknown age is presumed a child's."""
    case, known = case_of(situation), situation.programme.purposes
    reasons = reasons_if(
        (command.purpose not in known, PURPOSE_IS_KNOWN(purpose=command.purpose, known=known)),
        (command.recipient and command.recipient not in _recipients(situation), refusals.RECIPIENT_IS_KNOWN()),
        (command.until is not None and command.until < situation.today, refusals.CONSENT_IS_LIVE(until=command.until)),
        (command.by == "guardian" and not safety_of(case).guardian, refusals.NO_GUARDIAN_IS_RECORDED()),
    )
    reasons += _against_own_word(command, situation)
    given = ConsentGiven(purpose=command.purpose, recipient=command.recipient, by=command.by, until=command.until)
    grown_up = [AgeEstablished(child=False, basis=_BIRTHDAY)] if command.by == "person" and _is_child(situation) else []
    return unless(reasons, situation.about_case(*grown_up, given))


def _against_own_word(command: GiveConsent, situation: Situation) -> list[Reason]:
    """Return why the person's own word does not count yet.

    What is open of a birth date is its month: in the month in which a person turns 18 whoever records the consent knows
    whether the day has come, and says so. Before that month nobody can.
    """
    if command.by != "person" or not _is_child(situation):
        return []
    month = month_of_coming_of_age(case_of(situation))
    if month is None or situation.today < month:
        return [refusals.GUARDIAN_CONSENTS()]
    return [] if command.of_age else [refusals.TURNS_EIGHTEEN(month=month)]


def _is_child(situation: Situation) -> bool:
    return case_of(situation).is_child(situation.today)


def _recipients(situation: Situation) -> set[str]:
    """Return who may be told with the person's consent: providers, houses, and whoever was proposed to take over."""
    proposed = {one.to for one in closing_of(case_of(situation)).hand_overs.values()}
    return {*situation.programme.provider_of, *situation.programme.facility_of, *proposed}


def withdraw_consent(command: WithdrawConsent, situation: Situation) -> Decision:
    """Return the withdrawal; what is queued for the purpose is cancelled in the same moment.

    Who takes back referrals as such takes them back from every provider.
    """
    given = case_of(situation).consents
    taken = [(command.purpose, command.recipient)] if (command.purpose, command.recipient) in given else []
    if command.purpose == PURPOSE and not command.recipient:
        taken += sorted(key for key in given if key[0] == command.purpose and key[1])
    if not taken:
        return refused(refusals.CONSENT_EXISTS(purpose=command.purpose))
    facts = [ConsentWithdrawn(purpose=purpose, recipient=recipient) for purpose, recipient in taken]
    over = referrals_withdrawn(command.purpose, command.recipient, situation)
    return [*situation.about_case(*facts), *over]


def ended_with_the_case(situation: Situation) -> list[StreamFact]:
    """Return that every consent is over: a case taken up again is a new question to the person."""
    given = sorted(case_of(situation).consents)
    facts = [ConsentExpired(purpose=purpose, recipient=recipient) for purpose, recipient in given]
    return situation.about_case(*facts)


def _is_over(situation: Situation, subject: Pairs) -> list[StreamFact]:
    about = dict(subject)
    until = case_of(situation).consents.get((about["purpose"], about["recipient"]))
    if until is None or situation.today <= until:
        return []
    expired = ConsentExpired(purpose=about["purpose"], recipient=about["recipient"])
    over = referrals_withdrawn(about["purpose"], about["recipient"], situation, "consent_expired")
    return [*situation.about_case(expired), *over]


RULES: Final = (
    CommandRule(GiveConsent, give_consent),
    CommandRule(WithdrawConsent, withdraw_consent, needs=open_providers, cancels=True),
)
TIMERS: Final = (TimerKind("consent_expires", _is_over, lambda programme, case, _: open_providers(programme, case)),)
# Consents from before an end do not hold for a case that is taken up again.
ON_LEAVING: Final = StepHook(case_ends, lambda situation, _dest: ended_with_the_case(situation), lambda *_: ())
