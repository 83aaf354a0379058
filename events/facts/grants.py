"""Facts about grants on the way: evidence, who is paid, and payments that come back."""

from __future__ import annotations

from events.catalogue import Fact
from events.facts.shared import Secret


class EvidenceRecorded(Fact):
    """It was shown what a part of a grant was used for; the paper's own number is sealed."""

    person_id: str
    grant_id: str
    tranche_id: str
    kind: str
    reference: Secret = None


class PayeeChanged(Fact):
    """Somebody else is to be paid: nothing goes out before a person who did not ask for this has approved it."""

    person_id: str
    grant_id: str
    payee_name: Secret = None
    payee_account: Secret = None


class PayeeApproved(Fact):
    """The changed payee was looked at and approved; what is set aside stays as it is."""

    grant_id: str


class PayeePutOnHold(Fact):
    """Nothing is paid to this payee until somebody has looked."""

    grant_id: str
    reason: str


class PayeeReleased(Fact):
    """The payee was looked at and may be paid."""

    grant_id: str
    reason: str


class TrancheReturned(Fact):
    """The bank gave a payment back after it had paid it, and why (ISO 20022 return reason)."""

    grant_id: str
    tranche_id: str
    reason: str
