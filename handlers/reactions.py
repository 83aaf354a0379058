"""What follows from a fact: tasks, timers, and their cancelling. Pure: nothing is sent, facts come out.

What is asked for is itself recorded, so the history shows every task and timer with its cause, and a later
change of these rules never changes what an old history meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from events.catalogue import Fact
from events.facts import case as told
from events.facts import shared, work
from workflow.case import Case, Pairs, Task
from workflow.deciding import id_from
from workflow.loading import Definition
from workflow.programme import FOLLOW_UP_VISIT, Service
from workflow.tasks import GIVING_BACK


class Moment(NamedTuple):
    """The case before and after a fact, and what a reaction needs to name things the same way every time."""

    before: Case | None
    after: Case
    definition: Definition
    now: datetime
    command_id: UUID
    version: int
    claimed: frozenset[str]

    def name(self, kind: str, number: int) -> str:
        """Return the id of the n-th task or timer that follows from this fact."""
        return id_from(self.command_id, kind, self.after.case_id, self.version, number)


Reaction = Callable[[Any, Moment], Iterator[Fact]]


def react(fact: Fact, moment: Moment) -> list[Fact]:
    """Return what follows from a fact of a case."""
    reaction = _REACTIONS.get(type(fact).__name__)
    return list(reaction(fact, moment)) if reaction else []


def _opened(_fact: told.CaseOpened, moment: Moment) -> Iterator[Fact]:
    yield _timer(moment, 0, "idle", moment.now + _idle(moment))


def _entered(fact: told.StageEntered, moment: Moment) -> Iterator[Fact]:
    stage = moment.definition.journey.stage(fact.dest)
    if stage.ends:
        yield from _all_ended(moment, f"case {fact.dest}")
        return
    for number, service in enumerate(_services(stage.services, moment)):
        if _is_consented(service.consent, moment):
            yield _task(moment, number, "provide_service", _about(service, moment), _due(service, moment))
    if stage.visits:
        yield from _visits(moment)
    if stage.idle and not _timers(moment.after, "idle"):
        yield _timer(moment, 90, "idle", moment.now + _idle(moment))


def _consent_given(fact: told.ConsentGiven, moment: Moment) -> Iterator[Fact]:
    """Ask for what the stage and the trip bring with them and what waited for, or lost, this consent."""
    if not _is_consented(fact.purpose, moment):
        return
    case, stage = moment.after, moment.definition.journey.stage(moment.after.stage)
    asked = {dict(task.subject).get("service", task.kind) for task in case.tasks.values()}
    for number, service in enumerate(_services(stage.services, moment)):
        if service.consent == fact.purpose and service.id not in asked | case.provided:
            yield _task(moment, number, "provide_service", _about(service, moment), _due(service, moment))
    if case.trip is None or not case.trip_is_ahead:
        return
    for number, service in enumerate(_services_of_trip(moment)):
        if service.consent == fact.purpose and service.id not in asked | set(case.booked):
            yield _trip_service(moment, 20 + number, service, case.trip.trip_id)
    if fact.purpose == "travel" and case.trip.escort and not {"escort", "book_escort"} & {*asked, *case.booked}:
        yield _book_escort(moment, case.trip.trip_id, case.trip.escort)


def _services(names: Iterable[str], moment: Moment) -> list[Service]:
    return [moment.definition.programme.service_of[name] for name in names]


def _services_of_trip(moment: Moment) -> list[Service]:
    return [service for service in moment.definition.programme.services if service.for_trip]


def _is_consented(purpose: str, moment: Moment) -> bool:
    """Tell whether the person lets others work on this now: nothing about anybody goes out without."""
    return moment.after.consents_to(purpose, moment.now.date())


def _about(service: Service, moment: Moment) -> Pairs:
    trip = moment.after.trip if service.when == "homecoming" else None
    return (("service", service.id), ("trip_id", trip.trip_id)) if trip else (("service", service.id),)


def _visits(moment: Moment) -> Iterator[Fact]:
    for number, month in enumerate(moment.definition.programme.policies.follow_up_months):
        if month not in moment.after.visits:
            due = _months_later(moment.now, month)
            yield _timer(moment, 10 + number, "follow_up", due, (("month", str(month)),))


def _arrival_planned(fact: told.ArrivalPlanned, moment: Moment) -> Iterator[Fact]:
    yield from _timers_over(moment, "no_show")
    hours = moment.definition.programme.policies.arrival_no_show_hours
    yield _timer(moment, 0, "no_show", fact.at + timedelta(hours=hours))


def _bed_assigned(fact: shared.BedAssigned, moment: Moment) -> Iterator[Fact]:
    yield _timer(moment, 0, "bed_hold", fact.until, (("bed", str(fact.bed)), ("facility", fact.facility)))


def _bed_settled(_fact: Fact, moment: Moment) -> Iterator[Fact]:
    yield from _timers_over(moment, "bed_hold")


def _reflection_started(fact: told.ReflectionStarted, moment: Moment) -> Iterator[Fact]:
    over = datetime.combine(fact.until + timedelta(days=1), time(), UTC)
    yield _timer(moment, 0, "reflection", over)


def _reflection_ended(_fact: told.ReflectionEnded, moment: Moment) -> Iterator[Fact]:
    yield from _timers_over(moment, "reflection")


def _trip_planned(fact: told.TripPlanned, moment: Moment) -> Iterator[Fact]:
    for number, service in enumerate(_services_of_trip(moment)):
        if _is_consented(service.consent, moment):
            yield _trip_service(moment, number, service, fact.trip_id)
    if fact.escort:
        yield _book_escort(moment, fact.trip_id, fact.escort)


def _escort_answered(fact: told.EscortAnswered, moment: Moment) -> Iterator[Fact]:
    """Whoever has said no is not written to any more."""
    for key, task in moment.after.tasks.items():
        invites = task.kind == "book_escort" and task.about("trip_id") == fact.trip_id
        if invites and not fact.accepted:
            yield from _called_off(moment, key, task, "the escort declined")


def _trip_cancelled(fact: told.TripCancelled, moment: Moment) -> Iterator[Fact]:
    """Take back what is only asked for, and give back what was booked: each thing once."""
    assert moment.before is not None
    trip = moment.before.trip
    assert trip is not None
    for key, task in moment.after.tasks.items():
        if dict(task.subject).get("trip_id") == fact.trip_id:
            yield from _called_off(moment, key, task, fact.reason)
    for number, booking in enumerate(moment.before.booked):
        if _can_be_given_back(booking, moment):
            yield _release(moment, number, booking, fact.trip_id, trip.escort)


def _came_too_late(fact: told.EscortInvited | work.ServiceProvided, moment: Moment) -> Iterator[Fact]:
    """Give back what was booked for a trip that had been called off while the booking was under way."""
    assert moment.before is not None
    task = moment.before.tasks.get(fact.task_id)
    about = dict(task.subject) if task else {}
    current = moment.after.trip.trip_id if moment.after.trip else None
    booking = "escort" if isinstance(fact, told.EscortInvited) else fact.service
    if about.get("trip_id", current) != current and _can_be_given_back(booking, moment):
        yield _release(moment, 0, booking, about["trip_id"], about.get("escort", ""))


def _can_be_given_back(booking: str, moment: Moment) -> bool:
    return booking == "escort" or moment.definition.programme.service_of[booking].for_trip


def _tranche_released(fact: shared.TrancheReleased, moment: Moment) -> Iterator[Fact]:
    about = (("grant_id", fact.grant_id), ("tranche_id", fact.tranche_id))
    yield _task(moment, 0, "disburse_grant", about, moment.now)


def _tranche_instructed(fact: shared.TrancheInstructed, moment: Moment) -> Iterator[Fact]:
    if moment.after.grants[fact.grant_id].tranches[fact.tranche_id].status != "instructed":
        return  # the bank has answered already
    days = moment.definition.programme.policies.bank_answer_days
    about = (("grant_id", fact.grant_id), ("tranche_id", fact.tranche_id))
    yield _timer(moment, 0, "bank_answer", moment.now + timedelta(days=days), about)


def _tranche_answered(fact: shared.TranchePaid | shared.TrancheRejected, moment: Moment) -> Iterator[Fact]:
    for key, (kind, subject) in moment.after.timers.items():
        if kind == "bank_answer" and dict(subject)["tranche_id"] == fact.tranche_id:
            yield work.TimerCancelled(timer_id=key, kind=kind)
    for key, task in moment.after.tasks.items():
        mine = task.kind == "disburse_grant" and task.about("tranche_id") == fact.tranche_id
        if mine:
            yield from _called_off(moment, key, task, "not to be sent")


def _timer_fired(fact: work.TimerFired, moment: Moment) -> Iterator[Fact]:
    if moment.definition.journey.stage(moment.after.stage).ends:
        return
    if fact.kind == "follow_up" and all(_is_consented(s.consent, moment) for s in _services([FOLLOW_UP_VISIT], moment)):
        about = (("month", dict(fact.subject)["month"]), ("service", FOLLOW_UP_VISIT))
        yield _task(moment, 0, "provide_service", about, moment.now)
    if fact.kind == "idle":
        yield _timer(moment, 1, "idle", moment.now + _idle(moment))


def _consent_withdrawn(fact: told.ConsentWithdrawn, moment: Moment) -> Iterator[Fact]:
    """Stop at once what is queued under the consent that was taken back."""
    services = moment.definition.programme.service_of
    for key, task in moment.after.tasks.items():
        name = dict(task.subject).get("service")
        under = services[name].consent if name else "travel" if task.kind == "book_escort" else None
        if under == fact.purpose and not fact.recipient:
            yield from _called_off(moment, key, task, f"consent to {fact.purpose} withdrawn")


def _all_ended(moment: Moment, why: str) -> Iterator[Fact]:
    """Leave nothing running for a case that ended; what was booked is still given back."""
    for key, task in moment.after.tasks.items():
        yield from _called_off(moment, key, task, why)
    for key, (kind, _) in moment.after.timers.items():
        if kind != "bank_answer":
            yield work.TimerCancelled(timer_id=key, kind=kind)


def _called_off(moment: Moment, task_id: str, task: Task, why: str) -> Iterator[Fact]:
    """Cancel a task nobody has begun. What may be happening outside is waited for, but not begun again.

    What gives a booking back is never called off.
    """
    if task.kind in GIVING_BACK or not task.wanted:
        return
    if task_id in moment.claimed or task.status == "unknown":
        yield work.TaskUnwanted(task_id=task_id, kind=task.kind, reason=why)
    else:
        yield work.TaskCancelled(task_id=task_id, kind=task.kind, reason=why)


def _task(moment: Moment, number: int, kind: str, subject: Pairs, due_at: datetime) -> work.TaskRequested:
    return work.TaskRequested(task_id=moment.name("W", number), kind=kind, subject=subject, due_at=due_at)


def _trip_service(moment: Moment, number: int, service: Service, trip_id: str) -> work.TaskRequested:
    return _task(moment, number, "provide_service", (("service", service.id), ("trip_id", trip_id)), moment.now)


def _book_escort(moment: Moment, trip_id: str, escort: str) -> work.TaskRequested:
    return _task(moment, 90, "book_escort", (("escort", escort), ("trip_id", trip_id)), moment.now)


def _release(moment: Moment, number: int, booking: str, trip_id: str, escort: str) -> work.TaskRequested:
    if booking == "escort":
        subject = (("booking", booking), ("escort", escort), ("trip_id", trip_id))
        return _task(moment, 50 + number, "release_escort", subject, moment.now)
    return _task(moment, 50 + number, "release_booking", (("booking", booking), ("trip_id", trip_id)), moment.now)


def _timer(moment: Moment, number: int, kind: str, due_at: datetime, subject: Pairs = ()) -> work.TimerSet:
    return work.TimerSet(timer_id=moment.name("Z", number), kind=kind, due_at=due_at, subject=subject)


def _timers(case: Case, kind: str) -> list[str]:
    return [key for key, (of, _) in case.timers.items() if of == kind]


def _timers_over(moment: Moment, kind: str) -> Iterator[Fact]:
    for key in _timers(moment.after, kind):
        yield work.TimerCancelled(timer_id=key, kind=kind)


def _due(service: Service, moment: Moment) -> datetime:
    case = moment.after
    if service.when == "arrival" and case.arrival is not None:
        return max(case.arrival, moment.now)
    if service.when == "homecoming" and case.trip is not None:
        return max(case.trip.arrives_at, moment.now)
    return moment.now


def _idle(moment: Moment) -> timedelta:
    return timedelta(days=moment.definition.programme.policies.idle_days)


def _months_later(start: datetime, months: int) -> datetime:
    """Return the same day some months later, or the last day of a shorter month."""
    year, month = divmod(start.month - 1 + months, 12)
    for day in (start.day, 30, 29, 28):
        try:
            return start.replace(year=start.year + year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


_REACTIONS: dict[str, Reaction] = {
    "CaseOpened": _opened,
    "StageEntered": _entered,
    "ArrivalPlanned": _arrival_planned,
    "BedAssigned": _bed_assigned,
    "MovedIn": _bed_settled,
    "BedGivenUp": _bed_settled,
    "ReflectionStarted": _reflection_started,
    "ReflectionEnded": _reflection_ended,
    "TripPlanned": _trip_planned,
    "TripCancelled": _trip_cancelled,
    "EscortInvited": _came_too_late,
    "EscortAnswered": _escort_answered,
    "ServiceProvided": _came_too_late,
    "TrancheReleased": _tranche_released,
    "TrancheInstructed": _tranche_instructed,
    "TranchePaid": _tranche_answered,
    "TrancheRejected": _tranche_answered,
    "TimerFired": _timer_fired,
    "ConsentGiven": _consent_given,
    "ConsentWithdrawn": _consent_withdrawn,
}
