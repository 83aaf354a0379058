"""The people who meet those who arrive."""

from typing import Annotated

from pydantic import Field

from workflow.programme.part import ByOne, DirectoryPart, Slug, fewer, only_of


class Meeter(DirectoryPart):
    """Somebody who meets people at airports and stations, and how they are written to."""

    id: Slug
    name: str
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    languages: Annotated[tuple[str, ...], ByOne(only_of)] = Field(min_length=1)  # ISO 639 codes
    # For those who are met: those of a car, unless it is said.
    seats: Annotated[int, ByOne(fewer)] = Field(default=4, ge=1, le=100)
