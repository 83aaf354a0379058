"""Commands about care: medical, psychological, social and legal."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from workflow.commands.command import CaseCommand
from workflow.text import ActorId, LongText


class AgreeCarePlan(CaseCommand):
    """Record the plan of care with the second person who agreed to it."""

    second: ActorId


class CertifyFitness(CaseCommand):
    """Record a doctor's certificate: until when the person may travel and who must go along."""

    valid_until: date
    escort: Literal["none", "operational", "family", "medical"]
    note: LongText | None = None
    sealed: ClassVar[bool] = True


# What `wayhome case record` offers.
BY_PEOPLE: tuple[type[CaseCommand], ...] = (
    AgreeCarePlan,
    CertifyFitness,
)
