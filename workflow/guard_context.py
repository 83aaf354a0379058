"""What a guard looks at."""

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from workflow.case.state import Case
from workflow.programme.programme import Programme
from workflow.reasons import Reason
from workflow.values.days import day_of


class GuardContext(NamedTuple):
    """What a guard may look at: the case, the programme, the moment, and who asks with which reason."""

    case: Case
    programme: Programme
    now: datetime
    actor: str = ""
    reason: str = ""
    second: str = ""
    zone: str = ""  # by whose clocks days are told; the programme's where nothing is said

    @property
    def today(self) -> date:
        """Return the programme's day of asking."""
        return self.day(self.now)

    def day(self, at: datetime) -> date:
        """Return which day an instant is on."""
        return day_of(at, self.zone or self.programme.time_zone)


Guard = Callable[[GuardContext], Reason | None]
