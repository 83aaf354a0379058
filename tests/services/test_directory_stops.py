"""Somebody of the directory who is stopped: at once, by one; resumed by two who have seen of what."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from events.ids import CaseId, case_stream
from handlers.commanding.answers import Accepted, Answer
from handlers.commanding.service import CommandService
from tests.kit.directory import (
    all_is_well,
    as_seen,
    confirms,
    done,
    helped_by_new_start,
    in_moscow,
    proposed,
    refused,
    says,
)
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA, BORIS, TAMARA
from tests.kit.roads import (
    agreed_to_be_told,
    bring,
    comes,
    ready_to_depart,
)
from tests.kit.story import Story, story
from workflow.command import Command, RetryTask
from workflow.reasons import Refused
from workflow.rights.visibility import may_command, may_see, organisations_shown
from workflow.subjects.accounts.commands import CloseAccount
from workflow.subjects.directory.commands import (
    ChangeEntry,
    ListEntry,
    ProposeResumption,
    StopEntry,
)
from workflow.subjects.directory.state import directory_stream
from workflow.subjects.referrals.commands import AcceptReferral, DiscloseReferral, SendReferral
from workflow.subjects.travel.state import travel_of

NINA = "newstart:nina"


def stopping(office: Office) -> dict[str, Any]:
    return {"programme": office.programme, "kind": "provider", "entry": "new-start", "reason": "a letter went astray"}


def referral_of(office: Office, case: Story) -> Command:
    wanted = {"service": "local_referral", "provider": "new-start"}
    return office.command(SendReferral, case_id=case.case_id, **wanted)


def stream_of(case: Story) -> str:
    return case_stream(CaseId(case.case_id))


# -- a stop -----------------------------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_a_compromised_partner_sees_nothing_and_is_chosen_by_nobody_from_the_moment_of_the_stop(office: Office) -> None:
    case, own = helped_by_new_start(office)
    before = as_seen(office, case)
    assert may_command(NINA, own, case.case, before)
    assert organisations_shown(case.case, before, office.now) == {"newstart"}
    done(office, StopEntry, "provider", "new-start", reason="their mailbox was broken into")
    now = as_seen(office, case)
    assert organisations_shown(case.case, now, office.now) == frozenset()
    assert not may_command(NINA, own, case.case, now)
    assert not may_see(NINA, case.case, now)
    case.when(AcceptReferral, actor=NINA, referral_id=own).then_refused("case_exists")
    case.when(AcceptReferral, referral_id=own).then_refused("provider_is_active")
    case.when(DiscloseReferral, referral_id=own, why="they ask").then_refused("provider_is_active")
    other = agreed_to_be_told(in_moscow(office), "new-start")
    other.when(SendReferral, service="local_referral", provider="new-start").then_refused("provider_is_active")
    all_is_well(office)


def test_a_case_manager_alone_stops_a_provider_and_two_people_resume_it(office: Office) -> None:
    case, own = helped_by_new_start(office)
    for name in (ANNA, BORIS, TAMARA):
        office.has_account(name)
    done(office, StopEntry, "provider", "new-start", actor=ANNA, reason="a letter went astray")
    assert refused(says(office, StopEntry, "provider", "new-start", reason="again")) == ("entry_is_not_stopped",)
    hidden = says(office, ChangeEntry, "provider", "new-start", more="status: inactive")
    assert "entry_is_not_stopped" in refused(hidden)
    assert refused(says(office, ChangeEntry, "provider", "new-start", status="active")) == (
        "something_changes",
        "entry_is_not_stopped",
    )
    waits = proposed(office, ProposeResumption, "provider", "new-start", actor=TAMARA, reason="other passwords")
    of_it = ("provider", "new-start", waits)
    assert refused(confirms(office, *of_it, actor=TAMARA, proposer=TAMARA)) == ("second_person_agreed",)
    assert refused(confirms(office, *of_it, actor=ANNA, proposer=TAMARA)) == ("second_person_may",)
    assert refused(confirms(office, *of_it, actor=BORIS, proposer=ANNA)) == ("proposal_is_of_entry",)
    assert isinstance(confirms(office, *of_it, actor=BORIS, proposer=TAMARA), Accepted)
    assert organisations_shown(case.case, as_seen(office, case), office.now) == {"newstart"}
    case.does(AcceptReferral, actor=NINA, referral_id=own)
    all_is_well(office)


def test_who_agrees_to_a_resumption_has_seen_what_it_is_of_and_in_time(office: Office) -> None:
    for name in (BORIS, TAMARA):
        office.has_account(name)
    done(office, StopEntry, "provider", "new-start", reason="their mailbox was broken into")
    resumes = (office, ProposeResumption, "provider", "new-start")
    waits = proposed(*resumes, actor=TAMARA, reason="they have another address")
    done(office, ChangeEntry, "provider", "new-start", email="new@new-start.example.org")
    by_boris = {"actor": BORIS, "proposer": TAMARA}
    assert refused(confirms(office, "provider", "new-start", waits, **by_boris)) == ("proposal_is_pending",)
    waits = proposed(*resumes, actor=TAMARA, reason="they have another address")
    office.pass_time(timedelta(days=office.definition.programme.policies.proposal_days))
    assert refused(confirms(office, "provider", "new-start", waits, **by_boris)) == ("proposal_is_in_time",)
    waits = proposed(*resumes, actor=TAMARA, reason="they have another address")
    assert isinstance(confirms(office, "provider", "new-start", waits, **by_boris), Accepted)
    resumed = office.definition.programme.provider_of["new-start"]
    assert (resumed.email, resumed.status) == ("new@new-start.example.org", "active")


def test_who_proposed_a_resumption_and_left_since_is_not_one_of_two(office: Office) -> None:
    for name in (BORIS, TAMARA):
        office.has_account(name)
    done(office, StopEntry, "provider", "new-start", reason="a letter went astray")
    waits = proposed(office, ProposeResumption, "provider", "new-start", actor=TAMARA, reason="all is well")
    office.accepted(office.command(CloseAccount, account=TAMARA, reason="left", actor="staff:root"))
    answer = confirms(office, "provider", "new-start", waits, actor=BORIS, proposer=TAMARA)
    assert refused(answer) == ("account_is_open",)


def test_nobody_stops_their_own_people_who_could_not_resume_it(office: Office) -> None:
    more = "kind: ngo\nservices: [counselling]\nlanguages: [ru]\nstaff: staff"
    done(office, ListEntry, "provider", "own-house", name="Own house", email="own@example.org", more=more)
    assert refused(says(office, StopEntry, "provider", "own-house", reason="a slip")) == ("others_are_stopped",)


def test_nobody_who_did_not_sign_in_resumes_a_provider(office: Office) -> None:
    done(office, StopEntry, "provider", "new-start", reason="a letter went astray")
    answer = says(office, ProposeResumption, "provider", "new-start", mandate="operator", reason="all is well")
    assert refused(answer) == ("somebody_signed_in",)


def test_a_task_held_by_a_stop_is_not_tried_again_before_the_resumption(office: Office) -> None:
    case = agreed_to_be_told(in_moscow(office), "new-start").does(SendReferral, service="local_referral")
    task = case.task(kind="send_referral")
    done(office, StopEntry, "provider", "new-start", reason="a letter went astray")
    case.finish(task, "refused", "RecipientStopped").accepted()
    assert case.case.tasks[task].status == "refused"
    case.when(RetryTask, task_id=task).then_refused("recipient_is_reached")


@ON_BOTH_DATABASES
def test_nobody_is_referred_after_a_stop_though_many_try_in_two_processes_at_once(office: Office) -> None:
    people = [agreed_to_be_told(in_moscow(office), "new-start") for _ in range(12)]
    other, ready = office.another_service(), threading.Barrier(3)

    def refer(service: CommandService, some: list[Story]) -> list[Answer]:
        ready.wait(30)
        return [service.submit(referral_of(office, one)) for one in some]

    def stop() -> Answer:
        ready.wait(30)
        return other.submit(office.command(StopEntry, **stopping(office)))

    with ThreadPoolExecutor(3) as pool:
        referring = [pool.submit(refer, office.service, people[:6]), pool.submit(refer, other, people[6:])]
        stopping_it = pool.submit(stop)
        answers = [found for one in referring for found in one.result(60)]
        assert isinstance(stopping_it.result(60), Accepted)
    log = office.service.log
    (stopped,) = log.of_types(directory_stream("moscow"), ("EntryStopped",))
    for one in people:
        assert all(event.position < stopped.position for event in log.of_types(stream_of(one), ("ReferralMade",)))
    assert len(answers) == 12
    people[0].when(SendReferral, service="local_referral", provider="new-start")
    assert isinstance(people[0].last, Refused)
    all_is_well(office)


def test_a_stop_and_what_comes_behind_it_in_one_turn_are_decided_in_that_order(office: Office) -> None:
    case = agreed_to_be_told(in_moscow(office), "new-start")
    first, second = office.service.submit_many(
        [office.command(StopEntry, **stopping(office)), referral_of(office, case)]
    )
    assert isinstance(first, Accepted)
    assert refused(second) == ("provider_is_active",)


# -- a change ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "code"), [("escort", "escort_is_confirmed"), ("host", "host_is_ready")])
def test_nobody_departs_with_an_escort_or_to_a_host_that_was_stopped(office: Office, kind: str, code: str) -> None:
    case = bring(story(office), "documents")
    ready_to_depart(case, escort="medical")
    planned = travel_of(case.case).trip
    assert planned is not None
    done(office, StopEntry, kind, getattr(planned, kind), reason="somebody asked about the child")
    comes(case, planned.departs_at).advance("depart").then_refused(code)
    all_is_well(office)
