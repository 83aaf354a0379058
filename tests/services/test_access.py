"""Whose case it is, opening it in an emergency, and who looked at it: told as the people who do it would."""

from __future__ import annotations

import orjson
import pytest

from events.facts import catalogue
from events.facts.access import CaseAssigned, GlassBroken, GlassMended, LookingStopped, StopReviewed
from events.facts.tasks import Escalated, TaskRequested, TimerCancelled, TimerSet
from handlers.projections.work_items import items_of
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.story import Story, story
from tests.kit.world import World
from workflow.case.evolve import evolve
from workflow.case.state import At
from workflow.rights.compartments import compartments_closed_to
from workflow.rights.table import Account, permit
from workflow.subjects.access.commands import (
    AssignCase,
    BreakGlass,
    DecideDuplicate,
    MendGlass,
    ReviewAccess,
    ReviewStop,
    StopLooking,
    SuspectDuplicate,
)
from workflow.subjects.access.state import Access, access_of
from workflow.subjects.intake.commands import OpenSealed

WHY = "She called from the station and is afraid of somebody there."
EMERGENCY = {"reason": "danger_to_life", "why": WHY}


def broken(actor: str = BORIS) -> Story:
    return story().when(BreakGlass, actor=actor, mandate="medical", **EMERGENCY).accepted()


def test_a_case_is_whose_it_was_who_opened_it() -> None:
    assert access_of(story().case).owner == ANNA
    assert access_of(story(actor=BORIS, team="night").case)[:2] == (BORIS, "night")


def test_a_case_that_a_machine_opened_is_nobodys_until_it_is_given_to_somebody() -> None:
    case = story(actor="system:import")
    assert access_of(case.case).owner == ""
    case.when(AssignCase, owner=BORIS, team="shelter").then(CaseAssigned(owner=BORIS, team="shelter"))
    assert access_of(case.case)[:2] == (BORIS, "shelter")


def test_histories_from_before_cases_had_owners_still_fold() -> None:
    old = {"case_id": "7K3P9-QXM2D", "person_id": "P-1", "programme": "moscow", "source": "ngo", "stage": "referral"}
    opened = catalogue().load("CaseOpened", 1, orjson.dumps(old).decode())
    case = evolve(None, opened, At("2007-03-05T09:00:00.000000Z", ANNA, "d"))
    assert case is not None
    assert access_of(case) == Access()


def test_nobody_is_given_a_case_they_have_and_machines_are_given_none() -> None:
    story().when(AssignCase, owner=ANNA).then_refused("owner_is_another")
    story().when(AssignCase, owner="worker:post").then_refused("owner_is_a_person")


# -- breaking the glass ------------------------------------------------------------------------------------------


def test_in_an_emergency_a_case_is_open_for_four_hours_and_everybody_hears_of_it() -> None:
    case = broken()
    case.then(GlassBroken, TaskRequested, TimerSet, TimerSet)
    assert access_of(case.case).is_broken_by(BORIS, case.place.now)
    assert not access_of(case.case).is_broken_by(CLARA, case.place.now)
    assert {"glass_broken", "review_access"} <= set(items_of(case.case).values())
    assert case.tasks(kind="tell_of_glass", account=BORIS, reason="danger_to_life", mandate="medical")
    assert not access_of(case.later(hours=4).case).is_broken_by(BORIS, case.place.now)


def test_the_hours_are_over_whether_or_not_anybody_has_noticed_and_then_it_is_noted() -> None:
    case = broken().later(hours=5)
    assert not access_of(case.case).is_broken_by(BORIS, case.place.now)
    case.fires("glass_over").accepted()
    (glass_id,) = access_of(case.case).unreviewed
    assert case.now_told(GlassMended) == [GlassMended(glass_id=glass_id, account=BORIS)]
    assert "glass_broken" not in items_of(case.case).values()
    assert "review_access" in items_of(case.case).values()


def test_an_emergency_may_be_over_earlier() -> None:
    case = broken()
    case.when(MendGlass, actor=BORIS).then_among_others(GlassMended, TimerCancelled)
    assert not access_of(case.case).is_broken_by(BORIS, case.place.now)
    case.when(MendGlass, actor=BORIS).then_refused("glass_is_broken")


def test_a_supervisor_ends_somebody_elses_emergency() -> None:
    case = broken().when(MendGlass, actor=CLARA, account=BORIS).accepted()
    assert not access_of(case.case).glass


def test_the_glass_is_not_broken_twice_at_once_and_not_by_the_owner() -> None:
    broken().when(BreakGlass, actor=BORIS, **EMERGENCY).then_refused("glass_is_whole")
    story().when(BreakGlass, actor=ANNA, **EMERGENCY).then_refused("case_is_anothers")
    case = broken().later(hours=5)
    case.when(BreakGlass, actor=BORIS, **EMERGENCY).accepted()
    assert access_of(case.case).is_broken_by(BORIS, case.place.now)


def test_another_person_may_break_it_at_the_same_time() -> None:
    case = broken().when(BreakGlass, actor=CLARA, mandate="legal", **EMERGENCY).accepted()
    assert all(access_of(case.case).is_broken_by(who, case.place.now) for who in (BORIS, CLARA))


@pytest.mark.parametrize("why", ["", "urgent"])
def test_why_is_said_in_a_sentence(why: str) -> None:
    with pytest.raises(ValueError, match="why"):
        story().command(BreakGlass, actor=BORIS, reason="danger_to_life", why=why)


def test_under_the_glass_nothing_more_is_open_than_the_mandate_opens() -> None:
    case = broken()
    case.when(OpenSealed, actor=BORIS, mandate="medical", compartments=("story",), why="to help")
    assert [type(fact).__name__ for fact in case.now_told()] == ["SealedDenied"]
    assert compartments_closed_to("supervisor", ["medical"]) == ("medical",)


def test_somebody_else_reviews_it_within_two_working_days() -> None:
    case = broken()
    case.when(ReviewAccess, actor=BORIS, account=BORIS, outcome="justified").then_refused("reviewer_is_another")
    case.when(ReviewAccess, actor=CLARA, account=CLARA, outcome="justified").then_refused(
        "review_is_due", "reviewer_is_another"
    )
    case.does(ReviewAccess, actor=CLARA, account=BORIS, outcome="justified", note="I was with him.")
    assert not access_of(case.case).unreviewed
    assert not [kind for kind, _ in case.case.timers.values() if kind == "access_review"]


def test_what_nobody_reviews_is_escalated_until_somebody_does() -> None:
    case = broken().later(days=5)
    case.fires("access_review").then_among_others(Escalated)
    assert "access_not_reviewed" in case.case.escalations
    case.does(ReviewAccess, actor=CLARA, account=BORIS, outcome="not_justified")
    assert "access_not_reviewed" not in case.case.escalations


def test_the_review_stays_due_though_the_case_ends() -> None:
    case = broken().advance("withdraw", reason="declined").then_at("withdrawn")
    assert {kind for kind, _ in case.case.timers.values()} >= {"glass_over", "access_review"}
    assert case.tasks(kind="tell_of_glass")
    case.later(hours=4).fires("glass_over").accepted()
    case.later(days=5).fires("access_review").accepted()
    case.does(ReviewAccess, actor=CLARA, account=BORIS, outcome="justified")


def test_a_case_that_has_ended_is_opened_in_an_emergency_too() -> None:
    case = story().advance("withdraw", reason="declined").then_at("withdrawn")
    case.when(BreakGlass, actor=BORIS, **EMERGENCY).accepted()


def test_rights_under_the_glass_are_those_of_a_role_that_may_break_it() -> None:
    case = broken()
    programme = World().definition.programme
    doctor = Account(BORIS, frozenset({"medical"}))
    auditor = Account(BORIS, frozenset({"auditor"}))
    assert permit(doctor, "case.see", case.case, programme, case.place.now)
    assert permit(auditor, "case.see", case.case, programme, case.place.now) is None
    assert permit(doctor, "case.see", case.later(hours=4).case, programme, case.place.now) is None


# -- duplicates --------------------------------------------------------------------------------------------------


def test_two_cases_may_be_one_persons_until_somebody_compared_them() -> None:
    other = "7K3P9-QXM2D"
    case = story().when(SuspectDuplicate, actor="system:comparing", other=other).accepted()
    assert items_of(case.case)[f"duplicate:{other}"] == "possible_duplicate"
    case.when(SuspectDuplicate, actor="system:comparing", other=other).then_refused("duplicate_is_new")
    case.does(DecideDuplicate, other="7k3p9 qxm2d", same=False)
    assert "possible_duplicate" not in items_of(case.case).values()
    case.when(DecideDuplicate, other=other, same=True).then_refused("duplicate_is_suspected")


def test_what_was_written_of_an_emergency_is_sealed() -> None:
    assert dict(catalogue().shapes["GlassBroken"].sealed) == {"story": ("why",)}
    assert dict(catalogue().shapes["AccessReviewed"].sealed) == {"story": ("note",)}


# -- whoever opens too many cases is stopped -----------------------------------------------------------------------


def stopped() -> Story:
    return story().when(StopLooking, actor="system:access", mandate="system", account=BORIS, cases=80).accepted()


def test_that_somebody_was_stopped_is_told_once_and_waits_for_somebody_else() -> None:
    case = stopped()
    case.then(LookingStopped, TaskRequested)
    assert case.tasks(kind="tell_of_stop", account=BORIS, cases="80")
    assert items_of(case.case)[f"stopped:{BORIS}"] == "review_stop"
    case.when(StopLooking, actor="system:access", mandate="system", account=BORIS, cases=80).then()


def test_only_somebody_else_who_signed_in_looks_into_a_stop() -> None:
    found = {"account": BORIS, "outcome": "justified"}
    case = stopped()
    case.when(ReviewStop, actor=BORIS, mandate="supervisor", **found).then_refused("stop_reviewer_is_another")
    case.when(ReviewStop, actor=CLARA, mandate="operator", **found).then_refused("somebody_signed_in")
    case.when(ReviewStop, actor=CLARA, mandate="data_protection", **found | {"account": ANNA}).then_refused(
        "stop_is_due"
    )
    case.when(ReviewStop, actor=CLARA, mandate="data_protection", **found).then(StopReviewed)
    assert f"stopped:{BORIS}" not in items_of(case.case)
    case.when(ReviewStop, actor=CLARA, mandate="data_protection", **found).then_refused("stop_is_due")


def test_what_was_not_justified_can_be_looked_into_again() -> None:
    case = stopped()
    by = {"actor": CLARA, "mandate": "data_protection", "account": BORIS}
    case.when(ReviewStop, outcome="not_justified", **by).then(StopReviewed)
    assert access_of(case.case).stops[BORIS].outcome == "not_justified"
    case.when(ReviewStop, outcome="justified", **by).then(StopReviewed)
