"""The way a person was taken: historic events in their order, never the person's doing."""

from itertools import pairwise
from typing import Final

from events.facts.trafficking_routes import RouteLeg, RouteRecorded
from workflow.reasons import Reason, Refused
from workflow.situation import Decision, Situation
from workflow.subject import CommandRule
from workflow.subjects.trafficking_routes import refusals
from workflow.subjects.trafficking_routes.commands import Leg, RecordRoute


def record_route(command: RecordRoute, situation: Situation) -> Decision:
    """Return the route as told: recruited before being exploited, and no leg after today."""
    reasons = [*_against_order(command.legs), *_against_dates(command.legs, situation)]
    if reasons:
        return Refused(tuple(reasons))
    legs = tuple(
        RouteLeg(order=order, kind=leg.kind.capitalize(), country=leg.country, year=leg.year, month=leg.month)
        for order, leg in enumerate(command.legs, start=1)
    )
    return situation.about_case(RouteRecorded(legs=legs))


def _against_order(legs: tuple[Leg, ...]) -> list[Reason]:
    kinds = [leg.kind for leg in legs]
    if "recruitment" in kinds and "exploitation" in kinds[: kinds.index("recruitment")]:
        return [refusals.EXPLOITED_BEFORE_RECRUITED()]
    return []


def _against_dates(legs: tuple[Leg, ...], situation: Situation) -> list[Reason]:
    found = []
    known = [leg for leg in legs if leg.year is not None]
    if any(_last(later) < _first(earlier) for earlier, later in pairwise(known)):
        found.append(refusals.LEG_IS_DATED_EARLIER())
    today = (situation.today.year, situation.today.month)
    if any(_first(leg) > today for leg in known):
        found.append(refusals.ROUTE_IS_PAST())
    return found


def _first(leg: Leg) -> tuple[int, int]:
    """Return the earliest month a leg may mean."""
    assert leg.year is not None
    return leg.year, leg.month or 1


def _last(leg: Leg) -> tuple[int, int]:
    return _first(leg)[0], leg.month or 12


RULES: Final = (CommandRule(RecordRoute, record_route),)
