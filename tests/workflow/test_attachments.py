"""Which file is attached, and who takes it away: the rules alone."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from events.facts.attachments import FileAttached
from tests.kit.story import Story, story
from workflow.subjects.attachments.commands import FILE_BYTES_MAX, AttachFile
from workflow.subjects.attachments.provable import COMPARTMENT_OF_KIND, PROVABLE
from workflow.subjects.attachments.state import attachments_of
from workflow.subjects.intake.commands import OpenSealed

PAPER: dict[str, Any] = {
    "kind": "declaration", "compartment": "legal", "media_type": "application/pdf", "size": 9, "digest": "a" * 64,
    "fingerprint": "b" * 32, "told": "signed · scan.pdf",
}  # fmt: skip


def attached(case: Story, **more: Any) -> str:
    case.does(AttachFile, **PAPER | more)
    return list(attachments_of(case.case).files)[-1]


def test_what_it_was_called_is_sealed_in_its_own_compartment() -> None:
    case = story()
    case.when(AttachFile, **PAPER).then(FileAttached)
    (fact,) = case.now_told()
    assert (fact.legal, fact.identity, fact.story) == ("signed · scan.pdf", None, None)


def test_the_same_file_is_attached_once_in_each_part() -> None:
    case = story()
    attached(case)
    case.when(AttachFile, **PAPER).then_refused("file_is_new")
    case.when(AttachFile, **PAPER | {"compartment": "money"}).then(FileAttached)


def test_a_paper_may_still_come_when_the_case_has_ended() -> None:
    case = story().ends("withdraw", reason="declined")
    case.when(AttachFile, **PAPER).then(FileAttached)


def test_a_look_at_a_file_names_the_part_it_is_sealed_with_and_no_other() -> None:
    case = story()
    file_id = attached(case)
    look = {"why": "check: her lawyer asked", "file_id": file_id}
    case.when(OpenSealed, compartments=("legal",), **look).accepted()
    case.when(OpenSealed, compartments=("identity",), **look).then_refused("file_is_there")
    case.when(OpenSealed, compartments=("identity", "legal"), **look).then_refused("file_is_there")
    look["file_id"] = "F-7K3P9QXM2D7K3P9Q"
    case.when(OpenSealed, compartments=("legal",), **look).then_refused("file_is_there")


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": FILE_BYTES_MAX + 1}, {"size": 0}, {"digest": "../../keys"}, {"media_type": "text/html"},
        {"kind": "poem"}, {"compartment": "poem"}, {"proves": "<script>"}, {"told": ""},
    ],
)  # fmt: skip
def test_what_is_no_file_of_ours_is_no_command(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        story().command(AttachFile, **PAPER | wrong)


def test_every_fact_a_paper_may_prove_is_one_and_every_kind_has_its_usual_part() -> None:
    from events.facts import catalogue

    assert PROVABLE.keys() <= catalogue().shapes.keys()
    assert {*PROVABLE.values()} <= COMPARTMENT_OF_KIND.keys()
