"""What rooms a house has: told to it whenever a programme file with other ones comes into force."""

from events.facts.accommodation import FacilityFitted
from workflow.programme.programme import Programme
from workflow.situation import OfficeSituation, StreamFact
from workflow.subjects.accommodation.definition import facility_stream
from workflow.subjects.accommodation.shelter import Shelter


def streams_of(programme: Programme) -> tuple[str, ...]:
    """Return the streams of a programme's houses."""
    return tuple(facility_stream(house.id) for house in programme.beds_facilities)


def fit(programme: Programme, situation: OfficeSituation) -> list[StreamFact]:
    """Return the new rooms of every house that has other ones than before."""
    told = []
    for house in sorted(programme.beds_facilities, key=lambda house: house.id):
        known: Shelter | None = situation.states[facility_stream(house.id)]
        if known is None or house.room_rules != tuple(tuple(room) for room in known.rooms):
            fitted = FacilityFitted(facility=house.id, rooms=house.room_rules)
            told.append(StreamFact(facility_stream(house.id), fitted))
    return told
