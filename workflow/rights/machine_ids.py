"""Ids of what machines submit: nobody without the installation's secret can make one, or know one beforehand.

A machine's id is made of what it does, so that doing it again is safe. If people could work it out they could use it
first, for a note, and the timer would never fire. So it is keyed, and lies in a space of its own: UUIDs of version 8
(RFC 9562, section 5.8), whose second half proves that the first was made here. HMAC-SHA256, cut to what a UUID holds.
"""

import hashlib
import hmac
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from events.ids import CaseId
from workflow.command import Command, Origin
from workflow.reasons import Refused, refused
from workflow.refusals import ID_IS_A_MACHINES, MACHINE_ID_IS_MADE_HERE
from workflow.rights.visibility import is_machine

MACHINE_VERSION: Final = 8
_HALF: Final = 8


class MachineIds:
    """Makes and recognises ids under one installation's secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def by_machine(self, actor: str, mandate: str, case_id: str, what: str) -> Origin:
        """Return what a machine's command begins with: the same words give the same id, so that it may be given again.

        What an older Wayhome recorded under the id it made of these words counts too, if it is the same command.
        """
        return {
            "command_id": self.of(what),
            "former_id": former_id(what),
            "actor": actor,
            "mandate": mandate,
            "case_id": CaseId(case_id),
        }

    def of(self, what: str) -> UUID:
        """Return the machine's id for these words."""
        return self._proven(self._digest("machine", what.encode())[:_HALF])

    def for_people(self, what: str) -> UUID:
        """Return an id for what a person has done many times at once: as unguessable, in people's own space."""
        return UUID(bytes=self._digest("people", what.encode())[:16], version=4)

    def made(self, command_id: UUID) -> bool:
        """Tell whether this is a machine's id that was made with this secret."""
        return hmac.compare_digest(self._proven(command_id.bytes[:_HALF]).bytes, command_id.bytes)

    def refusal(self, command: Command) -> Refused | None:
        """Return why this id is not for whoever gives the command, or None when it is."""
        if is_machine(command.actor):
            return None if self.made(command.command_id) else refused(MACHINE_ID_IS_MADE_HERE())
        return refused(ID_IS_A_MACHINES()) if command.command_id.version == MACHINE_VERSION else None

    def _proven(self, half: bytes) -> UUID:
        """Return the id that begins with these bytes, but for its version, and proves them by those that follow."""
        first = int.from_bytes(half) & ~0xF000 | MACHINE_VERSION << 12
        second = int.from_bytes(self._digest("proof", first.to_bytes(_HALF))[:_HALF])
        return UUID(int=first << 64 | second & ~(3 << 62) | 2 << 62)

    def _digest(self, purpose: str, data: bytes) -> bytes:
        return hmac.new(self._secret, purpose.encode() + b"\0" + data, hashlib.sha256).digest()


def former_id(what: str) -> UUID:
    """Return the id that versions before 0007 of the schema made of these words, which anybody could."""
    return uuid5(NAMESPACE_OID, f"wayhome/{what}")
