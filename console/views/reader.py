"""Who reads: what every view is asked with."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from console.container import Container
from handlers.states.case_reader import CaseSnapshot
from handlers.states.definitions import Definitions, InForce
from workflow.programme.loading import Definition
from workflow.rights.acts import Act
from workflow.rights.table import Account, Permit, acts_on_case, permit
from workflow.rights.visibility import speaks_for_office


class ProgrammesOnce:
    """What is in force of somebody's programmes, asked for when it is first needed and not again: for one page."""

    def __init__(
        self, definitions: Definitions, programmes: Iterable[str], found: Mapping[str, InForce] | None = None
    ) -> None:
        self._definitions = definitions
        self._programmes = tuple(programmes)
        self._found = found

    def in_force(self) -> Mapping[str, InForce]:
        """Return it by programme."""
        if self._found is None:
            self._found = self._definitions.in_force(self._programmes)
        return self._found


class Reader(NamedTuple):
    """Somebody who looks into an office at a moment of its time; views show them what the table allows."""

    container: Container
    account: Account
    now: datetime
    once: ProgrammesOnce | None = None  # of a page, which asks once

    def may(self, act: Act, snapshot: CaseSnapshot | None = None) -> Permit | None:
        """Return by which right they may do an act, on a case or at all."""
        case, programme = (snapshot.case, snapshot.definition.programme) if snapshot else (None, None)
        return permit(self.account, act, case, programme, self.now)

    def acts_on(self, snapshot: CaseSnapshot) -> frozenset[Act]:
        """Return every act they may do on a case."""
        return acts_on_case(self.account, snapshot.case, snapshot.definition.programme, self.now)

    def in_force(self) -> Mapping[str, InForce]:
        """Return what is in force of the programmes they work for, by programme."""
        return (
            self.once.in_force() if self.once else self.container.service.definitions.in_force(self.account.programmes)
        )

    def definitions(self) -> list[Definition]:
        """Return the programmes they work for that are in force."""
        return [definition for _, (definition, _) in sorted(self.in_force().items())]

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
