"""A case's history tells of beds, money and escorts what is this case's, and of other people nothing."""

from __future__ import annotations

from events.envelope import RecordedEvent
from handlers.states.case_reader import CaseReader
from tests.kit.offices import Office
from tests.kit.story import Story
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.closing.commands import CloseFacility, EndProgramme


def history(office: Office, case: Story) -> list[RecordedEvent]:
    return CaseReader(office.service.log, office.service.definitions).history(case.case_id)


def told(events: list[RecordedEvent]) -> str:
    return " ".join(str(event) for event in events)


def types(events: list[RecordedEvent]) -> list[str]:
    return [event.envelope.type for event in events]


def test_of_two_people_in_a_house_that_closes_neither_history_tells_of_the_other(office: Office) -> None:
    anna, boris = Story(office).does(HoldBed), Story(office).does(HoldBed)
    day = office.now.date()
    office.submit(CloseFacility, programme="moscow", facility="moscow-centre", on=day, reason="over")
    office.submit(EndProgramme, programme="moscow", on=day, reason="over")
    for mine, other in ((anna, boris), (boris, anna)):
        events = history(office, mine)
        assert other.case_id not in told(events)
        assert "HandOverProposed" in types(events), "that the house closes on them, they are told"
        assert "BedHeld" in types(events), "their own bed is theirs to see"


def test_a_case_opened_again_does_not_tell_the_first_one_s_history_and_the_other_way_round(office: Office) -> None:
    first = Story(office).advance("withdraw", reason="declined").accepted()
    again = Story(office, previous_case=first.case_id)
    for case in (first, again):
        streams = {event.envelope.stream for event in history(office, case)}
        assert {stream for stream in streams if stream.startswith("case:")} == {f"case:{case.case_id}"}
