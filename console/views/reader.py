"""Who reads: what every view is asked with."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from console.container import Container
from handlers.states.case_reader import CaseSnapshot
from workflow.programme.loading import Definition
from workflow.rights.acts import Act
from workflow.rights.table import Account, Permit, acts_on_case, permit
from workflow.rights.visibility import speaks_for_office


class Reader(NamedTuple):
    """Somebody who looks into an office at a moment of its time; views show them what the table allows."""

    container: Container
    account: Account
    now: datetime

    def may(self, act: Act, snapshot: CaseSnapshot | None = None) -> Permit | None:
        """Return by which right they may do an act, on a case or at all."""
        case, programme = (snapshot.case, snapshot.definition.programme) if snapshot else (None, None)
        return permit(self.account, act, case, programme, self.now)

    def acts_on(self, snapshot: CaseSnapshot) -> frozenset[Act]:
        """Return every act they may do on a case."""
        return acts_on_case(self.account, snapshot.case, snapshot.definition.programme, self.now)

    def definitions(self) -> list[Definition]:
        """Return the programmes they work for that are in force."""
        found = (self.container.service.definitions.current(name) for name in sorted(self.account.programmes))
        return [definition for definition in found if definition is not None]

    def own_programmes(self) -> dict[str, Definition]:
        """Return the programmes of their own organisation that they work for, by name."""
        return {
            one.programme.programme: one
            for one in self.definitions()
            if speaks_for_office(self.account.account, one.programme)
        }

    def cases(self, case_ids: Iterable[str]) -> dict[str, CaseSnapshot]:
        """Return these cases by number, whoever may see them."""
        return {one.case.case_id: one for one in self.container.cases.at_many(case_ids)}

    def visible_cases(self, case_ids: Iterable[str]) -> dict[str, CaseSnapshot]:
        """Return those of these cases that they may see, by number."""
        return {case_id: one for case_id, one in self.cases(case_ids).items() if self.may("case.see", one)}
