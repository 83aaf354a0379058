"""Every refusal the rules can give has words for the screen, in both languages and without command-line spelling."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from console.words.labels import is_worded as has_label
from console.words.language import LANGUAGES, Language
from console.words.reasons import is_worded, worded
from console.words.templates import Template, all_entries, entries
from tests.engine_words import Said, everything_said
from tests.kit.readable import TYPED, is_readable
from tests.kit.roads import ready_to_be_received
from tests.kit.story import World, moscow, story
from workflow.command import AdvanceCase
from workflow.programme.loading import load, shipped_text
from workflow.reasons import Reason, Refused
from workflow.rights.command_rights import ACTS_OF
from workflow.situation import Situation

SAID = everything_said()
PROGRAMMES = ("moscow", "st-petersburg", "consultation-centre")


def _is_worded(said: Said) -> bool:
    code, text = said.code.replace("{}", "7"), said.template.replace("{}", "7")
    part = "texts" if said.part == "text" else "helps"
    return any(template.shape.fullmatch(text) for entry in entries(code) for template in getattr(entry, part))


def test_the_source_of_the_rules_is_read_whole() -> None:
    codes = {said.code for said in SAID}
    assert {"bed_is_held", "{}_is_provided", "consent_to_{}", "case_exists", "programme_is_the_files"} <= codes
    assert len(codes) > 190


def test_everything_the_rules_can_say_is_worded() -> None:
    missing = [f"{one.where} {one.code} ({one.part}): {one.template}" for one in SAID if not _is_worded(one)]
    assert not missing, "word these in console/words/reasons:\n" + "\n".join(sorted(set(missing)))


def test_no_wording_is_left_over_from_a_rule_that_is_gone() -> None:
    left = []
    for code, entry in all_entries().items():
        mine = [one for one in SAID if code == "any" or entry.code.fullmatch(one.code.replace("{}", "7"))]
        for part, templates in (("text", entry.texts), ("help", entry.helps)):
            said = [one.template for one in mine if one.part == part]
            left += [f"{code}: {one.say}" for one in templates if not _is_said(one, said)]
    assert not left, "\n".join(left)


def _is_said(wording: Template, said: list[str]) -> bool:
    """Tell whether the rules say so; a wording may stand for one value of theirs, like an empty list."""
    shapes = [re.escape(one).replace(re.escape("{}"), ".+") for one in said if one != "{}"]
    return any(wording.shape.fullmatch(one.replace("{}", "7")) for one in said) or any(
        re.fullmatch(shape, wording.say) for shape in shapes
    )


def test_every_command_offered_as_a_remedy_is_one() -> None:
    known = {command.__name__ for command in ACTS_OF}
    offered = {
        name
        for entry in all_entries().values()
        for template in (*entry.texts, *entry.helps, *entry.pieces)
        for name in template.do
    }
    assert offered <= known, offered - known


def test_every_field_named_by_a_reason_is_a_field_of_a_form() -> None:
    named = {entry.field for entry in all_entries().values() if entry.field}
    assert all(has_label("field", field) for field in named)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_a_person_reads_is_spelt_for_the_command_line(language: Language) -> None:
    index = LANGUAGES.index(language)
    for entry in all_entries().values():
        for template in (*entry.texts, *entry.helps, *entry.pieces):
            said = re.sub(r"\{\w+\}", "x", template.said[index])
            assert said.strip(), template.say
            assert not TYPED.search(said), said
            if language == "ru":
                assert re.search("[а-яё]", said) or said.strip("“”«»x (),.;") == "", said


@pytest.mark.parametrize("name", PROGRAMMES)
def test_every_reason_against_the_steps_of_a_new_case_can_be_read(name: str) -> None:
    world = World(load(shipped_text(name)), start=datetime(2014, 3, 5, 9, tzinfo=UTC))
    case = story(world, programme=name, citizenships=("UZ",), age_band="9-17")
    journey, programme = world.definition.journey, world.definition.programme
    situation = Situation(case.case, programme, journey, world.now)
    asked = situation.asked(case.command(AdvanceCase, trigger="close"))
    stages = [asked._replace(case=case.case._replace(stage=stage)) for stage in journey.programme.journey.states]
    reasons = [reason for one in stages for option in journey.options(one) for reason in option.reasons]
    assert len(reasons) >= len(stages)
    assert all(is_readable(reason, programme) for reason in reasons)


def test_a_missing_guardian_is_told_in_words_and_offers_the_form() -> None:
    case = ready_to_be_received(story(age_band="9-17"))
    missing = story(age_band="9-17").advance("receive").last
    assert isinstance(missing, Refused)
    assert case.case.guardian
    (guardian,) = [worded(one, "en") for one in missing.reasons if one.code == "guardian_is_appointed"]
    assert guardian.text == "A child (or somebody of unknown age) has no guardian."
    assert guardian.help == "Record the guardian, or the age if the person is an adult."
    assert guardian.do == ("AppointGuardian", "EstablishAge")


def test_values_are_named_as_people_name_them() -> None:
    programme = moscow().programme
    late = Reason("hold_gets_longer", "the bed is held until 2007-03-05 15:30 UTC", "give a later time")
    assert worded(late, "en", zone="Europe/Moscow").text == "The bed is held until 5 Mar 2007, 18:30 (Moscow) already."
    assert worded(late, "ru").field == "until"
    consent = Reason("consent_to_medical_care", "there is no live consent to medical_care", "check the date")
    assert worded(consent, "ru").text == "Нет действующего согласия: Медицинская помощь."
    full = Reason(
        "provider_has_room", "all 40 places of Clinic North are taken", "record WaitlistReferral, or refer to harbour"
    )
    assert worded(full, "en", programme=programme).help.endswith("refer the person elsewhere: Harbour counselling.")
    cap = Reason("amount_is_within_cap", "EUR 3000 is not above zero and up to 1800 EUR", "ask for less")
    assert worded(cap, "en").text == "The amount (EUR 3,000) must be above zero and at most EUR 1,800."


def test_a_list_of_what_is_open_is_worded_piece_by_piece() -> None:
    left = Reason(
        "nothing_is_open",
        "still open: bed 3 of moscow-centre, task book_ticket T-1, course sewing (enrolled)",
        "record ReleaseBed; wait for the tasks, or cancel them with: wayhome tasks cancel",
    )
    english, russian = (worded(left, language, programme=moscow().programme) for language in LANGUAGES)
    assert english.text == (
        "Still open: bed 3 (Medical rehabilitation centre, Moscow), task “Book the ticket”, course “Sewing” (enrolled)."
    )
    assert english.help == "Give the bed up. Wait for the tasks, or call them off."
    assert english.do == ("ReleaseBed", "CancelTask")
    assert russian.help == "Освободите место. Дождитесь выполнения задач или отмените их."


def test_what_nobody_has_worded_stays_the_engines_english() -> None:
    new = Reason("moon_is_full", "the moon is not full", "wait for it")
    assert not is_worded(new)
    assert worded(new, "ru").text == "The moon is not full."
    assert worded(new, "ru").do == ()


def test_braces_in_a_value_are_only_text() -> None:
    odd = Reason("purpose_is_known", "there is no purpose {0.__class__}", "one of: assistance, travel")
    assert worded(odd, "en").text == "The programme has no such purpose: {0. class }."
