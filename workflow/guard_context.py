"""What a guard looks at."""

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from workflow.case.state import Case
from workflow.programme.programme import Programme
from workflow.reasons import Reason


class GuardContext(NamedTuple):
    """What a guard may look at: the case, the programme, the moment, and who asks with which reason."""

    case: Case
    programme: Programme
    now: datetime
    actor: str = ""
    reason: str = ""
    second: str = ""

    @property
    def today(self) -> date:
        """Return the programme's day of asking."""
        return self.programme.day(self.now)


Guard = Callable[[GuardContext], Reason | None]
