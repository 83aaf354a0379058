"""Where the key-encryption key lies, in words, also when it cannot be opened from here."""

from typing import Final, NamedTuple

from console.key_opening import kek_home, key_database, open_keys
from console.settings import Settings
from events.errors import KeysLocked, KeysMissing
from events.key_copies import LastCopy, last_copy
from events.key_homes import KekFile
from events.key_tables import KeyState, has_tables, state_of
from events.rows_beside_keys import RowsBesideKeys
from events.world import Entropy

LIES: Final = {
    "file": "in a file that whoever has this machine can read",
    "passphrase": "in a file sealed with a passphrase",
    "shares": "in three officers' shares, of which any two open it",
    "absent": "which is not there",
    "spoilt": "which cannot be used",
}


class StoreShown(NamedTuple):
    """What stands beside the keys and needs no opening, and why they do not open from here."""

    state: KeyState
    homes: list[tuple[str, str, bool]]
    history: list[tuple[str, str, str]]
    copy: LastCopy
    trouble: str  # empty: they open


def kind_of(home: KekFile) -> str:
    """Return of which kind a home is, or that its file is absent or spoilt."""
    try:
        return home.document.kind if home.path.exists() else "absent"
    except KeysMissing:
        return "spoilt"


def what_opens(home: KekFile) -> str:
    """Return the files and words without which no copy of the keys opens."""
    kind = kind_of(home)
    if kind == "passphrase":
        return f"the key-encryption key at {home.path} and its passphrase"
    if kind == "shares":
        return f"the file {home.path} and two of three officers' shares: {', '.join(home.document.places)}"
    return f"the key-encryption key at {home.path}" + ("" if kind == "file" else f", {LIES[kind]}")


def shares_of(home: KekFile) -> dict[str, str]:
    """Return of each officer's share whether it is here; nothing of another kind of home."""
    return home.stand_of_shares() if kind_of(home) == "shares" else {}


def shown(here: Settings, chance: Entropy) -> StoreShown:
    """Return what can be seen of a key store; raises what a store that was never opened raises."""
    problem = _opened(here, chance)
    database = key_database(here)
    try:
        with database.reading() as connection:
            state = state_of(connection) if has_tables(connection) else None
        if state is None:
            raise problem or KeysMissing("the keys here were never opened; look at the settings: wayhome settings")
        beside = RowsBesideKeys(database)
        return StoreShown(state, beside.homes(), beside.history(), last_copy(beside), str(problem or ""))
    finally:
        database.close()


def _opened(here: Settings, chance: Entropy) -> KeysMissing | KeysLocked | None:
    """Open the keys once, which puts right what a crash has left; return why that cannot be done."""
    try:
        keys = open_keys(here, chance)
    except (KeysMissing, KeysLocked) as problem:
        return problem
    keys.close()
    return None


def advice_on(here: Settings, chance: Entropy) -> str:
    """Return what to do about a key-encryption key that is not here."""
    home = kek_home(here, chance)
    what = {
        "absent": f"put its copy at {home.path}, or set WAYHOME_KEK_FILE to where it is",
        "shares": "have two officers put their newest shares where they are expected",
        "passphrase": "type the passphrase, or name a file with it in WAYHOME_KEK_PASSPHRASE_FILE",
    }
    return what.get(kind_of(home), f"put the newest copy of {home.path} back, as its owner's alone (chmod 600)")
