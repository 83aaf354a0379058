"""Every refusal the rules can give has words: in every language for the screen, and for the command line."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter
from typing import Final

import pytest

import workflow
from console.words.labels import is_worded as has_label
from console.words.language import LANGUAGES, Language
from console.words.reasons import OTHERWISE, TYPED, typed, worded, wordings
from events.money import Money
from tests.kit.readable import TYPED as SPELT
from tests.kit.readable import is_readable
from tests.kit.roads import ready_to_be_received
from tests.kit.story import story
from tests.kit.world import World, moscow
from workflow import refusals as engine
from workflow.command import AdvanceCase
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.reasons import ReasonKind, Refused
from workflow.rights.command_rights import ACTS_OF
from workflow.situation import Situation
from workflow.subjects.accommodation import refusals as accommodation
from workflow.subjects.care import refusals as care
from workflow.subjects.closing import refusals as closing
from workflow.subjects.grants import refusals as grants
from workflow.subjects.intake import refusals as intake
from workflow.subjects.referrals import refusals as referrals
from workflow.subjects.reintegration import refusals as reintegration
from workflow.subjects.safety import refusals as safety
from workflow.subjects.safety.state import safety_of

ROOM: Final = Path(workflow.__file__).parent
ROOMS: Final = (ROOM, ROOM.parent / "handlers", ROOM.parent / "console")
PROGRAMMES: Final = ("moscow", "st-petersburg", "consultation-centre")
CATALOGUES: Final = (TYPED, *LANGUAGES)
DECLARATION: Final = re.compile(r"^[A-Z_]+: Final = ReasonKind\b", re.MULTILINE)
PLACE: Final = re.compile(r"\{\w+(:[^}]*)?\}")


def _declared() -> Iterator[tuple[Path, str, ReasonKind]]:
    """Yield the folder, the name and the kind of everything the rules may say no with."""
    for path in sorted(path for path in ROOM.rglob("*.py") if DECLARATION.search(path.read_text(encoding="utf-8"))):
        module = importlib.import_module(".".join(path.relative_to(ROOM.parent).with_suffix("").parts))
        yield from ((path.parent, name, kind) for name, kind in vars(module).items() if isinstance(kind, ReasonKind))


DECLARED: Final = list(_declared())
KIND_OF: Final = {kind.key: kind for _, _, kind in DECLARED}


def _sources(folder: Path) -> Iterator[str]:
    rooms = ROOMS if folder == ROOM else (folder,)
    files = (path for room in rooms for path in room.rglob("*.py") if path.name != "refusals.py")
    return (DECLARATION.sub("ReasonKind", path.read_text(encoding="utf-8")) for path in files)


def _places(wording: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(wording) if name is not None}


def test_what_the_rules_may_say_is_declared_once() -> None:
    assert len(KIND_OF) == len(DECLARED)
    assert {"bed_is_held/ran_out", "{service}_is_provided/awaited", "programme_is_the_files"} <= KIND_OF.keys()


def test_everything_declared_is_said_by_a_rule() -> None:
    left = [name for folder, name, _ in DECLARED if not any(re.search(rf"\b{name}\b", one) for one in _sources(folder))]
    assert not left


def test_a_rule_gives_a_reason_exactly_the_values_it_declares() -> None:
    called = 0
    for folder, name, kind in DECLARED:
        for call in (one for source in _sources(folder) if name in source for one in ast.walk(ast.parse(source))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) == name:
                called += 1
                assert {keyword.arg for keyword in call.keywords} == {*kind.values, *kind.looked_at}, kind.key
    assert called >= len(DECLARED) - 30, "some are chosen first and called by another name; most are not"


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_every_reason_has_words_and_no_words_are_left_over(catalogue: str) -> None:
    assert wordings(catalogue).keys() - {OTHERWISE} == KIND_OF.keys()


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_words_name_only_values_that_the_rule_gives(catalogue: str) -> None:
    for key, kind in KIND_OF.items():
        wording = wordings(catalogue)[key]
        assert wording.keys() <= {"text", "help", "none"}, key
        assert wording["text"].strip(), key
        assert {place for one in wording.values() for place in _places(one)} <= {*kind.values, *kind.looked_at}, key


def test_every_command_offered_as_a_remedy_is_one() -> None:
    known = {command.__name__ for command in ACTS_OF}
    assert {name for kind in KIND_OF.values() for name in kind.helps_with} <= known


def test_every_field_named_by_a_reason_is_a_field_of_a_form() -> None:
    assert all(has_label("field", kind.field) for kind in KIND_OF.values() if kind.field)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_a_person_reads_is_spelt_for_the_command_line(language: Language) -> None:
    for key, wording in wordings(language).items():
        for one in wording.values():
            said = PLACE.sub("x", one)
            assert not SPELT.search(said), (key, said)
            if language == "ru":
                assert re.search("[а-яё]", said) or not said.strip("“”«»x (),.;"), (key, said)


@pytest.mark.parametrize("name", PROGRAMMES)
def test_every_reason_against_the_steps_of_a_new_case_can_be_read(name: str) -> None:
    world = World(load_definition(shipped_programme_text(name)), start=datetime(2014, 3, 5, 9, tzinfo=UTC))
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
    assert safety_of(case.case).guardian
    (guardian,) = [worded(one, "en") for one in missing.reasons if one.code == "guardian_is_appointed"]
    assert guardian.text == "A child (or somebody of unknown age) has no guardian."
    assert guardian.help == "Record the guardian, or the age if the person is an adult."
    assert guardian.do == ("AppointGuardian", "EstablishAge")


def test_values_are_named_as_people_name_them() -> None:
    programme = moscow().programme
    late = accommodation.HOLD_GETS_LONGER(until=datetime(2007, 3, 5, 15, 30, tzinfo=UTC))
    assert typed(late).text == "the bed is held until 2007-03-05 15:30 UTC"
    assert worded(late, "en", zone="Europe/Moscow").text == "The bed is held until 5 Mar 2007, 18:30 (Moscow) already."
    assert worded(late, "ru").field == "until"
    consent = engine.CONSENT_IS_MISSING(purpose="medical_care")
    assert consent.code == "consent_to_medical_care"
    assert worded(consent, "ru").text == "Нет действующего согласия: Медицинская помощь."
    full = referrals.PROVIDER_HAS_ROOM(capacity=40, name="Clinic North", others=["harbour"], provider="clinic-north")
    assert worded(full, "en", programme=programme).help.endswith("refer the person elsewhere: Harbour counselling.")
    asked, most = Money.parse("EUR 3000"), Money.parse("EUR 1800")
    cap = grants.AMOUNT_IS_WITHIN_CAP(amount=asked, most=most, cap=most, left=most.amount)
    assert worded(cap, "en").text == "The amount (EUR 3,000) must be above zero and at most EUR 1,800."


def test_a_list_of_what_is_open_is_worded_piece_by_piece() -> None:
    bed = closing.BED_IS_LEFT(bed=3, house="moscow-centre")
    tasks = [closing.TASK_IS_LEFT(kind=kind, key=f"T-{kind}") for kind in ("book_ticket", "book_host")]
    course = closing.COURSE_IS_LEFT(course="sewing", status="enrolled")
    left = closing.NOTHING_IS_OPEN(left=[bed, *tasks[:1], course])
    english, russian = (worded(left, language, programme=moscow().programme) for language in LANGUAGES)
    assert english.text == (
        "Still open: bed 3 (Medical rehabilitation centre, Moscow), task “Book the ticket”, course “Sewing” (enrolled)."
    )
    assert english.do == ("ReleaseBed", "CancelTask", "CompleteCourse", "LeaveCourse")
    assert russian.help == (
        "Освободите место. Дождитесь выполнения задач или отмените их. Отметьте окончание курса или уход с него."
    )
    assert typed(closing.NOTHING_IS_OPEN(left=tasks)).help.count("wait for the tasks") == 1


def test_where_there_is_nothing_to_choose_from_the_help_says_so() -> None:
    none = referrals.NO_SUCH_REFERRAL(known=())
    assert (typed(none).help, worded(none, "ru").help) == ("the case has: none", "Направлений в деле нет.")


@pytest.mark.parametrize("house", ["House of Hope: north wing", "Old mill, new mill; 3 of 8", "{0.__class__} {house}"])
def test_what_somebody_named_comes_out_whole_in_every_language(house: str) -> None:
    full = accommodation.BED_IS_FREE(house=house, taken=8, capacity=9, waiting=2, facility="hope")
    assert worded(full, "ru").text == f"{house}: для этого человека свободных мест нет. Занято: 8 из 9. В очереди: 2."
    assert worded(full, "en").text == f"{house}: no bed for this person is free. Taken: 8 of 9. Waiting: 2."
    assert typed(full).text == f"no bed for the person is free in {house}: 8 of 9 taken, 2 waiting"
    for language in LANGUAGES:
        assert house in worded(engine.PURPOSE_IS_KNOWN(purpose=house, known=["travel"]), language).text


def test_scripts_read_what_was_looked_at_as_ever() -> None:
    assert intake.CONSENT_IS_LIVE(until=date(2007, 6, 2)).looked_at == (("until", "2007-06-02"),)
    opens = datetime(2007, 3, 7, 6, tzinfo=UTC)
    closed = care.PROVIDER_IS_OPEN(provider="harbour", opens=opens, at=opens)
    assert typed(closed).help == "it opens next at 2007-03-07 06:00:00+00:00"
    assert closed.looked_at == (("at", "2007-03-07 06:00:00+00:00"),)
    assert reintegration.FOLLOW_UP_IS_DONE(month=12, made=[]).looked_at == (("made", "[]"),)
    assert reintegration.FOLLOW_UP_IS_DONE(month=12, made=[1, 3]).looked_at == (("made", "[1, 3]"),)
    assert safety.CHILD_REFUSES(to=["assistance", "travel"]).looked_at == (("to", "assistance, travel"),)
