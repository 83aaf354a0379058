"""What every part of a programme file has in common."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from workflow.values.calendars import is_time_zone

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]


def _known_zone(name: str) -> str:
    if not is_time_zone(name):
        raise ValueError(f"unknown time zone {name[:40]}; write it like Europe/Moscow")
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]


class ProgrammePart(BaseModel):
    """A part of a programme file: unknown keys are faults, values never change."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Label(ProgrammePart):
    """What people read, in the languages of those served and serving."""

    en: str
    ru: str
