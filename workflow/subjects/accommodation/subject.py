"""Beds and the waiting list: what the engine is told of them."""

from typing import Final

from workflow.case.retraction import Instead
from workflow.subject import PublicationHook, Subject, aggregate, commands_in
from workflow.subjects.accommodation import commands, waiting_list
from workflow.subjects.accommodation.decisions import ON_ENTERING, RULES, TIMERS
from workflow.subjects.accommodation.definition import faults
from workflow.subjects.accommodation.guards import GUARDS
from workflow.subjects.accommodation.rooms import fit, streams_of
from workflow.subjects.accommodation.shelter import Shelter, evolve
from workflow.subjects.accommodation.state import CHANGES, accommodation_of
from workflow.subjects.accommodation.waiting_list import TASKS

SUBJECT: Final = Subject(
    stem="accommodation",
    commands=commands_in(commands),
    rules=(*RULES, *waiting_list.RULES),
    part=accommodation_of,
    changes=CHANGES,
    instead={
        "BedAssigned": Instead(("ExtendHold",), "ReleaseBed", "HoldBed"),
        "HoldExtended": Instead(("ExtendHold",), "ReleaseBed"),
        "MovedIn": Instead(("ExtendStay",), "ReleaseBed", "HoldBed"),
        "StayExtended": Instead(("ExtendStay",)),
        "BedGivenUp": Instead(("HoldBed",)),
        "WaitingListJoined": Instead(back="LeaveWaitingList", anew="JoinWaitingList"),
        "WaitingListLeft": Instead(("JoinWaitingList",)),
    },
    guards=GUARDS,
    tasks=TASKS,
    timers=TIMERS,
    entering=ON_ENTERING,
    aggregates=(aggregate("facility", Shelter, evolve),),
    published=PublicationHook(streams_of, fit),
    faults=lambda programme: faults(programme.facilities),
)
