"""What is written must be so: names are all there, commands run, links lead somewhere, no machine is named."""

from __future__ import annotations

import ast
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import pytest

from console.settings import VARIABLES
from docs.make_reference import EXIT_CODES, FILE, reference, verbs
from events.facts import catalogue
from tests.kit.command_line import Wayhome
from workflow.command import Command
from workflow.guards import GUARDS
from workflow.programme.diagram import mermaid
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.programme.part import ProgrammePart
from workflow.registry import COMMANDS
from workflow.rights.acts import ACTS, ROLES
from workflow.rights.table import may_ever
from workflow.subjects.accounts.decisions import role_clashes

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
# Those that change something take an id, so that numbers made from it are the ones on the page.
CHANGING = (
    "case open", "case advance", "case withdraw", "case reopen", "case record", "tasks retry", "tasks cancel",
    "office record", "hotline call", "hotline missed", "hotline callback", "hotline convert",
)  # fmt: skip
OURS = ("events", "workflow", "handlers", "workers", "console", "tests", "docs", "bench")
MADE_UP = "vouchers"  # the service that contributor.md adds to explain how
MOSCOW = ZoneInfo("Europe/Moscow")  # where the office of the examples is
PAGE_DAY = date(2030, 5, 20)  # stands for today, whenever the page is read; other days of 2030 are as far from today


class Example(NamedTuple):
    """A command on a page, and what the page says it prints."""

    words: list[str]
    printed: str

    @property
    def answers(self) -> list[str]:
        """Return what is typed when the command asks for it, as the page shows after the field's name."""
        asked = [word.removesuffix("=-") for word in self.words if word.endswith("=-")]
        found = [re.search(rf"^{name}: (.*)$", self.printed, re.MULTILINE) for name in asked]
        return [one[1] for one in found if one is not None]

    @property
    def code(self) -> int:
        """Return how the command ends, as what it prints tells."""
        if re.search(r"^refused:", self.printed, re.MULTILINE):
            return 1
        if "the case has moved on" in self.printed:
            return 3
        return 2 if self.printed.startswith("wayhome: ") else 0


def examples_of(page: Path) -> Iterator[Example]:
    """Yield the commands of a page's console blocks, in order."""
    blocks = re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    number = 0
    for typed, printed in re.findall(r"^\$ wayhome (.*)\n((?:(?!\$ ).*\n)*)", "".join(blocks), re.MULTILINE):
        words = shlex.split(re.sub(r"\b2030-\d\d-\d\d", _as_of_today, typed))
        if " ".join(words[:2]) in CHANGING and "--command-id" not in words and words[-1] != "help":
            words += ["--command-id", str(uuid5(NAMESPACE_URL, f"{page.name}#{number}"))]
            number += 1
        yield Example(words, printed)


def _as_of_today(day: re.Match[str]) -> str:
    return str(date.fromisoformat(day[0]) + (datetime.now(MOSCOW).date() - PAGE_DAY))


@pytest.mark.parametrize("page", [page for page in PAGES if list(examples_of(page))], ids=lambda page: page.name)
def test_the_commands_on_a_page_run(page: Path, demo: Wayhome, tmp_path: Path) -> None:
    office = demo.copied_to(tmp_path / "data")
    for example in examples_of(page):
        if example.words[0] == "sign-in":
            office.signs_in(example.words[1])  # as if password and code had been given
            continue
        result = office.run_as_typed(*example.words, answers=example.answers, WAYHOME_ACTOR="staff:anna")
        assert result.exit_code == example.code, f"{' '.join(example.words)}\n{result.output}"


def test_the_reference_is_what_the_code_says() -> None:
    assert FILE.read_text(encoding="utf-8") == reference(), "write it again with: python -m docs.make_reference"


def test_everything_is_named_in_the_reference() -> None:
    text = FILE.read_text(encoding="utf-8")
    kinds: set[type[Command]] = set(COMMANDS)
    names = [*catalogue().shapes, *(kind.__name__ for kind in kinds), *GUARDS, *VARIABLES]
    missing = [name for name in names if f"`{name}`" not in text]
    missing += [words for words in verbs() if f"### `wayhome {words}`" not in text]
    missing += [str(code) for code in EXIT_CODES if f"\n| {code} | " not in text]
    assert missing == []


def test_the_readme_draws_the_journey_of_the_programme_file() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    drawn = re.findall(r"^```mermaid\n(.*?)\n```", page, re.DOTALL | re.MULTILINE)
    assert drawn == [mermaid(load_definition(shipped_programme_text("moscow")).programme)]


def test_every_key_of_a_programme_file_is_explained() -> None:
    page = (ROOT / "docs" / "write-a-programme.md").read_text(encoding="utf-8")
    assert [key for key in sorted(_keys()) if f"`{key}`" not in page] == []


def _keys() -> set[str]:
    return {field.alias or name for kind in _parts(ProgrammePart) for name, field in kind.model_fields.items()}


def _parts(kind: type[ProgrammePart]) -> Iterator[type[ProgrammePart]]:
    """Find every part a programme file may have: whatever a programme is made of is loaded with it."""
    for part in kind.__subclasses__():
        yield part
        yield from _parts(part)


def test_every_service_names_its_command_and_tests_that_exist() -> None:
    rows = [row for row in _rows_of(ROOT / "docs" / "services.md") if row[0].isdigit()]
    assert [int(row[0]) for row in rows] == [*range(1, 31), 32, 33, 34]  # row 31 is not case work
    assert [row[0] for row in rows if len(row) != 5 or not all(row)] == []
    named = {row[0]: re.findall(r"`([\w/]+\.py)::(\w+)`", row[4]) for row in rows}
    assert [number for number, tests in named.items() if not tests] == []
    missing = [f"{path}::{test}" for tests in named.values() for path, test in tests if test not in _tests_in(path)]
    assert missing == []


def test_everything_can_be_done_by_the_few_people_on_the_operators_page() -> None:
    rows = [row for row in _rows_of(ROOT / "docs" / "operator.md") if len(row) == 3 and row[0].isdigit()]
    people = [[role for role in ROLES if f"`{role}`" in row[1]] for row in rows]
    assert [row[0] for row in rows] == [str(number) for number in range(1, 7)]
    assert [role_clashes(roles) for roles in people] == [[]] * len(people)
    assert [act for act in ACTS if not may_ever([role for roles in people for role in roles], act)] == []


def _rows_of(page: Path) -> list[list[str]]:
    """Return the cells of a page's table, row by row."""
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@cache
def _tests_in(path: str) -> frozenset[str]:
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_an_auditor_recomputes_every_leaf_with_the_lines_on_the_page(demo: Wayhome, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "auditor.md").read_text(encoding="utf-8")
    [lines] = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    office = demo.copied_to(tmp_path / "data")
    program = [sys.executable, "-I", "-c", lines]
    assert subprocess.run(program, cwd=office.data, check=False).returncode == 0
    with sqlite3.connect(office.data / "log.sqlite") as file:
        file.execute("DROP TRIGGER events_no_update")
        file.execute("UPDATE events SET actor = 'staff:eve' WHERE position = 7")
    file.close()
    assert subprocess.run(program, cwd=office.data, check=False, stderr=subprocess.DEVNULL).returncode == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not _leads_somewhere(page, link)] == []


def test_every_decision_is_listed_for_contributors() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\(decisions/([^)]+)\)", (ROOT / "docs" / "contributor.md").read_text(encoding="utf-8")))
    assert {file.name for file in folder.glob("*.md")} == listed


def _leads_somewhere(page: Path, link: str) -> bool:
    if "://" in link or link.startswith("mailto:"):
        return True
    path, _, heading = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return False
    return not heading or heading in {
        _anchor(line) for line in re.findall(r"^#+ (.*)", target.read_text(), re.MULTILINE)
    }


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=lambda page: page.name)
def test_paths_named_on_a_page_are_there(page: Path) -> None:
    named = re.findall(rf"`((?:{'|'.join(OURS)})/[\w./<>*-]+)", page.read_text(encoding="utf-8"))
    assert [path for path in named if MADE_UP not in path and not _is_there(path)] == []


def _is_there(path: str) -> bool:
    """Tell whether there is such a file or folder of ours; ``<stem>`` stands for any that has one."""
    return any(ROOT.glob(re.sub(r"<\w+>", "*", path.rstrip("/"))))


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def test_no_text_names_a_machine_or_a_place_where_packages_are_fetched() -> None:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    machine = re.compile(r"/(?:home|root|Users|work|tmp)/\w|://[^\s\"']*/simple\b|python[h]osted\.|py[p]i\.(?:org|io)")
    found = []
    for name in listed.stdout.decode().splitlines():
        path = ROOT / name
        if path.suffix in {".md", ".py", ".toml", ".yaml", ".lock", ".mako", ""} and path.is_file():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            found += [f"{name}:{number}" for number, line in enumerate(lines, 1) if machine.search(line)]
    assert found == []
