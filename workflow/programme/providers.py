"""The directory: who offers what to the people of a programme, in which languages, when and where."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from workflow.phones import Phone
from workflow.programme.hours import Hours
from workflow.programme.part import Name, Part, Slug

# The six kinds of agency of the founding document, and the people who come by themselves.
AgencyKind = Literal[
    "government", "law_enforcement", "health", "social_support", "ngo", "international_organisation"
]  # fmt: skip


class Provider(Part):
    """An organisation that helps: its services, languages, hours, areas, and how many people at a time."""

    id: Slug
    name: str
    kind: AgencyKind
    services: tuple[Name, ...] = Field(min_length=1)
    languages: tuple[str, ...] = Field(min_length=1)  # ISO 639 codes
    areas: tuple[str, ...] = ()  # ISO 3166 codes of countries or their parts (RU-MOW); everywhere when empty
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    phone: Phone | None = None
    address: str = ""
    hours: Hours | None = None
    capacity: int | None = Field(default=None, ge=1)  # people at a time; without a limit when left out
    staff: str = Field(
        default="", pattern=r"^[a-z]*$"
    )  # the word its people's ids begin with: redcross in redcross:olga
    status: Literal["active", "inactive", "defunct", "temporarily_closed"] = "active"  # HSDS service.status
