"""Beds: held, taken, given up. The house never has more people than beds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from events.facts import shared
from workflow import commands as ask
from workflow.case.change import Pairs
from workflow.case.state import Case
from workflow.deciding import Decide, Decision, Needs, Situation, TimesUp, Told, case_of
from workflow.programme import Programme
from workflow.reasons import refused


def hold_bed(_command: ask.HoldBed, situation: Situation) -> Decision:
    """Return a hold on the lowest free bed, for as long as the policy says."""
    assert situation.case is not None
    facility = situation.programme.facility
    if situation.case.bed is not None:
        return refused("has_no_bed", "the person already has a bed", "nothing needs to be done")
    if situation.today < facility.opens:
        return refused(
            "facility_is_open", f"{facility.name} opens on {facility.opens}", "find another place until then"
        )
    bed = situation.shelter.free_bed(facility.capacity)
    if bed is None:
        advice = "wait for a bed to be freed, or find another place"
        return refused("bed_is_free", f"all {facility.capacity} beds of {facility.name} are taken", advice)
    until = situation.now + timedelta(hours=situation.programme.policies.bed_hold_hours)
    held = shared.BedHeld(case_id=situation.case.case_id, bed=bed, until=until)
    assigned = shared.BedAssigned(facility=facility.id, bed=bed, until=until)
    return [*situation.about_case(assigned), Told(situation.programme.facility_stream, held)]


def take_bed(_command: ask.TakeBed, situation: Situation) -> Decision:
    """Return that the person moved in."""
    case = situation.case
    assert case is not None
    if case.bed is None:
        return refused("bed_is_held", "no bed is held for the person", "record HoldBed first")
    if case.moved_in:
        return refused("has_not_moved_in", "the person already lives there", "nothing needs to be done")
    facility, bed = case.bed
    taken = Told(f"facility:{facility}", shared.BedTaken(case_id=case.case_id, bed=bed))
    return [*situation.about_case(shared.MovedIn(facility=facility, bed=bed)), taken]


def release_bed(command: ask.ReleaseBed, situation: Situation) -> Decision:
    """Return that the bed is free."""
    assert situation.case is not None
    if situation.case.bed is None:
        return refused("bed_is_held", "the person has no bed", "nothing needs to be done")
    return given_up(situation, command.reason)


def given_up(situation: Situation, reason: str) -> list[Told]:
    """Return both sides of a bed given up, or nothing when there is none."""
    case = situation.case
    assert case is not None
    if case.bed is None:
        return []
    facility, bed = case.bed
    released = shared.BedReleased(case_id=case.case_id, bed=bed, reason=reason)
    mine = situation.about_case(shared.BedGivenUp(facility=facility, bed=bed, reason=reason))
    return [*mine, Told(f"facility:{facility}", released)]


def _hold_is_over(situation: Situation, _subject: Pairs) -> list[Told]:
    case = case_of(situation)
    return [] if case.moved_in or case.bed is None else given_up(situation, "the hold ran out")


def _bed(programme: Programme, _case: Case) -> tuple[str, ...]:
    return (programme.facility_stream,)


TIMES_UP: Final[Mapping[str, TimesUp]] = {"bed_hold": _hold_is_over}
DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.HoldBed: hold_bed,
    ask.TakeBed: take_bed,
    ask.ReleaseBed: release_bed,
}
NEEDS: Final[Mapping[type[ask.Command], Needs]] = {ask.HoldBed: _bed, ask.TakeBed: _bed, ask.ReleaseBed: _bed}
