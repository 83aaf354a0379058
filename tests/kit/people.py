"""Who is in the stories, and the morning on which they begin."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

START: Final = datetime(2007, 3, 5, 9, 0, tzinfo=UTC)
# Asks, approves, lets money go: whoever is needed for the second and the third of four eyes.
ANNA, BORIS, CLARA = "staff:anna", "staff:boris", "staff:clara"
