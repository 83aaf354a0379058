"""Why a key store hands out no keys: somebody locked it, or its keys are on their way, and in which direction.

Of two stores in a move the one that is ``moving`` holds everything; what is ``arriving`` is worth nothing until the
other one is ``moved``. So whoever finds either alone knows where the keys are.
"""

from typing import Final

from events.errors import KeysLocked
from events.key_tables import KeyState

LOCKED: Final = "locked"
MOVING: Final = "moving"  # from here to what is told
ARRIVING: Final = "arriving"  # from what is told to here
MOVED: Final = "moved"  # nothing is left here
_WORDS: Final = {
    MOVED: "these keys were moved to {}; set WAYHOME_KEYS_URL so, or leave it out for the file",
    MOVING: (
        "these keys are being moved to {}; when that was interrupted, nothing is lost: say the same `wayhome keys "
        "move` again, or let them stay here with: wayhome keys unlock"
    ),
    ARRIVING: (
        "these keys are being moved here, from {}; when that was interrupted, nothing is lost: say the same `wayhome "
        "keys move` again, with the settings that it was said with"
    ),
    LOCKED: (
        "the keys are locked by {}: nothing is opened or recorded until somebody who has the key-encryption key "
        "unlocks them: wayhome keys unlock"
    ),
}


def refuse_locked(state: KeyState) -> None:
    """Raise KeysLocked, with what to do, unless keys are handed out."""
    if state.status:
        raise KeysLocked(_WORDS[state.status].format(state.told))
