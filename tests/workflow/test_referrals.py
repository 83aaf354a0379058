"""Referrals: asked with the person's consent, answered in time or passed on, never beyond a provider's room."""

from datetime import UTC, date, datetime

import pytest

from console.words.reasons import typed
from events.facts.referrals import (
    ReferralMade,
    ReferralPassedOn,
    ReferralUnanswered,
)
from events.facts.tasks import Escalated, TaskRequested, TimerFired, TimerSet
from handlers.projections.work_items import items_of
from tests.kit.referrals import FULL, asked, number, somebody, status
from tests.kit.roads import agreed_to_be_told, bring, consents, referred, served
from tests.kit.story import Story, story
from tests.kit.world import World, moscow, moscow_with
from workflow.guard_context import GuardContext
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.referrals.caseload import Caseload
from workflow.subjects.referrals.commands import (
    AcceptReferral,
    AcknowledgeReferral,
    CloseReferral,
    DeclineReferral,
    RecordReferralServed,
    RevokeReferral,
    SendReferral,
    WaitlistReferral,
)
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.travel.commands import DeclareReturn
from workflow.values.calendars import after_working_days


def silent(case: Story) -> Story:
    """The provider lets the time to answer pass."""
    return case.later(days=8).fires("referral_answer").accepted()


# -- who is asked ----------------------------------------------------------------------------------------------------


def test_nobody_is_told_whom_the_person_did_not_agree_to() -> None:
    case = somebody()
    case.when(SendReferral, service="local_referral", provider="harbour").then_refused("consent_to_referral")
    assert not case.tasks(kind="send_referral")
    agreed_to_be_told(case, "new-start")
    case.when(SendReferral, service="local_referral", provider="harbour").then_refused("consent_to_referral")
    agreed_to_be_told(case, "harbour")
    case.when(SendReferral, service="local_referral", provider="harbour").then(ReferralMade, TaskRequested)


def test_a_consent_that_is_over_tells_nobody() -> None:
    case = somebody()
    case.does(GiveConsent, purpose="referral", recipient="harbour", until=case.place.now.date())
    case.later(days=1).when(SendReferral, service="local_referral", provider="harbour").then_refused(
        "consent_to_referral"
    )


def test_every_reason_against_a_referral_is_told_at_once() -> None:
    case = story(age_band="9-17")
    case.when(SendReferral, service="local_referral", provider="clinic-north").then_refused(
        "guardian_is_appointed", "consent_to_assistance", "provider_offers_service", "consent_to_referral"
    )
    case.when(SendReferral, service="local_referral", provider="nobody").then_refused(
        "guardian_is_appointed", "consent_to_assistance", "provider_is_known"
    )


def test_a_provider_that_is_closed_for_now_is_not_asked() -> None:
    case = agreed_to_be_told(
        somebody(World(moscow_with(("capacity: 60", "capacity: 60, status: temporarily_closed")))), "new-start"
    )
    case.does(SendReferral, service="local_referral")
    assert referrals_of(case.case).referrals[number(case)].provider == "new-start"


@pytest.mark.parametrize(
    ("language", "provider"), [("ru", "harbour"), ("tg", "harbour"), ("ro", "new-start"), ("hy", "new-start")]
)
def test_the_best_provider_speaks_the_persons_language(language: str, provider: str) -> None:
    case = somebody(language=language)
    for one in ("harbour", "new-start", "district-office"):
        agreed_to_be_told(case, one)
    case.does(SendReferral, service="local_referral")
    assert referrals_of(case.case).referrals[number(case)].provider == provider


def test_where_the_person_will_live_somebody_near_helps() -> None:
    case = somebody(citizenships=("UZ",), language="uz")
    case.does(DeclareReturn, destination="UZ", signed_on=case.place.now.date())
    agreed_to_be_told(case, "harbour")
    agreed_to_be_told(case, "new-start").does(SendReferral, service="local_referral")
    assert referrals_of(case.case).referrals[number(case)].provider == "new-start"  # Harbour helps in Russia only


def test_a_language_nobody_speaks_is_said_with_who_offers_the_service_at_all() -> None:
    case = somebody().when(SendReferral, service="local_referral", language="vi").then_refused("provider_is_found")
    assert "harbour" in typed(case.last.reasons[0]).help  # type: ignore[union-attr]
    case.when(SendReferral, service="ballooning").then_refused("provider_is_found")


def test_somebody_is_not_referred_twice_for_the_same_help() -> None:
    case = agreed_to_be_told(asked(somebody()), "new-start")
    case.when(SendReferral, service="local_referral", provider="new-start").then_refused("referral_is_not_open")


# -- answers ---------------------------------------------------------------------------------------------------------


def test_a_referral_goes_its_way_from_letter_to_feedback() -> None:
    case = asked(somebody())
    assert status(case) == "sent"
    served(case, number(case))
    assert status(case) == "closed"
    assert "local_referral" in case.case.provided
    assert not case.case.tasks
    assert not [kind for kind, _ in case.case.timers.values() if kind.startswith("referral")]


def test_nobody_answers_a_letter_that_was_not_sent() -> None:
    case = agreed_to_be_told(somebody(), "harbour").does(SendReferral, service="local_referral")
    case.when(AcceptReferral, referral_id=number(case)).then_refused("referral_may_become_accepted")
    task = case.task(kind="send_referral")
    case.finish(task, "unknown").accepted()  # nobody knows whether it arrived: then it may be answered
    case.when(AcceptReferral, referral_id=number(case)).accepted()
    assert status(case) == "accepted"


def test_a_meeting_in_the_past_and_an_unknown_referral_are_refused() -> None:
    case = asked(somebody())
    past = datetime(2006, 1, 1, tzinfo=UTC)
    case.when(AcceptReferral, referral_id=number(case), first_meeting=past).then_refused("meeting_is_ahead")
    case.when(AcceptReferral, referral_id="R-0000000000000000").then_refused("referral_exists")


def test_a_provider_that_says_yes_and_does_nothing_is_looked_into() -> None:
    case = asked(somebody())
    case.does(AcceptReferral, referral_id=number(case))
    case.later(days=14).fires("referral_meeting").then(TimerFired, Escalated(kind="referral_not_served"))
    case.does(RecordReferralServed, referral_id=number(case))
    assert not case.case.escalations


def test_after_a_no_somebody_has_to_send_it_elsewhere() -> None:
    case = asked(somebody())
    case.does(DeclineReferral, referral_id=number(case), reason="no_staff")
    assert "referral_to_send" in items_of(case.case).values()
    case.when(AcceptReferral, referral_id=number(case)).then_refused("referral_may_become_accepted")
    agreed_to_be_told(case, "new-start").does(SendReferral, service="local_referral", provider="new-start")
    assert "referral_to_send" not in items_of(case.case).values()


def test_after_a_no_somebody_may_decide_that_nobody_else_is_asked() -> None:
    case = asked(somebody())
    case.does(DeclineReferral, referral_id=number(case), reason="no_staff")
    case.does(RevokeReferral, referral_id=number(case), reason="own_wish")
    assert (items_of(case.case), case.case.tasks) == ({}, {}), "who said no need not be told"
    again = asked(somebody())
    again.does(DeclineReferral, referral_id=number(again), reason="no_staff").goes("withdraw")
    assert "referral_to_send" not in items_of(again.case).values()


def test_a_provider_never_takes_on_more_people_than_it_has_room_for() -> None:
    world = World(moscow_with(FULL))
    first, second = (somebody(world) for _ in range(2))
    for case in (first, second):
        referred(case, "new-start")
    first.does(AcceptReferral, referral_id=number(first))
    second.when(AcceptReferral, referral_id=number(second)).then_refused("provider_has_room")
    second.does(WaitlistReferral, referral_id=number(second))
    served_by(first)
    assert world.states["provider:new-start"] == Caseload()
    second.does(AcceptReferral, referral_id=number(second))
    assert world.states["provider:new-start"].referrals == {number(second)}


def served_by(case: Story) -> None:
    case.does(RecordReferralServed, referral_id=number(case)).does(CloseReferral, referral_id=number(case))


def test_a_full_provider_is_passed_over() -> None:
    world = World(moscow_with(("capacity: 60", "capacity: 1")))
    first, second = somebody(world), somebody(world)
    referred(first, "harbour")
    first.does(AcceptReferral, referral_id=number(first))
    for provider in ("harbour", "new-start"):
        agreed_to_be_told(second, provider)
    second.when(SendReferral, service="local_referral", provider="harbour").then_refused("provider_has_room")
    second.does(SendReferral, service="local_referral")
    assert referrals_of(second.case).referrals[number(second)].provider == "new-start"


# -- silence ---------------------------------------------------------------------------------------------------------


def test_working_days_are_those_of_the_country() -> None:
    world = World(start=datetime(2007, 4, 27, 9, tzinfo=UTC))  # a Friday; Saturday 28 April 2007 was a working day
    case = asked(somebody(world))
    (due,) = [fact.due_at for fact in case.now_told(TimerSet) if fact.kind == "referral_answer"]
    assert due.date() == after_working_days(date(2007, 4, 27), 3, "RU")
    assert due.date() > date(2007, 4, 30)


def test_an_unanswered_referral_goes_on_to_the_next_provider_the_person_agreed_to() -> None:
    case = asked(agreed_to_be_told(somebody(), "new-start"))
    first = number(case)
    silent(case).then_among_others(ReferralUnanswered, Escalated, ReferralPassedOn, ReferralMade, TaskRequested)
    assert referrals_of(case.case).referrals[first].status == "passed_on"
    assert referrals_of(case.case).referrals[number(case)].provider == "new-start"
    assert "referral_unanswered" in case.case.escalations
    assert case.tasks(kind="revoke_referral", provider="harbour"), "the silent one must not come after all"
    case.when(AcceptReferral, referral_id=first).then_refused("referral_may_become_accepted")
    case.finish(case.task(kind="send_referral")).accepted()
    assert "referral_unanswered" in case.case.escalations, "a supervisor looks until somebody answers"
    case.does(AcknowledgeReferral, referral_id=number(case))
    assert not case.case.escalations


def test_without_consent_for_the_next_provider_the_work_list_says_so() -> None:
    case = silent(asked(somebody()))
    assert referrals_of(case.case).referrals[number(case)].next_provider == "new-start"
    assert "referral_consent_needed" in items_of(case.case).values()
    assert not case.tasks(kind="send_referral")
    agreed_to_be_told(case, "new-start").does(SendReferral, service="local_referral", provider="new-start")
    assert [one.status for one in referrals_of(case.case).referrals.values()] == ["passed_on", "queued"]


def test_where_nobody_else_can_be_asked_the_work_list_says_so_too() -> None:
    case = consents(story(citizenships=("RU",)), "assistance")
    referred(case, "legal-aid", "legal_advice")
    silent(case)
    assert "referral_unanswered" in items_of(case.case).values()


def test_a_late_answer_is_still_an_answer() -> None:
    case = silent(asked(somebody()))
    case.does(AcceptReferral, referral_id=number(case))
    assert (status(case), case.case.escalations) == ("accepted", frozenset())


def test_a_referral_answered_in_time_is_not_escalated() -> None:
    case = asked(somebody())
    case.does(AcknowledgeReferral, referral_id=number(case))
    assert not [kind for kind, _ in case.case.timers.values() if kind == "referral_answer"]


# -- only declared moves ---------------------------------------------------------------------------------------------


def test_who_waits_for_a_local_organisation_reads_how_to_ask_it() -> None:
    option = next(
        o for o in moscow().journey.options(asked_of(bring(story(), "reintegration"))) if o.dest == "follow_up"
    )
    (found,) = [reason for reason in option.reasons if reason.code == "local_referral_is_provided"]
    assert "SendReferral service=local_referral" in typed(found).help


def asked_of(case: Story) -> GuardContext:
    return GuardContext(case.case, moscow().programme, case.place.now)
