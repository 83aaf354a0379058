"""The examples in docstrings say what is so."""

import doctest
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

from tests.test_architecture import ROOMS

ROOT: Final = Path(__file__).parent.parent
FILES: Final = [path.relative_to(ROOT) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
WITH_EXAMPLES: Final = [path for path in FILES if ">>>" in (ROOT / path).read_text()]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=str)
def test_what_a_docstring_shows_comes_out(path: Path) -> None:
    found = doctest.testmod(import_module(".".join(path.with_suffix("").parts)))
    assert found.attempted, "an example nobody runs"
    assert not found.failed
