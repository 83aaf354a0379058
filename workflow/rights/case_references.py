"""Cases that a command names in its body: found by the types of its fields, and asked about like one in a path.

To somebody a case that is not theirs to see is not there; whoever names one in a body must learn no more than whoever
names it in an address. So a new command with such a field needs no line anywhere.
"""

from collections.abc import Callable, Collection
from functools import cache
from types import NoneType
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin

from pydantic import BaseModel

from events.ids import CaseId, case_id_of
from workflow.command import CaseCommand, Command

SomeCommand = TypeVar("SomeCommand", bound=Command)
_SEVERAL: Final = (tuple, list, frozenset)


@cache
def case_fields(kind: type[BaseModel]) -> tuple[str, ...]:
    """Return the fields of a body that name cases, but for the case a command is about, which is asked about anyway."""
    own = CaseCommand.model_fields if issubclass(kind, CaseCommand) else {}
    fields = ((name, field.annotation) for name, field in kind.model_fields.items() if name not in own)
    return tuple(name for name, annotation in fields if _names_cases(annotation))


def named_cases(command: Command) -> frozenset[CaseId]:
    """Return the cases a command names in its body."""
    found: set[CaseId] = set()

    def noted(case_id: CaseId) -> CaseId:
        found.add(case_id)
        return case_id

    _changed(command, noted)
    return frozenset(found)


def as_if_not_there(command: SomeCommand, hidden: Collection[CaseId]) -> SomeCommand:
    """Return a command that names, instead of these cases, one that is not there: that of nobody's opening.

    It is the number which opening a case by this very command would give, so the answer is the same every time.
    """
    nobodys = case_id_of(command.command_id)
    return _changed(command, lambda case_id: nobodys if case_id in hidden else case_id) if hidden else command


def _changed(body: Any, change: Callable[[CaseId], CaseId]) -> Any:
    kind: type[BaseModel] = type(body)
    return body.model_copy(update={name: _value(getattr(body, name), change) for name in case_fields(kind)})


def _value(value: Any, change: Callable[[CaseId], CaseId]) -> Any:
    """Return the value of a field that names cases with each of them changed."""
    if isinstance(value, BaseModel):
        return _changed(value, change)
    if isinstance(value, _SEVERAL):
        return type(value)(_value(one, change) for one in value)
    return change(CaseId(value)) if isinstance(value, str) else value


def _names_cases(annotation: Any) -> bool:
    """Tell whether a type is of case numbers, alone, several, in a body within a body, or nothing instead."""
    if annotation is CaseId:
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return bool(case_fields(annotation))
    inner = [one for one in get_args(annotation) if one not in (Ellipsis, NoneType)]
    found = [_names_cases(one) for one in inner]
    if get_origin(annotation) is Annotated:
        return found[0]
    assert all(found) or not any(found), f"{annotation} mixes cases with something else: give each a field of its own"
    return bool(found) and all(found)
