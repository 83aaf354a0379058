"""The command line never shows a name unless the opening is recorded first."""

from __future__ import annotations

import sqlite3

import pytest

from tests.kit.command_line import AS_BORIS, Wayhome
from tests.kit.command_line_cases import NAME, opened, record


def test_a_name_is_shown_only_after_the_opening_is_recorded(wayhome: Wayhome) -> None:
    case = opened(wayhome, f"name={NAME}", "story=Она рассказала")
    shown = wayhome.done("case", "show", case, "--open", "identity", "--why", "prepare ticket", *AS_BORIS)
    assert NAME in shown
    assert "Она рассказала" not in shown  # another compartment stays closed
    last = wayhome.json("case", "history", case)[-1]
    assert (last["type"], last["actor"]) == ("SealedOpened", "staff:boris")
    assert last["body"] == {"compartments": ["identity"], "why": "prepare ticket", "file_id": ""}


def test_nothing_is_opened_without_a_reason(wayhome: Wayhome) -> None:
    case = opened(wayhome, f"name={NAME}")
    result = wayhome.run("case", "show", case, "--open", "identity")
    assert result.exit_code == 2
    assert "--why" in result.stderr
    assert NAME not in result.output
    assert "no compartment" in wayhome.told_off("case", "show", case, "--open", "shoes", "--why", "look")


def test_nothing_is_opened_when_the_opening_cannot_be_recorded(wayhome: Wayhome) -> None:
    case = opened(wayhome, f"name={NAME}")
    with sqlite3.connect(wayhome.data / "log.sqlite") as file:
        file.execute("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no room'); END")
    file.close()
    result = wayhome.run("case", "show", case, "--open", "identity", "--why", "look")
    assert result.exit_code != 0
    assert NAME not in result.output


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_names_never_appear_where_nobody_asked_for_them(wayhome: Wayhome, form: tuple[str, ...]) -> None:
    case = opened(wayhome, f"name={NAME}", "phone=+74957978722", "birth_date=1990-05-01", "story=Тайна")
    record(wayhome, case, "AddNote", "note=Тайна")
    looks: list[tuple[str, ...]] = [("case", verb, case) for verb in ("show", "history")]
    looks += [("case", "list"), ("next", case), ("replay", case), ("replay",), ("tasks", "list"), ("timers", "list")]
    looks += [("case", "why-not", case, "receive")]
    for words in looks:
        output = wayhome.run(*words, *form).output
        for secret in (NAME, "4957978722", "1990-05-01", "Тайна"):
            assert secret not in output, words
