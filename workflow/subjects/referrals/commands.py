"""Commands about referrals: asking a provider, its answers, and what it may be told."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from workflow.command import CaseCommand, Instant
from workflow.rights.acts import Acts
from workflow.values.text import CodeWord, LongText, ShortText

ProviderId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
ReferralId = Annotated[str, Field(pattern=r"^R-[0-9A-HJKMNP-TV-Z]{16}$")]


class SendReferral(CaseCommand):
    """Refer the person to a provider: the one named, or the best in the directory that has room."""

    acts: ClassVar[Acts] = ("referral.send",)
    service: CodeWord
    provider: ProviderId | Literal[""] = ""
    language: str = Field(default="", pattern=r"^([a-z]{2,3})?$")
    area: str = Field(default="", pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$")  # else where the person will live


class AcknowledgeReferral(CaseCommand):
    """Record that the provider has the letter."""

    acts: ClassVar[Acts] = ("referral.answer",)
    referral_id: ReferralId


class AcceptReferral(CaseCommand):
    """Record that the provider takes the person."""

    acts: ClassVar[Acts] = ("referral.answer",)
    referral_id: ReferralId
    first_meeting: Instant | None = None


class DeclineReferral(CaseCommand):
    """Record that the provider said no, and why, in one word."""

    acts: ClassVar[Acts] = ("referral.answer",)
    referral_id: ReferralId
    reason: CodeWord


class WaitlistReferral(CaseCommand):
    """Record that the provider takes the person once there is room."""

    acts: ClassVar[Acts] = ("referral.answer",)
    referral_id: ReferralId


class RecordReferralServed(CaseCommand):
    """Record that the provider gave the service."""

    acts: ClassVar[Acts] = ("referral.answer",)
    referral_id: ReferralId


class RecordReferralFeedback(CaseCommand):
    """Record what came of a referral, as the provider or the person says."""

    acts: ClassVar[Acts] = ("referral.answer",)
    referral_id: ReferralId
    outcome: Literal["helped", "partly_helped", "not_helped", "did_not_come"]
    note: LongText | None = None
    sealed: ClassVar[bool] = True


class CloseReferral(CaseCommand):
    """Record that a referral has come to its end."""

    acts: ClassVar[Acts] = ("referral.send",)
    referral_id: ReferralId


class RevokeReferral(CaseCommand):
    """Take a referral back; the provider is told once if it has heard of it."""

    acts: ClassVar[Acts] = ("referral.send",)
    referral_id: ReferralId
    reason: CodeWord


class DiscloseReferral(CaseCommand):
    """Show a provider what its profile allows; recorded before anything is shown."""

    acts: ClassVar[Acts] = ("referral.disclose",)
    is_recorded: ClassVar[bool] = False
    referral_id: ReferralId
    why: ShortText
