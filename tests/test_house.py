"""The house stands: names are ours, imports go down, locks hold no addresses, dependencies have reasons."""

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.people import opening
from workflow.subjects.intake.ages import against_ages

ROOT = Path(__file__).parent.parent
ROOMS = ("events", "workflow", "handlers", "workers", "console")
LOCKS = ("requirements-boot.lock", "requirements.lock", "requirements-test.lock", "requirements-peers.lock")

# Anything that is not a pin, a hash or the name of who asked for it has no place in a lock.
NAME = r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9,-]+\])?"
ASKED_BY = rf"-c requirements\.lock|{NAME}( \(pyproject\.toml(:[a-z]+)?\))?|\(pyproject\.toml:[a-z]+\)"
LOCK_LINE = re.compile(
    rf"{NAME}==[\w.!+-]+( ; [\w .'\"<>=!()]+)? \\"
    r"|    --hash=sha256:[0-9a-f]{64}( \\)?"
    rf"|    #( via|  )( +({ASKED_BY}))?"
)


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_distribution_brings_a_package_of_our_name(room: str) -> None:
    providers = importlib.metadata.packages_distributions().get(room, [])
    assert set(providers) <= {"wayhome"}


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_imported_from_this_checkout(room: str) -> None:
    spec = importlib.util.find_spec(room)
    assert spec is not None
    assert spec.origin == str(ROOT / room / "__init__.py")


def test_imports_go_down_only() -> None:
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_benches_are_made_of_the_kit_and_of_no_test() -> None:
    asked = {
        name
        for path in (ROOT / "bench").glob("*.py")
        for name in re.findall(r"(?:from|import) (tests[\w.]*)", path.read_text())
    }
    assert asked
    assert [name for name in asked if not name.startswith(("tests.kit", "tests.servers"))] == []


def test_the_people_of_benches_are_taken_in_whatever_year_it_is() -> None:
    """A rule that came later refused them, and no figure could be taken until somebody tried."""
    assert against_ages(opening(), datetime.now(UTC).date()) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_names_versions_and_hashes_and_no_addresses(lock: str) -> None:
    strange = [line for line in (ROOT / lock).read_text().splitlines() if not LOCK_LINE.fullmatch(line)]
    assert strange == []


def test_tests_run_on_the_versions_we_run_on() -> None:
    assert pins("requirements.lock") <= pins("requirements-test.lock")


def test_every_dependency_has_its_reason() -> None:
    explained = explained_dependencies()
    assert set(declared_dependencies()) == set(explained)
    assert [name for name, reason in explained.items() if not reason] == []


def pins(lock: str) -> set[str]:
    """Reads the `name==version` of a lock."""
    return set(re.findall(r"^[^\s#]+==\S+", (ROOT / lock).read_text(), flags=re.MULTILINE))


def declared_dependencies() -> list[str]:
    """Lists what pyproject.toml asks for, to run, to build and to test."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"].values()
    asked = [*project["project"]["dependencies"], *(name for group in groups for name in group)]
    return [re.split(r"[\[<>=; ]", requirement)[0] for requirement in asked]


def explained_dependencies() -> dict[str, str]:
    """Reads the package and reason columns of docs/dependencies.md."""
    rows = re.findall(r"^\| `([^`]+)` \|([^|]*)\|", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)
    return {re.sub(r"\[.*", "", name): reason.strip() for name, reason in rows}
