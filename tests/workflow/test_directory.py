"""The directory put over a programme: pure, and the same for the same history."""

from typing import Any

import pytest
from pydantic import ValidationError

from events.facts.directory import EntryChanged, EntryEnded, EntryListed, EntryStopped
from events.ids import entry_person_id
from tests.kit.roads import consents, plan_trip, ready_to_travel
from tests.kit.story import story
from tests.kit.world import moscow, moscow_with
from workflow.case.state import At
from workflow.programme.errors import ProgrammeFaulty
from workflow.programme.loading import load_definition, shipped_programme_text, shipped_programmes
from workflow.programme.programme import Programme
from workflow.subjects.directory.commands import keys_in
from workflow.subjects.directory.entries import KINDS, id_of, part_as_told, parts_of, written
from workflow.subjects.directory.involved import involved
from workflow.subjects.directory.live import live
from workflow.subjects.directory.published import told_by_file
from workflow.subjects.directory.state import Directory, DirectoryEntry, evolve
from workflow.subjects.travel.state import travel_of

AT = At("2007-03-05T09:00:00.000000Z", "staff:boris", "")


def after(*facts: Any) -> Directory:
    directory = Directory()
    for fact in facts:
        directory = evolve(directory, fact, AT)
    return directory


@pytest.mark.parametrize("name", shipped_programmes())
def test_every_entry_of_a_file_is_written_down_and_read_back_as_it_was(name: str) -> None:
    programme = load_definition(shipped_programme_text(name)).programme
    entries = {}
    for kind in KINDS:
        for part in parts_of(programme, kind):
            stored, key = written(kind, part), (kind, id_of(part))
            entries[key] = DirectoryEntry(stored.record, stored.holds)
            assert part_as_told(key, entries[key], None, stored.sealed) == part
            assert [value for value in stored.sealed.values() if value in stored.record] == []
    assert entries


def test_a_programme_without_a_directory_is_the_file_s_own() -> None:
    programme = moscow().programme
    assert live(programme, None) is programme
    assert live(programme, Directory()) is programme


def test_what_was_looked_up_before_a_change_is_not_what_is_found_after_it() -> None:
    programme = moscow().programme
    assert programme.provider_of["new-start"].is_offered
    stopped = live(programme, after(EntryStopped(kind="provider", entry="new-start", reason="astray")))
    assert stopped.provider_of["new-start"].is_cut_off
    assert programme.provider_of["new-start"].is_offered
    assert [one.id for one in stopped.providers] == [one.id for one in programme.providers]


def test_the_same_history_gives_the_same_revision_and_another_another() -> None:
    ended = EntryEnded(kind="escort", entry="escort-01", reason="away")
    assert after(ended) == after(ended)
    assert after(ended).revision != after(ended, ended).revision != after().revision


def test_a_new_course_of_a_service_an_older_file_never_heard_of_is_not_given_there() -> None:
    key = ("course", "diving")
    known = moscow().programme.courses[0]
    record = written("course", known.model_copy(update={"id": "diving", "service": "diving"})).record
    listed = EntryListed(kind=key[0], entry=key[1], record=record, person_id=entry_person_id("moscow", *key))
    assert "diving" not in live(moscow().programme, after(listed)).course_of


def test_whose_people_see_a_case_stays_as_its_own_file_says() -> None:
    programme = moscow_with(("id: harbour,", "id: harbour, staff: harbour,")).programme
    stored = written("provider", programme.provider_of["harbour"].model_copy(update={"staff": "others"}))
    changed = EntryChanged(
        kind="provider", entry="harbour", record=stored.record, changed=("staff",),
        person_id=entry_person_id("moscow", "provider", "harbour"),
    )  # fmt: skip
    assert live(programme, after(changed)).provider_of["harbour"].staff == "harbour"


def test_a_file_that_says_the_same_again_tells_nothing() -> None:
    old, new = moscow().programme, moscow_with(("desk@harbour.example.org", "new@harbour.example.org")).programme
    assert told_by_file(old, [], Directory()) == []
    told = told_by_file(new, [old], Directory())
    assert [(type(fact).__name__, fact.model_dump()["entry"]) for fact in told] == [("EntryChanged", "harbour")]
    assert told_by_file(new, [old, new], after(*told)) == []
    back = told_by_file(old, [old, new], after(*told))
    assert [type(fact).__name__ for fact in back] == ["EntryChanged"]


def test_a_log_from_before_the_directory_takes_up_what_its_two_files_say_differently() -> None:
    old, new = moscow().programme, moscow_with(("desk@harbour.example.org", "new@harbour.example.org")).programme
    told = told_by_file(new, [old, new], Directory())  # the file in force, with another comment
    now = live(old, after(*told))
    assert now.provider_of["harbour"].email == "new@harbour.example.org"


def test_an_entry_that_cannot_be_read_is_told_without_what_it_holds() -> None:
    entry = DirectoryEntry('{"id":"vera","skills":"Zlatovlaska"}', ("name",))
    with pytest.raises(ValidationError) as refusal:
        part_as_told(("escort", "vera"), entry, None, {"name": "Canary"})
    assert "Zlatovlaska" not in str(refusal.value)
    assert "Canary" not in str(refusal.value)


def test_a_file_stops_nobody() -> None:
    with pytest.raises(ProgrammeFaulty, match="StopEntry"):
        load_definition(shipped_programme_text("moscow").replace("id: harbour,", "id: harbour, status: stopped,", 1))


@pytest.mark.parametrize("text", ["[1, 2]", "a: [", "x", "a: &a [1]\nb: *a", "1: 2", "- a"])
def test_what_is_no_list_of_keys_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be keys"):
        keys_in(text)


def test_a_case_has_to_do_with_its_escort_and_host_until_the_person_is_received() -> None:
    case = plan_trip(ready_to_travel(consents(story(), "travel"), escort="medical"))
    trip = travel_of(case.case).trip
    assert trip is not None
    assert {("escort", trip.escort), ("host", trip.host)} <= involved(case.case)


def _all(programme: Programme) -> int:
    return sum(len(parts_of(programme, kind)) for kind in KINDS)


def test_no_entry_is_lost_when_another_changes() -> None:
    programme = moscow().programme
    changed = live(programme, after(EntryStopped(kind="host", entry=programme.hosts[0].id, reason="astray")))
    assert _all(changed) == _all(programme)
