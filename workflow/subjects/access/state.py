"""Whose case it is, for whom the glass is broken, and which breakings nobody has looked at yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from events.facts.access import AccessReviewed, DuplicateDecided, DuplicateSuspected, GlassBroken
from events.facts.intake import CaseOpened
from workflow.case.change import NOTHING, At, Change, task_over

if TYPE_CHECKING:
    from workflow.case.state import Case


class EmergencyAccess(NamedTuple):
    """One breaking of the glass: by whom, under which mandate, for what reason, and for how long."""

    account: str
    mandate: str
    reason: str
    broken_at: str
    until: datetime


class Access(NamedTuple):
    """Who stands near a case: its owner and team, and for a few hours whoever broke the glass."""

    owner: str = ""
    team: str = ""
    glass: Mapping[str, EmergencyAccess] = NOTHING  # broken and not yet mended, by its number
    unreviewed: Mapping[str, EmergencyAccess] = NOTHING  # the oldest first, mended or not
    duplicates: tuple[str, ...] = ()  # cases that may be of the same person, and nobody has compared them

    def is_broken_by(self, account: str, now: datetime) -> bool:
        """Tell whether an account may look under the glass now, whether or not the timer has noticed its end."""
        return any(one.account == account and now < one.until for one in self.glass.values())

    def to_review_of(self, account: str) -> str:
        """Return the number of the oldest breaking by an account that nobody has looked at, or ""."""
        return next((number for number, one in self.unreviewed.items() if one.account == account), "")


def _access(case: Case, **changes: Any) -> Case:
    return case._replace(access=case.access._replace(**changes))


def _broken(case: Case, fact: GlassBroken, at: At) -> Case:
    glass = {fact.glass_id: EmergencyAccess(fact.account, fact.mandate, fact.reason, at.recorded_at, fact.until)}
    return _access(case, glass={**case.access.glass, **glass}, unreviewed={**case.access.unreviewed, **glass})


def _reviewed(case: Case, fact: AccessReviewed, _at: At) -> Case:
    left = _without(case.access.unreviewed, fact.glass_id)
    over = set() if left else {"access_not_reviewed"}
    return _access(case._replace(escalations=case.escalations - over), unreviewed=left)


def _suspected(case: Case, fact: DuplicateSuspected, _at: At) -> Case:
    return _access(case, duplicates=(*case.access.duplicates, fact.other))


def _compared(case: Case, fact: DuplicateDecided, _at: At) -> Case:
    return _access(case, duplicates=tuple(other for other in case.access.duplicates if other != fact.other))


def _without(glass: Mapping[str, EmergencyAccess], number: str) -> dict[str, EmergencyAccess]:
    return {key: one for key, one in glass.items() if key != number}


def _opened(case: Case, fact: CaseOpened, _at: At) -> Case:
    return _access(case, owner=fact.owner, team=fact.team) if fact.owner or fact.team else case


CHANGES: dict[str, Change] = {
    "CaseOpened": _opened,
    "CaseAssigned": lambda c, f, _: _access(c, owner=f.owner, team=f.team),
    "GlassBroken": _broken,
    "GlassMended": lambda c, f, _: _access(c, glass=_without(c.access.glass, f.glass_id)),
    "GlassTold": lambda c, f, _: task_over(c, f.task_id),
    "AccessReviewed": _reviewed,
    "DuplicateSuspected": _suspected,
    "DuplicateDecided": _compared,
}
