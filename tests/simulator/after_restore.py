"""The time after an older copy was put back: until two officers have settled everything, and a little beyond."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from events.log import Log
from handlers.queries.quarantine import is_quarantined
from tests.simulator.bank_answers import BankAnswers
from tests.simulator.machine import Machine
from tests.simulator.officers import Officers, is_over
from tests.simulator.operator import Operator
from tests.simulator.paper import Paper
from workflow.command import Command, ConfirmOfficeDecision
from workflow.subjects.restore.commands import QuarantineCommand

if TYPE_CHECKING:
    from tests.simulator.staff import Staff


class AfterRestore:
    """What operator and officers have to do, one step at each look."""

    def __init__(self, operator: Operator, officers: Officers) -> None:
        self.operator = operator
        self.officers = officers
        self.is_on = False
        self.patient = True  # as long as things go wrong; then everything is to be done
        self.lifted = 0
        self._has_begun = False
        self._answers = BankAnswers(operator.put_answers_back)

    def begin(self, paper: Paper) -> None:
        """Begin with an older copy."""
        self.is_on = self._has_begun = True
        self._answers.begin()
        self.officers.begin(paper, self.operator.begin())

    def wanted(self, machine: Machine, staff: Staff) -> Iterator[Command]:
        """Yield what is to be asked for now."""
        if not self._has_begun:
            return
        cases = {one.case.case_id: one for one in machine.feed.all()}
        if self._is_lifted(machine.container.log):
            self._answers.put_back(machine.container.log, cases.values())
        elif not _is_awaited(staff) and not self.operator.accept_what_is_new():
            is_known = all(is_over(cases[one]) for one in staff.withdrawn if one in cases)
            yield from self.officers.wanted(machine.container, cases, patient=self.patient, may_lift=is_known)

    def _is_lifted(self, log: Log) -> bool:
        if self.is_on:
            with log.database.reading() as connection:
                self.is_on = is_quarantined(log, connection)
            self.lifted += not self.is_on
        return not self.is_on


def _is_awaited(staff: Staff) -> bool:
    return any(isinstance(one, QuarantineCommand | ConfirmOfficeDecision) for one in staff.pending.values())
