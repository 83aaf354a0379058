"""The desk of the hotline and the consultation centres: which call-backs are open, and counts by month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from events.catalogue import Fact
from events.facts import hotline as facts
from workflow.case.state import without
from workflow.programme.hours import Hours

CountKey = tuple[str, str, str]  # the month, what is counted, and which of it


class HotlineState(NamedTuple):
    """What the desk knows; nobody who called is in it."""

    call_backs: Mapping[str, datetime] = {}  # when each is due, by the code the caller was given
    case_codes: frozenset[str] = frozenset()  # printed, and no case opened with them yet
    counts: Mapping[CountKey, int] = {}

    def overdue(self, now: datetime, hours: Hours) -> tuple[str, ...]:
        """Return the codes of those who were to call on a day that is over."""
        return tuple(code for code, due in self.call_backs.items() if hours.closing(due) <= now)

    def counted(self, what: str, year: int | None = None) -> dict[str, int]:
        """Return how often each of something was counted, in one year or in all."""
        found: dict[str, int] = {}
        for (month, kind, which), count in self.counts.items():
            if kind == what and (year is None or month.startswith(f"{year}-")):
                found[which] = found.get(which, 0) + count
        return found

    def plus(self, month: str, counted: Iterable[tuple[str, str]]) -> HotlineState:
        """Return the desk with one more of each."""
        counts = dict(self.counts)
        for what, which in counted:
            counts[month, what, which] = counts.get((month, what, which), 0) + 1
        return self._replace(counts=counts)


def evolve(desk: HotlineState, fact: Fact) -> HotlineState:
    """Return the desk after a fact."""
    match fact:
        case facts.CallBackPromised():
            return desk._replace(call_backs={**desk.call_backs, fact.code: fact.due_at})
        case facts.CallBackMade() | facts.CallBackExpired():
            return desk._replace(call_backs=without(desk.call_backs, fact.code))
        case facts.CaseCodesPrinted():
            return desk._replace(case_codes=desk.case_codes | set(fact.codes))
        case _:
            return _counting(desk, fact)


def _counting(desk: HotlineState, fact: Fact) -> HotlineState:
    match fact:
        case facts.CallTaken():
            return desk.plus(fact.month, _counted(f"call_{fact.outcome}", fact.topics, fact.at_risk_groups))
        case facts.ConsultationHeld():
            return desk.plus(fact.month, _counted(fact.how, fact.topics, fact.at_risk_groups))
        case facts.CallMissed():
            return desk.plus(fact.month, [("missed", "call")])
        case facts.ConsultationConverted():
            left = desk._replace(case_codes=desk.case_codes - {fact.code})
            return left.plus(fact.month, [("converted", "case")])
        case _:
            return desk


def _counted(how: str, topics: tuple[str, ...], groups: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return what one consultation adds to: each topic and group it names, or that it named none."""
    return [
        ("how", how),
        *(("topic", topic) for topic in topics or ("none",)),
        *(("group", group) for group in groups or ("none",)),
    ]
