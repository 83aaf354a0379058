"""The directory: who offers what to the people of a programme, in which languages, when and where."""

from typing import Annotated, Final, Literal

from pydantic import Field, field_validator

from workflow.programme.hours import Hours, fewer_hours
from workflow.programme.part import (
    ByOne,
    DirectoryPart,
    Name,
    ProgrammePart,
    Slug,
    fewer,
    only_of,
    only_of_or_all,
)
from workflow.values.phones import Phone

# The six kinds of agency of the founding document, and the people who come by themselves.
AgencyKind = Literal[
    "government", "law_enforcement", "health", "social_support", "ngo", "international_organisation"
]  # fmt: skip


class Provider(DirectoryPart):
    """An organisation that helps: its services, languages, hours, areas, and how many people at a time."""

    id: Slug
    name: str
    kind: AgencyKind
    services: Annotated[tuple[Name, ...], ByOne(only_of)] = Field(min_length=1)
    languages: Annotated[tuple[str, ...], ByOne(only_of)] = Field(min_length=1)  # ISO 639 codes
    # ISO 3166 codes of countries or their parts (RU-MOW); everywhere when empty.
    areas: Annotated[tuple[str, ...], ByOne(only_of_or_all)] = ()
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    phone: Phone | None = None
    address: str = ""
    hours: Annotated[Hours | None, ByOne(fewer_hours)] = None
    # People at a time; without a limit when left out.
    capacity: Annotated[int | None, ByOne(fewer)] = Field(default=None, ge=1)
    staff: str = Field(
        default="", pattern=r"^[a-z]*$"
    )  # the word its people's ids begin with: redcross in redcross:olga


DisclosedPart = Literal[
    "language", "gender", "age_band", "child", "citizenships", "exploitation", "country_of_exploitation",
    "name", "birth_date", "phone", "guardian", "document_number", "medical", "story", "risk",
]  # fmt: skip
Parts = tuple[DisclosedPart, ...]
MEDICAL: Final[frozenset[str]] = frozenset({"medical"})
_FOR_HELP: Final[Parts] = ("language", "gender", "age_band", "child", "name", "phone", "guardian")


class DisclosurePolicy(ProgrammePart):
    """For each kind of agency the parts of a case it may see once the person agreed."""

    government: Parts = (
        "language", "child", "citizenships", "name", "birth_date", "guardian", "document_number",
    )  # fmt: skip
    law_enforcement: Parts = (
        "language", "child", "citizenships", "exploitation", "country_of_exploitation", "name", "birth_date",
        "guardian", "story",
    )  # fmt: skip
    health: Parts = (*_FOR_HELP, "birth_date", "medical")
    social_support: Parts = (*_FOR_HELP, "citizenships", "birth_date", "risk")
    ngo: Parts = (*_FOR_HELP, "risk")
    international_organisation: Parts = (
        "language", "gender", "age_band", "child", "citizenships", "exploitation", "country_of_exploitation",
        "name", "birth_date", "guardian", "risk",
    )  # fmt: skip

    @field_validator("law_enforcement")
    @classmethod
    def _never_medical(cls, value: Parts) -> Parts:
        if MEDICAL & set(value):
            raise ValueError("the police never get medical data, whatever a programme file says; take it out")
        return value
