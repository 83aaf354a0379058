"""What is written down about a case, and who looks at what is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from events.facts import case as told
from events.facts import safety
from workflow import commands as ask
from workflow.compartments import closed_to
from workflow.deciding import Decide, Decision, Situation, person_of


def add_note(command: ask.AddNote, situation: Situation) -> Decision:
    """Return the note, sealed."""
    return situation.about_case(told.NoteAdded(person_id=person_of(situation), note=command.note))


def open_sealed(command: ask.OpenSealed, situation: Situation) -> Decision:
    """Return the record of who opens what and why, or of whom it was denied to: the mandate decides."""
    closed = closed_to(command.mandate, command.compartments)
    if closed:
        return situation.about_case(safety.SealedDenied(compartments=closed, mandate=command.mandate, why=command.why))
    return situation.about_case(told.SealedOpened(compartments=command.compartments, why=command.why))


AFTER_THE_END: Final = (ask.AddNote, ask.OpenSealed)


DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.AddNote: add_note,
    ask.OpenSealed: open_sealed,
}
