"""A case as the case manager of a rehearsal has it in hand: how it stands, when, and the commands made of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

from console.simulation.scenarios import Fate, fate_of
from events.ids import CaseId
from handlers.states.case_reader import CaseSnapshot
from workflow.case.state import Case
from workflow.command import AdvanceCase, CaseCommand, Command
from workflow.guard_context import GuardContext
from workflow.subjects.access.state import access_of

ANNA: Final = "staff:anna"
BORIS: Final = "staff:boris"
CLARA: Final = "staff:clara"
DORA: Final = "staff:dora"
Steps = Iterator[Command]


class ManagedCase:
    """One look at one case: what is seen, when, and the commands made of it."""

    def __init__(self, snapshot: CaseSnapshot, now: datetime) -> None:
        self.snapshot = snapshot
        self.case: Case = snapshot.case
        self.programme = snapshot.definition.programme
        self.now = now
        self.asked = GuardContext(self.case, self.programme, now)
        self.fate: Fate = fate_of(snapshot.case.case_id)
        self.number = sum(self.case.case_id.encode())  # the same for a person at each look: they always fare the same

    @property
    def is_child(self) -> bool:
        """Tell whether the person is to be treated as a child today."""
        return self.case.is_child(self.now.date())

    def make(self, wanted: type[CaseCommand], by: str = "", /, **fields: Any) -> CaseCommand:
        """Return a command, of the person's own case manager; looking twice at one version makes the same command."""
        look = f"{self.case.case_id}/{self.snapshot.version}"
        seed = f"wayhome/rehearsal/{look}/{wanted.__name__}/{sorted(fields.items())}"
        actor, case_id = by or access_of(self.case).owner or ANNA, CaseId(self.case.case_id)
        return wanted(command_id=uuid5(NAMESPACE_OID, seed), actor=actor, case_id=case_id, **fields)

    def advance(self, trigger: str, reason: str = "", second: str = "") -> CaseCommand:
        """Return the command that moves the person on."""
        return self.make(AdvanceCase, trigger=trigger, reason=reason, second=second)
