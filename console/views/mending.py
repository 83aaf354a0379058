"""What was recorded of a case and can be put right: from each card, by the forms its subject names."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from console.forms.choices import offer
from console.forms.context import FormContext
from console.forms.shapes import shapes_of
from console.subjects import CASE_FORMS, Panel, is_shown, panel_of
from console.views.reader import Reader
from console.views.timeline import TimelineEntry, entries_of
from events.catalogue import Fact
from events.envelope import RecordedEvent
from events.ids import CaseId, case_stream
from events.log import Log
from handlers.states.case_reader import CaseSnapshot
from workflow.case.retraction import Instead, records_of
from workflow.case.state import Case
from workflow.command import CaseCommand, RetractRecord
from workflow.retracting import MENDING, RETRACTABLE

SHOWN_MAX: Final = 8  # beside a card; the history has all
WHOLE: Final = "AdvanceCase"  # who may give it sees the whole case, and speaks of what others recorded
_ABOUT: Final = ("appointment", "document_id", "referral_id", "grant_id", "cost_id", "course", "facility", "arrival_id")
_NONE: Final = Instead()


class Mendable(NamedTuple):
    """Something that was recorded, and which things of the case it is about."""

    entry: TimelineEntry
    about: frozenset[str]


class Record(NamedTuple):
    """One record of a case as its form is filled in from it."""

    event: RecordedEvent
    fact: Fact
    entry: TimelineEntry

    @property
    def number(self) -> int:
        """Return its number in the history of the case."""
        return self.entry.version


class WayToMend(NamedTuple):
    """A form by which a record is put right; ``back`` says that it takes it back, and ``anew`` what is written then."""

    command: str
    back: bool = False
    anew: str = ""


def mendable_kinds(log: Log, panels: tuple[Panel, ...], may: Collection[str]) -> Mapping[str, type[Fact]]:
    """Return the kinds of records that this reader might put right, by their names."""
    shapes = log.catalogue.shapes
    kinds = {name: shapes[name].fact for name, ways in MENDING.items() if _any_of(ways, may)}
    return {name: fact for name, fact in kinds.items() if is_shown(fact, panels)}


def mendable(
    reader: Reader, snapshot: CaseSnapshot, panels: tuple[Panel, ...], may: Collection[str],
    recorded: Sequence[RecordedEvent],
) -> Mapping[Panel, tuple[Mendable, ...]]:  # fmt: skip
    """Return what of each card this reader may put right, the last first; ``recorded`` holds what was recorded."""
    log, by_panel = reader.container.log, defaultdict[Panel, list[RecordedEvent]](list)
    kinds = mendable_kinds(log, panels, may)
    for event in reversed(recorded):
        panel = panel_of(kinds[event.envelope.type]) if event.envelope.type in kinds else None
        has_room = panel is not None and len(by_panel[panel]) < SHOWN_MAX
        if panel and has_room and _is_theirs(event, reader.account.account, may) and _counts(event, snapshot.case, may):
            by_panel[panel].append(event)
    picked = [event for events in by_panel.values() for event in events]
    listed = _listed(log, picked, entries_of(log, picked, panels, records_of(snapshot.case).retracted))
    return {panel: tuple(listed[event.envelope.version] for event in events) for panel, events in by_panel.items()}


def record_of(reader: Reader, case_id: CaseId, number: int, panels: tuple[Panel, ...], *, whole: bool) -> Record | None:
    """Return a record by its number; None when there is none, or none that this reader may speak of."""
    log = reader.container.log
    found = log.latest(case_stream(case_id), 1, before=number + 1)
    if not found or found[0].envelope.version != number:
        return None
    entries = entries_of(log, found, panels)
    theirs = whole or found[0].envelope.actor == reader.account.account
    return Record(found[0], log.fact(found[0]), entries[0]) if entries and theirs else None


def ways_to_mend(record: Record, context: FormContext, may: Collection[str]) -> tuple[WayToMend, ...]:
    """Return the forms by which a record is put right now, the likeliest first; none where it stays as it was told."""
    return tuple(way for way in _ways(record, context.case) if way.command in may and _fits(way, record, context))


def way_by(record: Record, command: str, context: FormContext, may: Collection[str]) -> WayToMend | None:
    """Return the way that a form is, or None when it is none for this record; writing anew comes after taking back."""
    ways = MENDING.get(record.entry.fact, _NONE)
    if command == ways.anew and command in may and (record.entry.retracted or record.entry.fact not in RETRACTABLE):
        return WayToMend(command)
    return next((way for way in ways_to_mend(record, context, may) if way.command == command), None)


def _ways(record: Record, case: Case | None) -> Iterator[WayToMend]:
    ways = MENDING.get(record.entry.fact, _NONE)
    if record.entry.retracted:
        yield WayToMend(ways.anew)
        return
    yield from (WayToMend(command) for command in ways.change)
    if ways.back != RetractRecord.__name__ or (case is not None and record.number in records_of(case).standing):
        yield WayToMend(ways.back, back=True, anew=ways.anew)


def _fits(way: WayToMend, record: Record, context: FormContext) -> bool:
    """Tell whether what the record is about can still be chosen in the form: an appointment that is over cannot."""
    kind = CASE_FORMS.get(way.command)
    return kind is not None and all(_is_offered(kind, name, record.fact, context) for name in _names(kind))


def _names(kind: type[CaseCommand]) -> Iterator[str]:
    return (shape.name for shape in shapes_of(kind) if shape.needed and shape.name in _ABOUT)


def _is_offered(kind: type[CaseCommand], name: str, fact: Fact, context: FormContext) -> bool:
    value, offered = getattr(fact, name, ""), offer(kind.__name__, name, context)
    return not value or offered is None or value in {choice.value for choice in offered.choices}


def _any_of(ways: Instead, may: Collection[str]) -> bool:
    return any(name in may for name in (*ways.change, ways.back))


def _is_theirs(event: RecordedEvent, account: str, may: Collection[str]) -> bool:
    """Tell whether a person recorded it, and this reader may speak of it: it is theirs, or they see the whole case."""
    actor = event.envelope.actor
    return actor == account or (WHOLE in may and actor.partition(":")[0] not in ("worker", "system"))


def _counts(event: RecordedEvent, case: Case, may: Collection[str]) -> bool:
    """Tell whether there is still something to do about it: it stands, or may be written anew."""
    name, number, records = event.envelope.type, event.envelope.version, records_of(case)
    if name not in RETRACTABLE:
        return True
    return number in records.standing or (number in records.retracted and MENDING[name].anew in may)


def _listed(log: Log, events: Sequence[RecordedEvent], entries: Sequence[TimelineEntry]) -> dict[int, Mendable]:
    """Return records of one case by their numbers, with what of the case each is about."""
    facts = [log.fact(event) for event in events]
    about = [frozenset(str(getattr(fact, name)) for name in _ABOUT if getattr(fact, name, "")) for fact in facts]
    return {entry.version: Mendable(entry, things) for entry, things in zip(entries, about, strict=True)}
