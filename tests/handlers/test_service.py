"""The one command path on a real database: every promise a case manager, a worker or an auditor relies on."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from events.errors import CommandReused
from events.facts.tasks import TimerFired, TimerSet
from handlers.commanding.answers import Accepted
from handlers.commanding.errors import ProgrammeUnknown
from tests.kit.offices import Office, overtaken, version_of
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import (
    agree_plan,
    bank_says,
    bring,
    close,
    grant,
    paid,
    plan_trip,
    ready_to_depart,
    ready_to_travel,
    referred,
    release,
    served,
    shown,
    trained,
)
from tests.kit.story import Story
from workflow.command import AdvanceCase, Command, FinishTask, FireTimer, PublishProgramme
from workflow.programme.errors import ProgrammeFaulty
from workflow.reasons import Refused
from workflow.subjects.accommodation.commands import HoldBed, TakeBed
from workflow.subjects.grants.commands import ApproveGrant, ReleaseTranche, RequestGrant
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.commands import AddNote, GiveConsent
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.reintegration.commands import AgreePlan
from workflow.subjects.safety.commands import AssessRisk
from workflow.subjects.travel.commands import CancelTrip


def test_a_whole_journey_ends_with_nothing_left_to_do(office: Office) -> None:
    case = bring(Story(office), "reintegration", escort="medical")
    grant_id = grant(case, "reinstallation", "EUR 200")
    paid(case, grant_id, release(case, grant_id))
    served(case, referred(case))
    agree_plan(trained(case)).goes("follow_up")
    close(case)
    assert not office.rows("work_items")
    # Letters nobody sent yet are called off: the sessions were held meanwhile.
    assert {row["status"] for row in office.rows("tasks")} == {"done", "cancelled"}
    assert [row["kind"] for row in office.rows("timers", status="set")] == ["retention"]


def test_leaving_with_nothing_done_lists_every_reason(office: Office) -> None:
    bring(Story(office), "documents").advance("depart").then_refused(
        "return_is_declared", "travel_papers_are_in_order", "fit_to_travel", "trip_is_planned", "ticket_is_issued",
        "host_is_ready",
    )  # fmt: skip


def test_a_refused_command_leaves_no_trace_and_may_be_tried_again(office: Office) -> None:
    case = Story(office)
    size = office.service.log.size()
    command = case.command(AdvanceCase, trigger="receive")
    assert isinstance(office.service.submit(command), Refused)
    assert office.service.log.size() == size
    case.does(GiveConsent, purpose="assistance").does(AssessRisk, level="low", safe_to_return=True)
    case.does(PlanArrival, at=office.now, place="SVO", means="bus")
    assert isinstance(office.service.submit(command), Accepted)


def test_the_same_command_again_gets_the_same_answer(office: Office) -> None:
    opening = office.opening()
    first, again = office.service.submit(opening), office.service.submit(opening)
    assert isinstance(first, Accepted)
    assert again == first._replace(repeated=True)
    twins = office.service.submit_many([office.opening(), opening])
    assert twins[1] == again
    elsewhere = office.another_service()
    assert elsewhere.submit(opening) == again


def test_a_command_id_with_another_body_is_refused(office: Office) -> None:
    opening = office.opening(name="Ana Rusu")
    version_of(office.service.submit(opening))
    with pytest.raises(CommandReused, match="came before with other content"):
        office.service.submit(opening.model_copy(update={"name": "Ana Russu"}))


def test_a_stale_version_is_told_what_happened_in_between(office: Office) -> None:
    case = Story(office)
    seen = version_of(office.submit(GiveConsent, case_id=case.case_id, purpose="travel"))
    case.does(GiveConsent, purpose="research").does(AddNote, note="she called")
    answer = overtaken(office.submit(AgreePlan, case_id=case.case_id, expected=seen))
    assert (answer.expected, answer.version) == (seen, seen + 2)
    assert [event.envelope.type for event in answer.since] == ["ConsentGiven", "NoteAdded"]


def test_of_two_commands_for_one_version_in_one_batch_the_second_learns_of_the_first(office: Office) -> None:
    case = Story(office)
    seen = version_of(office.submit(AddNote, case_id=case.case_id, note="first"))
    both = [case.command(GiveConsent, purpose=p, expected=seen) for p in ("travel", "research")]
    won, lost = office.service.submit_many(both)
    assert version_of(won) == seen + 1
    assert [event.envelope.type for event in overtaken(lost).since] == ["ConsentGiven"]


def test_a_report_from_a_ghost_is_refused_and_changes_nothing(office: Office) -> None:
    case = bring(Story(office), "care")
    task = case.task(service="counselling")
    old, new = office.claim(task), office.claim(task)
    size = office.service.log.size()
    report = {"task_id": task, "outcome": "done", "reference": "r"}
    for epoch in (old, new + 1, 0):
        case.when(FinishTask, epoch=epoch, **report).then_refused("task_is_yours")
    assert office.service.log.size() == size
    (row,) = office.rows("tasks", task_id=task)
    assert (row["status"], row["epoch"]) == ("claimed", new)
    case.when(FinishTask, epoch=new, **report).accepted()
    case.when(FinishTask, epoch=new, **report).then_refused("task_is_yours")


def test_a_task_nobody_has_begun_cannot_be_reported(office: Office) -> None:
    case = bring(Story(office), "care")
    case.when(FinishTask, task_id=case.task(service="counselling"), epoch=0, outcome="done").then_refused(
        "task_is_yours"
    )


def test_withdrawal_waits_for_the_worker_who_has_begun(office: Office) -> None:
    case = bring(Story(office), "documents")
    ready_to_travel(case, escort="medical")
    plan_trip(case)
    ticket, invitation = case.task(kind="book_ticket"), case.task(kind="book_escort")
    case.claims(ticket).claims(invitation).goes("withdraw")
    assert {row["status"] for row in office.rows("tasks", kind="book_escort")} == {"claimed"}
    assert {row["status"] for row in office.rows("tasks", kind="cancel_ticket")} == set()
    case.finish(ticket).finish(invitation)
    assert {row["kind"] for row in office.rows("tasks", status="waiting")} == {"cancel_ticket", "release_escort"}
    assert not office.state("facility:moscow-centre").beds
    assert not office.state("escorts:moscow").trips


def test_a_cancelled_return_gives_everything_back_once(office: Office) -> None:
    case = bring(Story(office), "documents")
    ready_to_depart(case, escort="medical").does(CancelTrip, reason="changed her mind")
    waiting = office.rows("tasks", status="waiting")
    assert sorted(row["kind"] for row in waiting) == ["cancel_host", "cancel_ticket", "release_escort"]


def test_money_follows_the_person_and_the_bank(office: Office) -> None:
    case = bring(Story(office), "follow_up")
    grant_id = grant(case)
    first = release(case, grant_id)
    tranche = release(shown(paid(case, grant_id, first), grant_id, first), grant_id)
    task = case.task(tranche_id=tranche)
    case.claims(task)
    bank_says(case, grant_id, tranche, "rejected").accepted()
    case.finish(task).accepted().goes("withdraw")
    fund = office.state("fund:moscow")
    assert sum(account.disbursed for account in fund.accounts.values()) == 900
    assert not fund.grants


def test_a_timer_that_comes_after_the_case_moved_on_is_harmless(office: Office) -> None:
    case = Story(office).does(HoldBed)
    timer = case.timer("bed_hold")
    case.does(TakeBed).later(hours=49)
    case.when(FireTimer, timer_id=timer, due_at=office.now).then_refused("timer_is_set")
    assert office.state("facility:moscow-centre").bed_of(case.case_id) == 1


def test_a_hold_ends_late_but_once_when_nobody_was_running(office: Office) -> None:
    case = Story(office).does(HoldBed)
    timer, due = case.timer("bed_hold"), office.now + timedelta(hours=48)
    case.later(days=30).when(FireTimer, timer_id=timer, due_at=due).accepted()
    (fired,) = case.now_told(TimerFired)
    assert fired.due_at == due
    case.when(FireTimer, timer_id=timer, due_at=due).then_refused("timer_is_set")
    assert not office.state("facility:moscow-centre").beds


def test_a_person_who_comes_back_has_one_number_and_two_linked_cases(office: Office) -> None:
    first = Story(office, name="Ana Rusu").goes("withdraw")
    second = Story(office, previous_case=first.case_id)
    assert second.case.person_id == first.case.person_id
    assert (first.case.next_case, second.case.previous_case) == (second.case_id, first.case_id)
    a, b = office.service.submit_many([office.opening(previous_case=first.case_id) for _ in range(2)])
    assert isinstance(a, Refused)
    assert isinstance(b, Refused)


def test_a_poison_command_does_not_harm_its_neighbours(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [Story(office) for _ in range(5)]
    commands: list[Command] = [case.command(AddNote, note="fine") for case in cases]
    commands[3:3] = [
        office.command(PublishProgramme, programme="moscow", text="not: a programme"),
        office.opening(programme="unheard-of"),
    ]
    tickets = office.service.offer(commands)
    assert [type(ticket.error) for ticket in tickets] == [
        type(None), type(None), type(None), ProgrammeFaulty, ProgrammeUnknown, type(None), type(None),
    ]  # fmt: skip
    assert all(isinstance(ticket.answer, Accepted) for ticket in tickets if ticket.error is None)


def test_what_the_database_cannot_hold_harms_only_who_sent_it(office: Office) -> None:
    cases = [Story(office) for _ in range(3)]
    commands = [case.command(AddNote, note="fine") for case in cases]
    unstorable: dict[str, Any] = {"task_id": b"\xff", "epoch": object(), "outcome": "done", "reference": ""}
    poison = FinishTask.model_construct(**commands[1].model_dump(exclude={"note"}) | unstorable)
    tickets = office.service.offer([commands[0], poison, commands[2]])
    assert [ticket.error is None for ticket in tickets] == [True, False, True]


def test_a_programme_is_published_under_its_own_name(office: Office) -> None:
    answer = office.publish(office.text, "st-petersburg")
    assert isinstance(answer, Refused)
    assert answer.codes == ("programme_is_the_files",)
    again = office.publish(office.text)
    assert isinstance(again, Accepted)
    assert again.facts == ()  # published already


def test_a_case_keeps_the_definition_it_was_opened_under(office: Office) -> None:
    before = Story(office)
    office.publish(office.text.replace("bed_hold_hours: 48", "bed_hold_hours: 24"))
    after = Story(office)
    assert before.case.definition != after.case.definition
    holds = [case.when(HoldBed).now_told(TimerSet)[0].due_at - office.now for case in (before, after)]
    assert holds == [timedelta(hours=48), timedelta(hours=24)]


def test_a_command_for_a_case_that_never_was_is_refused(office: Office) -> None:
    answer = office.submit(AddNote, case_id="7K3P9-QXM2D", note="who?", command_id=uuid4())
    assert isinstance(answer, Refused)
    assert answer.codes == ("case_exists",)


def test_what_waits_for_a_person_is_on_the_work_list(office: Office) -> None:
    case = bring(Story(office), "follow_up")
    case.does(RequestGrant, kind="reinstallation", amount="EUR 200", payee_name="A", payee_account="0024")
    grant_id = next(iter(grants_of(case.case).grants))
    assert [row["kind"] for row in office.rows("work_items")] == ["approve_grant"]
    case.does(ApproveGrant, grant_id=grant_id, actor=BORIS)
    assert [row["kind"] for row in office.rows("work_items")] == ["release_tranche"]
    case.does(ReleaseTranche, grant_id=grant_id, actor=CLARA)
    case.finish(case.task(kind="disburse_grant"), "unknown").accepted()
    assert [row["kind"] for row in office.rows("work_items")] == ["task_unknown"]
    # That the case is hers is said; that she asked for the money is not.
    assert ANNA not in str([row | {"owner": ""} for row in office.rows("work_items")])
