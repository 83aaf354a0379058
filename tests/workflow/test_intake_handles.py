"""What people are called here: two easy words or a name of their own choosing, never their own, never twice."""

from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError

from events.facts.closing import ArrivalCounted
from events.facts.erasure import PersonErased
from events.facts.intake import CaseOpened, HandleChanged, HandleTaken
from tests.kit.story import story
from tests.kit.world import World, moscow, moscow_with, uuid
from workflow.case.state import Case
from workflow.subjects.intake.commands import ChangeHandle
from workflow.subjects.intake.handle_words import WORDS, Language, agreeing
from workflow.subjects.intake.handles import TakenHandles, derived_handle, given_handle
from workflow.subjects.intake.state import handle_of, handles_of_case
from workflow.values.handles import Handle, folded_handle, is_of_name

HANDLE: TypeAdapter[str] = TypeAdapter(Handle)
LANGUAGES: tuple[Language, ...] = ("en", "ru")
BOTH = pytest.mark.parametrize("language", LANGUAGES)


def called(case: Case) -> str:
    return handle_of(case, moscow().programme)


# -- the words ------------------------------------------------------------------------------------------------------


@BOTH
def test_there_are_enough_pairs_of_words_for_thousands_and_each_stands_once(language: Language) -> None:
    words = WORDS[language]
    assert words.pairs > 10_000
    assert len({words.pair(number) for number in range(words.pairs)}) == words.pairs
    assert all(HANDLE.validate_python(words.pair(number)) == words.pair(number) for number in range(words.pairs))


def test_russian_words_agree_in_gender() -> None:
    assert [agreeing("озёрный", gender) for gender in "mfn"] == ["озёрный", "озёрная", "озёрное"]
    assert [agreeing("летний", gender) for gender in "mfn"] == ["летний", "летняя", "летнее"]
    assert [agreeing("сияющий", gender) for gender in "mfn"] == ["сияющий", "сияющая", "сияющее"]
    assert [agreeing("звонкий", gender) for gender in "mfn"] == ["звонкий", "звонкая", "звонкое"]


@BOTH
def test_a_thousand_people_of_one_programme_have_a_thousand_handles(language: Language) -> None:
    taken = TakenHandles()
    for number in range(1000):
        taken = taken.with_one(given_handle(uuid(number), WORDS[language], taken), f"C-{number}")
    assert sum(map(len, taken.drawers.values())) == 1000


def test_when_the_two_words_are_taken_others_are_given_and_in_the_end_a_number() -> None:
    first = given_handle(UUID(int=5, version=4), WORDS["en"], TakenHandles())
    taken, found = TakenHandles(), []
    for _ in range(70):
        found.append(given_handle(UUID(int=5, version=4), WORDS["en"], taken))
        taken = taken.with_one(found[-1], "C")
    assert found[0] == first
    assert len(set(found)) == 70
    assert found[-1].split()[-1] == "2"


def test_given_words_are_never_from_the_name() -> None:
    first = given_handle(uuid(9), WORDS["en"], TakenHandles())
    other = given_handle(uuid(9), WORDS["en"], TakenHandles(), name=f"{first.split()[1]} Petrenko")
    assert other != first
    assert not is_of_name(other, f"{first.split()[1]} Petrenko")


# -- what may be typed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["Маша", "  Quiet   Lake ", "Jean-Luc", "O’Hara", "Тихая гавань 2", "محمد", "Đặng Lan", "गंगा नदी"]
)
def test_a_handle_is_one_to_three_words_in_any_script(typed: str) -> None:
    assert HANDLE.validate_python(typed) == " ".join(typed.split())


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "x", "=HYPERLINK(1)", "@lake", "+lake", "-lake", "Lake\n2", "Lake\u202e", "La\u200bke", "Lake\x00",
        "L" * 10_000, "one two three four", "Lake 1990", "1990", "12", "7K3P9-QXM2D", "LAKEA-BCDEF", "survivor",
        "lake; drop", "<b>lake</b>", "lake.example.org", "a@b", "+79161234567", "O k s a n a",
    ],
)  # fmt: skip
def test_what_is_no_handle_is_refused_at_the_door_and_never_repeated(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        HANDLE.validate_python(typed)
    said = refused.value.errors(include_input=False, include_url=False)[0]["msg"]
    assert len(typed.strip()) < 3 or typed.strip() not in said


@pytest.mark.parametrize(
    ("handle", "name"),
    [
        ("Oksana", "Оксана Петренко"), ("Оксана", "Oksana Petrenko"), ("Oksa", "Оксана"), ("Oksanochka", "Oksana"),
        ("Petrenko", "Оксана Петренко"), ("Ok Sana", "Oksana"), ("My Oksana", "Oksana"), ("Гюльнара", "Gulnara"),
        ("Yulia", "Юлия"), ("Natasha", "Наталья"), ("Մարիամ", "Mariam"), ("JULIA", "Iulia"),
    ],
)  # fmt: skip
def test_a_name_in_another_script_or_spelling_is_still_the_name(handle: str, name: str) -> None:
    assert is_of_name(handle, name)


def test_two_spellings_of_one_handle_are_one() -> None:
    assert folded_handle("Маша") == folded_handle("masha") != folded_handle("Mila")


# -- at the opening -------------------------------------------------------------------------------------------------


def test_whoever_is_opened_is_called_something_and_the_programme_knows_it() -> None:
    case = story()
    opened, counted = case.now_told(CaseOpened)[0], case.now_told(ArrivalCounted)[0]
    assert len(opened.handle.split()) == 2
    assert opened.handle == counted.handle == called(case.case)


def test_a_programme_gives_words_in_its_own_language() -> None:
    world = World(moscow_with(("home_country: RU\n", "home_country: RU\nlanguage: ru\n")))
    assert "а" <= story(world).now_told(CaseOpened)[0].handle[-1] <= "я"


def test_a_chosen_handle_is_kept_as_it_was_chosen() -> None:
    assert called(story(handle="Мила", name="Оксана Петренко").case) == "Мила"


def test_the_person_s_own_name_is_no_handle_in_any_script() -> None:
    for chosen in ("Oksana", "Оксана", "Oksa", "petrenko"):
        story(handle=chosen, name="Оксана Петренко").then_refused("handle_is_not_the_name")


def test_nobody_is_called_as_somebody_else_is_in_whichever_script() -> None:
    world = World()
    story(world, handle="Mila").accepted()
    story(world, handle="Мила").then_refused("handle_is_free")
    story(world, handle="Mira").accepted()


def test_who_comes_again_is_called_as_before() -> None:
    world = World()
    first = story(world, handle="Mila").ends("withdraw", reason="declined")
    again = story(world, previous_case=first.case_id)
    assert called(again.case) == "Mila"
    third = story(world, previous_case=again.ends("withdraw", reason="declined").case_id, handle="Mila")
    assert called(third.case) == "Mila"


def test_who_comes_again_and_gives_the_handle_as_a_name_gets_two_words() -> None:
    world = World()
    first = story(world, handle="Mila").ends("withdraw", reason="declined")
    again = story(world, previous_case=first.case_id, name="Мила Петренко")
    assert not is_of_name(called(again.case), "Мила")


# -- later ----------------------------------------------------------------------------------------------------------


def test_a_handle_is_changed_and_the_one_before_goes_on_finding_the_case() -> None:
    case = story(handle="Mila")
    case.when(ChangeHandle, handle="Calm Lake", why="their_wish").then(
        HandleChanged(handle="Calm Lake", before="Mila", why="their_wish"),
        HandleTaken(case_id=case.case_id, handle="Calm Lake"),
    )
    assert handles_of_case(case.case, moscow().programme) == ("Calm Lake", "Mila")
    story(case.place, handle="Mila").then_refused("handle_is_free")


def test_a_handle_goes_back_to_the_one_before() -> None:
    case = story(handle="Mila").does(ChangeHandle, handle="Calm Lake", why="mixed_up")
    case.does(ChangeHandle, handle="Mila", why="their_wish")
    assert handles_of_case(case.case, moscow().programme) == ("Mila", "Calm Lake")
    case.when(ChangeHandle, handle="Mila", why="their_wish").then_refused("handle_is_another")


def test_without_a_word_of_one_s_own_two_other_words_are_given() -> None:
    case = story(handle="Mila").does(ChangeHandle, why="says_who_they_are")
    assert len(called(case.case).split()) == 2


def test_a_handle_of_a_case_that_has_ended_can_still_be_changed_and_nobody_else_gets_it() -> None:
    world = World()
    ended = story(world, handle="Mila").ends("withdraw", reason="declined")
    story(world, handle="Mila").then_refused("handle_is_free")
    ended.does(ChangeHandle, handle="Mira", why="mistyped")
    story(world, handle="Mira").then_refused("handle_is_free")


# -- who never had one, and who has gone ------------------------------------------------------------------------------


def test_a_case_of_before_there_were_handles_is_called_by_words_of_its_number() -> None:
    case = story().case._replace(handle="")
    assert called(case) == called(case) == derived_handle(case.case_id, WORDS["en"])
    assert called(case)[-2:].isdigit()


def test_of_somebody_erased_no_chosen_word_is_shown_any_more() -> None:
    case = story(handle="Mila").does(ChangeHandle, handle="Mira", why="their_wish")
    asked = {"request_id": "E-1", "asked_by": "person", "paper": "118/2026"}
    case.given(PersonErased(person_id="P-1", case_id=case.case_id, cases=(case.case_id,), **asked))  # type: ignore[arg-type]
    assert handles_of_case(case.case, moscow().programme) == (derived_handle(case.case_id, WORDS["en"]),)
