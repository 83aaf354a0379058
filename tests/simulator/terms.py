"""What is simulated, and what of all that can go wrong does."""

from __future__ import annotations

from typing import Final, NamedTuple

from tests.simulator.faults import OF_CLOCKS, OF_COPIES

WHOLE_YEAR: Final = 350  # as many people come to the whole programme; they use all services


class Terms(NamedTuple):
    """What is simulated: how many people come, within how many days, and how much goes wrong."""

    seed: int
    people: int = 2
    days: int = 420
    share: float = 1.0
    copies: bool = False  # older copies of the office are put back now and then
    clocks: bool = False  # the clock of one process is set back or ahead now and then
    services: bool = False  # slips are put right, files attached, families come, providers answer as they please
    gives_up: float = 0.004  # at each look at a case: the person has had enough
    forgotten: float = 0.3  # of those whose case has ended ask that everything about them is destroyed

    @property
    def never(self) -> tuple[str, ...]:
        """Return the kinds of faults that are asked for and were not."""
        return (() if self.copies else OF_COPIES) + (() if self.clocks else OF_CLOCKS)
