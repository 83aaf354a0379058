"""What every part of a programme file has in common."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

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


# Of an HSDS service; whoever is stopped is so by somebody's command, never by a file.
Status = Literal["active", "inactive", "defunct", "temporarily_closed", "stopped"]
STOPPED: Final = "stopped"
_CUT_OFF: Final = frozenset({STOPPED, "defunct"})


# -- what one person may change of an entry -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ByOne:
    """Marks a field of an entry that one person may change: ``Annotated[int, ByOne(fewer)]``.

    Without ``when`` every change of it takes one; with it only those of which ``when(now, before)`` says that fewer
    people are told less. What is not marked takes two: it lets somebody see something of cases, or turns elsewhere
    what is sent.
    """

    when: Callable[[Any, Any], bool] | None = None


def fewer(now: int | None, before: int | None) -> bool:
    """Tell whether a number is less than before; None is without a limit.

    >>> fewer(2, 3), fewer(2, None), fewer(None, 2)
    (True, True, False)
    """
    return now is not None and (before is None or now < before)


def only_of(now: Collection[Any], before: Collection[Any]) -> bool:
    """Tell whether every one was there before."""
    return all(one in before for one in now)


def only_of_or_all(now: Collection[Any], before: Collection[Any]) -> bool:
    """Tell whether it is a part of what it was before, where nothing named means everywhere.

    >>> only_of_or_all(["RU"], []), only_of_or_all([], ["RU"])
    (True, False)
    """
    return bool(now) and (not before or only_of(now, before))


_USE: Final[Mapping[str, int]] = {"active": 0, "inactive": 1, "temporarily_closed": 1, "defunct": 2, STOPPED: 2}


def _less_used(now: str, before: str) -> bool:
    return _USE[now] >= _USE[before]


class DirectoryPart(ProgrammePart):
    """Somebody or something of the directory: a live record, the same for every case however long it has been open."""

    # What is stored of an entry may be a name: it has no place in an error's text.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)

    status: Annotated[Status, ByOne(_less_used)] = "active"

    @field_validator("status")
    @classmethod
    def _is_stopped_by_somebody(cls, value: Status) -> Status:
        if value == STOPPED:
            raise ValueError("is never stopped by a file; give StopEntry, which holds at once")
        return value

    @property
    def is_offered(self) -> bool:
        """Tell whether it may be chosen for something new."""
        return self.status == "active"

    @property
    def is_cut_off(self) -> bool:
        """Tell whether nothing is sent there and nobody from there sees anything, whatever was agreed before."""
        return self.status in _CUT_OFF
