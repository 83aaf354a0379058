"""Names in somebody's own list: of each case they look after one recorded opening, then shown once."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from console.views.case import mandate_for
from console.views.cases import Card
from console.views.opening import sealed_values
from console.views.reader import Reader
from events.ids import CaseId
from handlers.commanding.answers import Accepted
from handlers.states.case_reader import CaseSnapshot
from workflow.case.erasure import is_erased
from workflow.subjects.intake.commands import OpenSealed

PART: Final = "identity"
WHY: Final = "names in their own list"
_NAMED_BY: Final = frozenset(
    {"CaseOpened", "IdentityCorrected"}
)  # the person's own name; a guardian's is of the same part


class OpenedNames(NamedTuple):
    """The names that may be shown now, by case; ``before`` tells that the same form was sent once already."""

    names: dict[str, str]
    before: bool


def own_cases(reader: Reader, cards: Iterable[Card]) -> list[CaseSnapshot]:
    """Return those of the listed cases that are the reader's own and whose names they may open."""
    own = [card.case_id for card in cards if card.owner == reader.account.account]
    seen = reader.cases(own)
    return [seen[case_id] for case_id in own if case_id in seen and _may_open(reader, seen[case_id])]


def open_names(reader: Reader, form_id: UUID, cases: Sequence[CaseSnapshot]) -> OpenedNames:
    """Record that the reader opens these names, all in one transaction, and return them; no name is opened before.

    Sent again the same form opens nothing: what was shown once is not shown a second time by going back.
    """
    commands = [_opening(reader, form_id, one) for one in cases]
    answers = reader.container.service.submit_many(commands)
    fresh = [
        command.case_id
        for command, answer in zip(commands, answers, strict=True)
        if isinstance(answer, Accepted) and not answer.repeated and "SealedOpened" in answer.facts
    ]
    ids = {command.case_id: command.command_id for command in commands}
    names = {str(case_id): _name_of(reader, case_id, ids[case_id]) for case_id in fresh}
    return OpenedNames(names, before=bool(commands) and not fresh)


def _may_open(reader: Reader, snapshot: CaseSnapshot) -> bool:
    return not is_erased(snapshot.case) and reader.may("case.open_sealed", snapshot) is not None


def _opening(reader: Reader, form_id: UUID, snapshot: CaseSnapshot) -> OpenSealed:
    account, case_id = reader.account.account, CaseId(snapshot.case.case_id)
    command_id = reader.container.service.machine_ids.for_people(f"names/{account}/{form_id}/{case_id}")
    return OpenSealed(
        command_id=command_id, actor=account, mandate=mandate_for(reader, snapshot, (PART,)), case_id=case_id,
        compartments=(PART,), why=WHY,
    )  # fmt: skip


def _name_of(reader: Reader, case_id: CaseId, command_id: UUID) -> str:
    """Return the name as it was told last; nothing where none ever was."""
    fields = sealed_values(reader.container.log, case_id, (PART,), command_id)
    return next((one.value for one in reversed(fields) if one.fact in _NAMED_BY and one.name == "name"), "")
