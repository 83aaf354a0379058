"""What somebody may do on a case is the same asked all at once as asked act by act."""

from __future__ import annotations

import pytest

from tests.kit.people import ANNA
from tests.kit.roads import bring
from tests.kit.story import Story
from tests.kit.world import World
from workflow.rights.acts import ROLES, Role
from workflow.rights.table import ABOUT_A_CASE, Account, StandIn, acts_on_case, permit
from workflow.subjects.access.commands import AssignCase

STANDS_IN = StandIn(ANNA, "moscow", "2000-01-01T00:00:00.000000Z", "2100-01-01T00:00:00.000000Z")
PLACES = {
    "its owner": Account(ANNA, programmes=frozenset({"moscow"})),
    "a stand-in": Account("staff:olga", programmes=frozenset({"moscow"}), team="shelter", stands_in=(STANDS_IN,)),
    "its team": Account("staff:olga", programmes=frozenset({"moscow"}), team="north"),
    "another team": Account("staff:olga", programmes=frozenset({"moscow"}), team="shelter"),
    "its house": Account("staff:olga", programmes=frozenset({"moscow"}), facilities=frozenset({"moscow-centre"})),
    "another programme": Account("staff:olga", programmes=frozenset({"minsk"})),
    "a partner": Account("newstart:ivan"),
    "closed": Account(ANNA, programmes=frozenset({"moscow"}), closed=True),
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize("team", ["", "north"])
def test_all_at_once_is_what_is_allowed_one_by_one(place: Account, team: str) -> None:
    world = World()
    case = bring(Story(world), "accommodation")
    if team:
        case.does(AssignCase, owner=ANNA, team=team)
    both: tuple[Role, Role] = ("medical", "finance_request")
    for roles in (*((role,) for role in ROLES), both):
        account = place._replace(roles=frozenset(roles))
        one_by_one = {act for act in ABOUT_A_CASE if permit(account, act, case.case, world.programme, world.now)}
        assert acts_on_case(account, case.case, world.programme, world.now) == one_by_one
