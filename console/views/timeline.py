"""What happened to a case: who, when, under which right, and what of it is sealed; newest first, page by page."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

import orjson

from console.subjects import MACHINERY, Panel, is_shown
from events.catalogue import CLOSED, Fact
from events.envelope import RecordedEvent
from events.facts.decisions import DecisionProposed
from events.ids import case_of_stream, case_stream
from events.instants import instant
from events.log import END, Log
from handlers.queries.history import retracted_records
from workflow.retracting import MENDING, RETRACTABLE

PAGE: Final = 50
_A_MINUTE: Final = timedelta(minutes=1)
_IDS: Final = frozenset({
    "case_id", "person_id", "task_id", "timer_id", "command_id", "definition", "glass_id", "grant_id", "tranche_id",
    "referral_id", "document_id", "arrival_id", "trip_id", "appointment", "proposal_id", "receipt", "checked", "shares",
    "subject", "cost_id", "number", "sequence", "proposal", "given", "pins", "confirmed_by",
    "recorded_on", "file_id", "digest", "fingerprint", "proves_version", "size", "media_type", "correction_id",
})  # fmt: skip

_SHORT: Final = (
    "command", "trigger", "of", "fields", "citizenships", "gender", "language",
    "service", "purpose", "kind", "level", "amount", "facility", "provider", "course", "goals", "path", "step",
    "country", "destination", "place", "host", "escort", "meeter", "recipient", "status", "answer", "outcome", "to",
    "month", "compartments", "owner", "account", "reason", "until", "at", "day",
)  # fmt: skip

_OF_MACHINES: Final = frozenset({"reference", "why"})  # the number of a letter, the name of a clock
_OF_RECORDS: Final = ("_id", "_hash", "to_referral", "party")
_BETWEEN: Final = {"ServiceProvided": frozenset({"reference"})}
_RULES_WRITE_HERE_TOO: Final = frozenset({"BedGivenUp", "TaskCancelled"})  # a person's reason, or the rules' English


class TimelineEntry(NamedTuple):
    """One thing that happened, as far as this reader is told."""

    version: int
    fact: str
    recorded_at: str
    occurred_at: str
    actor: str
    mandate: str
    said: tuple[tuple[str, Any], ...]  # field and open value, ids left out
    sealed: tuple[str, ...]  # compartments
    retracted: bool = False
    can_be_retracted: bool = False
    anew: str = ""  # the command by which what was retracted is written anew

    @property
    def told(self) -> tuple[tuple[str, Any], ...]:
        """Return what people are told of it: without ids, and without words that are between machines."""
        between = _BETWEEN.get(self.fact, frozenset()) | (_OF_MACHINES if self.by_machine else frozenset())
        return tuple(one for one in self.said if one[0] not in between and not one[0].endswith(_OF_RECORDS))

    @property
    def short(self) -> tuple[tuple[str, Any], ...]:
        """Return what a line has room for: what it was about, in words that need no heading."""
        told = dict(self.told)
        if self.fact == "StageEntered":
            return (("dest", told["dest"]),)
        if self.fact in _RULES_WRITE_HERE_TOO:
            told.pop("reason", None)
        return tuple((name, told[name]) for name in _SHORT if name in told)[:3]

    @property
    def is_late(self) -> bool:
        """Tell whether it was written down later than it happened: by a minute, the least that people tell."""
        return abs(instant(self.recorded_at) - instant(self.occurred_at)) >= _A_MINUTE

    @property
    def by_machine(self) -> bool:
        """Tell whether Wayhome's own hands wrote it."""
        return self.actor.partition(":")[0] in ("worker", "system")


class TimelinePage(NamedTuple):
    """A page of what happened; ``earlier`` is where the next page begins, None at the beginning."""

    entries: tuple[TimelineEntry, ...]
    earlier: int | None


def history(
    log: Log, case_id: str, panels: tuple[Panel, ...], *, before: int = END, limit: int = PAGE, machinery: bool = False,
    retracted: frozenset[int] | None = None,
) -> TimelinePage:  # fmt: skip
    """Return what a reader with these panels is told of a case, the last first; three questions to the log at most.

    Who has the case at hand says what of it was ``retracted``, and one question less is asked.
    """
    found = log.latest(case_stream(case_id), limit + 1, before=before, without=() if machinery else MACHINERY)
    more, shown = len(found) > limit, found[:limit]
    return TimelinePage(entries_of(log, shown, panels, retracted), shown[-1].envelope.version if more else None)


class Onwards(NamedTuple):
    """What happened after a version, in its order; ``after`` is where to ask on, ``version`` the case's own."""

    entries: tuple[TimelineEntry, ...]
    after: int
    version: int


def onwards(log: Log, case_id: str, panels: tuple[Panel, ...], after: int = -1, limit: int = PAGE) -> Onwards:
    """Return what a reader with these panels is told of a case after a version, Wayhome's own hands included."""
    events = log.stream(case_stream(case_id), after)
    shown = events[:limit]
    version = events[-1].envelope.version if events else after
    return Onwards(entries_of(log, shown, panels), shown[-1].envelope.version if shown else after, version)


def entries_of(
    log: Log, events: Sequence[RecordedEvent], panels: tuple[Panel, ...], retracted: frozenset[int] | None = None
) -> tuple[TimelineEntry, ...]:
    """Return events of one case as a reader with these panels is told of them."""
    shapes = log.catalogue.shapes
    slips = retracted
    if slips is None:
        case_id = case_of_stream(events[0].envelope.stream) if events else None
        slips = retracted_records(log, case_id) if case_id else frozenset()
    return tuple(
        _entry(event, log.fact(event), slips) for event in events if is_shown(shapes[event.envelope.type].fact, panels)
    )


def _entry(event: RecordedEvent, fact: Fact, slips: frozenset[int]) -> TimelineEntry:
    said = event.envelope
    retracted = said.version in slips
    return TimelineEntry(
        said.version, said.type, said.recorded_at, said.occurred_at, said.actor, said.mandate,
        said=tuple(_said(fact)), sealed=tuple(part.compartment for part in said.sealed),
        retracted=retracted, can_be_retracted=not retracted and said.type in RETRACTABLE,
        anew=MENDING[said.type].anew if retracted else "",
    )  # fmt: skip


def _said(fact: Fact) -> Iterator[tuple[str, Any]]:
    """Yield what a fact says openly and in few words; what is sealed never gets here."""
    for name in type(fact).model_fields:
        value = getattr(fact, name)
        is_short = not isinstance(value, tuple) or all(isinstance(one, str) for one in value)
        if is_short and name not in _IDS and value is not CLOSED and value not in (None, "", ()):
            yield name, value
    if isinstance(fact, DecisionProposed):
        yield from orjson.loads(fact.given).items()
