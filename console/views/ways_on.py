"""The ways on from where a person is, as somebody who looks at their case sees them."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import orjson

from console.drawing.sight import track_of
from console.views.reader import Reader
from handlers.states.case_reader import CaseSnapshot
from workflow.case.proposals import proposals_of
from workflow.programme.programme import Programme
from workflow.reasons import Reason

# These are not hindrances but questions: the form asks for a reason and a second person.
ASKED_IN_THE_FORM: Final = frozenset({"reason_is_listed", "reason_is_given", "second_person_agreed"})


class WayOn(NamedTuple):
    """One way on from where the person is."""

    trigger: str
    dest: str
    ends: bool
    against: tuple[Reason, ...]
    asks: tuple[str, ...]  # what its form wants to know besides
    proposal: str = ""  # by which it was proposed, and waits for a second person

    @property
    def open(self) -> bool:
        """Tell whether nothing stands against it."""
        return not self.against


def ways_on(reader: Reader, snapshot: CaseSnapshot) -> Iterator[WayOn]:
    """Yield every way on, in the order of the programme file; nothing is asked of the database."""
    pending = proposals_of(snapshot.case).pending.items()
    proposed = {orjson.loads(one.given).get("trigger"): key for key, one in pending}
    for option in reader.container.cases.options(snapshot, reader.account.account, now=reader.now):
        ends = snapshot.definition.journey.stage(option.dest).ends
        against = tuple(reason for reason in option.reasons if reason.code not in ASKED_IN_THE_FORM)
        asks = tuple(reason.code for reason in option.reasons if reason.code in ASKED_IN_THE_FORM)
        yield WayOn(option.trigger, option.dest, ends, against, asks, proposed.get(option.trigger, ""))


def way_forward(ways: Sequence[WayOn], programme: Programme) -> WayOn | None:
    """Return the way a person is led to: an open one before one that is blocked, and an end only where all leads to it.

    The end that counts is the one the journey's line leads to: nobody is led to being lost.
    """
    onward = [way for way in ways if not way.ends]
    if ways and not onward:
        goal = track_of(programme).line[-1:]
        onward = [way for way in ways if (way.dest,) == goal]
    return next((way for way in onward if way.open), onward[0] if onward else None)
