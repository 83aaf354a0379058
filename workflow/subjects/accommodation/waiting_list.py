"""The waiting list of a full house: in order, by the rooms' rules, and another house asked meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from events.catalogue import Fact
from events.facts.accommodation import (
    AlternativeAsked,
    BedsOffered,
    WaitingBegan,
    WaitingListJoined,
    WaitingListLeft,
    WaitingOver,
)
from workflow.case.state import Case
from workflow.case.tasks import Task
from workflow.command import FinishTask
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, reason, refused
from workflow.situation import Decision, Situation, StreamFact, TaskKind, case_of
from workflow.subject import CommandRule
from workflow.subjects.accommodation.commands import JoinWaitingList, LeaveWaitingList
from workflow.subjects.accommodation.definition import Facility, facility_stream
from workflow.subjects.accommodation.shelter import Guest, shelter_of


def join_waiting_list(command: JoinWaitingList, situation: Situation) -> Decision:
    """Return that the person waits for a bed behind all who do; told again, what fits is looked up anew."""
    case = case_of(situation)
    asked = houses_asked(command.facility, situation)
    if isinstance(asked, Reason):
        return Refused((asked,))
    facility, guest = asked[0], guest_of(case, family=command.family)
    reasons = list(_against_waiting(facility, guest, situation))
    if reasons:
        return Refused(tuple(reasons))
    began = WaitingBegan(
        case_id=case.case_id, gender=guest.gender, child=guest.child, of_age_from=guest.of_age_from, family=guest.family
    )
    theirs = StreamFact(facility_stream(facility.id), began)
    if facility.id in case.places.waiting:
        return [theirs]
    joined = WaitingListJoined(facility=facility.id, family=command.family)
    return [*situation.about_case(joined), theirs]


def leave_waiting_list(command: LeaveWaitingList, situation: Situation) -> Decision:
    """Return that the person waits there no more."""
    if command.facility not in case_of(situation).places.waiting:
        return refused("is_waiting", "the person does not wait for a bed there", "nothing needs to be done")
    return left(situation, command.reason, tells=True, houses=(command.facility,))


def left(
    situation: Situation, why: str, *, tells: bool = False, houses: tuple[str, ...] | None = None
) -> list[StreamFact]:
    """Return both sides of waiting no more, in these houses or in all; ``tells`` lets the next in line be asked."""
    case = case_of(situation)
    told = []
    for facility in case.places.waiting if houses is None else houses:
        line = shelter_of(facility, situation).waiting
        awaited = tells and any(other != case.case_id for other in line)
        told += situation.about_case(WaitingListLeft(facility=facility, reason=why, awaited=awaited))
        if case.case_id in line:
            told.append(StreamFact(facility_stream(facility), WaitingOver(case_id=case.case_id, reason=why)))
    return told


def guest_of(case: Case, *, family: bool = False) -> Guest:
    """Return what the rooms' rules look at of a case."""
    return Guest(case.gender, case.child, case.of_age_from, family)


def houses_asked(facility: str | None, situation: Situation) -> tuple[Facility, ...] | Reason:
    """Return the house named, else the programme's houses in the order of the file, without those asked by letter."""
    programme = situation.programme
    own = tuple(house for house in programme.beds_facilities if not house.on_request)
    if facility is None:
        return own or reason(
            "facility_is_known", "the programme has no house of its own with beds", "name one: facility="
        )
    found = programme.facility_of.get(facility)
    if found is None or not found.capacity:
        names = ", ".join(house.id for house in programme.beds_facilities)
        return reason("facility_is_known", f"there is no house {facility} with beds", f"one of: {names}")
    return (found,)


def against_house(facility: Facility, day: date, situation: Situation) -> Iterator[Reason]:
    """Yield why nobody comes to a house on a day: not open yet, or closed."""
    closed = shelter_of(facility.id, situation).closed
    if day < facility.opens:
        yield reason("facility_is_open", f"{facility.name} opens on {facility.opens}", "find another place until then")
    elif not facility.is_running(day) or (closed is not None and closed <= situation.today):
        yield reason("facility_is_open", f"{facility.name} is closed", "hold a bed in another house")
    elif closed is not None:
        yield reason("facility_is_open", f"{facility.name} closes on {closed}", "hold a bed in another house")


def _against_waiting(facility: Facility, guest: Guest, situation: Situation) -> Iterator[Reason]:
    case, house, day = case_of(situation), shelter_of(facility.id, situation), facility.day(situation.now)
    if case.has_bed(situation.now):
        yield reason("has_no_bed", "the person already has a bed", "nothing needs to be done")
    yield from against_house(facility, day, situation)
    if house.waiting.get(case.case_id) == guest:
        yield reason("is_not_waiting", "the person waits there already", "nothing needs to be done")
    elif house.bed_for(case.case_id, guest, day, situation.now) is not None:
        yield reason("house_is_full", f"a bed for the person is free in {facility.name}", "record HoldBed")


def all_houses(programme: Programme, case: Case) -> tuple[str, ...]:
    """Return the streams of every house with beds, and of those the case has to do with."""
    own = (case.bed[0],) if case.bed else ()
    houses = (*(facility.id for facility in programme.beds_facilities), *own, *case.places.waiting)
    return tuple(facility_stream(facility) for facility in dict.fromkeys(houses))


def _waited_for(_programme: Programme, case: Case) -> tuple[str, ...]:
    return tuple(facility_stream(facility) for facility in case.places.waiting)


def _offered(command: FinishTask, task: Task) -> Fact:
    return BedsOffered(task_id=command.task_id, facility=task.about("facility"), outcome=command.reference)


def _asked_elsewhere(command: FinishTask, task: Task) -> Fact:
    return AlternativeAsked(
        task_id=command.task_id, facility=task.about("facility"), alternative=task.about("alternative"),
        receipt=command.reference,
    )  # fmt: skip


def _still_waits(task: Task, situation: Situation) -> bool:
    case = case_of(situation)
    return task.about("facility") in case.places.waiting and case.consents_to("assistance", situation.today)


# A bed given up is given to the next whatever becomes of the case that had it.
TASKS: Final = (
    TaskKind("offer_bed", _offered, gives_back=True),
    TaskKind("find_alternative", _asked_elsewhere, _still_waits, consent=lambda _task, _programme: "assistance"),
)


RULES: Final = (
    CommandRule(JoinWaitingList, join_waiting_list, needs=all_houses),
    CommandRule(LeaveWaitingList, leave_waiting_list, needs=_waited_for),
)
