"""Commands about meeting a person who arrives."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from workflow.command import CaseCommand, Instant
from workflow.subjects.groups.commands import COMPANY_MAX
from workflow.values.code_lists import Language
from workflow.values.telling import Place
from workflow.values.text import ShortText


def _without_spaces(value: object) -> object:
    """Write SU 1491 and su1491 alike."""
    return re.sub(r"\s", "", value).upper() if isinstance(value, str) else value


# A flight (SU1491) or a train (061Ч, 030A); short enough that no name fits into it by accident.
ServiceNumber = Annotated[
    str, BeforeValidator(_without_spaces), StringConstraints(pattern=r"^[0-9A-ZА-ЯЁ]{0,4}[0-9]{1,4}[A-ZА-ЯЁ]?$")
]


class PlanArrival(CaseCommand, acts=("case.record",)):
    """Record when, where and how the person arrives; whoever is free and speaks their language is to meet them."""

    at: Instant
    place: Place
    means: Literal["flight", "train", "bus", "car", "on_foot"]
    number: ServiceNumber | Literal[""] = ""
    language: Language | Literal[""] = ""
    late: bool = False  # it is past and only written down: nobody is sent
    company: int = Field(default=1, ge=1, le=COMPANY_MAX)  # how many of their group come with the same pick-up


class DelayArrival(CaseCommand, acts=("case.record",)):
    """Record that the person comes at another time; whoever meets them is told once."""

    at: Instant
    late: bool = False  # it is past and only written down: nobody is sent


class CancelArrival(CaseCommand, acts=("case.record",)):
    """Record that the person does not come; whoever was to meet them is told once."""

    reason: ShortText


class MeetPerson(CaseCommand, acts=("case.record",), dated=True):
    """Record that the person was met."""
