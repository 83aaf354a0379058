"""Commands about safety: age, identification, reflection, risk, and who decides with a child."""

from __future__ import annotations

from typing import ClassVar, Literal

from workflow.commands.command import CaseCommand
from workflow.text import LongText, PersonName, ShortText


class EstablishAge(CaseCommand):
    """Record that somebody of unknown age is an adult or a child, and on which basis."""

    child: bool
    basis: ShortText


class IdentifyVictim(CaseCommand):
    """Record which body decided on the trafficking status; formal identification starts the reflection period."""

    status: Literal["possible", "actual"]
    decided_by: Literal["police", "ngo", "court", "government", "other"]


class EndReflection(CaseCommand):
    """Record that the person has decided before the reflection period is over."""

    why: ShortText


class AssessRisk(CaseCommand):
    """Record a risk assessment made with the person."""

    level: Literal["low", "medium", "high"]
    safe_to_return: bool
    note: LongText | None = None
    sealed: ClassVar[bool] = True


class AppointGuardian(CaseCommand):
    """Record who decides with and for a child."""

    kind: Literal["parent", "relative", "state", "organisation"]
    name: PersonName | None = None
    sealed: ClassVar[bool] = True


class DecideBestInterests(CaseCommand):
    """Record what a body decided is best for the child."""

    outcome: Literal["return", "stay"]
    decided_by: ShortText


# What `wayhome case record` offers.
BY_PEOPLE: tuple[type[CaseCommand], ...] = (
    EstablishAge,
    IdentifyVictim,
    EndReflection,
    AssessRisk,
    AppointGuardian,
    DecideBestInterests,
)
