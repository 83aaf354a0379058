"""Beds: held, held longer, taken, given up. The house never has more people than beds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from events.facts.accommodation import (
    BedAssigned,
    BedGivenUp,
    BedHeld,
    BedHoldExtended,
    BedReleased,
    BedTaken,
    HoldExtended,
    MovedIn,
    StayExtended,
)
from events.facts.tasks import Escalated
from workflow.case.change import Pairs
from workflow.case.state import Case
from workflow.command import occurred
from workflow.programme.programme import Programme
from workflow.programme.stages import Stage
from workflow.reasons import Reason, Refused, reason, refused
from workflow.situation import Decision, Situation, StreamFact, case_of
from workflow.subject import CommandRule, StepHook, TimerKind
from workflow.subjects.accommodation.commands import ExtendHold, ExtendStay, HoldBed, ReleaseBed, TakeBed
from workflow.subjects.accommodation.definition import Facility, facility_stream
from workflow.subjects.accommodation.shelter import Guest, shelter_of
from workflow.subjects.accommodation.waiting_list import against_house, all_houses, guest_of, houses_asked, left

_RAN_OUT: Final = "the hold ran out"


def hold_bed(command: HoldBed, situation: Situation) -> Decision:
    """Return a hold on a bed in the first house asked that has one for the person, for as long as the policy says."""
    asked = houses_asked(command.facility, situation)
    reasons = [_has_a_bed()] if case_of(situation).has_bed(situation.now) else []
    if isinstance(asked, Reason):
        return Refused((*reasons, asked))
    against: list[Reason] = []
    for facility in asked:
        bed = _bed_in(facility, guest_of(case_of(situation), family=command.family), situation)
        if isinstance(bed, int):
            over = given_up(situation, _RAN_OUT, case_of(situation).places.held_until)
            return Refused(tuple(reasons)) if reasons else [*over, *_held(facility, bed, situation)]
        against += bed
    return Refused((*reasons, *against))


def _held(facility: Facility, bed: int, situation: Situation) -> list[StreamFact]:
    case, there = case_of(situation), facility_stream(facility.id)
    until = situation.now + timedelta(hours=situation.programme.policies.bed_hold_hours)
    told: list[StreamFact] = []
    last = shelter_of(facility.id, situation).beds.get(bed)
    if last is not None and last.case_id != case.case_id:
        # Nobody fired the timer yet: the hold is over all the same. The other case learns of it by its timer.
        assert last.held_until is not None
        over = BedReleased(case_id=last.case_id, bed=bed, reason=_RAN_OUT, at=last.held_until)
        told.append(StreamFact(there, over))
    held = BedHeld(case_id=case.case_id, bed=bed, until=until)
    assigned = BedAssigned(facility=facility.id, bed=bed, until=until)
    return [*told, *situation.about_case(assigned), StreamFact(there, held), *left(situation, "a bed is held")]


def moved_over(to: str, situation: Situation) -> Decision:
    """Return that the person's bed is given up for one held in another house, or every reason why it is not."""
    facility = situation.programme.facility_of[to]
    bed = _bed_in(facility, guest_of(case_of(situation)), situation)
    if not isinstance(bed, int):
        return Refused(tuple(bed))
    return [*given_up(situation, f"moves to {to}"), *_held(facility, bed, situation)]


def extend_hold(command: ExtendHold, situation: Situation) -> Decision:
    """Return that the bed waits longer, up to the most the programme allows."""
    case = case_of(situation)
    if case.bed is None or case.moved_in or not case.has_bed(situation.now):
        return refused("bed_is_held", "no bed is held for the person", "record HoldBed first")
    if command.until is not None and command.hours is not None:
        return refused("until_or_hours", "both a time and hours are given", "give either until= or hours=")
    hours = command.hours or situation.programme.policies.bed_hold_hours
    until = command.until or situation.now + timedelta(hours=hours)
    reasons = list(_against_extension(until, situation))
    if reasons:
        return Refused(tuple(reasons))
    facility, bed = case.bed
    extended = StreamFact(facility_stream(facility), BedHoldExtended(case_id=case.case_id, bed=bed, until=until))
    return [*situation.about_case(HoldExtended(facility=facility, bed=bed, until=until)), extended]


def _against_extension(until: datetime, situation: Situation) -> Iterator[Reason]:
    at, hours = case_of(situation).places, situation.programme.policies.bed_hold_hours_max
    assert at.held_since is not None
    assert at.held_until is not None
    if until <= at.held_until:
        yield reason(
            "hold_gets_longer", f"the bed is held until {at.held_until:%Y-%m-%d %H:%M} UTC", "give a later time"
        )
    most = at.held_since + timedelta(hours=hours)
    if until > most:
        advice = f"give a time up to {most:%Y-%m-%d %H:%M} UTC, or release the bed and hold one again"
        yield reason("hold_is_within_policy", f"a bed is held for at most {hours} hours", advice)


def take_bed(command: TakeBed, situation: Situation) -> Decision:
    """Return that the person moved in."""
    case = case_of(situation)
    if case.bed is None:
        return refused("bed_is_held", "no bed is held for the person", "record HoldBed first")
    if case.moved_in:
        return refused("has_not_moved_in", "the person already lives there", "nothing needs to be done")
    at = occurred(command, situation.now)
    reasons = list(_against_check_in(command, at, situation))
    if reasons:
        return Refused(tuple(reasons))
    facility, bed = case.bed
    taken = StreamFact(facility_stream(facility), BedTaken(case_id=case.case_id, bed=bed, at=at))
    moved_in = MovedIn(facility=facility, bed=bed, at=at, until=command.until)
    return [*situation.about_case(moved_in), taken]


def _against_check_in(command: TakeBed, at: datetime, situation: Situation) -> Iterator[Reason]:
    case = case_of(situation)
    assert case.bed is not None
    name, bed = case.bed
    house, facility = shelter_of(name, situation), situation.programme.facility_of.get(name)
    held_until = case.places.held_until
    if house.bed_of(case.case_id) != bed or (held_until is not None and held_until <= at):
        yield reason("bed_is_held", "the hold ran out", "record HoldBed again")
    if at > situation.now:
        yield reason("has_arrived", "the time of moving in is still to come", "record TakeBed when they have moved in")
    if bed in house.freed and at < house.freed[bed]:
        since = f"{house.freed[bed]:%Y-%m-%d %H:%M} UTC"
        yield reason("bed_is_empty", f"somebody else had bed {bed} until {since}", "check the time of moving in")
    if facility is not None:
        yield from against_house(facility, facility.day(at), situation)
        if command.until is not None and command.until < facility.day(at):
            yield reason("stay_is_ahead", "the stay would end before it begins", "check until=")


def extend_stay(command: ExtendStay, situation: Situation) -> Decision:
    """Return that the person stays until another day."""
    case = case_of(situation)
    if case.bed is None or not case.moved_in:
        return refused("moved_in", "the person lives in no house", "record TakeBed when they have moved in")
    name, bed = case.bed
    facility, closed = situation.programme.facility_of.get(name), shelter_of(name, situation).closed
    reasons = []
    if command.until < (facility.day(situation.now) if facility else situation.today):
        reasons.append(reason("stay_is_ahead", "that day is past", "give a day to come, or record ReleaseBed"))
    ends = min((day for day in (closed, facility.closes if facility else None) if day), default=None)
    if ends is not None and command.until > ends:
        reasons.append(reason("facility_is_open", f"the house closes on {ends}", "find another place from then on"))
    if reasons:
        return Refused(tuple(reasons))
    return situation.about_case(StayExtended(facility=name, bed=bed, until=command.until))


def release_bed(command: ReleaseBed, situation: Situation) -> Decision:
    """Return that the bed is free."""
    case = case_of(situation)
    if case.bed is None:
        return refused("bed_is_held", "the person has no bed", "nothing needs to be done")
    at = occurred(command, situation.now)
    since = case.places.moved_in_at or case.places.held_since
    if since is not None and at < since:
        said = f"the person has had the bed since {since:%Y-%m-%d %H:%M} UTC"
        return refused("check_out_is_after_check_in", said, "check the time of moving out")
    if at > situation.now:
        return refused("has_left", "the time of moving out is still to come", "record ReleaseBed when they have left")
    return given_up(situation, command.reason, at)


def given_up(situation: Situation, why: str, at: datetime | None = None) -> list[StreamFact]:
    """Return both sides of a bed given up, or nothing when there is none."""
    case = case_of(situation)
    if case.bed is None:
        return []
    facility, bed = case.bed
    house = shelter_of(facility, situation)
    awaited = any(other != case.case_id for other in house.waiting)
    mine = situation.about_case(BedGivenUp(facility=facility, bed=bed, reason=why, awaited=awaited))
    if house.bed_of(case.case_id) != bed:
        return mine  # the hold had run out and somebody else has the bed
    released = BedReleased(case_id=case.case_id, bed=bed, reason=why, at=at or situation.now)
    return [*mine, StreamFact(facility_stream(facility), released)]


def places_left(situation: Situation, why: str) -> list[StreamFact]:
    """Return that the person neither has a bed nor waits for one any more."""
    return [*given_up(situation, why), *left(situation, why, tells=True)]


def _bed_in(facility: Facility, guest: Guest, situation: Situation) -> int | list[Reason]:
    """Return the bed a person may have in a house, or why there is none."""
    case, house, day = case_of(situation), shelter_of(facility.id, situation), facility.day(situation.now)
    closed = list(against_house(facility, day, situation))
    if closed:
        return closed
    if not house.takes(guest, day):
        advice = f"record JoinWaitingList facility={facility.id}, so that another house is asked for a place"
        return [reason("room_fits", f"no room of {facility.name} is for this person by its rules", advice)]
    bed = house.bed_for(case.case_id, guest, day, situation.now)
    if bed is None:
        advice = f"record JoinWaitingList facility={facility.id}, or hold a bed in another house"
        said = f"no bed for the person is free in {facility.name}: {len(house.beds)} of {house.capacity} taken"
        return [reason("bed_is_free", f"{said}, {len(house.waiting)} waiting", advice, facility=facility.id)]
    return bed


def _has_a_bed() -> Reason:
    return reason("has_no_bed", "the person already has a bed", "nothing needs to be done")


def _hold_is_over(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    case = case_of(situation)
    if case.moved_in or case.bed is None or case.has_bed(situation.now):
        return []
    return given_up(situation, _RAN_OUT, case.places.held_until)


def _stay_is_over(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    return situation.about_case(Escalated(kind="stay_ends")) if case_of(situation).moved_in else []


def houses_of(case: Case) -> tuple[str, ...]:
    """Return the streams of the houses where a case has a bed or waits for one."""
    own = (case.bed[0],) if case.bed else ()
    return tuple(facility_stream(facility) for facility in dict.fromkeys((*own, *case.places.waiting)))


def _own_house(_programme: Programme, case: Case) -> tuple[str, ...]:
    return houses_of(case)


def _held_house(_programme: Programme, case: Case, _subject: Pairs) -> tuple[str, ...]:
    return () if case.moved_in else houses_of(case)


RULES: Final = (
    CommandRule(HoldBed, hold_bed, needs=all_houses),
    CommandRule(ExtendHold, extend_hold, needs=_own_house),
    CommandRule(TakeBed, take_bed, needs=_own_house),
    CommandRule(ExtendStay, extend_stay, needs=_own_house),
    CommandRule(ReleaseBed, release_bed, needs=_own_house),
)
TIMERS: Final = (
    TimerKind("bed_hold", _hold_is_over, _held_house),
    TimerKind("stay_ends", _stay_is_over),
)


def _is_left(_name: str, stage: Stage) -> bool:
    return stage.frees_bed or stage.ends


ON_ENTERING: Final = StepHook(_is_left, lambda situation, dest: places_left(situation, f"entered {dest}"), _own_house)
