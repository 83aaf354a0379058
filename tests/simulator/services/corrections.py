"""Slips, and how they are put right: what was recorded is taken back, and what was said of a person is corrected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any, Final

from console.simulation.managed_case import BORIS, ManagedCase
from tests.simulator.services.acts import Act, a_mandate_of
from workflow.case.retraction import records_of
from workflow.command import CaseCommand, RetractRecord
from workflow.subjects.corrections.commands import CorrectCitizenships, CorrectDetails, CorrectIdentity
from workflow.subjects.intake.commands import AddNote, ChangeHandle

_WHY_BACK: Final = ("wrong_day", "recorded_twice", "did_not_happen", "wrong_content")
_WHY: Final = ("mistyped", "misheard", "paper_seen", "not_known_before")
_EVIDENCE: Final = ("persons_word", "passport", "birth_certificate", "age_assessment")
_NAMES: Final = ("Мария Иванова", "Ion Petrescu", "Gulnora Karimova", "Anna-Maria Ким")
_CITIZENSHIPS: Final = (("RU",), ("MD",), ("UZ",), ("RU", "MD"), ("KG",))
_LANGUAGES: Final = ("ru", "ro", "uz", "ky", "uk")
_BANDS: Final = ("9-17", "18-20", "21-23", "27-29")


def _why(order: Random) -> dict[str, str]:
    said = {"why": order.choice(_WHY), "evidence": order.choice(_EVIDENCE)}
    return said | ({"evidence_number": f"No {order.randrange(1000)}"} if order.random() < 0.5 else {})


def takes_back(managed: ManagedCase, order: Random) -> Iterator[CaseCommand]:
    """Take back a record: mostly one's own and new, now and then a colleague's, which takes two."""
    standing = records_of(managed.case).standing
    if standing:
        number = order.choice(list(standing)[-3:])
        who = BORIS if order.random() < 0.3 else standing[number].by
        fields = {"record": number, "why": order.choice(_WHY_BACK), "mandate": a_mandate_of(who)}
        yield managed.make(RetractRecord, who, **fields)


def corrects_identity(managed: ManagedCase, order: Random) -> Iterator[CaseCommand]:
    """Put a name, a number or a birth date right; the date may make a child of an adult, or an adult of a child."""
    said: dict[str, Any] = order.choice((
        {"name": order.choice(_NAMES)},
        {"phone": f"+7495{order.randrange(10**6, 10**7)}"},
        {"birth_date": managed.today - timedelta(days=order.randrange(15 * 365, 45 * 365))},
        {"no_phone": True},
    ))  # fmt: skip
    yield managed.make(CorrectIdentity, **said, **_why(order))


def corrects_details(managed: ManagedCase, order: Random) -> Iterator[CaseCommand]:
    """Put right what else is known; a language moves whoever speaks with the person."""
    said: dict[str, Any] = order.choice((
        {"gender": order.choice(("female", "male", "non_binary"))},
        {"language": order.choice(_LANGUAGES)},
        {"age_band": order.choice(_BANDS)},
        {"exploitation": ("Servitude",), "country_of_exploitation": "TR"},
    ))  # fmt: skip
    yield managed.make(CorrectDetails, **said, **_why(order))


def corrects_citizenships(managed: ManagedCase, order: Random) -> Iterator[CaseCommand]:
    """Put the citizenships right: two people once a return rests on them."""
    yield managed.make(CorrectCitizenships, citizenships=order.choice(_CITIZENSHIPS), **_why(order))


def _notes(managed: ManagedCase, order: Random) -> Iterator[CaseCommand]:
    yield managed.make(AddNote, note=f"a made-up note {order.randrange(1000)}")


def _is_called_otherwise(managed: ManagedCase, _order: Random) -> Iterator[CaseCommand]:
    yield managed.make(ChangeHandle, why="their_wish")


CORRECTIONS: Final = (
    Act(0.025, takes_back),
    Act(0.006, corrects_identity),
    Act(0.008, corrects_details),
    Act(0.004, corrects_citizenships),
    Act(0.010, _notes),
    Act(0.003, _is_called_otherwise),
)
