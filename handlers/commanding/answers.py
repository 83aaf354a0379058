"""What a command is answered: accepted, refused with all reasons, or overtaken with what happened since."""

from typing import NamedTuple
from uuid import UUID

from events.envelope import RecordedEvent
from events.facts.decisions import DecisionProposed
from workflow.reasons import Refused
from workflow.two_people import proposal_id_of


class Accepted(NamedTuple):
    """The command was carried out, durably; the same command sent again gets the same answer."""

    command_id: str
    case_id: str
    version: int  # of the case, after the command and all that followed from it
    facts: tuple[str, ...]
    repeated: bool = False

    @property
    def proposal(self) -> str:
        """Return the proposal it came to, which waits for a second person; empty when it was carried out."""
        return proposal_id_of(UUID(self.command_id)) if DecisionProposed.__name__ in self.facts else ""


class Conflict(NamedTuple):
    """The case has moved on since it was looked at; ``since`` is what happened in between."""

    expected: int
    version: int
    since: tuple[RecordedEvent, ...]


Answer = Accepted | Refused | Conflict
