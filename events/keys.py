"""Per-person keys, one for each compartment, kept apart from the event database.

The interface is a few verbs, so that a file, a database for many hosts or a later key service can stand behind it:
``events.key_stores``. A store is never part of a backup of the log (a backup that holds both undoes every erasure).
"""

import os
import stat
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

from events.errors import PersonErased
from events.world import Entropy

Owner = tuple[str, str]  # person, compartment


class Keys(Protocol):
    """Makes, finds and hands out keys of 32 bytes."""

    def ensure(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        """Return a key for each owner; missing ones are made and are durable before this returns.

        Raises a StoreProblem when a new key cannot be kept, PersonErased for whoever was erased; then nothing may be
        sealed.
        """

    def find(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        """Return the keys that exist; whoever was erased is not in the answer."""

    def secret(self, purpose: str) -> bytes:
        """Return this installation's own secret for a purpose that concerns no single person, made on first asking."""
        return self.ensure([("", purpose)])["", purpose]

    def keep(self, purpose: str, value: bytes) -> bytes:
        """Keep 32 bytes of this installation beside its keys, unless some are kept already; return those kept."""

    def note(self, purpose: str, value: bytes) -> None:
        """Keep bytes beside the keys in place of those noted before for the purpose; durable before this returns."""

    def noted(self, purpose: str) -> bytes | None:
        """Return the bytes last noted for a purpose."""

    def tell(self, what: str, who: str) -> None:
        """Write down what somebody did to what lies here; durable before this returns."""

    def history(self) -> list[tuple[str, str, str]]:
        """Return what was done to what lies here: when, what and by whom."""

    def wrapped_under(self) -> str:
        """Return the name of the key-encryption key in force, which each erasure changes; nothing for none."""

    def destroy(self, persons: Collection[str], at: str) -> None:
        """Destroy every key of these persons for ever, and remember who they were and when (UTC text).

        Durable before this returns. Repeating it changes nothing; no key is made for them again.
        """

    def destroyed(self) -> Mapping[str, str]:
        """Return whose keys were destroyed, and when: what an older copy of the log is held to."""

    def persons(self) -> Collection[str]:
        """Return everybody there is a key for, to find those a restored log knows nothing of."""

    def is_used(self) -> bool:
        """Tell whether there is a key for anybody: then there is a log that was sealed with it."""

    def retire(self, names: Collection[str], until: str, now: str) -> None:
        """Remember until an instant (UTC text) that these names are over, where whoever writes the log cannot undo it.

        What was remembered until before ``now`` is forgotten.
        """

    def is_retired(self, *names: str) -> bool:
        """Tell whether one of these is over."""

    def refresh(self) -> None:
        """Let go of every key at once when an erasure or a lock was announced since, by whichever process."""

    def close(self) -> None:
        """Let go of everything."""


class MemoryKeys(Keys):
    """Keys that live as long as the process: for tests and simulations."""

    def __init__(self, chance: Entropy) -> None:
        self._chance = chance
        self._keys: dict[Owner, bytes] = {}
        self._retired: dict[str, str] = {}
        self._notes: dict[str, bytes] = {}
        self._destroyed: dict[str, str] = {}
        self._history: list[tuple[str, str, str]] = []

    def ensure(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        """Return a key for each owner, made on first asking."""
        refuse_erased(owners, self._destroyed)
        for owner in owners:
            if owner not in self._keys:
                self._keys.setdefault(owner, self._chance.bytes(32))
        return {owner: self._keys[owner] for owner in owners}

    def find(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        """Return the keys made so far for these owners."""
        return {owner: self._keys[owner] for owner in owners if owner in self._keys}

    def keep(self, purpose: str, value: bytes) -> bytes:
        """Keep the bytes as long as the process lives, unless some are kept."""
        return self._keys.setdefault(("", purpose), value)

    def note(self, purpose: str, value: bytes) -> None:
        """Keep the bytes as long as the process lives."""
        self._notes[purpose] = value

    def noted(self, purpose: str) -> bytes | None:
        """Return what was noted last."""
        return self._notes.get(purpose)

    def tell(self, what: str, who: str) -> None:
        """Keep what was done as long as the process lives; no clock is here to say when."""
        self._history.append(("", what, who))

    def history(self) -> list[tuple[str, str, str]]:
        """Return what was done."""
        return list(self._history)

    def wrapped_under(self) -> str:
        """Return nothing: these keys lie open, in memory."""
        return ""

    def destroy(self, persons: Collection[str], at: str) -> None:
        """Forget these persons' keys."""
        self._destroyed = dict.fromkeys(set(persons) - {""}, at) | self._destroyed
        self._keys = {owner: key for owner, key in self._keys.items() if owner[0] not in self._destroyed}

    def destroyed(self) -> Mapping[str, str]:
        """Return whose keys were destroyed."""
        return dict(self._destroyed)

    def persons(self) -> Collection[str]:
        """Return everybody a key was made for."""
        return {person for person, _ in self._keys if person}

    def is_used(self) -> bool:
        """Tell whether a key was made for anybody."""
        return any(person for person, _ in self._keys)

    def retire(self, names: Collection[str], until: str, now: str) -> None:
        """Remember that these names are over, as long as the process lives."""
        self._retired |= dict.fromkeys(names, until)

    def is_retired(self, *names: str) -> bool:
        """Tell whether one of these is over."""
        return any(name in self._retired for name in names)

    def refresh(self) -> None:
        """Do nothing: no other process erases or locks here."""

    def close(self) -> None:
        """Do nothing: the keys go with the process."""


def refuse_erased(owners: Collection[Owner], destroyed: Mapping[str, str]) -> None:
    """Raise PersonErased when somebody of these was erased; the message holds no number either."""
    if any(person in destroyed for person, _ in owners):
        raise PersonErased("the person of this case was erased; nothing can be sealed for them any more")


def make_private_folder(folder: Path) -> None:
    """Make a folder for its owner only, and close one of ours that others may read.

    A folder such as /tmp belongs to everyone and must not be closed; the files in it are private anyway.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    shared = found.st_uid != os.geteuid() or found.st_mode & stat.S_ISVTX
    if not shared and found.st_mode & 0o077:
        folder.chmod(stat.S_IMODE(found.st_mode) & 0o700)
