"""What each kind of agency may be told about a person: a matrix of six kinds and the parts of a case.

The shares below are policy of ours, to be set by each office; that the police never get medical data is not.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import field_validator

from workflow.programme.part import Part

DisclosedPart = Literal[
    "language", "gender", "age_band", "child", "citizenships", "exploitation", "country_of_exploitation",
    "name", "birth_date", "phone", "guardian", "document_number", "medical", "story", "risk",
]  # fmt: skip
Parts = tuple[DisclosedPart, ...]
MEDICAL: Final[frozenset[str]] = frozenset({"medical"})

_FOR_HELP: Final[Parts] = ("language", "gender", "age_band", "child", "name", "phone", "guardian")


class Disclosure(Part):
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
