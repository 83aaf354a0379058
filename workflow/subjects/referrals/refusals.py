"""Why a person is not referred, and a referral does not come to a status."""

from typing import Final

from workflow.reasons import ReasonKind

SERVED_AFTER_ASKED: Final = ReasonKind("served_after_asked", ("day",), field="occurred_at")
MEETING_IS_AHEAD: Final = ReasonKind("meeting_is_ahead", field="first_meeting")
NO_REFERRAL_TO_SHOW: Final = ReasonKind("referral_exists/to_show", field="referral_id")
REFERRAL_IS_OPEN: Final = ReasonKind("referral_is_open", ("status",), helps_with=("SendReferral",), field="referral_id")
NO_SUCH_REFERRAL: Final = ReasonKind("referral_exists/no_such", ("known",), field="referral_id")
NO_CONSENT_TO_REFERRAL: Final = ReasonKind(
    "consent_to_{purpose}/none_to_refer",
    ("purpose",),
    looked_at=("recipient",),
    helps_with=("GiveConsent",),
    field="provider",
)
PROVIDER_IS_KNOWN: Final = ReasonKind("provider_is_known", field="provider")
PROVIDER_OFFERS_SERVICE: Final = ReasonKind(
    "provider_offers_service", ("provider", "others"), looked_at=("service",), field="provider"
)
PROVIDER_IS_ACTIVE: Final = ReasonKind("provider_is_active", ("provider", "status"), field="provider")
PROVIDER_IS_NOT_AGREED: Final = ReasonKind(
    "consent_to_{purpose}/not_agreed",
    ("provider", "purpose"),
    looked_at=("recipient",),
    helps_with=("GiveConsent",),
    field="provider",
)
CONSENT_BEFORE_REFERRAL: Final = ReasonKind(
    "consent_to_{purpose}/before_referral", ("purpose",), helps_with=("GiveConsent",), field="purpose"
)
REFERRAL_IS_NOT_OPEN: Final = ReasonKind(
    "referral_is_not_open",
    ("provider", "service", "status"),
    looked_at=("referral",),
    helps_with=("RevokeReferral",),
    field="service",
)
REFERRALS_ARE_SETTLED: Final = ReasonKind(
    "referrals_are_settled",
    ("left",),
    looked_at=("referrals",),
    helps_with=("RecordReferralServed", "DeclineReferral", "RevokeReferral"),
)
REFERRAL_IS_LEFT: Final = ReasonKind("referrals_are_settled/referral", ("key", "status"))
REFERRAL_WAITS_FOR_LETTER: Final = ReasonKind(
    "referral_may_become_{next}/waits_for_letter", ("next",), looked_at=("status",)
)
REFERRAL_CANNOT_BECOME_IT: Final = ReasonKind(
    "referral_may_become_{next}/not_from_here", ("next", "possible"), looked_at=("status",)
)
PROVIDER_HAS_ROOM: Final = ReasonKind(
    "provider_has_room",
    ("capacity", "name", "others"),
    looked_at=("provider",),
    helps_with=("WaitlistReferral", "SendReferral"),
)
NO_PROVIDER_HAS_ROOM: Final = ReasonKind(
    "provider_has_room/nobody_else", ("capacity", "name"), looked_at=("provider",), helps_with=("WaitlistReferral",)
)
PROVIDER_IS_FOUND: Final = ReasonKind(
    "provider_is_found", ("service", "spoken", "others"), looked_at=("language", "area"), field="service"
)
