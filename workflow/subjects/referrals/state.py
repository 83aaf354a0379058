"""Referrals to providers, and who referred the person here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from events.facts.corrections import DetailsCorrected
from events.facts.referrals import ReferralAccepted, ReferralMade, ReferralSent, ReferralUnanswered
from workflow.case.state import NOTHING, At, Case, Change, Part

# While these last the provider has something to do or to answer.
OPEN: Final = frozenset({
    "queued", "sent", "acknowledged", "accepted", "wait_listed", "unanswered", "served", "feedback",
})  # fmt: skip
AWAITED: Final = OPEN - {"served", "feedback"}
HOLDS_PLACE: Final = frozenset({"accepted", "served", "feedback"})


class Referral(NamedTuple):
    """One referral: of which service, to whom, and how far it has come."""

    service: str
    provider: str
    status: str = "queued"
    language: str = ""
    sent_at: str = ""
    next_provider: str = ""  # who could be asked instead of one that does not answer
    meets_at: datetime | None = None  # the first meeting that is still to be reported on

    @property
    def is_open(self) -> bool:
        """Tell whether anything of it is still to come."""
        return self.status in OPEN

    @property
    def is_known(self) -> bool:
        """Tell whether the provider has heard of it."""
        return self.sent_at != ""


class Referrals(NamedTuple):
    """Referrals to others by id, and whether those who sent the person were thanked."""

    referrals: Mapping[str, Referral] = NOTHING
    referrer_answered: bool = False


referrals_of: Final = Part("referrals", Referrals())


def _made(case: Case, fact: ReferralMade, _at: At) -> Case:
    return _with(case, fact.referral_id, Referral(fact.service, fact.provider, language=fact.language))


def _unanswered(case: Case, fact: ReferralUnanswered, _at: At) -> Case:
    referral = referrals_of(case).referrals[fact.referral_id]
    return _with(case, fact.referral_id, referral._replace(status="unanswered", next_provider=fact.next_provider))


def _sent(case: Case, fact: ReferralSent, at: At) -> Case:
    referral = referrals_of(case).referrals[fact.referral_id]
    status = "sent" if referral.status == "queued" else referral.status
    # A provider may have answered before anybody knew that the letter arrived.
    return _with(case, fact.referral_id, referral._replace(status=status, sent_at=referral.sent_at or at.recorded_at))


def _now(status: str) -> Change:
    def change(case: Case, fact: Any, at: At) -> Case:
        referral = referrals_of(case).referrals[fact.referral_id]
        # A provider that answers has heard of it, even if nobody could tell whether the letter arrived.
        answers = status in ("acknowledged", "accepted", "wait_listed", "declined")
        sent_at = referral.sent_at or (at.recorded_at if answers else "")
        meets_at = fact.first_meeting if isinstance(fact, ReferralAccepted) else None
        moved = referral._replace(status=status, sent_at=sent_at, meets_at=meets_at)
        case = _with(case, fact.referral_id, moved)
        # That somebody was silent is looked at until another provider answers, or nobody is to answer any more.
        return case if status == "passed_on" else _looked_at(case)

    return change


def _with(case: Case, referral_id: str, referral: Referral) -> Case:
    return referrals_of.changed(case, referrals={**referrals_of(case).referrals, referral_id: referral})


def _spoken(case: Case, fact: DetailsCorrected, _at: At) -> Case:
    """Return the case with letters that have not left in the language that is right."""
    if fact.language is None:
        return case
    known = referrals_of(case).referrals
    asked = {key: one for key, one in known.items() if not one.is_known and one.language == fact.language_before}
    spoken = {key: one._replace(language=fact.language) for key, one in asked.items()}
    return referrals_of.changed(case, referrals={**known, **spoken}) if spoken else case


def _looked_at(case: Case) -> Case:
    """Return the case without escalations that no referral gives a reason for any more."""
    statuses = {referral.status for referral in referrals_of(case).referrals.values()}
    over = set() if "unanswered" in statuses else {"referral_unanswered"}
    over |= set() if statuses & {"acknowledged", "accepted"} else {"referral_not_served"}
    return case.calm(*over)


CHANGES: dict[str, Change] = {
    "ReferralMade": _made,
    "ReferralSent": _sent,
    "ReferralAcknowledged": _now("acknowledged"),
    "ReferralAccepted": _now("accepted"),
    "ReferralWaitlisted": _now("wait_listed"),
    "ReferralDeclined": _now("declined"),
    "ReferralUnanswered": _unanswered,
    "ReferralPassedOn": _now("passed_on"),
    "ReferralServed": _now("served"),
    "ReferralFeedback": _now("feedback"),
    "ReferralClosed": _now("closed"),
    "ReferralRevoked": _now("revoked"),
    "DetailsCorrected": _spoken,
    "ReferrerAnswered": lambda c, _f, _: referrals_of.changed(c, referrer_answered=True),
}
