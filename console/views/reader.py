"""Who reads: what every view is asked with."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from console.container import Container
from handlers.states.case_reader import CaseSnapshot
from workflow.programme.loading import Definition
from workflow.rights.acts import Act
from workflow.rights.table import Account, Permit, permit


class Reader(NamedTuple):
    """Somebody who looks into an office at a moment of its time; views show them what the table allows."""

    office: Container
    account: Account
    now: datetime

    def may(self, act: Act, seen: CaseSnapshot | None = None) -> Permit | None:
        """Return by which right they may do an act, on a case or at all."""
        case, programme = (seen.case, seen.definition.programme) if seen else (None, None)
        return permit(self.account, act, case, programme, self.now)

    def definitions(self) -> list[Definition]:
        """Return the programmes they work for that are in force."""
        found = (self.office.service.definitions.current(name) for name in sorted(self.account.programmes))
        return [definition for definition in found if definition is not None]
