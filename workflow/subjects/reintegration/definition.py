"""What a programme offers for life after the return."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated

from pydantic import Field

from workflow.programme.part import ByOne, DirectoryPart, Label, Name, Slug, fewer

FOLLOW_UP_VISIT = "follow_up_visit"  # the service that is given when a visit was made


class Course(DirectoryPart):
    """A training course with seats; without days it goes on all the time, and people come and leave as they can."""

    id: Slug
    label: Annotated[Label, ByOne()]
    service: Name = "training"
    seats: Annotated[int, ByOne(fewer)] = Field(ge=1, le=10_000)
    starts: Annotated[date | None, ByOne()] = None
    ends: Annotated[date | None, ByOne()] = None
    language: Annotated[str, ByOne()] = Field(pattern=r"^[a-z]{2,3}$")
    place: str = Field(max_length=120)
    provider: Slug

    @property
    def stream(self) -> str:
        """Return the stream of the course's seats."""
        return f"course:{self.id}"


def faults(
    courses: Sequence[Course], services: set[str], providers: set[str]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Find courses of services or providers nobody knows, and such as end before they begin."""
    for number, course in enumerate(courses):
        if course.service not in services:
            yield ("courses", number, "service"), f"unknown service {course.service}"
        if course.provider not in providers:
            yield ("courses", number, "provider"), f"unknown provider {course.provider}"
        if course.starts is not None and course.ends is not None and course.ends < course.starts:
            yield ("courses", number, "ends"), f"{course.id} ends before it starts"
