"""Documents of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from events.facts import case as told
from workflow import commands as ask
from workflow.deciding import Decide, Decision, Situation, person_of
from workflow.reasons import refused


def record_travel_document(command: ask.RecordTravelDocument, situation: Situation) -> Decision:
    """Return the document; its number is sealed."""
    if command.valid_until < situation.today:
        return refused("document_is_valid", "the document has already run out", "renew it, or check the date")
    return situation.about_case(
        told.TravelDocumentRecorded(
            person_id=person_of(situation), kind=command.kind, valid_until=command.valid_until, number=command.number
        )
    )


DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.RecordTravelDocument: record_travel_document,
}
