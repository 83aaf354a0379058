"""What was found that the log knows nothing of, as people settle it: where it lies, and which proposal waits for it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson

from console.container import Container
from console.settings import Settings
from events.ids import OFFICE_DECISIONS
from handlers.queries.quarantine import quarantine_of
from workflow.case.proposals import Proposals
from workflow.subjects.restore.state import Orphan, Quarantine

SETTLES: Final = "SettleOrphan"
LIFTS: Final = "LiftQuarantine"
_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "payment": ("bank/out/{}.xml", "bank/sent/{}.xml"),
    "letter": ("post/{}.eml",),
}
# Where something lies that has no file of its own name, or whose file was renamed, as a bank's gateway may do.
_FOLDERS: Final = {"payment": "bank/sent", "bank_answer": "bank/in", "letter": "post", "order": "orders.sqlite"}


class ListedOrphan(NamedTuple):
    """Something the log knows nothing of: its number, where it lies, and what one officer says it was already."""

    number: str
    one: Orphan
    place: str  # in the data folder; empty: beside the keys
    proposal: str = ""
    proposed: str = ""  # the outcome


class Waiting(NamedTuple):
    """A proposal that waits, and the outcome it gives."""

    proposal: str
    outcome: str


def listed_orphans(container: Container, quarantine: Quarantine, now: datetime) -> tuple[ListedOrphan, ...]:
    """Return everything that was found, settled or not, in the order in which it was put on the list."""
    waiting = dict(_waiting(container, now))
    nothing = Waiting("", "")
    return tuple(
        ListedOrphan(number, one, place_of(container.settings, one), *waiting.get(number, nothing))
        for number, one in quarantine.orphans.items()
    )


def place_of(settings: Settings, one: Orphan) -> str:
    """Return where in the data folder something lies; nothing for what was found beside the keys."""
    named = [name.format(one.reference) for name in _FILES.get(one.kind, ())]
    there = (name for name in named if (settings.data / name).is_file())
    return next(there, _FOLDERS.get(one.kind, ""))


def concerned(container: Container, command: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a proposal of two officers is about, for whoever confirms it: the thing, or how all was settled."""
    if command not in (SETTLES, LIFTS):
        return {}
    quarantine = quarantine_of(container.log)
    if command == LIFTS:
        outcomes = Counter(one.outcome for one in quarantine.orphans.values() if one.outcome)
        return {"settled": tuple(outcomes.items()), "open": len(quarantine.open)}
    one = quarantine.orphans.get(str(given.get("orphan_id")))
    return {"orphan": one, "place": place_of(container.settings, one)} if one is not None else {}


def _waiting(container: Container, now: datetime) -> Iterator[tuple[str, Waiting]]:
    state: Proposals | None = container.cases.states([OFFICE_DECISIONS])[OFFICE_DECISIONS].state
    for key, one in (state.pending if state is not None else {}).items():
        if one.command == SETTLES and now < one.expires_at:
            given = orjson.loads(one.given)
            yield str(given["orphan_id"]), Waiting(key, str(given["outcome"]))
