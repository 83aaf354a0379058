"""What is to come on one case, with what is to be done when it comes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

import orjson

from console.views.expected import expected_at
from console.views.item_descriptions import ItemDescription, describe_due
from console.views.suggested_actions import SuggestedAction, action_at
from events.instants import instant
from workflow.case.state import Case


class DueTimer(NamedTuple):
    """Something that will be due."""

    kind: str
    about: tuple[ItemDescription, ...]
    due_at: datetime
    is_appointment: bool = False
    action: SuggestedAction | None = None

    @property
    def worded_as(self) -> Literal["expected", "timer"]:
        """Return among which words it is called: an appointment is awaited, everything else runs out."""
        return "expected" if self.is_appointment else "timer"


def ahead_of(timers: Sequence[Any], case: Case) -> tuple[DueTimer, ...]:
    """Return what is to come, the next first; an appointment at its own time."""
    found = (_due(row["kind"], orjson.loads(row["subject"]), case, instant(row["due_at"])) for row in timers)
    return tuple(sorted(found, key=lambda one: one.due_at))


def appointments_of(case: Case, until: datetime) -> tuple[DueTimer, ...]:
    """Return what takes place until a moment, as far as the case itself says: nothing is asked of the database."""
    found = (_due(kind, dict(subject), case, until) for kind, subject in case.timers.values())  # else not until then
    return tuple(sorted((one for one in found if one.due_at < until), key=lambda one: one.due_at))


def _due(kind: str, subject: dict[str, str], case: Case, due_at: datetime) -> DueTimer:
    expected = expected_at(kind, subject, case, due_at)
    return DueTimer(kind, describe_due(subject, case), expected.at, expected.is_appointment, action_at(kind, subject))
