"""Beds: held, held longer, taken, given up. The house never has more people than beds."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from events.facts import accommodation as facts
from workflow.case.state import Case, Pairs
from workflow.command import occurred
from workflow.programme.programme import Programme
from workflow.programme.stages import Stage
from workflow.reasons import Reason, Refused, reasons_if, refused
from workflow.situation import Decision, Situation, StreamFact, case_of, unless
from workflow.subject import CommandRule, StepHook, TimerKind
from workflow.subjects.accommodation import refusals
from workflow.subjects.accommodation.commands import ExtendHold, ExtendStay, HoldBed, ReleaseBed, TakeBed
from workflow.subjects.accommodation.definition import Facility, facility_stream
from workflow.subjects.accommodation.shelter import Company, Guest, shelter_of
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.accommodation.waiting_list import (
    against_house,
    against_new_guest,
    guest_of,
    houses_and_group,
    houses_asked,
    left_waiting_list,
    taken_in_by,
)
from workflow.subjects.groups.company import against_company
from workflow.subjects.groups.state import group_of
from workflow.subjects.safety.state import safety_of

_RAN_OUT: Final = "the hold ran out"


def hold_bed(command: HoldBed, situation: Situation) -> Decision:
    """Return a hold on a bed in the first house asked that has one for the person, for as long as the policy says."""
    asked = houses_asked(command.facility, situation)
    reasons = [refusals.HAS_NO_BED()] if accommodation_of(case_of(situation)).has_bed(situation.now) else []
    reasons += against_company(command.company, situation)
    if isinstance(asked, Reason):
        return Refused((*reasons, asked))
    against: list[Reason] = []
    for facility in asked:
        guest = guest_of(case_of(situation), family=command.family)
        bed = _bed_in(facility, guest, situation, command.company, command.bed)
        if isinstance(bed, int):
            over = bed_given_up(situation, _RAN_OUT, accommodation_of(case_of(situation)).held_until)
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
        over = facts.BedReleased(case_id=last.case_id, bed=bed, reason=_RAN_OUT, at=last.held_until)
        told.append(StreamFact(there, over))
    held = facts.BedHeld(case_id=case.case_id, bed=bed, until=until)
    assigned = facts.BedAssigned(facility=facility.id, bed=bed, until=until)
    waits_no_more = left_waiting_list(situation, "a bed is held")
    return [*told, *situation.about_case(assigned), StreamFact(there, held), *waits_no_more]


def moved_to_other_house(to: str, situation: Situation) -> Decision:
    """Return that the person's bed is given up for one held in another house, or every reason why it is not."""
    facility = situation.programme.facility_of[to]
    bed = _bed_in(facility, guest_of(case_of(situation)), situation)
    if not isinstance(bed, int):
        return Refused(tuple(bed))
    return [*bed_given_up(situation, f"moves to {to}"), *_held(facility, bed, situation)]


def extend_hold(command: ExtendHold, situation: Situation) -> Decision:
    """Return that the bed waits longer, up to the most the programme allows."""
    case = case_of(situation)
    mine = accommodation_of(case)
    if mine.bed is None or mine.moved_in or not mine.has_bed(situation.now):
        return refused(refusals.NO_BED_IS_HELD())
    if command.until is not None and command.hours is not None:
        return refused(refusals.UNTIL_OR_HOURS())
    hours = command.hours or situation.programme.policies.bed_hold_hours
    until = command.until or situation.now + timedelta(hours=hours)
    reasons = list(_against_extension(until, situation))
    if reasons:
        return Refused(tuple(reasons))
    facility, bed = mine.bed
    extended = StreamFact(facility_stream(facility), facts.BedHoldExtended(case_id=case.case_id, bed=bed, until=until))
    return [*situation.about_case(facts.HoldExtended(facility=facility, bed=bed, until=until)), extended]


def _against_extension(until: datetime, situation: Situation) -> Iterator[Reason]:
    at, hours = accommodation_of(case_of(situation)), situation.programme.policies.bed_hold_hours_max
    assert at.held_since is not None
    assert at.held_until is not None
    if until <= at.held_until:
        yield refusals.HOLD_GETS_LONGER(until=at.held_until)
    most = at.held_since + timedelta(hours=hours)
    if until > most:
        yield refusals.HOLD_IS_WITHIN_POLICY(hours=hours, most=most)


def take_bed(command: TakeBed, situation: Situation) -> Decision:
    """Return that the person moved in."""
    case = case_of(situation)
    mine = accommodation_of(case)
    if mine.bed is None:
        return refused(refusals.NO_BED_IS_HELD())
    if mine.moved_in:
        return refused(refusals.HAS_NOT_MOVED_IN())
    at = occurred(command, situation.now)
    reasons = list(_against_check_in(command, at, situation))
    if reasons:
        return Refused(tuple(reasons))
    facility, bed = mine.bed
    taken = StreamFact(facility_stream(facility), facts.BedTaken(case_id=case.case_id, bed=bed, at=at))
    moved_in = facts.MovedIn(facility=facility, bed=bed, at=at, until=command.until)
    return [*situation.about_case(moved_in), taken]


def _against_check_in(command: TakeBed, at: datetime, situation: Situation) -> Iterator[Reason]:
    case = case_of(situation)
    mine = accommodation_of(case)
    assert mine.bed is not None
    name, bed = mine.bed
    house, facility = shelter_of(name, situation), situation.programme.facility_of.get(name)
    held_until, empty_since = mine.held_until, house.freed.get(bed)
    yield from reasons_if(
        (house.bed_of(case.case_id) != bed or (held_until is not None and held_until <= at), refusals.HOLD_RAN_OUT()),
        (at > situation.now, refusals.HAS_ARRIVED()),
        (empty_since is not None and at < empty_since, refusals.BED_IS_EMPTY(bed=bed, until=empty_since)),
    )
    if facility is not None:
        yield from against_house(facility, facility.day(at), situation)
        if command.until is not None and command.until < facility.day(at):
            yield refusals.STAY_ENDS_BEFORE_IT_BEGINS()
        elif command.until is not None and command.until < facility.day(situation.now):
            yield refusals.STAY_ENDS_IN_THE_PAST()


def extend_stay(command: ExtendStay, situation: Situation) -> Decision:
    """Return that the person stays until another day."""
    case = case_of(situation)
    mine = accommodation_of(case)
    if mine.bed is None or not mine.moved_in:
        return refused(refusals.LIVES_IN_NO_HOUSE())
    name, bed = mine.bed
    facility, closed = situation.programme.facility_of.get(name), shelter_of(name, situation).closed
    reasons = []
    if command.until < (facility.day(situation.now) if facility else situation.today):
        reasons.append(refusals.STAY_ENDS_IN_THE_PAST())
    ends = min((day for day in (closed, facility.closes if facility else None) if day), default=None)
    if ends is not None and command.until > ends:
        reasons.append(refusals.HOUSE_CLOSES_DURING_STAY(day=ends))
    return unless(reasons, situation.about_case(facts.StayExtended(facility=name, bed=bed, until=command.until)))


def release_bed(command: ReleaseBed, situation: Situation) -> Decision:
    """Return that the bed is free."""
    case = case_of(situation)
    if accommodation_of(case).bed is None:
        return refused(refusals.PERSON_HAS_NO_BED())
    at = occurred(command, situation.now)
    since = accommodation_of(case).moved_in_at or accommodation_of(case).held_since
    if since is not None and at < since:
        return refused(refusals.CHECK_OUT_IS_AFTER_CHECK_IN(since=since))
    if at > situation.now:
        return refused(refusals.HAS_LEFT())
    return bed_given_up(situation, command.reason, at)


def bed_given_up(situation: Situation, why: str, at: datetime | None = None) -> list[StreamFact]:
    """Return both sides of a bed given up, or nothing when there is none."""
    case = case_of(situation)
    own = accommodation_of(case)
    if own.bed is None:
        return []
    facility, bed = own.bed
    house = shelter_of(facility, situation)
    awaited = any(other != case.case_id for other in house.waiting)
    mine = situation.about_case(facts.BedGivenUp(facility=facility, bed=bed, reason=why, awaited=awaited))
    if house.bed_of(case.case_id) != bed:
        return mine  # the hold had run out and somebody else has the bed
    released = facts.BedReleased(case_id=case.case_id, bed=bed, reason=why, at=at or situation.now)
    return [*mine, StreamFact(facility_stream(facility), released)]


def places_left(situation: Situation, why: str) -> list[StreamFact]:
    """Return that the person neither has a bed nor waits for one any more."""
    return [*bed_given_up(situation, why), *left_waiting_list(situation, why, tells=True)]


def _bed_in(
    facility: Facility, guest: Guest, situation: Situation, size: int = 1, wanted: int | None = None
) -> int | list[Reason]:
    """Return the bed a person may have in a house, the one that is wanted if any is, or why there is none."""
    suspects = safety_of(case_of(situation)).suspects
    company = Company(tuple(one for one in group_of(situation).members if one not in suspects), size)
    guest = guest._replace(with_parent=_taken_in(facility, situation))
    case, house, day = case_of(situation), shelter_of(facility.id, situation), facility.day(situation.now)
    closed = list(against_new_guest(facility, day, situation))
    if closed:
        return closed
    if not house.takes(guest, day):
        return [refusals.ROOM_FITS(house=facility.name, facility=facility.id)]
    bed = house.bed_for(case.case_id, guest, day, situation.now, company) if wanted is None else wanted
    if bed is None or (wanted is not None and not house.has_free(bed, case.case_id, guest, day, situation.now)):
        taken, waiting, name, key = len(house.beds), len(house.waiting), facility.name, facility.id
        full = refusals.BED_IS_FREE(house=name, taken=taken, capacity=house.capacity, waiting=waiting, facility=key)
        return [full]
    return bed


def _taken_in(facility: Facility, situation: Situation) -> frozenset[int]:
    """Return the beds of a child's parents, if the house lets the child live in their rooms."""
    house, day = shelter_of(facility.id, situation), facility.day(situation.now)
    parents = taken_in_by(case_of(situation), facility, group_of(situation), day)
    return frozenset(bed for parent in parents if (bed := house.bed_of(parent)) is not None)


def _hold_is_over(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    mine = accommodation_of(case_of(situation))
    is_kept = mine.moved_in or mine.bed is None or mine.has_bed(situation.now)
    return [] if is_kept else bed_given_up(situation, _RAN_OUT, mine.held_until)


def _stay_is_over(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    return situation.escalated("stay_ends", when=accommodation_of(case_of(situation)).moved_in)


def _own_houses(_programme: Programme, case: Case) -> tuple[str, ...]:
    """Return the streams of the houses where a case has a bed or waits for one."""
    mine = accommodation_of(case)
    own = (mine.bed[0],) if mine.bed else ()
    return tuple(facility_stream(facility) for facility in dict.fromkeys((*own, *mine.waiting)))


def _held_houses(programme: Programme, case: Case, _subject: Pairs) -> tuple[str, ...]:
    return () if accommodation_of(case).moved_in else _own_houses(programme, case)


def _is_left(_name: str, stage: Stage) -> bool:
    return stage.frees_bed or stage.ends


RULES: Final = (
    CommandRule(HoldBed, hold_bed, needs=houses_and_group),
    CommandRule(ExtendHold, extend_hold, needs=_own_houses),
    CommandRule(TakeBed, take_bed, needs=_own_houses, own_time=True),
    CommandRule(ExtendStay, extend_stay, needs=_own_houses),
    CommandRule(ReleaseBed, release_bed, needs=_own_houses, own_time=True),
)
TIMERS: Final = (TimerKind("bed_hold", _hold_is_over, _held_houses), TimerKind("stay_ends", _stay_is_over))
ON_ENTERING: Final = StepHook(_is_left, lambda situation, dest: places_left(situation, f"entered {dest}"), _own_houses)
