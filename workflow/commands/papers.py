"""Commands about documents."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from workflow.commands.command import CaseCommand
from workflow.text import ShortText


class RecordTravelDocument(CaseCommand):
    """Record a travel document that is in hand."""

    kind: Literal["passport", "return_certificate", "identity_card", "laissez_passer"]
    valid_until: date
    number: ShortText | None = None
    sealed: ClassVar[bool] = True


# What `wayhome case record` offers.
BY_PEOPLE: tuple[type[CaseCommand], ...] = (RecordTravelDocument,)
