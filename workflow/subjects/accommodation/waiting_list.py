"""The waiting list of a full house: in order, by the rooms' rules, and another house asked meanwhile."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from events.facts import accommodation as facts
from workflow.case.state import Case
from workflow.case.tasks import About, Recipient
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, refused
from workflow.situation import Decision, Situation, StreamFact, TaskKind, case_of, ends_in
from workflow.subject import CommandRule
from workflow.subjects.accommodation import refusals
from workflow.subjects.accommodation.commands import JoinWaitingList, LeaveWaitingList, SayFamilyWaits
from workflow.subjects.accommodation.definition import Facility, facility_stream
from workflow.subjects.accommodation.shelter import Guest, shelter_of
from workflow.subjects.accommodation.state import FAMILY_WAITS, accommodation_of
from workflow.subjects.groups.company import against_company
from workflow.subjects.groups.state import Group, belonging_of, group_of, own_group
from workflow.subjects.safety.state import safety_of


def join_waiting_list(command: JoinWaitingList, situation: Situation) -> Decision:
    """Return that the person waits for a bed behind all who do; told again, what fits is looked up anew."""
    case = case_of(situation)
    asked = houses_asked(command.facility, situation)
    if isinstance(asked, Reason):
        return Refused((asked,))
    facility, group = asked[0], group_of(situation)
    party = belonging_of(case).group_id if command.company > 1 else ""
    parents = taken_in_by(case, facility, group, facility.day(situation.now))
    guest = guest_of(case, family=command.family, party=party, parents=parents)
    reasons = [*against_company(command.company, situation), *_against_waiting(facility, guest, situation)]
    if reasons:
        return Refused(tuple(reasons))
    began = facts.WaitingBegan(
        case_id=case.case_id, gender=guest.gender, child=guest.child, of_age_from=guest.of_age_from,
        family=guest.family, party=party, parents=parents,
    )  # fmt: skip
    theirs = StreamFact(facility_stream(facility.id), began)
    if facility.id not in accommodation_of(case).waiting:
        joined = facts.WaitingListJoined(facility=facility.id, family=command.family, party=party)
        return [*situation.about_case(joined), theirs]
    before = shelter_of(facility.id, situation).waiting.get(case.case_id)
    is_split = before is not None and bool(before.party) and not party
    apart = situation.about_case(facts.WaitsApart(facility=facility.id)) if is_split else []
    return [*apart, theirs]


def say_family_waits(command: SayFamilyWaits, situation: Situation) -> Decision:
    """Return that somebody has to decide: wait on for beds for all of them, or let them wait apart; told once."""
    mine = accommodation_of(case_of(situation))
    waits = command.facility in mine.waiting and FAMILY_WAITS not in case_of(situation).escalations
    return situation.escalated(FAMILY_WAITS, when=waits)


def taken_in_by(case: Case, facility: Facility, group: Group, day: date) -> tuple[str, ...]:
    """Return the parents in whose room a child may live in a house, whatever the room is for; nobody suspected."""
    if facility.children_to is None or not case.is_known_to_be_at_most(facility.children_to, day):
        return ()
    return tuple(sorted({*group.parents_of(case.case_id)} - safety_of(case).suspects))


def leave_waiting_list(command: LeaveWaitingList, situation: Situation) -> Decision:
    """Return that the person waits there no more."""
    if command.facility not in accommodation_of(case_of(situation)).waiting:
        return refused(refusals.IS_WAITING())
    return left_waiting_list(situation, command.reason, tells=True, houses=(command.facility,))


def left_waiting_list(
    situation: Situation, why: str, *, tells: bool = False, houses: tuple[str, ...] | None = None
) -> list[StreamFact]:
    """Return both sides of waiting no more, in these houses or in all; ``tells`` lets the next in line be asked."""
    case = case_of(situation)
    told = []
    for facility in accommodation_of(case).waiting if houses is None else houses:
        line = shelter_of(facility, situation).waiting
        awaited = tells and any(other != case.case_id for other in line)
        told += situation.about_case(facts.WaitingListLeft(facility=facility, reason=why, awaited=awaited))
        if case.case_id in line:
            told.append(StreamFact(facility_stream(facility), facts.WaitingOver(case_id=case.case_id, reason=why)))
    return told


def guest_of(case: Case, *, family: bool = False, party: str = "", parents: tuple[str, ...] = ()) -> Guest:
    """Return what the rooms' rules look at of a case."""
    return Guest(case.gender, case.child, case.of_age_from, family, party=party, parents=parents)


def houses_asked(facility: str | None, situation: Situation) -> tuple[Facility, ...] | Reason:
    """Return the house named, else the programme's houses in the order of the file, without those asked by letter."""
    programme = situation.programme
    own = tuple(house for house in programme.beds_facilities if house.is_offered and not house.on_request)
    if facility is None:
        return own or refusals.PROGRAMME_HAS_NO_HOUSE()
    found = programme.facility_of.get(facility)
    if found is None or not found.capacity:
        return refusals.NO_SUCH_HOUSE_WITH_BEDS(house=facility, known=(house.id for house in programme.beds_facilities))
    return (found,)


def against_house(facility: Facility, day: date, situation: Situation) -> Iterator[Reason]:
    """Yield why nobody comes to a house on a day: not open yet, or closed."""
    closed = shelter_of(facility.id, situation).closed
    if day < facility.opens:
        yield refusals.HOUSE_OPENS_LATER(house=facility.name, day=facility.opens)
    elif (
        facility.is_cut_off
        or not facility.is_running(day)
        or (closed is not None and closed <= facility.day(situation.now))
    ):
        yield refusals.HOUSE_IS_CLOSED(house=facility.name)
    elif closed is not None:
        yield refusals.HOUSE_CLOSES_SOON(house=facility.name, day=closed)


def against_new_guest(facility: Facility, day: date, situation: Situation) -> Iterator[Reason]:
    """Yield why nobody new is expected in a house: it is not there on the day, or the directory offers it no more."""
    reasons = [*against_house(facility, day, situation)]
    yield from reasons
    if not reasons and not facility.is_offered:
        yield refusals.HOUSE_IS_CLOSED(house=facility.name)


def _against_waiting(facility: Facility, guest: Guest, situation: Situation) -> Iterator[Reason]:
    case, house, day = case_of(situation), shelter_of(facility.id, situation), facility.day(situation.now)
    if accommodation_of(case).has_bed(situation.now):
        yield refusals.HAS_NO_BED()
    yield from against_new_guest(facility, day, situation)
    before = house.waiting.get(case.case_id)
    if before == guest:
        yield refusals.IS_NOT_WAITING()
    elif before is None and not guest.party and house.bed_for(case.case_id, guest, day, situation.now) is not None:
        yield refusals.HOUSE_IS_FULL(house=facility.name)


def all_houses(programme: Programme, case: Case) -> tuple[str, ...]:
    """Return the streams of every house with beds, and of those the case has to do with."""
    bed = accommodation_of(case).bed
    own = (bed[0],) if bed else ()
    houses = (*(facility.id for facility in programme.beds_facilities), *own, *accommodation_of(case).waiting)
    return tuple(facility_stream(facility) for facility in dict.fromkeys(houses))


def houses_and_group(programme: Programme, case: Case) -> tuple[str, ...]:
    """Return the streams a new bed is found by: every house, and whom the person belongs with."""
    return (*all_houses(programme, case), *own_group(programme, case))


def _waited_for(_programme: Programme, case: Case) -> tuple[str, ...]:
    return tuple(facility_stream(facility) for facility in accommodation_of(case).waiting)


class FreeBed(About):
    """The house whose free beds are offered to those who wait."""

    facility: str


class PlaceElsewhere(About):
    """The house that is full, and the one that is asked instead."""

    recipient = Recipient("facility_of", "alternative")
    facility: str
    alternative: str
    party: str = ""  # with whom they wait; one letter asks for all of them


def _still_waits(about: PlaceElsewhere, situation: Situation) -> bool:
    case = case_of(situation)
    return about.facility in accommodation_of(case).waiting and case.consents_to("assistance", situation.today)


# A bed given up is given to the next whatever becomes of the case that had it.
TASKS: Final = (
    TaskKind("offer_bed", FreeBed, ends_in(facts.BedsOffered, "outcome"), gives_back=True, is_letter=False),
    TaskKind(
        "find_alternative",
        PlaceElsewhere,
        ends_in(facts.AlternativeAsked),
        _still_waits,
        consent=lambda *_: "assistance",
    ),
)
RULES: Final = (
    CommandRule(JoinWaitingList, join_waiting_list, needs=houses_and_group),
    CommandRule(SayFamilyWaits, say_family_waits),
    CommandRule(LeaveWaitingList, leave_waiting_list, needs=_waited_for),
)
