"""Commands about care: medical, psychological, social and legal."""

from datetime import date
from typing import Literal

from workflow.command import CaseCommand, Instant
from workflow.values.text import CodeWord, LongText, ReferenceToken, ShortText


class BookAppointment(CaseCommand, acts=("case.record", "case.medical", "case.legal")):
    """Record when a provider expects the person; the provider is found by language when none is named."""

    service: CodeWord
    at: Instant
    provider: ReferenceToken | Literal[""] = ""


class MoveAppointment(CaseCommand, acts=("case.record", "case.medical", "case.legal")):
    """Record that an appointment is at another time; provider and interpreter are told."""

    appointment: ReferenceToken
    at: Instant


class CancelAppointment(CaseCommand, acts=("case.record", "case.medical", "case.legal")):
    """Take an appointment back; whoever expected the person is told."""

    appointment: ReferenceToken
    reason: ShortText


class RecordSession(CaseCommand, acts=("case.record", "case.medical", "case.legal"), sealed=True, dated=True):
    """Record whether the person came, when they come next, and, sealed, what was found or said."""

    appointment: ReferenceToken | Literal[""] = ""
    service: CodeWord | Literal[""] = ""  # for a session without an appointment
    attended: bool
    next_at: Instant | None = None
    note: LongText | None = None


class AssignLegalReference(CaseCommand, acts=("case.legal",), sealed=True):
    """Record the number under which a court, an authority or a lawyer keeps the matter."""

    matter: Literal["criminal", "civil", "labour", "migration", "family", "other"]
    reference: ShortText


class AgreeCarePlan(CaseCommand, acts=("case.record", "case.medical"), sealed=True):
    """Propose the plan of care; it stands when a second person confirms it."""

    plan: LongText | None = None


class CertifyFitness(CaseCommand, acts=("case.medical",), sealed=True):
    """Record a doctor's certificate: from which day, until when the person may travel, who must go along."""

    certified_on: date | None = None  # today when left out
    valid_until: date
    escort: Literal["none", "operational", "family", "medical"]
    note: LongText | None = None
