"""What a command is answered: accepted, refused with all reasons, or overtaken with what happened since."""

from typing import NamedTuple

from events.envelope import RecordedEvent
from workflow.reasons import Refused


class Accepted(NamedTuple):
    """The command was carried out, durably; the same command sent again gets the same answer."""

    command_id: str
    case_id: str
    version: int  # of the case, after the command and all that followed from it
    facts: tuple[str, ...]
    repeated: bool = False


class Conflict(NamedTuple):
    """The case has moved on since it was looked at; ``since`` is what happened in between."""

    expected: int
    version: int
    since: tuple[RecordedEvent, ...]


Answer = Accepted | Refused | Conflict
