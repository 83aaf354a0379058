"""The summary after a rehearsal: cases per stage, tasks, money per funder, beds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from console import printing
from console.office import Office
from handlers import tasks as task_rows
from handlers.board import count_cases
from handlers.folds import folded
from workflow.fund import Fund
from workflow.loading import Definition
from workflow.shelter import Shelter


class Summary(NamedTuple):
    """What came of a programme so far."""

    events: int
    stages: dict[str, int]
    tasks: dict[str, int]
    retried: int
    paid: dict[str, Decimal]
    set_aside: dict[str, Decimal]
    currency: str
    beds: int
    beds_used: int
    beds_most: int

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return self._asdict()


def summary(office: Office, definition: Definition) -> Summary:
    """Return the summary of a programme as it stands."""
    programme = definition.programme
    with office.database.reading() as connection:
        stages, tasks = count_cases(connection, programme.programme), task_rows.count_tasks(connection)
        retried = task_rows.count_retried(connection)
    fund = _state(office, programme.fund_stream) or Fund()
    used, most = _occupancy(office, programme.facility_stream)
    return Summary(
        events=office.log.size(),
        stages=stages,
        tasks=tasks,
        retried=retried,
        paid={funder.id: fund.account(funder.id).disbursed for funder in programme.funders},
        set_aside={funder.id: fund.account(funder.id).committed for funder in programme.funders},
        currency=programme.funders[0].budget.currency,
        beds=programme.facility.capacity,
        beds_used=used,
        beds_most=most,
    )


def print_summary(found: Summary) -> None:
    """Print the summary as tables."""
    stages = [(stage, count) for count, stage in sorted(((n, s) for s, n in found.stages.items()), reverse=True)]
    printing.print_rows("Cases", ("stage", "cases"), stages)
    tasks = [(status, count) for status, count in sorted(found.tasks.items())]
    printing.print_rows("Tasks", ("status", "tasks"), [*tasks, ("tried more than once", found.retried)])
    money = [(f, f"{found.paid[f]:,.2f}", f"{found.set_aside[f]:,.2f}") for f in found.paid]
    total = ("together", f"{sum(found.paid.values()):,.2f}", f"{sum(found.set_aside.values()):,.2f}")
    printing.print_rows(f"Grants, {found.currency}", ("funder", "paid", "set aside"), [*money, total])
    printing.say(f"Beds: {found.beds_used} of {found.beds} in use, at most {found.beds_most}")
    printing.say(f"Events: {found.events}")


def _state(office: Office, stream: str) -> Any:
    return folded(stream, office.log.stream(stream), office.log.fact).state


def _occupancy(office: Office, stream: str) -> tuple[int, int]:
    """Return the beds in use now and the most that ever were."""
    state, most = None, 0
    kept = folded(stream, (), office.log.fact)
    for event in office.log.stream(stream):
        kept = folded(stream, (event,), office.log.fact, kept)
        state = kept.state
        most = max(most, len(state.beds))
    return (len(state.beds) if isinstance(state, Shelter) else 0), most
