"""Facts of what was done to a person before: the way they were taken, leg by leg."""

from pydantic import BaseModel, ConfigDict

from events.catalogue import Fact


class RouteLeg(BaseModel):
    """One leg: Recruitment, Transit or Exploitation, in which country, and when if that is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order: int
    kind: str
    country: str
    year: int | None = None
    month: int | None = None


class RouteRecorded(Fact):
    """The person told which way they were taken; a later telling takes the place of an earlier one."""

    legs: tuple[RouteLeg, ...]
