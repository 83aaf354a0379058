"""The people who go along on a journey."""

from __future__ import annotations

from pydantic import Field

from workflow.programme.part import Name, Part, Slug


class Escort(Part):
    """Somebody who goes along, what they can do and how they are written to."""

    id: Slug
    name: str
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    skills: tuple[Name, ...]
    languages: tuple[str, ...]
