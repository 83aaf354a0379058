"""What a form is made in front of: the case as it stands, the programme, whoever fills it in, and in which language."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
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

    @property
    def zone(self) -> ZoneInfo:
        """Return whose clock times are typed by."""
        return ZoneInfo(self.programme.time_zone)

    @property
    def today(self) -> date:
        """Return which day it is there."""
        return self.now.astimezone(self.zone).date()

    def label(self, labelled: object) -> str:
        """Return what a part of the programme file is called in the reader's language."""
        return str(getattr(labelled, self.words.language))
