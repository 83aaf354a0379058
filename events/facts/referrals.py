"""Facts of referrals: what a provider was asked for, what it answered, and what of the person it was told.

Open fields hold providers, services and references only. What the provider writes back about the person is sealed.
"""

from datetime import datetime

from events.catalogue import Fact, Story, TaskOutcome


class ReferralMade(Fact):
    """Somebody is to be referred to a provider; the letter is still to be sent."""

    referral_id: str
    service: str
    provider: str
    language: str = ""


class ReferralSent(TaskOutcome):
    """The letter went out."""

    referral_id: str
    provider: str
    receipt: str


class _OfReferral(Fact):
    """What is said of one referral to a provider."""

    referral_id: str
    provider: str


class ReferralAcknowledged(_OfReferral):
    """The provider has the letter and looks into it."""


class ReferralAccepted(_OfReferral):
    """The provider takes the person, with a first meeting if one is agreed."""

    first_meeting: datetime | None = None


class ReferralWaitlisted(_OfReferral):
    """The provider takes the person once there is room."""


class ReferralDeclined(_OfReferral):
    """The provider said no, and why."""

    reason: str


class ReferralUnanswered(_OfReferral):
    """The provider did not answer in time; ``next_provider`` could be asked, if the person agrees to it."""

    next_provider: str = ""


class ReferralPassedOn(_OfReferral):
    """The referral is over, and another provider is asked instead."""

    to_referral: str
    to_provider: str


class ReferralServed(_OfReferral):
    """The provider gave the service."""

    service: str


class ReferralFeedback(Fact):
    """What came of it, as the provider or the person says; the note is sealed."""

    person_id: str
    referral_id: str
    provider: str
    outcome: str
    note: Story = None


class ReferralClosed(_OfReferral):
    """The referral has come to its end."""


class ReferralRevoked(_OfReferral):
    """The referral is taken back; whoever has heard of it is told once."""

    reason: str


class ReferralTakenBack(TaskOutcome):
    """The provider was told that the referral is taken back."""

    referral_id: str
    provider: str
    receipt: str


class MeetingTold(TaskOutcome):
    """The provider was sent the first meeting for its calendar."""

    referral_id: str
    provider: str
    receipt: str


class DisclosureMade(_OfReferral):
    """A provider was shown these parts of the case; recorded before anything was shown."""

    kind: str
    parts: tuple[str, ...]
    why: str


class ReferrerAnswered(TaskOutcome):
    """Whoever sent the person was told that the referral was received; nothing else."""

    provider: str
    receipt: str


class ProviderPlaceTaken(Fact):
    """The provider's side of a referral accepted: one place less."""

    case_id: str
    referral_id: str


class ProviderPlaceFreed(Fact):
    """The provider's side of a referral that is over: its place is free again."""

    case_id: str
    referral_id: str
    reason: str
