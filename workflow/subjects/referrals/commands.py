"""Commands about referrals: asking a provider, its answers, and what it may be told."""

from typing import Annotated, Literal

from pydantic import Field

from workflow.command import CaseCommand, Instant
from workflow.programme.part import Slug
from workflow.values.code_lists import Language
from workflow.values.text import CodeWord, LongText, ShortText

ReferralId = Annotated[str, Field(pattern=r"^R-[0-9A-HJKMNP-TV-Z]{16}$")]


class SendReferral(CaseCommand, acts=("referral.send",)):
    """Refer the person to a provider: the one named, or the best in the directory that has room."""

    service: CodeWord
    provider: Slug | Literal[""] = ""
    language: Language | Literal[""] = ""
    area: str = Field(default="", pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$")  # else where the person will live


class AcknowledgeReferral(CaseCommand, acts=("referral.answer",)):
    """Record that the provider has the letter."""

    referral_id: ReferralId


class AcceptReferral(CaseCommand, acts=("referral.answer",)):
    """Record that the provider takes the person."""

    referral_id: ReferralId
    first_meeting: Instant | None = None


class DeclineReferral(CaseCommand, acts=("referral.answer",)):
    """Record that the provider said no, and why, in one word."""

    referral_id: ReferralId
    reason: CodeWord


class WaitlistReferral(CaseCommand, acts=("referral.answer",)):
    """Record that the provider takes the person once there is room."""

    referral_id: ReferralId


class RecordReferralServed(CaseCommand, acts=("referral.answer",), dated=True):
    """Record that the provider gave the service."""

    referral_id: ReferralId


class RecordReferralFeedback(CaseCommand, acts=("referral.answer",), sealed=True):
    """Record what came of a referral, as the provider or the person says."""

    referral_id: ReferralId
    outcome: Literal["helped", "partly_helped", "not_helped", "did_not_come"]
    note: LongText | None = None


class CloseReferral(CaseCommand, acts=("referral.send",)):
    """Record that a referral has come to its end."""

    referral_id: ReferralId


class RevokeReferral(CaseCommand, acts=("referral.send",)):
    """Take a referral back; the provider is told once if it has heard of it."""

    referral_id: ReferralId
    reason: CodeWord


class DiscloseReferral(CaseCommand, acts=("referral.disclose",), is_recorded=False):
    """Show a provider what its profile allows; recorded before anything is shown."""

    referral_id: ReferralId
    why: ShortText
