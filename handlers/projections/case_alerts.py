"""Alerts of a case: why the person is in danger, and what is asked of a role; drawn from the case and its rules alone.

What becomes a danger by itself as time passes has a row from the moment it is known, with the instant from which it
counts. So it shows although no timer went off, and a case that goes on, ends or is erased loses it in the same write.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from events.batch import DeleteRows, InsertRows
from events.instants import instant, instant_text
from events.writing import Writing
from handlers.projections.tables import case_alerts
from workflow.case.erasure import is_erased
from workflow.case.state import Case
from workflow.guard_context import GuardContext
from workflow.programme.programme import Programme
from workflow.subjects.care.guards import care_plan_is_agreed, fit_to_travel
from workflow.subjects.care.state import care_of
from workflow.subjects.grants.state import grants_of
from workflow.subjects.reception.state import reception_of
from workflow.subjects.safety.state import is_at_high_risk, lacks_safety_plan, plan_due_at, safety_of
from workflow.subjects.travel.guards import ON_THE_WAY
from workflow.subjects.travel.state import travel_of, trip_is_ahead

Row = dict[str, Any]
# The most urgent first: who stands somewhere alone comes before who may come into danger.
DANGERS: Final = (
    "did_not_arrive", "not_handed_over", "nobody_meets", "nobody_receives", "no_safety_plan", "high_risk",
    "no_care_plan",
)  # fmt: skip
ASKED: Final = ("certificate_needed", "receipt_missing")
_MET: Final = "airport_reception"

_ROWS = InsertRows(case_alerts, replace=True)
_GONE = DeleteRows(case_alerts)


class Alert(NamedTuple):
    """One reason, named so that it is found again; ``since`` may lie ahead."""

    item: str
    kind: str
    since: str = ""
    due_at: str = ""


def alerts_of(case: Case | None, programme: Programme) -> Iterator[Alert]:
    """Yield why somebody is or will be in danger and what is asked; nothing of a case that has ended or was erased."""
    if case is None or is_erased(case) or programme.journey.stages[case.stage].ends:
        return
    for found in _FOUND:
        yield from found(case, programme)


def alert_rows(case: Case | None, programme: Programme) -> dict[str, Row]:
    """Return the rows of a case by item."""
    return {one.item: _row(case, one) for one in alerts_of(case, programme) if case is not None}


def store_alerts(writing: Writing, old: dict[str, Row], new: dict[str, Row]) -> None:
    """Write what changed between two states of a case."""
    for item, row in new.items():
        if old.get(item) != row:
            writing.write(_ROWS, row)
    for item in old.keys() - new.keys():
        writing.write(_GONE, {"case_id": old[item]["case_id"], "item": item})


def _row(case: Case, one: Alert) -> Row:
    urgency = DANGERS.index(one.kind) + 1 if one.kind in DANGERS else 0
    return {"case_id": case.case_id, **one._asdict(), "urgency": urgency}


# -- dangers ---------------------------------------------------------------------------------------------------------


def _arrival(case: Case, programme: Programme) -> Iterator[Alert]:
    """Yield who did not arrive, and whom nobody meets: nobody was found, or whoever was found was not written to."""
    arrival, policies = reception_of(case).arrival, programme.policies
    if arrival is None:
        if _MET not in case.provided and _is_asked_next(case, programme, f"{_MET}_is_provided"):
            yield Alert("nobody_meets", "nobody_meets", case.since)
        return
    if arrival.over:
        return
    late = arrival.at + timedelta(hours=policies.arrival_no_show_hours)
    yield Alert("did_not_arrive", "did_not_arrive", instant_text(late), instant_text(arrival.at))
    # Somebody was asked for: of the file, of the directory of that moment (the case tells), or by name.
    asked = programme.meeters or arrival.meeter or "nobody_to_meet" in case.escalations
    if asked and not (arrival.meeter and arrival.notified):
        yield Alert("nobody_meets", "nobody_meets", _before(arrival.at, policies.pickup_confirm_hours),
                    instant_text(arrival.at))  # fmt: skip


def _way_home(case: Case, programme: Programme) -> Iterator[Alert]:
    """Yield who was not received where they went, and whom nobody will receive."""
    trip, policies = travel_of(case).trip, programme.policies
    if trip is None or not trip_is_ahead(case):
        return
    if case.stage == ON_THE_WAY:
        late = trip.arrives_at + timedelta(hours=policies.hand_over_hours)
        yield Alert("not_handed_over", "not_handed_over", instant_text(late), instant_text(trip.arrives_at))
    if not trip.host_ready:
        yield Alert("nobody_receives", "nobody_receives", _before(trip.departs_at, policies.departure_check_hours),
                    instant_text(trip.departs_at))  # fmt: skip


def _risk(case: Case, programme: Programme) -> Iterator[Alert]:
    """Yield a high risk, and that the time is over in which a plan against it must stand."""
    if not is_at_high_risk(case):
        return
    risk = safety_of(case).risk
    yield Alert("high_risk", "high_risk", risk.on if risk is not None else "")
    if lacks_safety_plan(case):
        due = instant_text(plan_due_at(case, programme.policies.safety_plan_hours))
        yield Alert("no_safety_plan", "no_safety_plan", due, due)


def _care(case: Case, programme: Programme) -> Iterator[Alert]:
    """Yield that somebody is in care and the time is over in which a plan of it must stand."""
    guard = care_plan_is_agreed.__name__
    if not care_of(case).care_plan and _is_asked_next(case, programme, guard):
        due = instant_text(instant(case.since) + timedelta(days=programme.policies.care_plan_days))
        yield Alert("no_care_plan", "no_care_plan", due, due)


# -- what is asked of a role -----------------------------------------------------------------------------------------


def _certificate(case: Case, programme: Programme) -> Iterator[Alert]:
    """Yield that a doctor's certificate is needed for a journey that is planned, from when one would still count.

    The guard of the journey itself is asked, as of the departure.
    """
    trip = travel_of(case).trip
    if trip is None or not trip_is_ahead(case) or not _is_asked_next(case, programme, fit_to_travel.__name__):
        return
    if fit_to_travel(GuardContext(case, programme, trip.departs_at)) is None:
        return
    first = programme.day(trip.departs_at) - timedelta(days=programme.policies.fitness_valid_days)
    since = instant_text(programme.begin_of(first))
    yield Alert("certificate", "certificate_needed", since, instant_text(trip.departs_at))


def _receipts(case: Case, programme: Programme) -> Iterator[Alert]:
    """Yield which papers are missing of the parts of a grant that were paid."""
    for grant_id, grant in grants_of(case).grants.items():
        kind = programme.grant_kind.get(grant.kind)
        for tranche_id, tranche in grant.tranches.items():
            missing = kind.evidence if kind is not None and tranche.status == "paid" else ()
            for paper in missing:
                if paper not in tranche.evidence:
                    yield Alert(f"receipt:{grant_id}:{tranche_id}:{paper}", "receipt_missing")


_FOUND: Final[tuple[Callable[[Case, Programme], Iterator[Alert]], ...]] = (
    _arrival, _way_home, _risk, _care, _certificate, _receipts,
)  # fmt: skip


def _is_asked_next(case: Case, programme: Programme, guard: str) -> bool:
    """Tell whether a guard stands before a step from where the person is that does not end the case."""
    return guard in programme.journey.asked_to_go_on.get(case.stage, ())


def _before(at: datetime, hours: int) -> str:
    return instant_text(at - timedelta(hours=hours))
