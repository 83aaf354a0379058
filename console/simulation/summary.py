"""The summary after a rehearsal: cases per stage, services given, tasks, money per funder, beds."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Final, NamedTuple

from console.container import Container
from console.printing import print_rows, say
from handlers.projections.board import count_cases
from handlers.projections.tasks import count_retried, count_tasks
from handlers.queries.books import funder_totals, line_balances
from handlers.queries.history import count_facts
from workflow.programme.loading import Definition
from workflow.subjects.accommodation.definition import facility_stream

# What people would count at the end of a year, each by the fact that says it was done.
_SERVICES: Final[Mapping[str, str]] = {
    "families and groups": "GroupFormed",
    "met on arrival": "PersonMet",
    "arrivals delayed": "ArrivalDelayed",
    "moved in": "MovedIn",
    "sessions held": "SessionHeld",
    "interpreters asked for": "InterpreterRequested",
    "safety plans agreed": "SafetyPlanAgreed",
    "documents collected": "DocumentCollected",
    "consulates chased": "DocumentChased",
    "tickets issued": "TicketIssued",
    "escorts invited": "EscortInvited",
    "handed over on arrival": "PersonHandedOver",
    "referrals sent": "ReferralSent",
    "referrals passed on unanswered": "ReferralPassedOn",
    "courses completed": "CourseCompleted",
    "reintegration plans agreed": "PlanAgreed",
    "follow-up visits": "FollowUpVisited",
    "tranches paid": "TranchePaid",
    "payments given back": "TrancheReturned",
    "hotline calls": "CallTaken",
    "consultations": "ConsultationHeld",
}


class Summary(NamedTuple):
    """What came of a programme so far."""

    events: int
    stages: dict[str, int]
    services: dict[str, int]
    tasks: dict[str, int]
    retried: int
    paid: dict[str, Decimal]
    set_aside: dict[str, Decimal]
    currency: str
    beds: int
    beds_used: int
    beds_most: int


def summary(container: Container, definition: Definition) -> Summary:
    """Return the summary of a programme as it stands."""
    programme = definition.programme
    with container.database.reading() as connection:
        stages, tasks = count_cases(connection, programme.programme), count_tasks(connection)
        retried, told = count_retried(connection), count_facts(connection)
    money = funder_totals(line_balances(container.log, definition))
    houses = [house for house in programme.beds_facilities if not house.on_request]
    used, most = _occupancy(container, [facility_stream(house.id) for house in houses])
    return Summary(
        events=container.log.size(),
        stages=stages,
        services={label: told.get(fact, 0) for label, fact in _SERVICES.items()},
        tasks=tasks,
        retried=retried,
        paid={row.funder: row.disbursed for row in money},
        set_aside={row.funder: row.committed for row in money},
        currency=programme.funders[0].budget.currency,
        beds=sum(house.capacity for house in houses),
        beds_used=used,
        beds_most=most,
    )


def print_summary(found: Summary) -> None:
    """Print the summary as tables."""
    stages = [(stage, count) for count, stage in sorted(((n, s) for s, n in found.stages.items()), reverse=True)]
    print_rows("Cases", ("stage", "cases"), stages)
    print_rows("Services", ("what was done", "times"), list(found.services.items()))
    print_rows("Tasks", ("status", "tasks"), [*sorted(found.tasks.items()), ("tried more than once", found.retried)])
    money = [(f, f"{found.paid[f]:,.2f}", f"{found.set_aside[f]:,.2f}") for f in found.paid]
    total = ("together", f"{sum(found.paid.values()):,.2f}", f"{sum(found.set_aside.values()):,.2f}")
    print_rows(f"Grants and costs, {found.currency}", ("funder", "paid", "set aside"), [*money, total])
    say(f"Beds: {found.beds_used} of {found.beds} in use, at most {found.beds_most}")
    say(f"Events: {found.events}")


def _occupancy(container: Container, streams: Sequence[str]) -> tuple[int, int]:
    """Return the beds in use now and the most that ever were, in all houses together."""
    events = sorted((event for stream in streams for event in container.log.stream(stream)), key=attrgetter("position"))
    used = most = 0
    for event in events:
        used += {"BedHeld": 1, "BedReleased": -1}.get(event.envelope.type, 0)
        most = max(most, used)
    return used, most
