"""Commands about who stands in for whom; the history they are told in is that of who stands in."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from events.ids import account_stream
from workflow.command import OfficeCommand
from workflow.values.text import ActorId


class StandInCommand(OfficeCommand):
    """Something wanted about somebody who stands in for a colleague."""

    stand_in: Annotated[ActorId, Field(description="who stands in, like staff:boris")]
    owner: Annotated[ActorId | Literal[""], Field(description="for whom; oneself when left out")] = ""

    @property
    def stream(self) -> str:
        """Return the stream that holds the account's history."""
        return account_stream(self.stand_in)

    @property
    def whose(self) -> str:
        """Return whose cases they are."""
        return self.owner or self.actor


class NameStandIn(StandInCommand, acts=("stand_in.name",)):
    """Let a colleague look after one's cases from one day to another; both days are included."""

    first: date
    last: date


class EndStandIn(StandInCommand, acts=("stand_in.name",)):
    """Let a colleague stand in no more, before the last day."""
