"""Houses and offices: where, how many beds, when open."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from workflow.programme.part import Part, Slug


class Facility(Part):
    """A house with beds."""

    id: Slug
    name: str
    opens: date
    capacity: int = Field(ge=1, le=10_000)
    time_zone: str
