"""What people chose is told in words wherever it is told again: no names of fields, no code words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import pytest

from console.forms.chosen import chosen
from console.forms.listed import LISTED
from console.words.translation import Words
from events.facts import catalogue
from tests.kit.offices import Office
from tests.kit.roads import bring, close
from tests.kit.story import Story, story
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import main_of, plain
from workflow.subjects.corrections.commands import CorrectCitizenships, CorrectIdentity

CODES = re.compile(r"(?<![\w.@/-])[a-z]+(?:[._][a-z]+)+(?![\w@/])")
OF_MACHINES = {"file"}  # which kind of file a list was taken out as: told to auditors, as its ending


def _words(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from (word for word in get_args(annotation) if isinstance(word, str) and word)
    for inner in get_args(annotation):
        yield from _words(inner)


def _told() -> set[tuple[str, str]]:
    facts = [(name, word) for shape in catalogue().shapes.values() for name, field in shape.fact.model_fields.items()
             for word in _words(field.annotation)]  # fmt: skip
    listed = [(name.rpartition(".")[2], word) for name, words in LISTED.items() for word in words]
    return {*listed, *facts}


def test_every_choice_of_a_closed_list_is_told_as_on_its_form() -> None:
    listed = [(name.rpartition(".")[2], word) for name, words in LISTED.items() for word in words]
    missing = [one for one in listed if not re.search("[а-яё]", chosen(*one, Words("ru")))]
    assert not missing


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_choice_is_told_with_the_name_of_its_field(language: Any) -> None:
    words = Words(language)
    told = {one: chosen(*one, words) for one in _told() if one[0] not in OF_MACHINES}
    strange = {one: said for one, said in told.items() if CODES.search(said)}
    assert not strange


def _whole_life(office: Office) -> Story:
    case = story(office, gender="female", citizenships=("UA",), exploitation=("ForcedLabour",))
    why = {"why": "mistyped", "evidence": "passport"}
    case.does(CorrectIdentity, name="Elena", **why).does(CorrectCitizenships, citizenships=("MD",), **why)
    return close(bring(case, "follow_up"))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_history_of_a_whole_life_is_told_without_a_code_word(house: WebHouse, language: str) -> None:
    case = _whole_life(house.office)
    anna = house.sign_in()
    anna.client.cookies.set("wayhome-language", language)
    for path in (f"/cases/{case.case_id}", f"/cases/{case.case_id}/history"):
        found = CODES.findall(plain(main_of(anna.get(path))))
        assert not found, path
