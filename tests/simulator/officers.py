"""Two officers after an older copy was put back: each thing the log knows nothing of is asked about and settled.

What can be taken back outside is taken back, unless it is known again by then: an order is called off, a letter is
said to be void, a payment is recalled. A payment whose grant is there counts; then the quarantine is lifted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from random import Random
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import select

from console.container import Container
from console.simulation.demo_accounts import ADMINISTRATOR, DATA_PROTECTION
from console.simulation.grants import _PAYEE_CHANGES_EVERY
from console.views.orphans import LIFTS, ListedOrphan, listed_orphans
from events.ids import OFFICE_DECISIONS
from handlers.projections.tables import tasks
from handlers.queries.quarantine import quarantine_of
from handlers.states.case_reader import CaseSnapshot
from tests.simulator.paper import Paper, Part
from workflow.command import Command, ConfirmOfficeDecision
from workflow.subjects.grants.state import grants_of
from workflow.subjects.restore.commands import LiftQuarantine, SettleOrphan

PATIENCE_MAX = 12  # looks: so long a payment waits for its grant to be asked for anew


class Agency(Protocol):
    """The travel agent on the telephone."""

    def call_off(self, key: str) -> None:
        """Forget an order."""


class Letters(Protocol):
    """Whoever has a letter, on the telephone."""

    @property
    def way(self) -> str:
        """Return how letters go: to a folder that can be asked, or a server that cannot."""

    def of_tasks(self) -> AbstractSet[str]:
        """Return under which tasks' numbers letters arrived."""

    def void(self, key: str) -> None:
        """Say that a letter counts for nothing."""


class Bank(Protocol):
    """The bank on the telephone."""

    def take_back(self, file: str, payment: str) -> None:
        """Have a payment stopped or recalled."""


class Outside(NamedTuple):
    """Whom the officers ask."""

    agency: Agency
    mail: Letters
    bank: Bank


class Officers:
    """The administrator proposes, the data-protection officer confirms; both remember nothing but paper."""

    def __init__(self, outside: Outside, seed: int) -> None:
        self._outside = outside
        self._order = Random(f"{seed}/officers")
        self._looks = 0
        self.paper = Paper()
        self.settled = self.counted = 0

    def begin(self, paper: Paper, known: AbstractSet[str]) -> None:
        """Take up what is known of the lost part; of letters a mail server took nothing is listed, they are void."""
        self.paper, self._looks = paper, 0
        self.void_unknown(known)

    def void_unknown(self, known: AbstractSet[str]) -> None:
        """Tell whoever has a letter that nobody knows of, and that is on no list, that it is void."""
        if self._outside.mail.way == "server":
            for key in self._outside.mail.of_tasks() - known:
                self._outside.mail.void(key)

    def wanted(
        self, container: Container, cases: Mapping[str, CaseSnapshot], *, patient: bool, may_lift: bool
    ) -> Iterator[Command]:
        """Yield what is to be settled, or confirmed, now; in the end that the quarantine is lifted, if it may be."""
        self._looks += 1
        now = container.clock.now() if container.clock else None
        assert now is not None, "time is the scheduler's"
        quarantine = quarantine_of(container.log)
        with container.database.reading() as connection:
            known = set(connection.execute(select(tasks.c.task_id)).scalars())
        listed = [one for one in listed_orphans(container, quarantine, now) if not one.one.outcome]
        for one in listed:
            if one.proposal:
                yield self._confirmed(one.proposal)
            elif (said := self._said(one, cases, known, patient=patient)) is not None:
                self.settled += 1
                yield self._made(SettleOrphan, orphan_id=one.number, reason="everybody was asked", **said)
        if not listed and may_lift:
            yield self._lifting(container)

    # -- what it was --------------------------------------------------------------------------------------------------

    def _said(
        self, listed: ListedOrphan, cases: Mapping[str, CaseSnapshot], known: set[str], *, patient: bool
    ) -> dict[str, str] | None:
        """Return what something was, after seeing to it outside; nothing while that cannot be said yet."""
        one = listed.one
        if one.kind == "payment":
            part = self.paper.parts[one.about]
            return self._of_payment(one.reference, one.about, part, cases.get(part.case_id), patient=patient)
        if one.kind == "erased":
            return {"outcome": "stopped" if is_over(cases[one.reference]) else "lost"}
        if one.kind in ("order", "letter") and one.reference not in known:
            taken_back = self._outside.agency.call_off if one.kind == "order" else self._outside.mail.void
            taken_back(one.reference)
            return {"outcome": "stopped"}
        return {"outcome": "counted" if one.reference in known else "lost"}

    def _of_payment(
        self, file: str, tranche_id: str, part: Part, seen: CaseSnapshot | None, *, patient: bool
    ) -> dict[str, str] | None:
        grants = grants_of(seen.case).grants if seen else {}
        if part.grant_id in grants:
            return {"outcome": "counted"}
        asked = {key: one for key, one in grants.items() if one.kind == part.kind and _is_paid_to_the_same(part, key)}
        anew = [key for key, one in asked.items() if len(one.tranches) < part.number]
        if anew:
            self.counted += 1
            return {"outcome": "counted", "grant_id": anew[0]}
        if patient and seen is not None and self._looks < PATIENCE_MAX:
            return None
        self._outside.bank.take_back(file, tranche_id)
        return {"outcome": "stopped"}

    # -- how it is said -----------------------------------------------------------------------------------------------

    def _lifting(self, container: Container) -> Command:
        state = container.cases.states([OFFICE_DECISIONS])[OFFICE_DECISIONS].state
        pending = state.pending if state is not None else {}
        waiting = [key for key, one in pending.items() if one.command == LIFTS]
        return self._confirmed(waiting[-1]) if waiting else self._made(LiftQuarantine, reason="everybody was asked")

    def _made(self, kind: type[Command], **fields: Any) -> Command:
        return kind.model_validate({"command_id": self._id(), "actor": ADMINISTRATOR} | fields)

    def _confirmed(self, proposal: str) -> Command:
        said = {"command_id": self._id(), "actor": DATA_PROTECTION, "mandate": "data_protection"}
        return ConfirmOfficeDecision.model_validate(said | {"proposal_id": proposal})

    def _id(self) -> UUID:
        return UUID(bytes=self._order.randbytes(16), version=4)


def is_over(seen: CaseSnapshot) -> bool:
    """Tell whether a case has come to its end."""
    return seen.definition.journey.stage(seen.case.stage).ends


def _is_paid_to_the_same(part: Part, grant_id: str) -> bool:
    """Tell whether neither of two grants is one of the few whose payee is changed: then the receipts say the same."""
    return all(sum(one.encode()) % _PAYEE_CHANGES_EVERY for one in (part.grant_id, grant_id))
