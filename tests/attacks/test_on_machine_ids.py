"""Somebody takes the id beforehand under which a machine is to act, so that it never does."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from events.errors import CommandReused
from events.ids import CaseId
from handlers.checks.walk import check_log
from handlers.commanding.answers import Accepted
from handlers.queries.operations import machine
from tests.kit.command_line import AS_ANNA, Wayhome
from tests.kit.offices import Office
from tests.kit.people import ANNA
from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.workshop import Workshop
from workflow.command import FireTimer
from workflow.reasons import Refused
from workflow.rights.machine_ids import MachineIds, former_id
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.intake.commands import AddNote

HOUR = timedelta(hours=1)


@pytest.fixture
def shop(office: Office, tmp_path: Path) -> Workshop:
    return Workshop(office, tmp_path / "outside")


def with_a_bed(shop: Workshop) -> Story:
    """Return somebody for whom a bed is held for two days."""
    return bring(story(shop.office), "reception").does(HoldBed)


def notes(shop: Workshop, case: Story, command_id: UUID, actor: str = ANNA) -> object:
    note = AddNote(command_id=command_id, actor=actor, case_id=CaseId(case.case_id), note="nothing of importance")
    return shop.office.service.submit(note)


def refused_with(answer: object) -> list[str]:
    assert isinstance(answer, Refused), answer
    return [reason.kind.key for reason in answer.reasons]


# -- an id that could be worked out ------------------------------------------------------------------------------


def test_a_note_under_the_id_a_timer_used_to_have_does_not_keep_it_from_firing(shop: Workshop) -> None:
    case = with_a_bed(shop)
    assert isinstance(notes(shop, case, former_id(f"{case.timer('bed_hold')}/fired")), Accepted)
    shop.office.pass_time(49 * HOUR)
    shop.worker().sweeper.sweep()
    assert "bed_hold" in [fact.kind for fact in shop.facts(case, "TimerFired")]


def test_a_note_under_the_id_a_report_used_to_have_does_not_keep_it_from_being_taken(shop: Workshop) -> None:
    case = with_a_bed(shop)
    task_id = case.task(kind="book_pickup")
    assert isinstance(notes(shop, case, former_id(f"{task_id}/1/done")), Accepted)
    shop.worker().performer.perform([task_id])
    assert shop.status(task_id) == "done"


def test_what_an_older_wayhome_recorded_is_not_done_again(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It fired the timer under the id of that time and stopped before it could say so."""
    case, office = with_a_bed(shop), shop.office
    office.pass_time(49 * HOUR)
    again = _firing(shop, case)
    with monkeypatch.context() as older:
        older.setattr(MachineIds, "refusal", lambda _ids, _command: None)
        first = office.service.submit(again.model_copy(update={"command_id": again.former_id, "former_id": None}))
    second = office.service.submit(again)
    assert isinstance(first, Accepted)
    assert second == first._replace(repeated=True)
    assert shop.told(case, "TimerFired") == ["TimerFired"]


# -- the space of machines ---------------------------------------------------------------------------------------


def test_nobody_acts_under_a_machines_id_nor_as_a_machine_without_one(shop: Workshop) -> None:
    case, ids = with_a_bed(shop), shop.office.service.machine_ids
    foreign = MachineIds(b"another installation")
    assert refused_with(notes(shop, case, ids.of("anything"))) == ["id_is_yours/a_machines"]
    assert refused_with(notes(shop, case, foreign.of("anything"))) == ["id_is_yours/a_machines"]
    for command_id in (uuid4(), former_id("anything"), ids.for_people("anything"), foreign.of("anything")):
        assert refused_with(notes(shop, case, command_id, actor="worker:bank")) == ["id_is_yours/not_made_here"]


def test_at_the_command_line_a_machines_id_and_name_are_refused(tmp_path: Path) -> None:
    wayhome = Wayhome(tmp_path / "data")
    wayhome.done("programme", "publish", "moscow", *AS_ANNA)
    opening = ("case", "open", "citizenships=MD")
    taken = wayhome.run(*opening, *AS_ANNA, "--command-id", str(MachineIds(b"guessed").of("anything")))
    assert (taken.exit_code, "belongs to the machine" in taken.output) == (1, True)
    posing = wayhome.run(*opening, "--as", "system:timer")
    assert (posing.exit_code, "only Wayhome itself acts as a machine" in posing.output) == (1, True)


@given(made_of=st.text(), guessed=st.uuids(), secret=st.binary(min_size=32, max_size=32))
def test_an_id_is_made_of_its_words_and_of_the_secret(made_of: str, guessed: UUID, secret: bytes) -> None:
    ids = MachineIds(b"ours")
    made = ids.of(made_of)
    assert (made, made.version) == (ids.of(made_of), 8)
    assert ids.made(made)
    assert not MachineIds(secret).made(made)
    assert not ids.made(guessed)
    assert not ids.made(UUID(int=guessed.int & ~(0xF << 76) | 8 << 76)), "of the right version, and not ours"
    assert ids.for_people(made_of).version == 4
    assert made not in (MachineIds(secret).of(made_of), former_id(made_of))


# -- an id that was taken all the same ----------------------------------------------------------------------------


def test_a_machines_id_that_holds_something_else_is_an_alarm(shop: Workshop, caplog: pytest.LogCaptureFixture) -> None:
    """Who may write the database puts a command there that did nothing; the timer is kept from firing, aloud."""
    case, office = with_a_bed(shop), shop.office
    _takes(office, office.service.machine_ids.of(f"{case.timer('bed_hold')}/fired"))
    office.pass_time(49 * HOUR)
    firing = _firing(shop, case)
    assert [type(ticket.error) for ticket in office.service.offer([firing, firing])] == [CommandReused] * 2
    for _ in range(2):
        shop.worker().sweeper.sweep()
    alarms = [fact for fact in shop.facts(case, "Escalated") if fact.kind == "machine_id_reused"]
    assert len(alarms) == 1, "said once"
    assert "a machine's id was used for something else: FireTimer" in caplog.text
    assert "escalation:machine_id_reused" in [row["item"] for row in office.rows("work_items", case_id=case.case_id)]
    with office.database.reading() as connection:
        assert machine(connection, office.now).timers_late == 1, "Operations shows it"
    assert _faults(office, "I7") == []
    _another_timer_fires_two_days_later(shop)
    (fault,) = _faults(office, "I7")
    assert f"timer {case.timer('bed_hold')} was due at" in fault
    assert "has not fired, though later ones have" in fault


def _firing(shop: Workshop, case: Story) -> FireTimer:
    timer_id, ids = case.timer("bed_hold"), shop.office.service.machine_ids
    origin = ids.by_machine("system:timer", "system", case.case_id, f"{timer_id}/fired")
    return FireTimer(**origin, timer_id=timer_id, due_at=shop.office.now)


def _takes(office: Office, command_id: UUID) -> None:
    with office.database.writing() as connection:
        row = {"id": str(command_id), "answer": '{"case":"","version":0,"facts":[]}'}
        connection.execute(text("INSERT INTO commands VALUES (:id, 'nothing', :answer)"), row)


def _another_timer_fires_two_days_later(shop: Workshop) -> None:
    with_a_bed(shop)
    shop.office.pass_time(49 * HOUR)
    shop.worker().sweeper.sweep()


def _faults(office: Office, name: str) -> list[str]:
    (check,) = [one for one in check_log(office.service.log, now=office.now) if one.name == name]
    return list(check.faults)
