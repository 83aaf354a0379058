"""Cases named in the body of a command are found by the types of its fields, in whatever they are wrapped."""

from typing import Annotated, get_type_hints
from uuid import UUID

import pytest
from pydantic import BaseModel, Field

from events.ids import CaseId
from workflow.command import CaseCommand, Command
from workflow.registry import COMMANDS
from workflow.rights.case_references import as_if_not_there, case_fields, named_cases
from workflow.subjects.access.commands import DecideDuplicate
from workflow.subjects.intake.commands import AddNote, OpenCase

SEEN, HIDDEN, OWN = (CaseId(f"7K3P9-0000{number}") for number in range(3))
SENT = {"command_id": UUID(int=7), "actor": "staff:anna"}


class _Brother(BaseModel):
    case: CaseId
    note: str = ""


class _Together(CaseCommand):
    first: CaseId
    second: CaseId | None = None
    several: Annotated[tuple[CaseId, ...], Field(max_length=9)] = ()
    brothers: tuple[_Brother, ...] = ()
    note: str = ""


def test_what_names_a_case_is_found_by_its_type() -> None:
    assert case_fields(_Together) == ("first", "second", "several", "brothers")
    assert case_fields(OpenCase) == ("previous_case",)
    assert case_fields(DecideDuplicate) == ("other",)
    assert case_fields(AddNote) == (), "the case it is about is in the address"


def test_no_command_names_a_case_in_a_type_that_is_not_understood() -> None:
    assert len(COMMANDS) > 80
    for kind in COMMANDS:
        hints = {name: str(hint) for name, hint in get_type_hints(kind, include_extras=True).items()}
        told = {name for name in kind.model_fields if "CaseId" in hints[name] and name != "case_id"}
        assert told == {*case_fields(kind)}, kind


def test_a_hidden_case_is_replaced_by_one_that_is_not_there_and_nothing_else_is() -> None:
    brothers = (_Brother(case=HIDDEN, note=HIDDEN), _Brother(case=SEEN))
    named = {"case_id": OWN, "first": SEEN, "several": (HIDDEN, SEEN), "brothers": brothers, "note": HIDDEN}
    command = _Together.model_validate(SENT | named)
    assert named_cases(command) == {SEEN, HIDDEN}
    changed = as_if_not_there(command, {HIDDEN})
    nobodys = changed.several[0]
    assert nobodys not in {SEEN, HIDDEN, OWN}
    assert changed == command.model_copy(
        update={"several": (nobodys, SEEN), "brothers": (brothers[0].model_copy(update={"case": nobodys}), brothers[1])}
    )
    assert as_if_not_there(command, set()) is command


def test_a_type_that_mixes_cases_with_words_is_not_taken() -> None:
    class _Mixed(Command):
        both: tuple[CaseId, str]

    with pytest.raises(AssertionError, match="a field of its own"):
        case_fields(_Mixed)
