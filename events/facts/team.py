"""Facts of those who work beside each other: who stands in for whom, and from when to when."""

from datetime import date, datetime

from events.catalogue import Fact


class StandInNamed(Fact):
    """Somebody stands in for a colleague: the colleague's cases of a programme are theirs too, for these days.

    It stands in the history of who stands in. The instants are those at which the programme's days begin and end.
    """

    programme: str
    owner: str
    stand_in: str
    first: date
    last: date
    begins: datetime
    ends: datetime


class StandInEnded(Fact):
    """Somebody stands in for a colleague no more, earlier than was said."""

    programme: str
    owner: str
    stand_in: str
