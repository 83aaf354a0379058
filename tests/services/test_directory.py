"""The directory: one live record for every case, with history, and a stop that holds at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from events.facts import directory as facts
from events.facts.accommodation import FacilityFitted
from events.ids import CaseId, case_stream
from handlers.checks.walk import check_log
from handlers.commanding.answers import Accepted, Answer
from handlers.commanding.service import CommandService
from handlers.projections.replay import replay_case
from handlers.states.case_reader import CaseReader
from handlers.states.change_feed import ChangeFeed
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA, BORIS, TAMARA
from tests.kit.roads import (
    agreed_to_be_told,
    bring,
    comes,
    consents,
    departed,
    ready_to_be_received,
    ready_to_depart,
    ready_to_travel,
    referred,
)
from tests.kit.story import Story, story, trip
from workflow.command import Command, RetryTask
from workflow.programme.loading import shipped_programme_text
from workflow.programme.programme import Programme
from workflow.reasons import Refused
from workflow.rights.visibility import may_command, may_see, organisations_shown
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.accounts.commands import CloseAccount
from workflow.subjects.directory.commands import (
    ChangeEntry,
    ConfirmResumption,
    EndEntry,
    ListEntry,
    ProposeResumption,
    StopEntry,
)
from workflow.subjects.directory.involved import involved
from workflow.subjects.directory.state import Directory, directory_stream
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.referrals.commands import AcceptReferral, DiscloseReferral, SendReferral
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.travel.commands import PlanTrip
from workflow.subjects.travel.state import travel_of

NINA = "newstart:nina"


def says(office: Office, kind: type[Any], /, of: str, entry: str, actor: str = BORIS, **fields: Any) -> Answer:
    given = {"mandate": "supervisor", "programme": office.programme, "kind": of, "entry": entry} | fields
    return office.submit(kind, actor=actor, **given)


def done(office: Office, kind: type[Any], /, of: str, entry: str, **fields: Any) -> Accepted:
    answer = says(office, kind, of, entry, **fields)
    assert isinstance(answer, Accepted), answer
    return answer


def stopping(office: Office) -> dict[str, Any]:
    return {"programme": office.programme, "kind": "provider", "entry": "new-start", "reason": "a letter went astray"}


def referral_of(office: Office, case: Story) -> Command:
    wanted = {"service": "local_referral", "provider": "new-start"}
    return office.command(SendReferral, case_id=case.case_id, **wanted)


def stream_of(case: Story) -> str:
    return case_stream(CaseId(case.case_id))


def refused(answer: Answer) -> tuple[str, ...]:
    assert isinstance(answer, Refused), answer
    return answer.codes


def told(office: Office, kind: type[Any]) -> list[Any]:
    log = office.service.log
    found = [log.fact(event) for event in log.stream(directory_stream(office.programme))]
    return [fact for fact in found if isinstance(fact, kind)]


def as_seen(office: Office, case: Story) -> Programme:
    """Return the programme as a page or a letter about this case has it."""
    (seen,) = CaseReader(office.service.log, office.service.definitions).at_many([case.case_id])
    return seen.definition.programme


def in_moscow(office: Office, **opening: Any) -> Story:
    return consents(story(office, **{"citizenships": ("RU",), "language": "ru"} | opening), "assistance")


def helped_by_new_start(office: Office) -> tuple[Story, str]:
    case = bring(story(office, language="ru"), "care")
    return case, referred(case)


def all_is_well(office: Office) -> None:
    """Every rule that must hold of the whole log holds, with each decision asked again as things stood then."""
    faults = [(one.name, fault) for one in check_log(office.service.log, now=office.now) for fault in one.faults]
    assert faults == []


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
    early = says(office, ConfirmResumption, "provider", "new-start", actor=BORIS, proposer=ANNA)
    assert refused(early) == ("resumption_is_proposed",)
    done(office, ProposeResumption, "provider", "new-start", actor=TAMARA, reason="they have changed every password")
    alone = says(office, ConfirmResumption, "provider", "new-start", actor=TAMARA, proposer=TAMARA)
    assert refused(alone) == ("resumed_by_another",)
    without = says(office, ConfirmResumption, "provider", "new-start", actor=ANNA, proposer=TAMARA)
    assert refused(without) == ("both_may_resume",)
    done(office, ConfirmResumption, "provider", "new-start", actor=BORIS, proposer=TAMARA)
    assert organisations_shown(case.case, as_seen(office, case), office.now) == {"newstart"}
    case.does(AcceptReferral, actor=NINA, referral_id=own)
    all_is_well(office)


def test_who_agrees_to_a_resumption_has_seen_what_it_is_of_and_in_time(office: Office) -> None:
    for name in (BORIS, TAMARA):
        office.has_account(name)
    done(office, StopEntry, "provider", "new-start", reason="their mailbox was broken into")
    done(office, ProposeResumption, "provider", "new-start", actor=TAMARA, reason="they have another address")
    done(office, ChangeEntry, "provider", "new-start", email="new@new-start.example.org")
    confirm = {"actor": BORIS, "proposer": TAMARA}
    assert refused(says(office, ConfirmResumption, "provider", "new-start", **confirm)) == ("resumption_is_proposed",)
    done(office, ProposeResumption, "provider", "new-start", actor=TAMARA, reason="they have another address")
    office.pass_time(timedelta(days=office.definition.programme.policies.proposal_days))
    assert refused(says(office, ConfirmResumption, "provider", "new-start", **confirm)) == ("proposal_is_in_time",)
    done(office, ProposeResumption, "provider", "new-start", actor=TAMARA, reason="they have another address")
    done(office, ConfirmResumption, "provider", "new-start", **confirm)
    resumed = office.definition.programme.provider_of["new-start"]
    assert (resumed.email, resumed.status) == ("new@new-start.example.org", "active")


def test_who_proposed_a_resumption_and_left_since_is_not_one_of_two(office: Office) -> None:
    for name in (BORIS, TAMARA):
        office.has_account(name)
    done(office, StopEntry, "provider", "new-start", reason="a letter went astray")
    done(office, ProposeResumption, "provider", "new-start", actor=TAMARA, reason="all is well")
    office.accepted(office.command(CloseAccount, account=TAMARA, reason="left", actor="staff:root"))
    answer = says(office, ConfirmResumption, "provider", "new-start", actor=BORIS, proposer=TAMARA)
    assert refused(answer) == ("both_may_resume",)


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


def test_a_driver_with_a_new_address_is_written_to_there_for_an_older_case(office: Office) -> None:
    case = ready_to_be_received(story(office))
    meeter = office.definition.programme.meeters[0]
    done(office, ChangeEntry, "meeter", meeter.id, email="new@drivers.example.org")
    found = as_seen(office, case).meeter_of[meeter.id]
    assert (found.email, found.name) == ("new@drivers.example.org", meeter.name)
    done(office, ChangeEntry, "meeter", meeter.id, name="Somebody Else")
    again = as_seen(office, case).meeter_of[meeter.id]
    assert (again.email, again.name) == ("new@drivers.example.org", "Somebody Else")


@ON_BOTH_DATABASES
def test_whom_a_driver_is_reached_by_stands_nowhere_in_the_open(office: Office) -> None:
    meeter = office.definition.programme.meeters[0].id
    done(office, ChangeEntry, "meeter", meeter, email="canary@drivers.example.org", name="Zlatovlaska")
    log = office.service.log
    events = [event for page in log.pages() for event in page]
    assert [e.position for e in events if "canary" in e.envelope.body or "Zlatovlaska" in e.envelope.body] == []
    (changed,) = told(office, facts.EntryChanged)
    assert changed.changed == ("email", "name")
    state: Directory = office.state(directory_stream("moscow"))
    assert "Zlatovlaska" not in repr(state)
    assert "canary" not in repr(state)


def test_a_driver_listed_today_meets_somebody_of_an_older_case(office: Office) -> None:
    case = ready_to_be_received(story(office, language="ka"))
    done(office, ListEntry, "meeter", "gia", name="Gia", email="gia@drivers.example.org", more="languages: [ka]")
    at = office.now + timedelta(days=1)
    case.does(PlanArrival, at=at, means="train", number="12", place="Kazansky station", language="ka")
    (reserved,) = [one for one in case.now_told() if type(one).__name__ == "MeeterReserved"]
    assert reserved.meeter == "gia"


def test_an_escort_that_was_ended_is_chosen_for_no_new_trip(office: Office) -> None:
    for escort in office.definition.programme.escorts:
        if "medical" in escort.skills:
            done(office, EndEntry, "escort", escort.id, reason="moved away")
    case = consents(story(office), "travel")
    ready_to_travel(case, escort="medical")
    planned = trip(office.now)
    case.when(PlanTrip, **planned).then_refused("escort_is_free")


def test_an_escort_listed_today_goes_along_in_an_older_case_and_the_step_is_legal_ever_after(office: Office) -> None:
    case = bring(story(office), "documents")
    for escort in office.definition.programme.escorts:
        done(office, EndEntry, "escort", escort.id, reason="all of them are away")
    more = "skills: [medical, operational]\nlanguages: [ro]"
    done(office, ListEntry, "escort", "vera", name="Vera", email="vera@example.org", more=more)
    departed(ready_to_depart(case, escort="medical"))
    assert ("escort", "vera") in involved(case.case)
    done(office, EndEntry, "escort", "vera", reason="moved away")
    all_is_well(office)


@pytest.mark.parametrize(("kind", "code"), [("escort", "escort_is_confirmed"), ("host", "host_is_ready")])
def test_nobody_departs_with_an_escort_or_to_a_host_that_was_stopped(office: Office, kind: str, code: str) -> None:
    case = bring(story(office), "documents")
    ready_to_depart(case, escort="medical")
    planned = travel_of(case.case).trip
    assert planned is not None
    done(office, StopEntry, kind, getattr(planned, kind), reason="somebody asked about the child")
    comes(case, planned.departs_at).advance("depart").then_refused(code)
    all_is_well(office)


def test_an_ended_provider_goes_on_with_whom_it_has_and_takes_nobody_new(office: Office) -> None:
    case, own = helped_by_new_start(office)
    done(office, EndEntry, "provider", "new-start", reason="their funding is over")
    case.does(AcceptReferral, referral_id=own)
    other = agreed_to_be_told(in_moscow(office), "new-start")
    other.when(SendReferral, service="local_referral", provider="new-start").then_refused("provider_is_active")
    again = says(office, EndEntry, "provider", "new-start", reason="again")
    assert refused(again) == ("entry_is_in_use",)
    done(office, ChangeEntry, "provider", "new-start", status="active")
    other.does(SendReferral, service="local_referral", provider="new-start")


def test_a_provider_listed_today_helps_in_an_older_case_under_an_older_file(office: Office) -> None:
    case = in_moscow(office)
    office.publish(shipped_programme_text("moscow") + "\n# a later file\n")
    listed = {"name": "Lighthouse", "email": "desk@lighthouse.example.org"}
    more = "kind: ngo\nservices: [local_referral]\nlanguages: [ru]"
    done(office, ListEntry, "provider", "lighthouse", more=more, **listed)
    assert refused(says(office, ListEntry, "provider", "lighthouse", more=more, **listed)) == ("entry_is_new",)
    agreed_to_be_told(case, "lighthouse").does(SendReferral, service="local_referral", provider="lighthouse")
    (made,) = referrals_of(case.case).referrals.values()
    assert made.provider == "lighthouse"
    all_is_well(office)


def test_what_cannot_be_read_is_told_by_its_keys_and_nothing_is_listed(office: Office) -> None:
    answer = says(
        office, ListEntry, "provider", "lighthouse", name="Lighthouse", email="a@b.example.org", more="kind: x"
    )
    assert refused(answer) == ("entry_can_be_read",)
    assert isinstance(answer, Refused)
    assert dict(answer.reasons[0].values)["keys"] == ("kind", "services", "languages")
    more = "label: {en: Bees, ru: Пчёлы}\nlanguage: ru\nplace: Moscow\nprovider: nobody\nservice: training"
    course = says(office, ListEntry, "course", "bee-keeping", name="Bees", places=8, more=more)
    assert refused(course) == ("entry_names_what_is_known",)
    assert told(office, facts.EntryListed) == []


@pytest.mark.parametrize("kind", [ChangeEntry, EndEntry, StopEntry])
def test_an_entry_nobody_knows_is_named_with_those_there_are(office: Office, kind: type[Any]) -> None:
    fields = {"name": "X"} if kind is ChangeEntry else {"reason": "a slip"}
    assert refused(says(office, kind, "host", "nobody", **fields)) == ("entry_is_known",)


def test_nothing_is_recorded_where_nothing_changes_and_whose_people_see_stays(office: Office) -> None:
    same = says(office, ChangeEntry, "provider", "new-start", name="New Start")
    assert refused(same) == ("something_changes",)
    other = says(office, ChangeEntry, "provider", "new-start", more="staff: somebody")
    assert refused(other) == ("staff_stays",)


def test_the_office_moves_for_every_case_and_its_account_does_not(office: Office) -> None:
    case, before = in_moscow(office), office.definition.programme.office
    done(office, ChangeEntry, "office", "office", email="new@office.example.org", name="The new office")
    now = as_seen(office, case).office
    assert (now.email, now.name) == ("new@office.example.org", "The new office")
    assert (now.account, now.bic, now.payer_name) == (before.account, before.bic, before.payer_name)
    strange = says(office, ChangeEntry, "office", "office", more="account: DE89370400440532013000")
    assert refused(strange) == ("entry_can_be_read", "something_changes")


# -- a house ----------------------------------------------------------------------------------------------------------


def test_a_house_is_not_made_smaller_than_the_people_in_it(office: Office) -> None:
    more = "kind: shelter\nopens: 2007-01-01\ntime_zone: Europe/Moscow"
    done(office, ListEntry, "facility", "six-beds", name="Six beds", address="a quiet street 4", places=6, more=more)
    for _ in range(5):
        in_moscow(office).does(HoldBed, facility="six-beds")
    four = says(office, ChangeEntry, "facility", "six-beds", places=4)
    assert refused(four) == ("house_holds_its_people",)
    assert isinstance(four, Refused)
    assert dict(four.reasons[0].values) == {"people": 5, "places": 4, "beds": (1, 2, 3, 4, 5)}
    done(office, ChangeEntry, "facility", "six-beds", places=5)
    in_moscow(office).when(HoldBed, facility="six-beds").then_refused("bed_is_free")
    fitted = [office.service.log.fact(one) for one in office.service.log.stream("facility:six-beds")]
    assert [one.rooms[0][1] for one in fitted if isinstance(one, FacilityFitted)] == [6, 5]
    all_is_well(office)


def test_a_house_that_was_ended_takes_nobody_new(office: Office) -> None:
    house = office.definition.programme.beds_facilities[0].id
    done(office, EndEntry, "facility", house, reason="sold")
    in_moscow(office).when(HoldBed, facility=house).then_refused("facility_is_open")


# -- files ------------------------------------------------------------------------------------------------------------


def test_a_first_file_tells_the_directory_nothing_and_a_second_what_it_changes(office: Office) -> None:
    case = in_moscow(office)
    assert told(office, facts.EntryListed) + told(office, facts.EntryChanged) == []
    text = shipped_programme_text("moscow").replace("desk@harbour.example.org", "new@harbour.example.org", 1)
    text = text.replace("id: quiet-room,", "id: quiet-place,", 1)
    office.publish(text)
    assert [(one.entry, one.changed, one.source) for one in told(office, facts.EntryChanged)] == [
        ("harbour", ("email",), "file")
    ]
    assert [one.entry for one in told(office, facts.EntryListed)] == ["quiet-place"]
    assert [one.entry for one in told(office, facts.EntryEnded)] == ["quiet-room"]
    now = as_seen(office, case)
    assert now.provider_of["harbour"].email == "new@harbour.example.org"
    assert not now.provider_of["quiet-room"].is_offered
    assert now.provider_of["quiet-place"].is_offered
    all_is_well(office)


def test_a_provider_republished_as_defunct_is_shown_nothing_of_an_older_case(office: Office) -> None:
    case, own = helped_by_new_start(office)
    office.publish(shipped_programme_text("moscow").replace("id: new-start,", "id: new-start, status: defunct,", 1))
    now = as_seen(office, case)
    assert organisations_shown(case.case, now, office.now) == frozenset()
    case.when(DiscloseReferral, referral_id=own, why="they ask").then_refused("provider_is_active")


def test_what_the_console_recorded_is_not_undone_by_a_file_which_says_so(office: Office) -> None:
    done(office, ChangeEntry, "provider", "harbour", email="right@harbour.example.org")
    done(office, StopEntry, "provider", "quiet-room", reason="a letter went astray")
    text = shipped_programme_text("moscow").replace("desk@harbour.example.org", "stale@harbour.example.org", 1)
    office.publish(text)
    programme = office.definition.programme
    assert programme.provider_of["harbour"].email == "right@harbour.example.org"
    assert programme.provider_of["quiet-room"].is_cut_off
    (left,) = told(office, facts.FileEntriesLeft)
    assert left.entries == ("provider:harbour",)


def test_the_same_file_published_again_tells_nothing_more(office: Office) -> None:
    text = shipped_programme_text("moscow")
    office.publish(text.replace("desk@harbour.example.org", "new@harbour.example.org", 1))
    known = len(told(office, facts.EntryChanged))
    office.publish(text.replace("desk@harbour.example.org", "new@harbour.example.org", 1))
    assert len(told(office, facts.EntryChanged)) == known == 1


# -- who looks --------------------------------------------------------------------------------------------------------


def test_a_case_of_the_past_is_seen_with_the_directory_of_that_moment(office: Office) -> None:
    case, _ = helped_by_new_start(office)
    log, definitions = office.service.log, office.service.definitions
    before = log.size() - 1
    feed = ChangeFeed(log, definitions)
    (seen,) = feed.changed()
    assert not seen.definition.programme.provider_of["new-start"].is_cut_off
    done(office, StopEntry, "provider", "new-start", reason="a letter went astray")
    then = replay_case(log, definitions, CaseId(case.case_id), before).definition
    now = replay_case(log, definitions, CaseId(case.case_id), log.size() - 1).definition
    assert then is not None
    assert now is not None
    assert not then.programme.provider_of["new-start"].is_cut_off
    assert now.programme.provider_of["new-start"].is_cut_off
    assert feed.changed() == []
    assert all(one.definition.programme.provider_of["new-start"].is_cut_off for one in feed.all())


def test_another_process_sees_a_change_the_moment_it_is_stored(office: Office) -> None:
    case = in_moscow(office)
    other = office.another_service()
    look = CaseReader(other.log, other.definitions, other.folds)
    (before,) = look.at_many([case.case_id])
    assert before.definition.programme.provider_of["harbour"].email == "desk@harbour.example.org"
    done(office, ChangeEntry, "provider", "harbour", email="new@harbour.example.org")
    (after,) = look.at_many([case.case_id])
    assert after.definition.programme.provider_of["harbour"].email == "new@harbour.example.org"
    current = other.definitions.current("moscow")
    assert current is not None
    assert current.programme.provider_of["harbour"].email == "new@harbour.example.org"
