"""Commands about the way a person was taken."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from workflow.command import CaseCommand
from workflow.values.countries import Country


class Leg(BaseModel):
    """One leg of a route, also written as ``recruitment:MD`` or ``transit:UA:2005-06``."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    typed: ClassVar[str] = "recruitment, transit or exploitation, and where and when, like transit:UA:2005-06"

    kind: Literal["recruitment", "transit", "exploitation"]
    country: Country
    year: int | None = Field(default=None, ge=1950, le=2200)
    month: int | None = Field(default=None, ge=1, le=12)

    @model_validator(mode="before")
    @classmethod
    def _as_typed(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        kind, *rest = value.strip().split(":")
        if len(rest) not in (1, 2):
            raise ValueError("write a leg as kind:COUNTRY or kind:COUNTRY:YEAR-MONTH")
        year, _, month = rest[1].partition("-") if len(rest) == 2 else ("", "", "")
        return {
            "kind": kind.strip().lower(), "country": rest[0].strip().upper(), "year": year or None,
            "month": month or None,
        }  # fmt: skip

    @model_validator(mode="after")
    def _month_of_a_year(self) -> Leg:
        if self.month is not None and self.year is None:
            raise ValueError("a month needs its year")
        return self


class RecordRoute(CaseCommand, acts=("case.record",)):
    """Record which way the person was taken, leg by leg; a later record takes the place of an earlier one."""

    legs: tuple[Leg, ...] = Field(min_length=1, max_length=20)
