"""Who comes to a programme: counted for each year against its target, nobody after its end, no two by one handle."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from events.catalogue import Fact
from events.facts.closing import ArrivalCounted, ArrivalTakenBack, ProgrammeEnded
from events.facts.intake import HandleTaken
from workflow.programme.programme import Programme
from workflow.reasons import Reason
from workflow.situation import Situation
from workflow.subjects.intake import refusals
from workflow.subjects.intake.handles import TakenHandles


class YearlyIntake(NamedTuple):
    """How many people came in each year, what they are called, and when the programme was ended."""

    arrivals: Mapping[int, int] = {}
    ended_on: date | None = None
    successor: str = ""
    proposed: tuple[str, ...] = ()
    handles: TakenHandles = TakenHandles()

    def counted(self, case_id: str, year: int, target: int, handle: str) -> ArrivalCounted:
        """Return one more arrival of a year."""
        number = self.arrivals.get(year, 0) + 1
        above = number > target
        return ArrivalCounted(
            case_id=case_id, year=year, number=number, target=target, above_target=above, handle=handle
        )

    def taken_back(self, case_id: str, year: int) -> ArrivalTakenBack:
        """Return one arrival less of a year: the person was counted already."""
        return ArrivalTakenBack(case_id=case_id, year=year, number=max(0, self.arrivals.get(year, 0) - 1))


def evolve(intake: YearlyIntake, fact: Fact) -> YearlyIntake:
    """Return the count after a fact."""
    match fact:
        case ArrivalTakenBack():
            return intake._replace(arrivals={**intake.arrivals, fact.year: fact.number})
        case ArrivalCounted():
            counted = intake._replace(arrivals={**intake.arrivals, fact.year: fact.number})
            return _called(counted, fact.handle, fact.case_id) if fact.handle else counted
        case HandleTaken():
            return _called(intake, fact.handle, fact.case_id)
        case ProgrammeEnded():
            return intake._replace(ended_on=fact.on, successor=fact.successor, proposed=fact.proposed)
        case _:
            return intake


def _called(intake: YearlyIntake, handle: str, case_id: str) -> YearlyIntake:
    return intake._replace(handles=intake.handles.with_one(handle, case_id))


def yearly_intake(situation: Situation) -> YearlyIntake:
    """Return who came to the programme, as it stands at the moment of a decision."""
    return situation.state_of(situation.programme.intake_stream, YearlyIntake)


def against_the_day(programme: Programme, intake: YearlyIntake, day: date) -> list[Reason]:
    """Return why nobody can be taken in on a day: before the programme began, or after it ended."""
    runs = programme.runs
    ends = [until for until in (runs.until, intake.ended_on) if until is not None]
    if day >= runs.since and all(day <= until for until in ends):
        return []
    return [refusals.PROGRAMME_TAKES_NOBODY(programme=intake.successor or None, day=day)]
