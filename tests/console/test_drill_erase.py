"""The drill of an erasure finds nothing of an erased person, and does find what is not erased."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from typer.testing import CliRunner

from console.cli import app
from console.drills.erasure import TokenKey, forms, in_base64
from workers.effects import erasure

pytestmark = pytest.mark.xdist_group("drill")


def drilled(*words: str) -> Any:
    return CliRunner().invoke(app, ["drill", "erase", "--days", "110", "--arrivals", "3", *words], prog_name="wayhome")


def test_fifty_planted_words_are_found_nowhere_in_any_form() -> None:
    result = drilled("--words", "50")
    assert result.exit_code == 0, result.output
    (line,) = result.output.strip().splitlines()
    numbers = dict(re.findall(r"(\w+)=(\S+)", line))
    assert line.startswith("drill erase words=")
    assert int(numbers["words"]) > 50, "what is sealed of the person beside the notes too: the payee, the plan"
    assert int(numbers["forms"]) >= 20
    assert (numbers["hits"], numbers["control_hits"]) == ("0", numbers["forms"])
    assert float(numbers["erased_s"]) < 60


def test_a_place_that_is_not_erased_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The payee stays in the bank's files: the drill says so, and ends as a fault."""
    monkeypatch.setattr(erasure, "OUTSIDE_STORES", ())
    result = drilled("--json")
    assert result.exit_code == 5
    told = json.loads(result.stdout)
    assert told["hits"] > 0
    assert all(place.startswith("data/bank/") for place in told["found"]), told["found"]


@pytest.mark.parametrize("before", range(7))
def test_a_wordin_base64_is_found_wherever_it_begins(before: int) -> None:
    import base64

    encoded = base64.b64encode(b"x" * before + b"zlatovlaska" + b"yy")
    assert any(needle in encoded for needle in in_base64(b"zlatovlaska"))


def test_the_same_word_is_looked_for_folded_hashed_and_in_three_encodings() -> None:
    names = {name.partition(",")[0] for name, _ in forms("Злата", TokenKey(b"k"))}
    assert names >= {"utf-8", "utf-16-le", "utf-16-be", "hex", "folded", "keyed hash", "sha256", "base64"}
