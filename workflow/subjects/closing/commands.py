"""Commands for the end of a house or a programme, and for what becomes of each person there."""

from datetime import date
from typing import Literal

from workflow.command import CaseCommand, OfficeCommand
from workflow.programme.part import Slug
from workflow.values.text import ReferenceToken, ShortText


class CloseFacility(OfficeCommand, acts=("office.close",), grave=True):
    """Close a house: it takes nobody any more, and a hand-over is proposed for everybody who is or waits there."""

    facility: Slug
    on: date
    reason: ShortText
    to: Slug | Literal[""] = ""  # the house to go to; without one, the first other house of the programme

    @property
    def stream(self) -> str:
        """Return the house's stream."""
        return f"facility:{self.facility}"


class EndProgramme(OfficeCommand, acts=("office.close",), grave=True):
    """End a programme: it takes nobody any more, and a hand-over is proposed for every open case."""

    on: date
    reason: ShortText
    successor: Slug | Literal[""] = ""

    @property
    def stream(self) -> str:
        """Return the stream that counts who comes."""
        return f"intake:{self.programme}"


class DecideHandOver(CaseCommand, acts=("case.record",), grave=True):
    """Record what was decided with the person about a hand-over; to go elsewhere needs their consent."""

    proposal_id: ReferenceToken
    outcome: Literal["accepted", "elsewhere", "stays"]
    to: Slug | Literal[""] = ""
    reason: ShortText | Literal[""] = ""
