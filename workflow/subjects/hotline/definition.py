"""The hotline and the consultation centres: the number, the hours, what is asked about, and who is at risk."""

from typing import Literal

from pydantic import Field, field_validator

from workflow.programme.hours import Hours
from workflow.programme.part import Label, Name, ProgrammePart, Slug, TimeZone
from workflow.values.phones import Phone, is_toll_free


class Hotline(ProgrammePart):
    """A number that anybody may call for nothing and without a name, and what it promises them."""

    id: Slug
    number: Phone
    languages: tuple[str, ...] = Field(min_length=1)  # ISO 639 codes
    hours: Hours
    zones: tuple[TimeZone, ...] = Field(min_length=1)  # where callers live: they are told the hours by their own clock
    anonymous: Literal[True] = True  # no other hotline is to be had: the log has no field for a number or name
    call_back_days: int = Field(ge=1, le=60)  # working days after which a call-back nobody made is struck off
    consent: Name  # the purpose agreed to when a consultation becomes a case

    @field_validator("number")
    @classmethod
    def _costs_nothing(cls, value: str) -> str:
        if not is_toll_free(value):
            raise ValueError("is not toll-free; whoever calls for help must not have to pay for it")
        return value


class ConsultationTopic(ProgrammePart):
    """Something people ask about."""

    id: Name
    label: Label


class AtRiskGroup(ProgrammePart):
    """People whom traffickers seek out, and what to ask so that a danger is noticed in time."""

    id: Name
    label: Label
    questions: tuple[Label, ...] = Field(min_length=1)  # the screening prompt
