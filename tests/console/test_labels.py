"""Everything that has a name on the screen has one in both languages."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
import yaml

import workflow
from console.words.labels import _labels, humanised, is_worded, label
from console.words.language import LANGUAGES
from console.words.naming import own_name
from console.words.translation import Words
from events.facts import catalogue
from handlers.projections import work_items as work_list
from workflow.command import CaseCommand, Command, FinishTask, FireTimer, OfficeCommand, fields_of
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.programme.programme import Programme
from workflow.registry import HUMAN, OFFICE
from workflow.rights.acts import ACTS, ROLES
from workflow.rights.command_rights import ACTS_OF
from workflow.subjects.documents.state import EXPIRING, LATE
from workflow.subjects.referrals.commands import DiscloseReferral
from workflow.subjects.referrals.moves import STATUS_CHANGES
from workflow.subjects.reintegration.commands import OfferSeat
from workflow.subjects.trafficking_routes.commands import Leg
from workflow.subjects.travel.commands import TripLeg
from workflow.tasks import TASK_KINDS, TIMER_OF

COMMANDS: tuple[type[Command], ...] = tuple(
    sorted({*HUMAN, *OFFICE, *ACTS_OF, DiscloseReferral}, key=lambda kind: kind.__name__)
)
BY_PEOPLE = tuple(kind for kind in COMMANDS if kind not in (FinishTask, FireTimer, OfferSeat))
SHARED = {"command_id", "actor", "mandate", "expected", "occurred_at", "former_id", "case_id"}
PROGRAMMES = ("moscow", "st-petersburg", "consultation-centre")


def shipped() -> list[Programme]:
    return [load_definition(shipped_programme_text(name)).programme for name in PROGRAMMES]


def own_fields(kind: type[Any]) -> dict[str, Any]:
    if kind in (Leg, TripLeg):
        return dict(kind.model_fields)
    if issubclass(kind, CaseCommand | OfficeCommand):
        return fields_of(kind)
    return {name: field for name, field in kind.model_fields.items() if name not in SHARED}


def choices_of(annotation: Any) -> Iterator[str]:
    """Yield the words of a closed list; a lone word beside free text is no list."""
    if get_origin(annotation) is Literal:
        words = get_args(annotation)
        yield from (str(word) for word in words if len(words) > 1)
        return
    for inner in get_args(annotation):
        yield from choices_of(inner)


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_every_command_has_a_title_and_says_what_it_is_for(kind: type[Command]) -> None:
    assert is_worded("command", kind.__name__)
    assert is_worded("command_help", kind.__name__)


@pytest.mark.parametrize("kind", [*BY_PEOPLE, Leg, TripLeg], ids=lambda kind: kind.__name__)
def test_every_field_of_a_form_and_every_choice_has_a_label(kind: type[Any]) -> None:
    for name, field in own_fields(kind).items():
        assert is_worded("field", f"{kind.__name__}.{name}"), name
        for choice in {*choices_of(field.annotation), *(c for m in field.metadata for c in choices_of(m))}:
            assert is_worded("choice", f"{kind.__name__}.{name}.{choice}"), f"{name}: {choice}"


def test_what_every_form_has_is_labelled() -> None:
    assert all(is_worded("field", name) for name in (*SHARED - {"command_id", "former_id"}, "programme"))


@pytest.mark.parametrize("name", sorted(catalogue().shapes))
def test_every_fact_can_be_told_on_a_timeline(name: str) -> None:
    assert is_worded("fact", name)


def test_tasks_timers_and_what_waits_for_people_are_named() -> None:
    assert [kind for kind in TASK_KINDS if not is_worded("task", kind)] == []
    assert [kind for kind in TIMER_OF if not is_worded("timer", kind)] == []
    assert [kind for kind in _item_kinds() if not is_worded("item", kind)] == []
    assert [kind for kind in _escalations() if not is_worded("escalation", kind)] == []


def _item_kinds() -> set[str]:
    """Return the kinds of items the work list's source writes down."""
    kinds = {f"task_{status}" for status in ("unknown", "refused", "dead")}
    for node in ast.walk(ast.parse(inspect.getsource(work_list))):
        values: list[ast.expr] = []
        if isinstance(node, ast.DictComp):
            values = [node.value]
        elif isinstance(node, ast.Dict):
            values = node.values
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            values = [node.value]
        kinds |= {text for value in values for text in _texts(value)}
    assert {"approve_grant", "visit_due", "referral_unanswered", "agree_plan"} <= kinds
    return kinds


def _texts(node: ast.expr) -> set[str]:
    if isinstance(node, ast.IfExp):
        return _texts(node.body) | _texts(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def _escalations() -> set[str]:
    """Return what the rules' sources escalate."""
    room = Path(workflow.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in room.rglob("*.py"))
    return {*re.findall(r'Escalated\(kind="(\w+)"', source), LATE, EXPIRING}


def test_statuses_parts_and_roles_are_named() -> None:
    wanted = {
        "task_status": ("open", "waiting", "claimed", "unknown", "called_off", "done", "cancelled", "refused", "dead"),
        "referral_status": ("queued", *STATUS_CHANGES),
        "tranche_status": ("released", "instructed", "paid", "rejected", "returned"),
        "compartment": ("identity", "contact", "medical", "legal", "money", "story"),
        "role": ROLES,
    }
    assert [(kind, name) for kind, names in wanted.items() for name in names if not is_worded(kind, name)] == []


@pytest.mark.parametrize("programme", shipped(), ids=lambda programme: programme.programme)
def test_every_name_of_a_shipped_programme_is_worded(programme: Programme) -> None:
    journey = programme.journey
    wanted = {
        "stage": journey.states,
        "trigger": {way.trigger for way in journey.transitions},
        "purpose": programme.purposes,
        "closure_reason": programme.closure_reasons,
        "service": programme.service_of,
        "grant": programme.grant_kind,
        "cost": programme.costs,
        "evidence": {kind for grant in programme.grants for kind in grant.evidence},
        "course": programme.course_of,
        "path": programme.document_path,
        "step": {step.id for path in programme.documents for step in path.steps},
        "document": {path.kind for path in programme.documents},
        "topic": {topic.id for topic in programme.consultation_topics},
        "group": {group.id for group in programme.at_risk_groups},
        "facility_kind": {house.kind for house in programme.facilities},
        "escort": {skill for escort in programme.escorts for skill in escort.skills},
    }
    assert [(kind, name) for kind, names in wanted.items() for name in names if not is_worded(kind, name)] == []


def test_russian_is_russian_and_english_is_english() -> None:
    strange = [
        (kind, name)
        for kind, names in _labels().items()
        for name, (english, russian) in names.items()
        if not (english.strip() and russian.strip()) or re.search("[а-яё]", english.lower().replace("русский", ""))
    ]
    assert strange == []
    plain = {"English"}
    latin = [
        (kind, name, russian)
        for kind, names in _labels().items()
        for name, (_, russian) in names.items()
        if not re.search(r"[а-яё]|\d", russian.lower()) and russian not in plain
    ]
    assert latin == []


def test_nobody_is_called_a_victim_on_the_screen() -> None:
    said = [words for names in _labels().values() for words in names.values()]
    assert not [words for words in said if re.search(r"\bvictim|жертв", " ".join(words).lower())]


def test_a_name_nobody_has_worded_is_shown_in_plain_letters() -> None:
    for language in LANGUAGES:
        assert label("service", "own_kitchen", language) == "Own kitchen"
        assert label("provider", "night-bell", language) == "night-bell"
        assert label("hint", "TakeBed.until", language) == ""
    assert humanised("OpenCase") == "Open case"


def test_countries_and_languages_are_babels() -> None:
    assert Words("ru").country("UZ") == "Узбекистан"
    assert Words("en").language_name("ky") == "Kyrgyz"
    assert Words("ru").language_name("tg") == "Таджикский"


def test_an_office_keeps_its_own_names() -> None:
    renamed = shipped_programme_text("moscow").replace(
        "label: {en: Care, ru: Помощь}", "label: {en: Daily help, ru: Забота}"
    )
    office = load_definition(renamed).programme
    assert Words("en").label("stage", "care", office) == "Daily help"
    assert Words("ru").label("stage", "care") == "Помощь"
    assert own_name(office, "house", "moscow-centre", "ru") == "Medical rehabilitation centre, Moscow"
    assert own_name(office, "purpose", "travel", "ru") is None


def test_the_words_travel_in_the_package() -> None:
    from console.words import reasons
    from console.words.labels import _DATA

    files = [*_DATA.glob("*.yaml"), *reasons._DATA.glob("*/*.yaml")]
    assert len(files) > 50
    assert all(isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict) for path in files)


def test_wherever_somebody_saw_a_case_has_a_name_in_the_access_log() -> None:
    recorded = {*ACTS, "forms", "case", "history", "api", "grant", "decision"}
    assert [page for page in sorted(recorded) if not is_worded("page", page)] == []
