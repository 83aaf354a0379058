"""Who pays, up to how much, and the kinds of grant."""

from __future__ import annotations

from pydantic import Field, field_validator

from events.money import Money
from workflow.programme.part import Label, Name, Part, Slug


class Funder(Part):
    """Who pays, up to how much, and which weight of every grant they bear."""

    id: Slug
    name: str
    budget: Money
    weight: int = Field(ge=1, le=1000)

    @field_validator("budget", mode="before")
    @classmethod
    def _written_as_text(cls, value: object) -> object:
        return Money.parse(value) if isinstance(value, str) else value


class GrantKind(Part):
    """A kind of grant: its ceiling and how it is paid out. Amounts are policy of the office, not law."""

    kind: Name
    label: Label
    cap: Money
    tranches: tuple[int, ...] = Field(min_length=1, max_length=12)  # per cent each, together 100
    during: tuple[Name, ...] = Field(min_length=1)  # the stages in which it may be asked for
    needs_plan: bool = False  # nothing is paid before a second person approved the reintegration plan

    @field_validator("cap", mode="before")
    @classmethod
    def _written_as_text(cls, value: object) -> object:
        return Money.parse(value) if isinstance(value, str) else value
