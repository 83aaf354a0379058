"""Commands about safety: age, identification, reflection, risk, and who decides with a child."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from workflow.command import CaseCommand
from workflow.rights.acts import Acts
from workflow.values.text import ActorId, CodeWord, LongText, PersonName, ShortText


class EstablishAge(CaseCommand):
    """Record that somebody of unknown age is an adult or a child, and on which basis."""

    acts: ClassVar[Acts] = ("case.record",)
    child: bool
    basis: ShortText


class IdentifyVictim(CaseCommand):
    """Record which body decided on the trafficking status; formal identification starts the reflection period."""

    acts: ClassVar[Acts] = ("case.record",)
    status: Literal["possible", "actual"]
    decided_by: Literal["police", "ngo", "court", "government", "other"]
    decided_on: date | None = None  # today when left out


class EndReflection(CaseCommand):
    """Record that the person has decided before the reflection period is over."""

    acts: ClassVar[Acts] = ("case.record",)
    why: ShortText


class AssessRisk(CaseCommand):
    """Record a risk assessment made with the person."""

    acts: ClassVar[Acts] = ("case.record",)
    level: Literal["low", "medium", "high"]
    safe_to_return: bool
    note: LongText | None = None
    sealed: ClassVar[bool] = True


class AgreeSafetyPlan(CaseCommand):
    """Record what is done about the dangers last found, with the second person who agreed to it."""

    acts: ClassVar[Acts] = ("case.record",)
    second: ActorId
    plan: LongText | None = None
    sealed: ClassVar[bool] = True


class AppointGuardian(CaseCommand):
    """Record who decides with and for a child."""

    acts: ClassVar[Acts] = ("case.record",)
    kind: Literal["parent", "relative", "state", "organisation"]
    name: PersonName | None = None
    sealed: ClassVar[bool] = True


class DecideBestInterests(CaseCommand):
    """Record what a body decided is best for the child."""

    acts: ClassVar[Acts] = ("case.record",)
    outcome: Literal["return", "stay"]
    decided_by: ShortText


class RecordAssent(CaseCommand):
    """Record what the child, asked in words they understand, says to a purpose a guardian consents to."""

    acts: ClassVar[Acts] = ("case.consent",)
    to: CodeWord
    answer: Literal["agrees", "refuses", "cannot_form_a_view"] = "agrees"
