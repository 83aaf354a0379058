"""Commands about care: medical, psychological, social and legal."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from workflow.command import CaseCommand, Instant
from workflow.rights.acts import Acts
from workflow.values.text import ActorId, CodeWord, LongText, ReferenceToken, ShortText


class BookAppointment(CaseCommand):
    """Record when a provider expects the person; the provider is found by language when none is named."""

    acts: ClassVar[Acts] = ("case.record", "case.medical", "case.legal")
    service: CodeWord
    at: Instant
    provider: ReferenceToken | Literal[""] = ""


class MoveAppointment(CaseCommand):
    """Record that an appointment is at another time; provider and interpreter are told."""

    acts: ClassVar[Acts] = ("case.record", "case.medical", "case.legal")
    appointment: ReferenceToken
    at: Instant


class CancelAppointment(CaseCommand):
    """Take an appointment back; whoever expected the person is told."""

    acts: ClassVar[Acts] = ("case.record", "case.medical", "case.legal")
    appointment: ReferenceToken
    reason: ShortText


class RecordSession(CaseCommand):
    """Record whether the person came, when they come next, and, sealed, what was found or said."""

    acts: ClassVar[Acts] = ("case.record", "case.medical", "case.legal")
    appointment: ReferenceToken | Literal[""] = ""
    service: CodeWord | Literal[""] = ""  # for a session without an appointment
    attended: bool
    next_at: Instant | None = None
    note: LongText | None = None
    sealed: ClassVar[bool] = True


class AssignLegalReference(CaseCommand):
    """Record the number under which a court, an authority or a lawyer keeps the matter."""

    acts: ClassVar[Acts] = ("case.legal",)
    matter: Literal["criminal", "civil", "labour", "migration", "family", "other"]
    reference: ShortText
    sealed: ClassVar[bool] = True


class AgreeCarePlan(CaseCommand):
    """Record the plan of care with the second person who agreed to it."""

    acts: ClassVar[Acts] = ("case.record", "case.medical")
    second: ActorId
    plan: LongText | None = None
    sealed: ClassVar[bool] = True


class CertifyFitness(CaseCommand):
    """Record a doctor's certificate: from which day, until when the person may travel, who must go along."""

    acts: ClassVar[Acts] = ("case.medical",)
    certified_on: date | None = None  # today when left out
    valid_until: date
    escort: Literal["none", "operational", "family", "medical"]
    note: LongText | None = None
    sealed: ClassVar[bool] = True
