"""Whose case it is, for whom the glass is broken, and which breakings nobody has looked at yet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from events.facts.access import AccessReviewed, DuplicateDecided, GlassBroken, LookingStopped, StopReviewed
from workflow.case.state import NOTHING, At, Case, Change, Part, without


class EmergencyAccess(NamedTuple):
    """One breaking of the glass: by whom, under which mandate, for what reason, and for how long."""

    account: str
    mandate: str
    reason: str
    broken_at: str
    until: datetime


class LookingStop(NamedTuple):
    """That an account was stopped at this case for opening too many, and what somebody else said of it."""

    stopped_at: str
    outcome: str = ""  # empty until somebody has looked into it
    reviewed_at: str = ""


class Access(NamedTuple):
    """Who stands near a case: its owner and team, and for a few hours whoever broke the glass."""

    owner: str = ""
    team: str = ""
    glass: Mapping[str, EmergencyAccess] = NOTHING  # broken and not yet mended, by its number
    unreviewed: Mapping[str, EmergencyAccess] = NOTHING  # the oldest first, mended or not
    duplicates: tuple[str, ...] = ()  # cases that may be of the same person, and nobody has compared them
    same: tuple[str, ...] = ()  # cases found to be the same person's, and not joined yet
    joined: tuple[str, ...] = ()  # cases that are the same person's, and led by this one
    led_by: str = ""  # the case of the same person that leads, while this one is joined to it
    stops: Mapping[str, LookingStop] = NOTHING  # the last of each account that was stopped here

    def is_broken_by(self, account: str, now: datetime) -> bool:
        """Tell whether an account may look under the glass now, whether or not the timer has noticed its end."""
        return any(one.account == account and now < one.until for one in self.glass.values())

    def to_review_of(self, account: str) -> str:
        """Return the number of the oldest breaking by an account that nobody has looked at, or ""."""
        return next((number for number, one in self.unreviewed.items() if one.account == account), "")

    @property
    def stops_to_review(self) -> tuple[str, ...]:
        """Return the accounts that were stopped here and nobody has looked into, the oldest first."""
        return tuple(account for account, one in self.stops.items() if not one.outcome)


access_of: Final = Part("access", Access())


def numbers_of(case: Case) -> frozenset[str]:
    """Return the numbers under which the person of a case is known here, as far as the case itself names them."""
    access = access_of(case)
    named = (case.case_id, case.previous_case, case.next_case, access.led_by, *access.joined)
    return frozenset(number for number in named if number)


def _broken(case: Case, fact: GlassBroken, at: At) -> Case:
    glass = {fact.glass_id: EmergencyAccess(fact.account, fact.mandate, fact.reason, at.recorded_at, fact.until)}
    access = access_of(case)
    return access_of.changed(case, glass={**access.glass, **glass}, unreviewed={**access.unreviewed, **glass})


def _reviewed(case: Case, fact: AccessReviewed, _at: At) -> Case:
    left = without(access_of(case).unreviewed, fact.glass_id)
    return access_of.changed(case if left else case.calm("access_not_reviewed"), unreviewed=left)


def _stopped(case: Case, fact: LookingStopped, at: At) -> Case:
    return _with_stop(case, fact.account, LookingStop(at.recorded_at))


def _stop_reviewed(case: Case, fact: StopReviewed, at: At) -> Case:
    stop = access_of(case).stops[fact.account]
    return _with_stop(case, fact.account, stop._replace(outcome=fact.outcome, reviewed_at=at.recorded_at))


def _with_stop(case: Case, account: str, stop: LookingStop) -> Case:
    return access_of.changed(case, stops={**without(access_of(case).stops, account), account: stop})


def _compared(case: Case, fact: DuplicateDecided, _at: At) -> Case:
    access = access_of(case)
    same = (*_less(access.same, fact.other), *((fact.other,) if fact.same else ()))
    return access_of.changed(case, duplicates=_less(access.duplicates, fact.other), same=same)


def _less(cases: tuple[str, ...], gone: str) -> tuple[str, ...]:
    return tuple(one for one in cases if one != gone)


CHANGES: dict[str, Change] = {
    "CaseOpened": lambda c, f, _: access_of.changed(c, owner=f.owner, team=f.team) if f.owner or f.team else c,
    "CaseAssigned": lambda c, f, _: access_of.changed(c, owner=f.owner, team=f.team),
    "GlassBroken": _broken,
    "GlassMended": lambda c, f, _: access_of.changed(c, glass=without(access_of(c).glass, f.glass_id)),
    "AccessReviewed": _reviewed,
    "LookingStopped": _stopped,
    "StopReviewed": _stop_reviewed,
    "DuplicateSuspected": lambda c, f, _: access_of.changed(c, duplicates=(*access_of(c).duplicates, f.other)),
    "DuplicateDecided": _compared,
    "CasesJoined": lambda c, f, _: access_of.changed(
        c, joined=(*access_of(c).joined, f.other), same=_less(access_of(c).same, f.other)
    ),
    "CaseLed": lambda c, f, _: access_of.changed(c, led_by=f.leading)._replace(next_case=f.leading),
    "CasesParted": lambda c, f, _: access_of.changed(c, joined=_less(access_of(c).joined, f.other)),
    "CaseLedNoMore": lambda c, _f, _: access_of.changed(c, led_by="")._replace(next_case=None),
}
