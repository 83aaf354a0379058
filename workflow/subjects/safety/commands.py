"""Commands about safety: age, identification, reflection, risk, and who decides with a child."""

from datetime import date
from typing import Literal

from workflow.command import CaseCommand
from workflow.values.case_numbers import CaseNumber
from workflow.values.text import CodeWord, LongText, PersonName, ShortText


class EstablishAge(CaseCommand, acts=("case.record",)):
    """Record that somebody of unknown age is an adult or a child, and on which basis."""

    child: bool
    basis: ShortText


class IdentifyVictim(CaseCommand, acts=("case.record",)):
    """Record which body decided on the trafficking status; formal identification starts the reflection period."""

    status: Literal["possible", "actual"]
    decided_by: Literal["police", "ngo", "court", "government", "other"]
    decided_on: date | None = None  # today when left out


class EndReflection(CaseCommand, acts=("case.record",)):
    """Record that the person has decided before the reflection period is over."""

    why: ShortText


class AssessRisk(CaseCommand, acts=("case.record",), sealed=True):
    """Record a risk assessment made with the person."""

    level: Literal["low", "medium", "high"]
    safe_to_return: bool
    note: LongText | None = None


class AgreeSafetyPlan(CaseCommand, acts=("case.record",), sealed=True):
    """Propose what is done about the dangers last found; it stands when a second person confirms it."""

    plan: LongText | None = None


class AppointGuardian(CaseCommand, acts=("case.record",), sealed=True):
    """Record who decides with and for a child; somebody of the child's own group only with a second person."""

    kind: Literal["parent", "relative", "state", "organisation"]
    name: PersonName | None = None
    member: CaseNumber | None = None  # the guardian's own case, where they are of the child's family or group


class EndGuardianship(CaseCommand, acts=("case.record",)):
    """Record that whoever decided for a child does not any more: at once, by whoever learns why."""

    because: Literal["suspected", "unable", "unwilling", "replaced"]


class DecideBestInterests(CaseCommand, acts=("case.record",)):
    """Propose to record what a body decided is best for the child; a second person confirms it."""

    outcome: Literal["return", "stay"]
    decided_by: ShortText


class RecordAssent(CaseCommand, acts=("case.consent",)):
    """Record what the child, asked in words they understand, says to a purpose a guardian consents to."""

    to: CodeWord
    answer: Literal["agrees", "refuses", "cannot_form_a_view"] = "agrees"
