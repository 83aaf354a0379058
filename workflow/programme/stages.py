"""The stages of a journey and the ways between them, in the notation of ``transitions``; the services of a stage."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from pydantic import field_validator

from workflow.programme.part import Label, Name, ProgrammePart

CareKind = Literal["medical", "psychological", "social", "legal"]


class Service(ProgrammePart):
    """Something a provider does for a person."""

    id: Name
    label: Label
    consent: Name
    kind: CareKind | None = None  # care is given at appointments; says which compartment its notes are sealed in
    letter_label: Label | None = None  # what letters call it, where its label would tell a bystander too much

    @property
    def in_letters(self) -> Label:
        """Return what letters call it."""
        return self.letter_label or self.label


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

    @cached_property
    def asked_to_go_on(self) -> Mapping[Name, frozenset[Name]]:
        """Return by stage the guards that stand before a step from there which does not end the case."""
        ways = [way for way in self.transitions if not self.stages[way.dest].ends]
        return {
            stage: frozenset(guard for way in ways if stage in way.source for guard in way.conditions)
            for stage in self.states
        }
