"""The documents of a person."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from workflow.case.change import Change


class Document(NamedTuple):
    """The travel document in hand."""

    kind: str
    valid_until: date


CHANGES: dict[str, Change] = {
    "TravelDocumentRecorded": lambda c, f, _: c._replace(document=Document(f.kind, f.valid_until)),
}
