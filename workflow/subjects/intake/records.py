"""What is written down about a case, and who looks at what is sealed."""

from __future__ import annotations

from typing import Final

from events.facts.intake import NoteAdded, SealedOpened
from events.facts.safety import SealedDenied
from workflow.rights.compartments import compartments_closed_to
from workflow.situation import Decision, Situation, person_of
from workflow.subject import CommandRule
from workflow.subjects.intake.commands import AddNote, OpenSealed


def add_note(command: AddNote, situation: Situation) -> Decision:
    """Return the note, sealed."""
    return situation.about_case(NoteAdded(person_id=person_of(situation), note=command.note))


def open_sealed(command: OpenSealed, situation: Situation) -> Decision:
    """Return the record of who opens what and why, or of whom it was denied to: the mandate decides."""
    closed = compartments_closed_to(command.mandate, command.compartments)
    if closed:
        return situation.about_case(SealedDenied(compartments=closed, mandate=command.mandate, why=command.why))
    return situation.about_case(SealedOpened(compartments=command.compartments, why=command.why))


RULES: Final = (
    CommandRule(AddNote, add_note, after_the_end=True),
    CommandRule(OpenSealed, open_sealed, after_the_end=True),
)
