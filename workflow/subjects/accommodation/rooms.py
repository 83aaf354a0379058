"""What rooms a house has: told to it whenever a programme file with other ones comes into force."""

from events.facts.accommodation import FacilityFitted, LineAskedAnew
from events.ids import CaseId, case_stream
from workflow.programme.programme import Programme
from workflow.situation import OfficeSituation, StreamFact
from workflow.subjects.accommodation.definition import facility_stream
from workflow.subjects.accommodation.shelter import Shelter
from workflow.subjects.directory.state import Directory, directory_stream


def streams_of(programme: Programme) -> tuple[str, ...]:
    """Return the streams of a programme's houses, and of the directory that may say something else of them."""
    houses = (facility_stream(house.id) for house in programme.beds_facilities)
    return *houses, directory_stream(programme.programme)


def fit(programme: Programme, situation: OfficeSituation) -> list[StreamFact]:
    """Return the new rooms of every house that has other ones than before, but for those the console has changed.

    Whoever waits for a house that has other rooms, or that is offered again, is asked anew.
    """
    told = []
    directory: Directory = situation.states[directory_stream(programme.programme)] or Directory()
    earlier = situation.files.get(programme.programme, ())
    before = earlier[-1].facility_of if earlier else {}
    for house in sorted(programme.beds_facilities, key=lambda house: house.id):
        if directory.is_the_consoles(("facility", house.id)):
            continue
        known: Shelter | None = situation.states[facility_stream(house.id)]
        is_fitted = known is None or house.room_rules != tuple(tuple(room) for room in known.rooms)
        if is_fitted:
            fitted = FacilityFitted(facility=house.id, rooms=house.room_rules)
            told.append(StreamFact(facility_stream(house.id), fitted))
        if is_fitted or house.id not in before or not before[house.id].is_offered:
            told += line_asked_anew(house.id, known)
    return told


def line_asked_anew(facility: str, house: Shelter | None) -> list[StreamFact]:
    """Return that the line of a house is offered its beds anew, in the history of whoever waits first; else nothing."""
    first = next(iter(house.waiting), None) if house is not None else None
    return [] if first is None else [StreamFact(case_stream(CaseId(first)), LineAskedAnew(facility=facility))]
