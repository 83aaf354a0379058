"""The house is built as docs/contributor.md says: no circle, each subject under one name, no decisions borrowed."""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parent.parent
ROOMS: Final = ("events", "workflow", "handlers", "workers", "console")
SUBJECTS: Final = frozenset(path.parent.name for path in (ROOT / "workflow" / "subjects").glob("*/__init__.py"))

# What may stand in a room itself; everything else has a folder that says what it is about.
OUTSIDE_FOLDERS: Final = {
    "workflow": frozenset({"advancing", "case_decisions", "command", "decide", "decide_office", "guard_context",
                           "guards", "happened", "publication", "reasons", "refusals", "registry", "retracting",
                           "situation", "subject", "tasks", "two_people"}),
    "handlers": frozenset(),
    "workers": frozenset({"errors"}),
}  # fmt: skip

# Where a module is named after its subject, or after a part of it (`grants_ledger`), and what else has a reason there.
STEMS: Final[Mapping[str, Mapping[str, str]]] = {
    "events/facts": {
        "decisions": "what two people decide, whatever the subject",
        "journey": "a step of the case itself",
        "office": "what an installation is told: its programme files and its keys",
        "tasks": "the engine's own work",
    },
    "handlers/reactions": {
        "decisions": "what a proposal leads to, whatever the subject",
        "journey": "what a step leads to, whatever the subject",
        "moment": "what every reaction is given",
    },
    "workers/effects": {
        "registry": "takes the effects of all subjects together",
    },
    "console/simulation": {
        "bank": "plays the bank",
        "demo_accounts": "who signs in to a demo",
        "demo_bank": "plays the bank",
        "going_on": "time that passes while a demo is looked at",
        "managed_case": "plays a case manager",
        "manager": "plays a case manager",
        "order_book": "plays the travel agent",
        "summary": "what a year came to",
        "year": "a year as a whole",
    },
    "tests/services": {"conftest": "on which database the stories of all subjects are told"},
}


@cache
def trees() -> Mapping[str, ast.Module]:
    """Return every module of the five rooms by its name, parsed."""
    files = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]
    return {_name(file): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def _name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def imports() -> Mapping[str, frozenset[str]]:
    """Return which of our modules each imports: at the top, in a function, or only for its types."""
    return {module: frozenset(_imported(tree)) - {module} for module, tree in trees().items()}


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for found in node.names:
                full = f"{node.module}.{found.name}"
                yield from {full if full in trees() else node.module} & trees().keys()
        elif isinstance(node, ast.Import):
            yield from {found.name for found in node.names} & trees().keys()


def test_no_module_leads_back_to_itself() -> None:
    circles = {frozenset(circle): circle for module in imports() if (circle := _way_back(module))}
    shortest = sorted(circles.values(), key=len)
    assert [" -> ".join(circle) for circle in shortest] == []


def _way_back(module: str) -> tuple[str, ...]:
    """Return the shortest way from a module over what it imports back to it, or nothing when there is none."""
    came_from = dict.fromkeys(imports()[module], module)
    ahead = deque(came_from)
    while ahead:
        here = ahead.popleft()
        for found in imports()[here] - came_from.keys():
            came_from[found] = here
            if found == module:
                return _walked(module, came_from)
            ahead.append(found)
    return ()


def _walked(module: str, came_from: Mapping[str, str]) -> tuple[str, ...]:
    """Return the way walked, told from its first name in the alphabet, so that all who are on it tell the same."""
    way = [came_from[module]]
    while way[-1] != module:
        way.append(came_from[way[-1]])
    way.reverse()
    first = way.index(min(way))
    return (*way[first:], *way[: first + 1])


@pytest.mark.parametrize("room", OUTSIDE_FOLDERS)
def test_whatever_is_about_something_stands_in_a_folder(room: str) -> None:
    assert {file.stem for file in (ROOT / room).glob("*.py")} - {"__init__"} - OUTSIDE_FOLDERS[room] == set()


@pytest.mark.parametrize("folder", STEMS)
def test_a_subject_has_one_name_in_every_room(folder: str) -> None:
    found = {file.stem.removeprefix("test_") for file in (ROOT / folder).glob("*.py")} - {"__init__"}
    strangers = {stem for stem in found if not _is_of_a_subject(stem)}
    assert strangers == STEMS[folder].keys(), "name it after its subject, or give the reason in STEMS"


def _is_of_a_subject(stem: str) -> bool:
    return any(stem == subject or stem.startswith(f"{subject}_") for subject in SUBJECTS)


@pytest.mark.parametrize("subject", sorted(SUBJECTS))
def test_every_subject_has_facts_commands_and_one_registration(subject: str) -> None:
    parts = (f"events.facts.{subject}", *(f"workflow.subjects.{subject}.{part}" for part in ("commands", "subject")))
    assert [part for part in parts if part not in trees()] == []
    assert f"workflow.subjects.{subject}.subject" in imports()["workflow.registry"]


def test_a_subjects_package_is_empty_so_that_its_state_comes_without_its_decisions() -> None:
    packages = ["workflow.subjects", *(f"workflow.subjects.{subject}" for subject in sorted(SUBJECTS))]
    assert [package for package in packages if len(trees()[package].body) != 1] == []


# A subject that settles another's part of the same command borrows its decision. Each is one sentence of the office's.
BORROWED: Final = {
    ("restore.decisions", "accounts.decisions"): "who counts as an officer is the accounts' own word",
    ("closing.decisions", "accommodation.decisions"): "a house that closes gives up its beds",
    ("closing.decisions", "accommodation.waiting_list"): "and finds others by the houses it looks at",
    ("directory.decisions", "accommodation.rooms"): "a house that has other rooms asks its line anew",
    ("intake.consents", "referrals.moves"): "a consent taken back takes the referrals under it back",
    ("intake.consents", "referrals.sending"): "a referral's consent is about one provider",
    ("corrections.letters", "referrals.sending"): "who was told under a consent is told of a correction under it",
    ("intake.decisions", "hotline.consultations"): "a consultation's code opens a case",
    ("safety.decisions", "reception.decisions"): "a child is not met with whoever is suspected",
    ("safety.decisions", "travel.decisions"): "a child does not travel with whoever is suspected",
}


def test_no_subject_borrows_anothers_decisions_but_for_these() -> None:
    found = {
        (module.removeprefix("workflow.subjects."), other.removeprefix("workflow.subjects."))
        for module, others in imports().items()
        for other in others
        if _subject_of(module) and _subject_of(module) != _subject_of(other) and _decides(other)
    }
    assert found == BORROWED.keys(), "import its state or definition, or give the reason in BORROWED"


def _subject_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[2] if parts[:2] == ["workflow", "subjects"] and len(parts) > 3 else None


def _decides(module: str) -> bool:
    """Tell whether a subject's module decides: it makes facts for streams, as no state, definition or guard does."""
    if _subject_of(module) is None:
        return False
    named = {node.id for node in ast.walk(trees()[module]) if isinstance(node, ast.Name)}
    return not named.isdisjoint({"Decision", "StreamFact", "CommandRule"})


# One module says which day it is and whose clocks go. Whatever else handles clocks has a reason here.
CLOCKS: Final = "workflow.values.days"
OTHER_CLOCKS: Final[Mapping[str, str]] = {
    "console.drills.life": "a drill's clock is set to the begin of a programme",
    "console.forms.context": "by which clocks a form is typed",
    "console.forms.form": "an hour that comes twice is asked about",
    "console.forms.given": "an hour that comes twice is asked about",
    "console.verbs.demo": "a demo's clock is set to the begin of a programme",
    "console.verbs.past": "an auditor types moments by the log's own clock",
    "console.web.pages.history": "an auditor types moments by the log's own clock, or a case's",
    "console.words.naming": "a stored text of an old fact may lack the zone, which is UTC",
    "events.instants": "an instant is stored in UTC",
    "events.world": "a clock tells UTC",
    "workflow.command": "an instant is taken from whichever zone it was typed in",
    "workflow.values.calendars": "whether there is a time zone of a name",
}
_STORED: Final = re.compile(r"(_at|since|now|until)$")
_SHORT: Final = frozenset({4, 7, 10})  # of a stored instant: its year, its month, its day


def test_days_and_clocks_come_from_one_module() -> None:
    found = {module for module, tree in trees().items() if any(_reads_a_clock(node) for node in ast.walk(tree))}
    assert found - {CLOCKS} == OTHER_CLOCKS.keys(), f"ask {CLOCKS}, a programme or a house which day it is"


@pytest.mark.parametrize(
    "source",
    ["at.date()", "date.today()", "datetime.today()", "at.astimezone(UTC)", "ZoneInfo(zone)", "case.opened_at[:10]",
     "datetime.combine(day, time(), UTC)", "row['since'][:10]", "at.replace(tzinfo=UTC)"],
)  # fmt: skip
def test_whatever_makes_a_day_or_a_clock_is_noticed(source: str) -> None:
    assert any(_reads_a_clock(node) for node in ast.walk(ast.parse(source)))


def test_pages_ask_whoever_knows_the_clock_for_a_day() -> None:
    pages = sorted((ROOT / "console" / "templates").rglob("*.html"))
    assert pages
    found = [page.name for page in pages if re.search(r"\.date\(\)|(_at|since)\[:|astimezone", page.read_text("utf-8"))]
    assert found == []


def _reads_a_clock(node: ast.AST) -> bool:
    return _calls_a_clock(node) or _cuts_a_day_off(node)


def _calls_a_clock(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="ZoneInfo")):
            return True
        case ast.Call(func=ast.Attribute(attr="date"), args=[], keywords=[]):
            return True
        case ast.Call(func=ast.Attribute(attr="today", value=value)):
            return _is_class(value)
        case ast.Call(func=ast.Attribute(attr="replace"), keywords=keywords):
            return any(one.arg == "tzinfo" and not _is_none(one.value) for one in keywords)
    return isinstance(node, ast.Attribute) and node.attr in ("astimezone", "combine", "utcnow")


def _cuts_a_day_off(node: ast.AST) -> bool:
    match node:
        case ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=ast.Constant(value=length))):
            return length in _SHORT and bool(_STORED.search(_named(value)))
    return False


def _is_class(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("date", "datetime")


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _named(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
    return ""
