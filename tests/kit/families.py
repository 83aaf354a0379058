"""People who belong together, and what is done for all of them in one breath."""

from __future__ import annotations

from typing import Any

from console.views.together import CarriedOut, all_or_none
from tests.kit.offices import Office
from tests.kit.roads import consents, ready_to_travel
from tests.kit.story import Story, present, story
from tests.kit.workshop import Workshop
from workflow.command import CaseCommand
from workflow.reasons import Refused
from workflow.subjects.groups.commands import FormGroup, JoinGroup

MOTHER = {"gender": "female", "age_band": "30-38", "language": "ro", "citizenships": ("MD",)}
SON = {"gender": "male", "birth_date": "1999-06-15", "age_band": None, "language": "ro", "citizenships": ("MD",)}
DAUGHTER = {"gender": "female", "age_band": "0-8", "language": "ro", "citizenships": ("MD",)}
FLIGHT = {"place": "Шереметьево", "means": "flight", "number": "SU1491"}


def family(office: Office, *people: dict[str, Any], purposes: tuple[str, ...] = ("assistance",)) -> list[Story]:
    """Return a parent and their children, who belong together and agreed to help."""
    first, *others = [consents(story(office, **one), *purposes) for one in people or (MOTHER, SON, DAUGHTER)]
    first.does(FormGroup)
    for child in others:
        child.does(JoinGroup, with_case=first.case_id, relation="child")
    return [first, *others]


def together(office: Office, people: list[Story], kind: type[CaseCommand], **fields: Any) -> CarriedOut:
    """Do something for several in one breath, in the order in which the page does it."""
    first = office.command(kind, case_id=people[0].case_id, **fields)
    assert isinstance(first, CaseCommand)
    return all_or_none(first, {one.case_id: {} for one in people}, office.service, office.definition.programme)


def done(answer: CarriedOut) -> None:
    assert answer.is_done, [one.answer.codes for one in answer.each if isinstance(one.answer, Refused)]


def mails(shop: Workshop, to: str) -> list[str]:
    """Return the texts of the letters to somebody, after everything that is due is done."""
    with shop.crew() as crew:
        crew.settle()
    bodies = [mail.get_body(("plain",)) for mail in shop.mails() if f"{to}@" in str(mail["To"])]
    return [str(present(body).get_content()) for body in bodies]


def ready(office: Office, *people: dict[str, Any]) -> list[Story]:
    found = family(office, *people, purposes=("assistance", "travel"))
    return [ready_to_travel(one) for one in found]
