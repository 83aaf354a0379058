"""What a form is made in front of: the case as it stands, the programme, whoever fills it in, and in which language."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from console.words.translation import Words
from workflow.case.state import Case
from workflow.programme.programme import Programme


class Choice(NamedTuple):
    """A value of a command, and what a person reads in its place."""

    value: str
    label: str


class FormContext(NamedTuple):
    """Everything the choices of a form depend on; pure data, so that the same context gives the same form."""

    words: Words
    now: datetime
    account: str
    programme: Programme
    case: Case | None = None
    staff: tuple[str, ...] = ()  # whoever could be the second person
    programmes: tuple[str, ...] = ()  # those somebody works for
    referrals: frozenset[str] | None = None  # all they may answer, where that is not all there are
    whole: bool = True  # whether they see the whole case, and not only a part of it
    opened: Mapping[str, str] = MappingProxyType({})  # what was opened to be put right, by command and field

    @property
    def zone(self) -> ZoneInfo:
        """Return whose clock times are typed by."""
        return ZoneInfo(self.programme.time_zone)

    @property
    def today(self) -> date:
        """Return the programme's day, which the rules go by too."""
        return self.programme.day(self.now)

    @property
    def recipients(self) -> dict[str, str]:
        """Return by name whoever the programme may tell of a person: its providers, houses and offices."""
        providers = {one.id: one.name for one in self.programme.providers}
        return providers | {one.id: one.name for one in self.programme.facilities}

    def name_of(self, part: Any) -> str:
        """Return what a part of the programme file is called, in the reader's language where it has words in both."""
        return str(getattr(part.label, self.words.language) if hasattr(part, "label") else part.name)

    def called(self, parts: Mapping[str, Any], key: str) -> str:
        """Return what one of the parts is called; a part that is in no file any more goes by its id."""
        return self.name_of(parts[key]) if key in parts else key

    def moment(self, value: datetime) -> str:
        """Return a time by the programme's clock."""
        return self.words.moment(value, self.programme.time_zone)
