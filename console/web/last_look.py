"""A last look before what cannot be undone: what will happen, to whom, what stops; going back keeps what was typed.

The page carries a key made of exactly what it showed: a form that was changed since is shown again, not carried out.
"""

import hashlib
from typing import Any

import orjson
from fastapi.responses import Response

from console.views.last_look import Foresight, dest_of, foresight, is_grave
from console.web.filling import Filling, Sent
from console.web.names import naming
from console.web.session_keys import is_key, key_of
from console.words.naming import Naming
from handlers.drafts.store import Draft
from handlers.states.case_reader import CaseSnapshot
from workflow.advancing import SECOND_PERSON
from workflow.command import AdvanceCase, CaseCommand, Command
from workflow.decide import RULES
from workflow.rights.acts import STEP_UP


def last_look(filling: Filling, **envelope: Any) -> Response | None:
    """Return the page that asks once more, or None: nothing is grave about it, it was seen, or is refused anyway."""
    sent, context, seen = filling.sent, filling.context, filling.context.snapshot
    assert sent is not None, "only a form that was sent is looked at once more"
    made = filling.made(expected=sent.expected, **envelope) if sent.button == "give" else None
    proves_first = filling.right.act in STEP_UP and not context.is_fresh
    if not isinstance(made, Command) or proves_first or not is_grave(made, seen):
        return None
    what = _shown(sent)
    overtaken = seen is not None and sent.expected is not None and sent.expected != seen.version
    if overtaken or is_key(dict(sent.pairs).get("checked", ""), context.session, sent.command_id, what):
        return None
    current = context.web.container.service.definitions.current
    definition = None if isinstance(made, CaseCommand) else current(filling.about.programme.programme)
    found = foresight(context.web.container, made, seen, definition, context.web.now())
    return None if found is None else _page(filling, made, found, what)


def _page(filling: Filling, made: Command, found: Foresight, what: bytes) -> Response:
    context, sent, seen, words = filling.context, filling.sent, filling.context.snapshot, filling.context.words
    assert sent is not None, "it was sent"
    kept, frame = filling.keep(), dict[str, Any](filling.frame)
    programme = filling.about.programme
    n = naming(context) if seen else Naming(words.language, programme.time_zone, programme)
    dest, command = dest_of(made, seen), type(made)
    return context.page(
        "pages/last_look.html",
        **frame | {
            "form": filling.form(), "command_id": sent.command_id, "n": n, "case": seen.case if seen else None,
            "expected": "" if sent.expected is None else sent.expected, "people": found.people, "office": programme,
            "draft": kept if isinstance(kept, Draft) else None, "command": command.__name__,
            "undone_by": command.undone_by, "ends_as": n.name("stage", dest) if dest else "",
            "by_two": _by_two(made, seen), "stops": found.stops(words), "called_off": found.called_off(words),
            "follows": found.follows(words), "checked": key_of(context.session, sent.command_id, what),
            "place": filling.place, "sent": [*sent.fields, *filling.marks],
        },
    )  # fmt: skip


def _shown(sent: Sent) -> bytes:
    """Return what of a form its last look stands for: every field, and the version of the case."""
    return hashlib.sha256(orjson.dumps([sent.fields, sent.expected])).digest()


def _by_two(made: Command, seen: CaseSnapshot | None) -> bool:
    """Tell whether nothing happens before a second person has confirmed it."""
    if seen is None or not isinstance(made, AdvanceCase):
        rule = RULES.get(type(made))
        return rule is not None and rule.two_people is not None
    ways = seen.definition.programme.journey.transitions
    mine = (way for way in ways if way.trigger == made.trigger and seen.case.stage in way.source)
    return any(SECOND_PERSON in way.conditions for way in mine)
