"""Which changes of an entry two people make: whatever lets somebody see more of cases, or turns letters elsewhere.

It is said at each field of an entry (``ByOne``), and read from there.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from workflow.programme.part import ByOne
from workflow.subjects.directory.commands import ChangeEntry, ListEntry, keys_in
from workflow.subjects.directory.entries import KINDS

_UNCHANGED: Final = frozenset({"id"})
# What stands in the open where a value was given that is sealed: no entry's own, so that it always says a change.
_PROPOSED: Final[Mapping[str, str]] = {
    "name": "(proposed)",
    "email": "proposed@directory.invalid",
    "address": "(proposed)",
}


def taken_by_two(now: BaseModel, before: BaseModel | None) -> tuple[str, ...]:
    """Return the keys of an entry that one person alone may not make so; of a new one those two people look at."""
    fields = {name: field for name, field in type(now).model_fields.items() if name not in _UNCHANGED}
    found = tuple(name for name, field in fields.items() if _takes_two(field, name, now, before))
    return found if before is None or taken_by_two(now, None) else ()


def _takes_two(field: FieldInfo, name: str, now: BaseModel, before: BaseModel | None) -> bool:
    mark = next((mark for mark in field.metadata if isinstance(mark, ByOne)), None)
    if before is None:
        return name != "status" and (mark is None or mark.when is not None)
    new, old = getattr(now, name), getattr(before, name)
    if new == old:
        return False
    return mark is None or (mark.when is not None and not mark.when(new, old))


Given = ListEntry | ChangeEntry


def apart(command: Given) -> tuple[Given, dict[str, str]]:
    """Return what is proposed of an entry in the open, and by its field what is sealed of it."""
    kind = KINDS.get(command.kind)
    names = kind.sealed if kind is not None else ()
    keys = keys_in(command.more)
    given: dict[str, Any] = {name: keys[name] if name in keys else getattr(command, name) for name in names}
    sealed = {name: str(value) for name, value in given.items() if value}
    shown = {name: _PROPOSED[name] for name in sealed}
    typed = {name: shown.get(name, "") for name in names if getattr(command, name)}
    # Written anew and not as it was typed: whoever writes keys may write a remark behind them.
    more = keys | {name: word for name, word in shown.items() if name in keys}
    written = orjson.dumps(more, default=list, option=orjson.OPT_NON_STR_KEYS).decode() if more else ""
    return command.model_copy(update=typed | {"more": written}), sealed


def told_here(sealed: Mapping[str, str]) -> dict[str, str]:
    """Return what a fact seals itself; what was proposed lies with the proposal."""
    return {name: value for name, value in sealed.items() if value != _PROPOSED[name]}
