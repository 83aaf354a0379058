"""Several people opened in one breath, and in a group of their own or somebody's: which commands that takes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from console.forms.people_table import PersonRow
from events.ids import CaseId
from workflow.case.state import Case
from workflow.command import Command
from workflow.rights.machine_ids import MachineIds
from workflow.subjects.groups.commands import FormGroup, JoinGroup
from workflow.subjects.groups.state import belonging_of
from workflow.subjects.intake.commands import OpenCase

# What people are to the first of a group when their line does not say; in a family that is never guessed.
_USUAL: Final[Mapping[str, str]] = {"couple": "partner", "siblings": "sibling", "travelling": "companion"}


class Opened(NamedTuple):
    """The commands in their order, the line each belongs to, and the numbers of the new cases in the order of lines."""

    commands: tuple[Command, ...]
    lines: tuple[int, ...]
    case_ids: tuple[CaseId, ...]


def relation_in(kind: str, row: PersonRow) -> str:
    """Return what somebody is to the first of a group of a kind; nothing where a line must say it."""
    return row.relation or _USUAL.get(kind, "")


def commands_for(
    rows: Sequence[PersonRow], kind: str, other: Case | None, ids: MachineIds, form_id: UUID,
    opens: Mapping[str, str], groups: Mapping[str, str],
) -> Opened:  # fmt: skip
    """Return how the people of a table are opened; with ``other`` they join that person's group, begun if need be.

    ``opens`` and ``groups`` say who does which of the two, by which right.

    The ids are made of the form's, so that the form sent twice opens everybody once.
    """
    told: list[tuple[int, Command]] = []
    opening = [_opening(row, ids, form_id, opens) for row in rows]
    told += [(row.line, command) for row, command in zip(rows, opening, strict=True)]
    first = CaseId(other.case_id) if other else opening[0].case_id
    kind = (belonging_of(other).kind if other else "") or kind or ("family" if other else "")
    if kind and not (other and belonging_of(other).group_id):
        told.append((rows[0].line, FormGroup(**_about(ids, form_id, "begin", first, groups), kind=kind)))  # type: ignore[arg-type]
    for row, command in zip(rows, opening, strict=True) if kind else ():
        if command.case_id != first:
            said = {"with_case": first, "relation": relation_in(kind, row)}
            told.append(
                (row.line, JoinGroup.model_validate({**_about(ids, form_id, "join", command.case_id, groups), **said}))
            )
    return Opened(tuple(one for _, one in told), tuple(line for line, _ in told), tuple(one.case_id for one in opening))


def _opening(row: PersonRow, ids: MachineIds, form_id: UUID, who: Mapping[str, str]) -> OpenCase:
    command_id = ids.for_people(f"several/{form_id}/{row.line}")
    return OpenCase.model_validate({"command_id": command_id, **who, **row.fields})


def _about(ids: MachineIds, form_id: UUID, what: str, case_id: CaseId, who: Mapping[str, str]) -> dict[str, Any]:
    return {"command_id": ids.for_people(f"several/{form_id}/{what}/{case_id}"), "case_id": case_id, **who}
