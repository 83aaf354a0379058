"""The directory: one live record for every case, with history; what a change does to cases that are there."""

from datetime import timedelta
from typing import Any

import pytest

from events.facts import directory as facts
from events.facts.accommodation import FacilityFitted
from events.ids import CaseId
from handlers.projections.replay import replay_case
from handlers.states.case_reader import CaseReader
from handlers.states.change_feed import ChangeFeed
from tests.kit.directory import all_is_well, as_seen, done, helped_by_new_start, in_moscow, refused, says, told
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.roads import (
    agreed_to_be_told,
    bring,
    consents,
    departed,
    ready_to_be_received,
    ready_to_depart,
    ready_to_travel,
)
from tests.kit.story import story, trip
from workflow.programme.loading import shipped_programme_text
from workflow.reasons import Refused
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.directory.commands import (
    ChangeEntry,
    EndEntry,
    ListEntry,
    StopEntry,
)
from workflow.subjects.directory.involved import involved
from workflow.subjects.directory.published import left_alone
from workflow.subjects.directory.state import CONSOLE, Directory, DirectoryEntry, directory_stream
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.referrals.commands import AcceptReferral, SendReferral
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.travel.commands import PlanTrip

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


def test_there_is_one_office_and_a_second_is_not_invented_by_its_name(office: Office) -> None:
    answer = says(office, ChangeEntry, "office", "elsewhere", name="Elsewhere")
    assert refused(answer) == ("entry_is_known",)


def test_a_file_comes_into_force_though_an_older_version_took_a_second_office(office: Office) -> None:
    second = DirectoryEntry(record="{}", source=CONSOLE)
    (left,) = left_alone(office.definition.programme, Directory({("office", "elsewhere"): second}))
    assert isinstance(left, facts.FileEntriesLeft)


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
