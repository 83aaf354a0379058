"""What follows for beds: holds that run out, stays that end, the next in line, another house asked for a place."""

from events.facts import accommodation as facts
from events.facts.intake import ConsentGiven
from handlers.reactions.moment import Follows, ReactionContext, Reactions
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.accommodation.waiting_list import FreeBed, PlaceElsewhere
from workflow.subjects.groups.state import belonging_of
from workflow.values.days import begin_of


def _bed_assigned(fact: facts.BedAssigned | facts.HoldExtended, moment: ReactionContext) -> Follows:
    yield from moment.cancel_timers("bed_hold")
    yield moment.set_timer("bed_hold", fact.until, bed=str(fact.bed), facility=fact.facility)


def _moved_in(fact: facts.MovedIn, moment: ReactionContext) -> Follows:
    yield from moment.cancel_timers("bed_hold")
    if fact.until is not None:
        yield from _stay_planned(fact, moment)


def _stay_planned(fact: facts.MovedIn | facts.StayExtended, moment: ReactionContext) -> Follows:
    """Set a reminder for the morning of the day, as clocks in the house show it."""
    yield from moment.cancel_timers("stay_ends")
    assert fact.until is not None
    morning = begin_of(fact.until, moment.programme.zone_of(fact.facility))
    yield moment.set_timer("stay_ends", max(morning, moment.now), facility=fact.facility)


def _given_up(fact: facts.BedGivenUp, moment: ReactionContext) -> Follows:
    yield from moment.cancel_timers("bed_hold", "stay_ends")
    if fact.awaited:
        yield moment.request_task("offer_bed", FreeBed(facility=fact.facility))


def _waits(fact: facts.WaitingListJoined, moment: ReactionContext) -> Follows:
    """Ask elsewhere; several who wait together may find that there is a bed for each of them already."""
    yield from _asked_elsewhere(fact.facility, moment)
    if fact.party:
        yield moment.request_task("offer_bed", FreeBed(facility=fact.facility))


def _asked_anew(fact: facts.WaitsApart | facts.LineAskedAnew, moment: ReactionContext) -> Follows:
    yield moment.request_task("offer_bed", FreeBed(facility=fact.facility))


def _agreed(fact: ConsentGiven, moment: ReactionContext) -> Follows:
    """Ask for who waited already when they agreed that others help."""
    before = moment.before is not None and moment.before.consents_to("assistance", moment.today)
    if fact.purpose == "assistance" and not before:
        for facility in accommodation_of(moment.after).waiting:
            yield from _asked_elsewhere(facility, moment)


def _asked_elsewhere(name: str, moment: ReactionContext) -> Follows:
    """Ask the first other house that may be asked for a place, once the person agrees that others help."""
    programme = moment.programme
    facility = programme.facility_of.get(name)
    named = (programme.facility_of.get(other) for other in facility.alternatives) if facility else ()
    others = (house for house in named if house is not None and house.is_offered and house.email is not None)
    other = next((house for house in others if house.is_running(house.day(moment.now))), None)
    if other is not None and moment.is_consented("assistance"):
        party = belonging_of(moment.after).group_id if name in accommodation_of(moment.after).together else ""
        elsewhere = PlaceElsewhere(facility=name, alternative=other.id, party=party)
        yield moment.request_task("find_alternative", elsewhere)


def _waits_no_more(fact: facts.WaitingListLeft, moment: ReactionContext) -> Follows:
    yield from moment.call_off_tasks("waits no more", "find_alternative", facility=fact.facility)
    if fact.awaited:
        yield moment.request_task("offer_bed", FreeBed(facility=fact.facility))


REACTIONS: Reactions = {
    "BedAssigned": _bed_assigned,
    "HoldExtended": _bed_assigned,
    "MovedIn": _moved_in,
    "StayExtended": _stay_planned,
    "BedGivenUp": _given_up,
    "WaitingListJoined": _waits,
    "WaitsApart": _asked_anew,
    "LineAskedAnew": _asked_anew,
    "WaitingListLeft": _waits_no_more,
    "ConsentGiven": _agreed,
}
