"""What rooms a house has: told to it whenever a programme file with other ones comes into force."""

from events.facts.accommodation import FacilityFitted
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
    """Return the new rooms of every house that has other ones than before, but for those the console has changed."""
    told = []
    directory: Directory = situation.states[directory_stream(programme.programme)] or Directory()
    for house in sorted(programme.beds_facilities, key=lambda house: house.id):
        if directory.is_the_consoles(("facility", house.id)):
            continue
        known: Shelter | None = situation.states[facility_stream(house.id)]
        if known is None or house.room_rules != tuple(tuple(room) for room in known.rooms):
            fitted = FacilityFitted(facility=house.id, rooms=house.room_rules)
            told.append(StreamFact(facility_stream(house.id), fitted))
    return told
