"""A last look before what cannot be undone: what will happen, to whom, what stops; going back keeps what was typed.

The page carries a key made of exactly what it showed: a form that was changed since is shown again, not carried out.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

import orjson
from fastapi.responses import Response

from console.views.one_breath import ending_of
from console.web.filling import Filling, Sent
from console.web.names import naming
from console.web.request_context import RequestContext
from console.web.session_keys import is_key, key_of
from console.words.translation import Words
from events.catalogue import Fact
from events.facts.tasks import TaskCancelled, TaskRequested, TaskUnwanted
from handlers.drafts.store import Draft
from handlers.queries.foreseen import foreseen
from handlers.states.case_reader import CaseSnapshot
from workflow.advancing import SECOND_PERSON
from workflow.command import AdvanceCase, CaseCommand
from workflow.reasons import Refused
from workflow.subjects.access.commands import JoinCases
from workflow.subjects.erasure.commands import ErasePerson

_HOURS: Final = frozenset({"TimerSet", "TimerCancelled", "StageEntered"})  # told otherwise, or of no use to a reader


class Happens(NamedTuple):
    """One line of what will happen, and how many of it."""

    what: str
    number: int


def last_look(filling: Filling) -> Response | None:
    """Return the page that asks once more, or None: nothing is grave about it, it was seen, or is refused anyway."""
    sent, context = filling.sent, filling.context
    assert sent is not None, "only a form that was sent is looked at once more"
    made = filling.made(case_id=context.case.case.case_id, expected=sent.expected) if sent.button == "give" else None
    if not isinstance(made, CaseCommand) or not _ends(made, context.case):
        return None
    what = _shown(sent)
    overtaken = sent.expected is not None and sent.expected != context.case.version
    if overtaken or is_key(dict(sent.pairs).get("checked", ""), context.session, sent.command_id, what):
        return None
    of, what_ends = _of_what_ends(context, made)
    facts = foreseen(context.web.container.log, of, what_ends, context.web.now())
    return None if isinstance(facts, Refused) else _page(filling, made, facts, what)


def _page(filling: Filling, made: CaseCommand, facts: list[Fact], what: bytes) -> Response:
    context, sent, kept = filling.context, filling.sent, filling.keep()
    gives_way = made.other if isinstance(made, JoinCases) else ""
    assert sent is not None, "it was sent"
    form, words, n = filling.form(), context.words, naming(context)
    dest, frame = _dest(made, context.case), dict[str, Any](filling.frame)
    return context.page(
        "pages/last_look.html", form=form, command_id=sent.command_id, n=n, case=context.case.case,
        expected="" if sent.expected is None else sent.expected, draft=kept if isinstance(kept, Draft) else None,
        ends_as=n.name("stage", dest) if dest else "", gives_way=gives_way, by_two=_by_two(made, context.case),
        stops=_counted(_stopping(facts, words)), called_off=_counted(_called_off(facts, words)),
        follows=_counted(_following(facts, words)),
        checked=key_of(context.session, sent.command_id, what), place=filling.place,
        sent=sent.fields, **frame,
    )  # fmt: skip


def given_back(context: RequestContext, made: CaseCommand) -> list[Happens]:
    """Return what another case gives back that gives way to this one; nothing where none does, or it is not theirs."""
    of, what_ends = _of_what_ends(context, made)
    if of is context.case:
        return []
    facts, words = foreseen(context.web.container.log, of, what_ends, context.web.now()), context.words
    if isinstance(facts, Refused):
        return []
    return _counted([*_stopping(facts, words), *_called_off(facts, words), *_following(facts, words)])


def _of_what_ends(context: RequestContext, made: CaseCommand) -> tuple[CaseSnapshot, CaseCommand]:
    """Return of which case it is shown what stops: of another one, where that gives way to this."""
    found = ending_of(context.web.container.service, made)
    seen = context.reader.visible_cases([found[0].case.case_id]) if found is not None else {}
    return found if found is not None and seen else (context.case, made)


def _shown(sent: Sent) -> bytes:
    """Return what of a form its last look stands for: every field, and the version of the case."""
    return hashlib.sha256(orjson.dumps([sent.fields, sent.expected])).digest()


def _dest(made: CaseCommand, seen: CaseSnapshot) -> str:
    """Return the stage a step leads to; "" for what is no step."""
    step = isinstance(made, AdvanceCase)
    return seen.definition.journey.table.get((seen.case.stage, made.trigger), "") if step else ""  # type: ignore[attr-defined]


def _leads_to_an_end(made: CaseCommand, seen: CaseSnapshot) -> bool:
    dest = _dest(made, seen)
    return bool(dest) and seen.definition.journey.stage(dest).ends


_CANNOT_BE_UNDONE: Final[Mapping[type[CaseCommand], Callable[[CaseCommand, CaseSnapshot], bool]]] = {
    AdvanceCase: _leads_to_an_end,
    ErasePerson: lambda _made, _seen: True,
    JoinCases: lambda made, _seen: isinstance(made, JoinCases) and made.gives_way,
}


def _ends(made: CaseCommand, seen: CaseSnapshot) -> bool:
    grave = _CANNOT_BE_UNDONE.get(type(made))
    return grave is not None and grave(made, seen)


def _by_two(made: CaseCommand, seen: CaseSnapshot) -> bool:
    """Tell whether nothing happens before a second person has confirmed it."""
    if not isinstance(made, AdvanceCase):
        return True
    ways = seen.definition.programme.journey.transitions
    mine = (way for way in ways if way.trigger == made.trigger and seen.case.stage in way.source)
    return any(SECOND_PERSON in way.conditions for way in mine)


def _stopping(facts: Iterable[Fact], words: Words) -> Iterable[str]:
    """Yield what is told of the case with it: what stops, what is given back."""
    told = (fact for fact in facts if not isinstance(fact, TaskCancelled | TaskUnwanted | TaskRequested))
    return (words.label("fact", name) for fact in told if (name := type(fact).__name__) not in _HOURS)


def _called_off(facts: Iterable[Fact], words: Words) -> Iterable[str]:
    """Yield the work under way that nobody does any more."""
    return (words.label("task", fact.kind) for fact in facts if isinstance(fact, TaskCancelled | TaskUnwanted))


def _following(facts: Iterable[Fact], words: Words) -> Iterable[str]:
    """Yield what is done because of it: letters, bookings given back."""
    return (words.label("task", fact.kind) for fact in facts if isinstance(fact, TaskRequested))


def _counted(lines: Iterable[str]) -> list[Happens]:
    return [Happens(what, number) for what, number in Counter(lines).items()]
