"""Nothing that a subject brings is written and then forgotten: what its modules hold is registered, and is used."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Final

import pytest
import typer

from console import verbs
from console.cli import VERBS
from console.forms.form import form_for
from console.subjects import CASE_FORMS
from events.facts import catalogue
from handlers import reactions
from tests.kit.web.filled import context, rich
from workers.effects.registry import EFFECTS
from workflow.case.state import Part
from workflow.command import Command, fields_of
from workflow.guard_context import GuardContext
from workflow.reasons import Reason
from workflow.registry import SUBJECTS
from workflow.subject import StepHook, Subject
from workflow.tasks import TASK_KINDS, TIMER_OF
from workflow.values.text import ReferenceToken

ROOT: Final = Path(__file__).parent.parent
ROOMS: Final = ("events", "workflow", "handlers", "workers", "console")
REACTIONS: Final = ROOT / "handlers" / "reactions"
BY_STEM: Final = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.stem)
# A list of each module, and the field of the registration that takes the lists of all modules together.
LISTS: Final = {
    "RULES": "rules", "OFFICE_RULES": "office_rules", "GUARDS": "guards", "TASKS": "tasks", "TIMERS": "timers",
}  # fmt: skip

ALONE: Final = [one for subject in SUBJECTS for one in (subject.part, subject.leaving, subject.entering)]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _modules(subject: Subject) -> Iterator[ModuleType]:
    package = import_module(f"workflow.subjects.{subject.stem}")
    return (import_module(f"{package.__name__}.{found.name}") for found in iter_modules(package.__path__))


@BY_STEM
def test_what_a_subject_s_modules_hold_is_registered(subject: Subject) -> None:
    for module in _modules(subject):
        held = vars(module)
        for name, field in LISTS.items():
            left = [one for one in held.get(name, ()) if one not in getattr(subject, field)]
            assert left == [], f"{module.__name__}.{name}"
        left = [name for name in held.get("CHANGES", ()) if name not in subject.changes]
        assert left == [], f"{module.__name__}.CHANGES"
        left = [name for name, value in held.items() if isinstance(value, Part | StepHook) and value not in ALONE]
        assert left == [], module.__name__


@BY_STEM
def test_every_command_has_a_rule_and_every_guard_is_one(subject: Subject) -> None:
    decided = [rule.command for rule in subject.rules] + [rule.command for rule in subject.office_rules]
    assert set(decided) == set(subject.commands)
    assert len(decided) == len(subject.commands)
    trees = [_tree(Path(str(module.__file__))) for module in _modules(subject)]
    used = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert set(_guards_written(subject)) - used == set(), "in no list and in no rule"


def _guards_written(subject: Subject) -> Iterator[str]:
    for module in _modules(subject):
        for name, value in vars(module).items():
            if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
                said = inspect.signature(value, eval_str=True)
                asked = [one.annotation for one in said.parameters.values()]
                if asked == [GuardContext] and said.return_annotation == Reason | None:
                    yield name


def test_changes_and_reactions_are_those_of_facts_there_are() -> None:
    facts = catalogue().shapes.keys()
    modules = (import_module(f"handlers.reactions.{found.name}") for found in iter_modules(reactions.__path__))
    named = {name for module in modules for name in getattr(module, "REACTIONS", ())}
    assert (named | {name for subject in SUBJECTS for name in subject.changes}) - facts == set()


def test_every_kind_of_task_and_timer_is_asked_for_by_a_reaction_and_done() -> None:
    said = {
        node.value
        for path in REACTIONS.glob("*.py")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert {*TASK_KINDS, *TIMER_OF} - said == set()
    assert EFFECTS.keys() == set(TASK_KINDS)


def test_no_function_of_a_module_s_own_is_left_unused() -> None:
    """A reaction, a change or a way to do a task that is in no list is one of these."""
    left = [
        f"{path.relative_to(ROOT)}: {name}"
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for name in _unused(_tree(path))
    ]
    assert left == []


def _unused(tree: ast.Module) -> Iterator[str]:
    own = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.decorator_list]
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return (node.name for node in own if node.name.startswith("_") and node.name not in used)


def test_every_verb_that_is_written_is_on_the_command_line() -> None:
    named = [getattr(import_module(f"console.verbs.{place.module}"), place.name) for place in VERBS.values()]
    listed = [command.callback for app in named if isinstance(app, typer.Typer) for command in app.registered_commands]
    modules = (import_module(f"{verbs.__name__}.{found.name}") for found in iter_modules(verbs.__path__))
    written = ((module.__name__, name, value) for module in modules for name, value in vars(module).items())
    left = [f"{module}.{name}" for module, name, value in written if _is_verb(value) and value not in [*named, *listed]]
    assert left == []


def _is_verb(value: object) -> bool:
    return isinstance(value, typer.Typer) or (inspect.isfunction(value) and "Example: " in (value.__doc__ or ""))


@BY_STEM
def test_every_subject_is_explained_and_tested(subject: Subject) -> None:
    page = (ROOT / "docs" / "contributor.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| [^|]+ \| `{subject.stem}`", page, re.MULTILINE), "a row of the table of subjects"
    assert [
        *ROOT.glob(f"tests/services/test_{subject.stem}*.py"),
        *ROOT.glob(f"tests/workflow/test_{subject.stem}*.py"),
    ]


def test_every_service_that_is_tested_is_on_the_page_of_services() -> None:
    page = (ROOT / "docs" / "services.md").read_text(encoding="utf-8")
    tested = {path.stem.split("_")[1] for path in (ROOT / "tests" / "services").glob("test_*.py")}
    for_no_person = {"access", "accounts", "corrections", "erasure", "team"}  # how the office works
    assert [name for name in sorted(tested - for_no_person) if f"`tests/services/test_{name}" not in page] == []


@pytest.mark.parametrize("kind", CASE_FORMS.values(), ids=lambda kind: kind.__name__)
def test_nobody_has_to_type_an_id_that_could_be_chosen(kind: type[Command]) -> None:
    pattern = ReferenceToken.__metadata__[0].pattern  # type: ignore[attr-defined]
    ids = {name for name, field in fields_of(kind).items() if pattern in repr(field)}
    typed = {field.name for field in form_for(kind, context(rich())).every() if field.kind == "text"}
    assert ids & typed == set()
