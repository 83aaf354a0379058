"""What follows for services by the general way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from events.catalogue import Fact
from events.facts import case as told
from events.facts import work
from handlers.reactions.asking import Moment, Reaction, is_consented, task
from workflow.case.change import Pairs
from workflow.programme.services import FOLLOW_UP_VISIT, Service


def _entered(fact: told.StageEntered, moment: Moment) -> Iterator[Fact]:
    stage = moment.definition.journey.stage(fact.dest)
    if stage.ends:
        return
    for service in _services(stage.services, moment):
        if is_consented(service.consent, moment):
            yield task(moment, "provide_service", _about(service, moment), _due(service, moment))


def _consent_given(fact: told.ConsentGiven, moment: Moment) -> Iterator[Fact]:
    """Ask for what the stage and the trip bring with them and what waited for, or lost, this consent."""
    if not is_consented(fact.purpose, moment):
        return
    case, stage = moment.after, moment.definition.journey.stage(moment.after.stage)
    asked = {dict(given.subject).get("service", given.kind) for given in case.tasks.values()}
    for service in _services(stage.services, moment):
        if service.consent == fact.purpose and service.id not in asked | case.provided:
            yield task(moment, "provide_service", _about(service, moment), _due(service, moment))
    if case.trip is None or not case.trip_is_ahead:
        return
    for service in services_of_trip(moment):
        if service.consent == fact.purpose and service.id not in asked | set(case.booked):
            yield trip_service(moment, service, case.trip.trip_id)


def _services(names: Iterable[str], moment: Moment) -> list[Service]:
    return [moment.definition.programme.service_of[name] for name in names]


def services_of_trip(moment: Moment) -> list[Service]:
    """Return the services a journey brings with it."""
    return [service for service in moment.definition.programme.services if service.for_trip]


def _about(service: Service, moment: Moment) -> Pairs:
    trip = moment.after.trip if service.when == "homecoming" else None
    return (("service", service.id), ("trip_id", trip.trip_id)) if trip else (("service", service.id),)


def _due(service: Service, moment: Moment) -> datetime:
    case = moment.after
    if service.when == "arrival" and case.arrival is not None:
        return max(case.arrival, moment.now)
    if service.when == "homecoming" and case.trip is not None:
        return max(case.trip.arrives_at, moment.now)
    return moment.now


def trip_service(moment: Moment, service: Service, trip_id: str) -> work.TaskRequested:
    """Return the request for a service of a trip."""
    return task(moment, "provide_service", (("service", service.id), ("trip_id", trip_id)))


def _timer_fired(fact: work.TimerFired, moment: Moment) -> Iterator[Fact]:
    if moment.definition.journey.stage(moment.after.stage).ends or fact.kind != "follow_up":
        return
    if all(is_consented(service.consent, moment) for service in _services([FOLLOW_UP_VISIT], moment)):
        about = (("month", dict(fact.subject)["month"]), ("service", FOLLOW_UP_VISIT))
        yield task(moment, "provide_service", about)


REACTIONS: Final[Mapping[str, Reaction]] = {
    "StageEntered": _entered,
    "ConsentGiven": _consent_given,
    "TimerFired": _timer_fired,
}
