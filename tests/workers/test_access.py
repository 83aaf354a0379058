"""The letter about an emergency reaches the data-protection officer, and says nothing about the person."""

from __future__ import annotations

from tests.kit.people import ANNA, BORIS
from tests.kit.story import story
from tests.kit.workshop import Workshop
from workflow.subjects.access.commands import BreakGlass, StopLooking
from workflow.subjects.access.state import access_of

WHY = "Zlatovlaska called from the station."


def test_the_officer_is_written_to_at_once_and_reads_which_case_and_who(shop: Workshop) -> None:
    case = story(shop.office, name="Zlatovlaska Kanarejkina", actor=ANNA)
    case.does(BreakGlass, actor=BORIS, mandate="medical", reason="danger_to_life", why=WHY)
    with shop.crew() as crew:
        crew.settle()
        crew.settle()
    (mail,) = shop.mails()
    said = "\n".join([*(f"{name}: {value}" for name, value in mail.items()), mail.get_content()])
    assert mail["Subject"] == f"Emergency access {case.case_id}"
    assert shop.office.definition.programme.office.email in mail["To"]  # where the programme names no officer
    assert all(
        word in said
        for word in (BORIS, "medical", "danger to life", "5 March 2007, 16:00 (Moscow, UTC+3)", ANNA, "экстренном")
    )
    assert "Zlatovlaska" not in said
    assert not case.tasks(kind="tell_of_glass")


def test_the_officer_reads_who_was_stopped_and_nothing_of_any_case(shop: Workshop) -> None:
    case = story(shop.office, name="Zlatovlaska Kanarejkina", actor=ANNA)
    ids = shop.office.service.machine_ids.by_machine("system:access", "system", case.case_id, "stop/1")
    shop.office.accepted(StopLooking(**ids, account=BORIS, cases=80))
    with shop.crew() as crew:
        crew.settle()
        crew.settle()
    (mail,) = shop.mails()
    said = "\n".join([*(f"{name}: {value}" for name, value in mail.items()), mail.get_content()])
    assert shop.office.definition.programme.office.email in mail["To"]  # where the programme names no officer
    assert all(word in said for word in (BORIS, "80 cases", "UTC", "остановлена"))
    assert case.case_id not in said
    assert "Zlatovlaska" not in said
    assert not case.tasks(kind="tell_of_stop")


def test_new_cases_are_compared_when_the_workers_sweep(shop: Workshop) -> None:
    first = story(shop.office, name="Maria Ionescu", birth_date="1990-02-03").later(minutes=1)
    second = story(shop.office, name="Мария Ионеску", birth_date="1990-02-03")
    with shop.crew() as crew:
        crew.settle()
    assert access_of(first.case).duplicates == (second.case_id,)
