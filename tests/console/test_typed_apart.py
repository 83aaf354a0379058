"""What identifies a person never stands on a command line, where others on the machine read it, nor in an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import ValidationError

from console.errors import BadInput
from console.typed_apart import apart, given_apart
from events.facts import catalogue
from tests.kit.command_line import AS_ANNA, Wayhome
from workflow.command import Command
from workflow.registry import COMMANDS
from workflow.subjects.grants.commands import RequestGrant
from workflow.subjects.intake.commands import AddNote, OpenCase
from workflow.subjects.reception.commands import PlanArrival

NAME = "Мария Примерова"


def opened(wayhome: Wayhome, case: str) -> str:
    return wayhome.done("case", "show", case, "--open", "identity", "--why", "a ticket", *AS_ANNA)


def test_every_command_that_holds_what_identifies_a_person_has_fields_that_are_typed_apart() -> None:
    named = {kind.__name__: apart(kind) for kind in COMMANDS}
    sealed = {kind.__name__ for kind in COMMANDS if kind.sealed} - {"AttachFile"}  # by a verb of its own, which asks
    assert {name for name, fields in named.items() if fields} == sealed
    assert named["OpenCase"] == {"name", "handle", "birth_date", "phone", "story", "reference"}
    assert apart(PlanArrival) == frozenset(), "the number of a flight is no person's"
    sealed = {name for schema in catalogue().shapes.values() for name in schema.hidden}
    assert apart(RequestGrant) == {"payee_name", "payee_account"} <= sealed


@pytest.mark.parametrize(
    "words",
    [
        ("case", "open", f"name={NAME}"),
        ("case", "open", "birth_date=1990-05-01", "citizenships=MD"),
        ("case", "open", "phone=+79161234567"),
        ("case", "record", "7K3P9-QXM2D", "AddNote", f"note={NAME} called"),
        ("case", "record", "7K3P9-QXM2D", "RequestGrant", "kind=reinstallation", f"payee_name={NAME}"),
        ("hotline", "convert", "K-7K3P9Q", "--consent", f"story={NAME}"),
    ],
)
def test_what_identifies_a_person_is_refused_on_the_command_line_and_the_line_says_how(
    wayhome: Wayhome, words: tuple[str, ...]
) -> None:
    result = wayhome.run_as_typed(*words, *(AS_ANNA if words[0] == "case" else ()))
    assert result.exit_code == 2
    assert "others on this machine can read what stands on a command line" in result.stderr
    assert "=- and type it when asked, or " in result.stderr
    for word in ("Мария", "1990", "7916", "called"):
        assert word not in result.output
    assert wayhome.json("case", "list", *AS_ANNA) == []


def test_it_is_asked_for_one_after_another(wayhome: Wayhome) -> None:
    line = ("case", "open", "name=-", "citizenships=MD", "birth_date=-", *AS_ANNA)
    result = wayhome.run_as_typed(*line, answers=(NAME, "1998-04-02"))
    assert result.stdout.startswith("done: CaseOpened"), result.output
    short = wayhome.run_as_typed(*line, answers=(NAME,))
    assert (short.exit_code, short.stderr) == (2, "wayhome: birth_date: nothing was typed\n")
    (case,) = [row["case_id"] for row in wayhome.json("case", "list", *AS_ANNA)]
    shown = opened(wayhome, case)
    assert f"name: {NAME}" in shown
    assert "birth_date: 1998-04-02" in shown


def test_it_is_read_from_a_file(wayhome: Wayhome, tmp_path: Path) -> None:
    file = tmp_path / "name.txt"
    file.write_text(f"{NAME}\n", encoding="utf-8")
    case = wayhome.json("case", "open", f"name=@{file}", *AS_ANNA)["case_id"]
    assert f"name: {NAME}" in opened(wayhome, case)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"x" * 200_000])
def test_a_file_that_is_none_is_told_without_its_name(wayhome: Wayhome, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "Maria.txt"
    if content is not None:
        file.write_bytes(content)
    told = wayhome.told_off("case", "open", f"name=@{file}", *AS_ANNA)
    assert "name: " in told
    assert "Maria" not in told


def test_a_script_pipes_it_in(wayhome: Wayhome) -> None:
    program = (sys.executable, "-c", "from console.cli import main; main()", "case", "open", "name=-", *AS_ANNA)
    environment = os.environ | {"WAYHOME_DATA": str(wayhome.data)}
    ran = subprocess.run(
        program, input=f"{NAME}\n", capture_output=True, text=True, check=False, env=environment, timeout=60,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert ran.stdout.startswith("done: CaseOpened"), ran.stderr
    (case,) = [row["case_id"] for row in wayhome.json("case", "list", *AS_ANNA)]
    assert f"name: {NAME}" in opened(wayhome, case)


def test_the_help_of_a_command_names_what_is_typed_apart(wayhome: Wayhome) -> None:
    shown = wayhome.done("case", "record", "7K3P9-QXM2D", "RequestGrant", "help")
    assert "never on the command line, where others can read it: payee_name, payee_account" in shown
    assert 'name="' not in wayhome.done("case", "open", "--help")


def test_a_field_left_empty_is_the_commands_own_to_refuse() -> None:
    assert given_apart(AddNote, {"note": ""}) == {"note": ""}
    with pytest.raises(BadInput):
        given_apart(OpenCase, {"name": "a"})


# -- errors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("case", "open", "Maria", "Ivanova"),
        ("case", "open", "Maria Ivanova=1"),
        ("case", "open", "citizenships=Ivanova"),
        ("case", "show", "Ivanova"),
        ("case", "record", "7K3P9-QXM2D", "Ivanova"),
        ("case", "history", "7K3P9-QXM2D", "Ivanova"),
        ("case", "list", "--limit", "Ivanova"),
        ("replay", "--at", "Ivanova"),
        ("case", "open", "language=Ivanova"),
        ("case", "open", "age_band=Ivanova"),
        ("case", "open", "previous_case=Ivanova"),
    ],
)
def test_a_name_in_the_wrong_place_is_not_repeated(wayhome: Wayhome, words: tuple[str, ...]) -> None:
    result = wayhome.run_as_typed(*words)
    assert result.exit_code == 2
    assert result.stderr
    for part in ("Maria", "Ivanova"):
        assert part not in result.output


@pytest.mark.parametrize("kind", sorted((kind for kind in COMMANDS if kind.sealed), key=str))
def test_whatever_is_wrong_with_a_sealed_field_the_fault_does_not_hold_it(kind: type[Command]) -> None:
    """As the page, the API and the line tell it: pydantic's own words, without its input."""
    for field in apart(kind):
        for value in ("Ivanova\x1b[31m", "Ivanova" * 10_000, ["Ivanova"], {"Ivanova": "Ivanova"}, "Ivanova\u202e"):
            with pytest.raises(ValidationError) as problem:
                kind.model_validate({"command_id": uuid4(), "actor": "staff:anna", field: value})
            told = problem.value.errors(include_input=False, include_url=False, include_context=False)
            assert "Ivanova" not in " ".join(str(fault["msg"]) for fault in told)
