"""The people who meet those who arrive."""

from pydantic import Field

from workflow.programme.part import DirectoryPart, Slug


class Meeter(DirectoryPart):
    """Somebody who meets people at airports and stations, and how they are written to."""

    id: Slug
    name: str
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    languages: tuple[str, ...] = Field(min_length=1)  # ISO 639 codes
    seats: int = Field(default=4, ge=1, le=100)  # for those who are met: those of a car, unless it is said
