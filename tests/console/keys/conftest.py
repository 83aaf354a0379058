"""A case with a name, for the tests of keys at the command line."""

from __future__ import annotations

import pytest

from tests.kit.command_line import AS_ANNA, Wayhome
from tests.kit.key_verbs import NAME


@pytest.fixture
def case(wayhome: Wayhome) -> str:
    """A case with a name, in an office of its own."""
    opened = wayhome.json("case", "open", "age_band=27-29", f"name={NAME}", *AS_ANNA)
    return str(opened["case_id"])
