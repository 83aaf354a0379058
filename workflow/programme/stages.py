"""The stages of a journey and the ways between them, in the notation of ``transitions``."""

from __future__ import annotations

from pydantic import field_validator

from workflow.programme.part import Label, Name, ProgrammePart


class Stage(ProgrammePart):
    """What happens by itself when a person enters a stage."""

    label: Label
    services: tuple[Name, ...] = ()
    frees_bed: bool = False
    ends: bool = False
    idle: bool = True  # whether somebody should look when nothing moves for a while
    visits: bool = False  # whether the follow-up visits are counted from here
    plan_due: bool = False  # whether the days until the reintegration plan must stand are counted from here


class Transition(ProgrammePart):
    """One way on, in the notation of ``transitions``."""

    trigger: Name
    source: tuple[Name, ...]
    dest: Name
    conditions: tuple[Name, ...] = ()

    @field_validator("source", "conditions", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


class JourneyDefinition(ProgrammePart):
    """States and transitions, and what each stage brings with it."""

    initial: Name
    states: tuple[Name, ...]
    transitions: tuple[Transition, ...]
    stages: dict[Name, Stage]
