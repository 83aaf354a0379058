"""A programme file and the directory: what a file changes, and what it leaves as the console recorded it."""

from events.facts import directory as facts
from tests.kit.directory import all_is_well, as_seen, done, helped_by_new_start, in_moscow, told
from tests.kit.offices import Office
from workflow.programme.loading import shipped_programme_text
from workflow.rights.visibility import organisations_shown
from workflow.subjects.directory.commands import (
    ChangeEntry,
    StopEntry,
)
from workflow.subjects.referrals.commands import DiscloseReferral


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
