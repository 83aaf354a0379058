"""What follows for beds: holds that run out, stays that end, the next in line, another house asked for a place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from events.catalogue import Fact
from events.facts.accommodation import (
    BedAssigned,
    BedGivenUp,
    HoldExtended,
    MovedIn,
    StayExtended,
    WaitingListJoined,
    WaitingListLeft,
)
from events.facts.intake import ConsentGiven
from handlers.reactions.moment import (
    Reaction,
    ReactionContext,
    call_off_tasks,
    cancel_timers,
    is_consented,
    request_task,
    set_timer,
)
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.accommodation.waiting_list import FreeBed, PlaceElsewhere


def _bed_assigned(fact: BedAssigned | HoldExtended, moment: ReactionContext) -> Iterator[Fact]:
    yield from cancel_timers(moment, "bed_hold")
    yield set_timer(moment, "bed_hold", fact.until, (("bed", str(fact.bed)), ("facility", fact.facility)))


def _moved_in(fact: MovedIn, moment: ReactionContext) -> Iterator[Fact]:
    yield from cancel_timers(moment, "bed_hold")
    if fact.until is not None:
        yield from _stay_planned(fact, moment)


def _stay_planned(fact: MovedIn | StayExtended, moment: ReactionContext) -> Iterator[Fact]:
    """Set a reminder for the morning of the day, as clocks in the house show it."""
    yield from cancel_timers(moment, "stay_ends")
    facility = moment.definition.programme.facility_of.get(fact.facility)
    zone = ZoneInfo(facility.time_zone if facility else "UTC")
    assert fact.until is not None
    morning = datetime.combine(fact.until, time(), zone).astimezone(UTC)
    yield set_timer(moment, "stay_ends", max(morning, moment.now), (("facility", fact.facility),))


def _given_up(fact: BedGivenUp, moment: ReactionContext) -> Iterator[Fact]:
    yield from cancel_timers(moment, "bed_hold")
    yield from cancel_timers(moment, "stay_ends")
    if fact.awaited:
        yield request_task(moment, "offer_bed", FreeBed(facility=fact.facility))


def _waits(fact: WaitingListJoined, moment: ReactionContext) -> Iterator[Fact]:
    yield from _asked_elsewhere(fact.facility, moment)


def _agreed(fact: ConsentGiven, moment: ReactionContext) -> Iterator[Fact]:
    """Ask for who waited already when they agreed that others help."""
    before = moment.before is not None and moment.before.consents_to("assistance", moment.now.date())
    if fact.purpose == "assistance" and not before:
        for facility in accommodation_of(moment.after).waiting:
            yield from _asked_elsewhere(facility, moment)


def _asked_elsewhere(name: str, moment: ReactionContext) -> Iterator[Fact]:
    """Ask the first other house that may be asked for a place, once the person agrees that others help."""
    programme = moment.definition.programme
    facility = programme.facility_of.get(name)
    others = [programme.facility_of[other] for other in facility.alternatives] if facility else []
    other = next((house for house in others if house.is_running(house.day(moment.now))), None)
    if other is not None and is_consented("assistance", moment):
        yield request_task(moment, "find_alternative", PlaceElsewhere(facility=name, alternative=other.id))


def _waits_no_more(fact: WaitingListLeft, moment: ReactionContext) -> Iterator[Fact]:
    yield from call_off_tasks(moment, "waits no more", ("find_alternative",), facility=fact.facility)
    if fact.awaited:
        yield request_task(moment, "offer_bed", FreeBed(facility=fact.facility))


REACTIONS: Final[Mapping[str, Reaction]] = {
    "BedAssigned": _bed_assigned,
    "HoldExtended": _bed_assigned,
    "MovedIn": _moved_in,
    "StayExtended": _stay_planned,
    "BedGivenUp": _given_up,
    "WaitingListJoined": _waits,
    "WaitingListLeft": _waits_no_more,
    "ConsentGiven": _agreed,
}
