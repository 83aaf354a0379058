"""What providers do for a person."""

from __future__ import annotations

from typing import Literal

from workflow.programme.part import Label, Name, ProgrammePart

CareKind = Literal["medical", "psychological", "social", "legal"]


class Service(ProgrammePart):
    """Something a provider does for a person."""

    id: Name
    label: Label
    consent: Name
    kind: CareKind | None = None  # care is given at appointments; says which compartment its notes are sealed in
