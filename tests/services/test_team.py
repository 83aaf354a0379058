"""Who stands in for whom, how cases are handed over, and what each is told: as the people who do it would tell it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from events.facts.access import CaseAssigned
from events.facts.team import StandInEnded, StandInNamed
from events.ids import account_stream
from tests.kit.people import ANNA, BORIS, CLARA, START, TAMARA
from tests.kit.readable import is_readable
from tests.kit.story import Story, story
from tests.kit.world import World
from workflow.command import ConfirmDecision
from workflow.reasons import Refused
from workflow.rights.table import Account, permit
from workflow.situation import Decision
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.accounts.state import AccountState
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.safety.commands import AgreeSafetyPlan, AssessRisk
from workflow.subjects.team.commands import EndStandIn, NameStandIn, StandInCommand
from workflow.subjects.team.decisions import DAYS_MAX
from workflow.subjects.team.state import KEPT_MAX, notices_of

TODAY = START.date()
MARIA = "staff:maria"  # a case manager, as Anna is


def office(*names: str) -> World:
    """Return a world in which these people work, Anna and Maria as case managers, the others as supervisors."""
    world = World()
    for name in names or (ANNA, MARIA, BORIS):
        world.has_account(name)
    return with_account(world, MARIA, roles=frozenset({"case_manager"}))


def with_account(world: World, name: str, **changes: Any) -> World:
    standing = world.states[account_stream(name)]
    world.states[account_stream(name)] = standing._replace(account=standing.account._replace(**changes))
    return world


def account_of(world: World, name: str) -> Account:
    standing = world.states[account_stream(name)]
    assert isinstance(standing, AccountState)
    return standing.account


def asks(world: World, kind: type[StandInCommand], actor: str = ANNA, **fields: Any) -> Decision:
    role = "supervisor" if actor != ANNA else "case_manager"
    days = {"first": TODAY, "last": TODAY + timedelta(days=13)} if kind is NameStandIn else {}
    given = {"command_id": world.uuid(), "actor": actor, "mandate": role, "programme": "moscow", "stand_in": MARIA}
    return world.carry_out(kind.model_validate({**given, **days, **fields}))


def named(world: World, **fields: Any) -> World:
    assert not isinstance(asks(world, NameStandIn, **fields), Refused)
    return world


def refused(decision: Decision) -> set[str]:
    assert isinstance(decision, Refused), decision
    assert all(is_readable(reason) for reason in decision.reasons)
    return set(decision.codes)


def may(world: World, name: str, act: Any, case: Story) -> bool:
    return permit(account_of(world, name), act, case.case, world.programme, world.now) is not None


def closed_to_the_team(world: World) -> Story:
    """Return a case of Anna's that nobody else of her role sees."""
    return Story(world, team="night")


# -- handing over ------------------------------------------------------------------------------------------------


def test_a_case_is_given_with_a_note_that_is_sealed_for_whoever_has_it_next() -> None:
    case = story().when(AssignCase, owner=BORIS, note="Her sister calls on Mondays.")
    (told,) = case.now_told(CaseAssigned)
    assert (told.owner, told.note, told.person_id) == (BORIS, "Her sister calls on Mondays.", case.case.person_id)


def test_a_case_is_not_given_to_a_name_that_nobody_has() -> None:
    world = office()
    case = Story(world)
    command = {"command_id": world.uuid(), "actor": ANNA, "case_id": case.case_id, "owner": "staff:mraia"}
    assert refused(world.carry_out(AssignCase.model_validate(command))) == {"owner_has_account"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"closed": True}, "owner_is_here"),
        ({"programmes": frozenset({"st-petersburg"})}, "owner_would_see"),
        ({"roles": frozenset({"donor"})}, "owner_would_see"),
    ],
)
def test_a_case_is_not_given_to_somebody_who_could_not_look_after_it(changes: dict[str, Any], code: str) -> None:
    world = office()
    with_account(world, MARIA, **changes)
    Story(world).when(AssignCase, owner=MARIA).then_refused(code)


# -- teams are a list --------------------------------------------------------------------------------------------


def test_a_mistyped_team_is_answered_with_the_one_that_was_meant() -> None:
    case = story().when(AssignCase, owner=BORIS, team="nroth")
    case.then_refused("team_is_listed")
    assert isinstance(case.last, Refused)
    assert ("meant", ("north", "south")) in case.last.reasons[0].values
    assert refused(Story(World(), team="shetler").last) == {"team_is_listed"}


def test_a_team_from_before_teams_were_a_list_stays_and_is_not_given_anew() -> None:
    case = story().given(CaseAssigned(owner=ANNA, team="old_team"))
    case.does(AssignCase, owner=BORIS, team="old_team")
    case.does(AssignCase, owner=BORIS, team="north")
    case.when(AssignCase, owner=ANNA, team="old_team").then_refused("team_is_listed")


# -- standing in -------------------------------------------------------------------------------------------------


def test_a_stand_in_has_the_case_from_the_first_day_to_the_end_of_the_last_and_not_a_minute_longer() -> None:
    world = office()
    case = closed_to_the_team(world)
    named(world, first=TODAY + timedelta(days=1), last=TODAY + timedelta(days=2))
    begins = world.programme.begin_of(TODAY + timedelta(days=1))
    ends = world.programme.end_of(TODAY + timedelta(days=2))
    for moment, expected in (
        (begins - timedelta(microseconds=1), False),
        (begins, True),
        (ends - timedelta(microseconds=1), True),
        (ends, False),
    ):
        world.pass_time(moment - world.now)
        assert may(world, MARIA, "case.advance", case) is expected, moment


def test_the_days_are_those_of_the_programme_also_after_midnight_in_vladivostok() -> None:
    world = office()
    world.pass_time(timedelta(hours=12, minutes=30))  # 00:30 of the next day in Moscow; in UTC it is still today
    assert refused(asks(world, NameStandIn, first=TODAY)) == {"first_day_is_to_come"}
    (told,) = _facts(asks(world, NameStandIn, first=TODAY + timedelta(days=1)), StandInNamed)
    assert told.begins == world.now


def test_what_a_stand_in_may_is_what_their_own_role_may() -> None:
    world = office()
    case = closed_to_the_team(world)
    named(with_account(world, MARIA, roles=frozenset({"medical"})))
    assert may(world, MARIA, "case.see", case)
    assert may(world, MARIA, "case.medical", case)
    assert not may(world, MARIA, "case.advance", case)


def test_a_stand_in_of_a_stand_in_sees_nothing() -> None:
    world = office(ANNA, MARIA, BORIS, "staff:nina")
    case = closed_to_the_team(world)
    with_account(world, "staff:nina", roles=frozenset({"case_manager"}))
    named(world)
    assert not isinstance(asks(world, NameStandIn, actor=BORIS, owner=MARIA, stand_in="staff:nina"), Refused)
    assert may(world, MARIA, "case.see", case)
    assert not may(world, "staff:nina", "case.see", case)


def test_it_ends_earlier_when_the_owner_is_back_or_the_stand_in_cannot() -> None:
    for actor in (ANNA, MARIA, BORIS):
        world = named(office())
        case = closed_to_the_team(world)
        world.pass_time(timedelta(hours=1))
        given = {"owner": ANNA} if actor != ANNA else {}
        assert _facts(asks(world, EndStandIn, actor=actor, **given), StandInEnded)
        assert not may(world, MARIA, "case.see", case)
        assert refused(asks(world, EndStandIn, actor=actor, **given)) == {"stands_in"}


def test_nobody_makes_themselves_a_stand_in_for_a_colleague_but_a_supervisor_names_others() -> None:
    world = office()
    assert refused(_as_manager(world, owner=ANNA, stand_in=MARIA)) == {"supervisor_names"}
    assert not isinstance(asks(world, NameStandIn, actor=BORIS, owner=ANNA), Refused)


def test_who_types_a_name_without_signing_in_names_nobody() -> None:
    assert refused(asks(office(), NameStandIn, mandate="operator")) == {"somebody_signed_in"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"first": TODAY - timedelta(days=1)}, "first_day_is_to_come"),
        ({"first": TODAY + timedelta(days=3), "last": TODAY + timedelta(days=2)}, "last_day_is_later"),
        ({"last": TODAY + timedelta(days=DAYS_MAX)}, "stand_in_is_short"),
        ({"first": date(2017, 3, 5), "last": date(2017, 3, 6)}, "stand_in_is_soon"),
        ({"stand_in": ANNA}, "stand_in_is_another"),
        ({"stand_in": "staff:mraia"}, "stand_in_has_account"),
    ],
)
def test_what_cannot_be_meant_is_said_no_to(fields: dict[str, Any], code: str) -> None:
    assert code in refused(asks(office(), NameStandIn, **fields))


def test_nobody_stands_in_twice_for_the_same_days() -> None:
    world = named(office())
    assert refused(asks(world, NameStandIn, last=TODAY)) == {"stands_in_already"}
    named(world, first=TODAY + timedelta(days=14), last=TODAY + timedelta(days=15))


def test_whoever_only_stands_in_for_the_proposer_is_not_the_second_of_two() -> None:
    world = named(office())
    case = closed_to_the_team(world)
    case.does(AssessRisk, level="high", safe_to_return=True)
    case.does(AgreeSafetyPlan, plan="Nobody meets her alone.")
    (key,) = notices_of(case.case).proposers
    confirm = {"actor": MARIA, "proposal_id": key}
    case.when(ConfirmDecision, **confirm).then_refused("second_person_may")
    case.does(ConfirmDecision, actor=BORIS, mandate="supervisor", proposal_id=key)


def test_a_stand_in_neither_keeps_a_case_nor_gives_it_away() -> None:
    world = named(office())
    case = closed_to_the_team(world)
    assert may(world, MARIA, "case.advance", case)
    assert not may(world, MARIA, "case.assign", case)


# -- what each is told -------------------------------------------------------------------------------------------


def told_to(case: Story, account: str) -> list[str]:
    return [one.kind for one in notices_of(case.case).notices if one.account == account]


def test_both_hear_of_a_hand_over_that_a_third_one_made_and_nobody_of_their_own() -> None:
    case = story().does(AssignCase, actor=TAMARA, owner=BORIS)
    assert (told_to(case, ANNA), told_to(case, BORIS), told_to(case, TAMARA)) == (["taken"], ["given"], [])
    own = story().does(AssignCase, actor=ANNA, owner=BORIS)
    assert told_to(own, ANNA) == []


def test_the_owner_hears_what_others_did_and_the_proposer_what_came_of_it() -> None:
    case = story().does(AddNote, actor=BORIS, note="She called.").does(AddNote, note="I know.")
    assert told_to(case, ANNA) == ["note"]
    case.does(AssessRisk, level="high", safe_to_return=True)
    case.does(AgreeSafetyPlan, plan="Nobody meets her alone.")
    case.confirmed(CLARA)
    assert "confirmed" in told_to(case, ANNA)


def test_only_the_last_notices_of_a_case_are_kept_and_their_numbers_go_on() -> None:
    case = story()
    for _ in range(KEPT_MAX + 3):
        case.does(AddNote, actor=BORIS, note="Again.")
    numbers = [number for number, _ in notices_of(case.case).numbered()]
    assert numbers == list(range(4, KEPT_MAX + 4))


def _facts(decision: Decision, kind: type[Any]) -> list[Any]:
    assert not isinstance(decision, Refused), decision
    return [told.fact for told in decision if isinstance(told.fact, kind)]


def _as_manager(world: World, **fields: Any) -> Decision:
    given = {"command_id": world.uuid(), "actor": MARIA, "programme": "moscow", "first": TODAY, "last": TODAY}
    return world.carry_out(NameStandIn.model_validate(given | fields))
