"""Facts of beginnings and ends: people counted against a target, houses and programmes that close, hand-overs."""

from datetime import date

from events.catalogue import Fact


class ArrivalCounted(Fact):
    """One more person came to a programme in a year; above the target they are helped like everybody else."""

    case_id: str
    year: int
    number: int
    target: int
    above_target: bool
    handle: str = ""  # theirs, and nobody else's of the programme from now on


class ArrivalTakenBack(Fact):
    """Somebody was counted twice and is one person: one fewer came in that year than was thought."""

    case_id: str
    year: int
    number: int


class FacilityClosed(Fact):
    """A house takes nobody any more and is empty by a day; whoever is or waits there has a proposal of their own."""

    facility: str
    on: date
    reason: str
    proposed: tuple[str, ...]  # the case numbers of everybody it concerns


class ProgrammeEnded(Fact):
    """A programme takes nobody any more after a day; every open case has a proposal of its own."""

    programme: str
    on: date
    reason: str
    successor: str
    proposed: tuple[str, ...]


class FundClosed(Fact):
    """A programme's money is paid for nothing that comes after this day."""

    programme: str
    on: date


class HandOverProposed(Fact):
    """A house or programme closes: where the person could go on, and what is open for them there today."""

    proposal_id: str
    closes: str  # facility:moscow-centre or programme:moscow
    to: str  # a facility, a programme, or nothing where none is known
    by: date
    left_open: tuple[str, ...]


class HandOverDecided(Fact):
    """It was decided with the person whether they go where it was proposed, elsewhere, or stay for now."""

    proposal_id: str
    outcome: str
    to: str
    reason: str
