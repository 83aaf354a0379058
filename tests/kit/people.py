"""Who is in the stories, and the morning on which they begin."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from workflow.rights.acts import Role

START: Final = datetime(2007, 3, 5, 9, 0, tzinfo=UTC)
# Asks, approves, lets money go: whoever is needed for the second and the third of four eyes.
ANNA, BORIS, CLARA = "staff:anna", "staff:boris", "staff:clara"
TAMARA: Final = "staff:tamara"  # the supervisor who confirms what others propose, and does nothing else


def role_of(name: str) -> Role:
    """Return what somebody of the stories is: Anna leads cases, the others look after those who do."""
    return "case_manager" if name == ANNA else "supervisor"
