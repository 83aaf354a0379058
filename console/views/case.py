"""One case as its page shows it: where the person is, what may come next, what runs, what waits, what happened.

What is drawn depends on why somebody may look: ``console.subjects`` says which role sees what.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import orjson

from console.subjects import ALL, Panel, likely, panels_for
from console.views.ahead import DueTimer, ahead_of
from console.views.attachments import FileRow, file_rows
from console.views.danger import Danger
from console.views.empty_panels import empty_panels
from console.views.erased import commands_on
from console.views.groups import SHOWN_MAX, GroupView, group_view
from console.views.item_descriptions import ItemDescription, describe_subject, descriptions_of
from console.views.mending import Mendable, mendable, mendable_kinds
from console.views.next_step import Step, next_step, standing_of
from console.views.reader import Reader
from console.views.road import Road, road_of
from console.views.suggested_actions import SuggestedAction, action_for, deeds_for, shown_status
from console.views.timeline import TimelinePage, history
from console.views.ways_on import WayOn, way_forward, ways_on
from events.envelope import RecordedEvent
from events.ids import CaseId, case_stream
from events.instants import instant, instant_text
from events.log import Log
from handlers.projections.tasks import LIVE_STATUSES, list_work
from handlers.projections.work_items import items_of
from handlers.states.case_reader import CaseSnapshot
from workflow.case.retraction import records_of
from workflow.reasons import Reason
from workflow.rights.acts import ROLES, Act, Role
from workflow.rights.compartments import compartments_closed_to
from workflow.rights.visibility import organisations_shown_until
from workflow.subjects.access.state import EmergencyAccess, access_of
from workflow.subjects.corrections.fitting import unfitting
from workflow.subjects.safety.state import safety_of

LATEST: Final = 20
_ENTERED: Final = frozenset({"CaseOpened", "StageEntered"})
_JUST_DONE: Final = timedelta(minutes=10)


class Waiting(NamedTuple):
    """Something that waits for a person, what it is about, and the form that settles it."""

    item: str
    kind: str
    about: tuple[ItemDescription, ...]
    action: SuggestedAction | None


class Running(NamedTuple):
    """A task of Wayhome's own: what it is about and how far it has come."""

    task_id: str
    kind: str
    status: str
    about: tuple[ItemDescription, ...]
    due_at: datetime
    attempts: int
    error: str
    deeds: tuple[str, ...]  # the commands that help when it stopped


class CaseView(NamedTuple):
    """Everything the page of one case shows to one reader."""

    snapshot: CaseSnapshot
    panels: tuple[Panel, ...]
    may: frozenset[str]  # names of the commands this reader may give
    ended: bool
    high_risk: bool
    emergencies: tuple[EmergencyAccess, ...]
    walked: tuple[str, ...]
    ways: tuple[WayOn, ...]
    waiting: tuple[Waiting, ...]
    running: tuple[Running, ...]
    ahead: tuple[DueTimer, ...]
    history: TimelinePage
    group: GroupView | None
    shown_to: tuple[tuple[str, Any], ...]  # partner organisations, and until which day
    files: tuple[FileRow, ...] = ()
    unfitting: tuple[Reason, ...] = ()  # arranged before a correction, and to be arranged anew
    mendable: Mapping[Panel, tuple[Mendable, ...]] = MappingProxyType({})  # what was recorded and may be put right
    road: Road | None = None  # for who sees the journey
    way: WayOn | None = None  # on which the person is led, and what is against it
    dangers: tuple[Danger, ...] = ()
    step: Step | None = None  # the one next step for this reader
    empty: frozenset[Panel] = frozenset()  # panels of which nothing is recorded yet

    @property
    def next_date(self) -> DueTimer | None:
        """Return what is to be done next at its time, for a step that has none of its own."""
        return next((one for one in self.ahead if one.action is not None), None)

    def actions(self, panel: Panel) -> tuple[SuggestedAction, ...]:
        """Return the likely actions beside a panel."""
        return likely(panel, self.snapshot.case, self.may, ended=self.ended)

    def mends(self, panel: Panel, key: str) -> Mendable | None:
        """Return the last record of one thing on a card, by which it is put right."""
        return next((one for one in self.mendable.get(panel, ()) if key in one.about and not one.entry.retracted), None)


def roles_for(reader: Reader, snapshot: CaseSnapshot, act: Act) -> tuple[Role, ...]:
    """Return in which of their roles somebody may do an act on a case."""
    as_one = ((role, reader._replace(account=reader.account._replace(roles=frozenset({role})))) for role in ROLES)
    return tuple(role for role, alone in as_one if role in reader.account.roles and alone.may(act, snapshot))


def panels_of(reader: Reader, snapshot: CaseSnapshot) -> tuple[Panel, ...]:
    """Return the panels of a case somebody sees, in the order of the page: those of all the roles they see it in."""
    seen_by = {panel for role in roles_for(reader, snapshot, "case.see") for panel in panels_for(role)}
    return tuple(panel for panel in ALL if panel in seen_by)


def mandate_for(reader: Reader, snapshot: CaseSnapshot, parts: Collection[str]) -> Role:
    """Return in which role somebody opens these parts: the first that opens them all, else the first there is."""
    roles = roles_for(reader, snapshot, "case.open_sealed")
    return next((role for role in roles if not compartments_closed_to(role, parts)), roles[0])


def case_view(reader: Reader, snapshot: CaseSnapshot) -> CaseView:
    """Return a case as this reader sees it, with the same few questions however long its history is."""
    case, programme = snapshot.case, snapshot.definition.programme
    panels = panels_of(reader, snapshot)
    tasks, timers = _work_of(reader, case.case_id) if "running" in panels else ([], [])
    may = commands_on(reader, snapshot)
    risk, ended = safety_of(case).risk, snapshot.definition.journey.stage(case.stage).ends
    log = reader.container.log
    recorded = log.of_types(case_stream(CaseId(case.case_id)), {*_ENTERED, *mendable_kinds(log, panels, may)})
    walked, ways = (_walked(log, recorded), tuple(ways_on(reader, snapshot))) if "next" in panels else ((), ())
    way, ahead = way_forward(ways, programme) if not ended else None, ahead_of(timers, case)
    standing = standing_of(reader, snapshot, may, ahead, way)
    group = group_view(reader, snapshot, SHOWN_MAX) if "group" in panels else None
    files = file_rows(snapshot, roles_for(reader, snapshot, "case.open_sealed"), panels) if "files" in panels else ()
    return CaseView(
        snapshot, panels, may,
        ended=ended,
        high_risk=risk is not None and risk.level == "high",
        emergencies=tuple(access_of(case).glass.values()),
        walked=walked,
        ways=ways,
        waiting=waiting_on(snapshot) if "waiting" in panels else (),
        running=tuple(_running(row) for row in tasks if _matters(row, reader.now)),
        ahead=ahead,
        history=history(log, case.case_id, panels, limit=LATEST, retracted=records_of(case).retracted),
        group=group,
        shown_to=tuple(organisations_shown_until(case, programme).items()) if "access" in panels else (),
        files=files,
        unfitting=tuple(unfitting(case, programme)) if "next" in panels else (),
        mendable=mendable(reader, snapshot, panels, may, recorded),
        road=road_of(programme, case.stage, walked) if "next" in panels else None,
        way=way,
        dangers=standing.dangers,
        step=next_step(standing),
        empty=empty_panels(case, group, files),
    )  # fmt: skip


def waiting_on(snapshot: CaseSnapshot) -> tuple[Waiting, ...]:
    """Return what waits for a person on a case, the escalations first."""
    items = sorted(items_of(snapshot.case).items(), key=lambda item: item[1] != "escalation")
    return tuple(
        Waiting(item, kind, descriptions_of(item, snapshot.case), action_for(item, kind, snapshot.case))
        for item, kind in items
    )


def _walked(log: Log, recorded: Sequence[RecordedEvent]) -> tuple[str, ...]:
    """Return the stages in the order they were entered."""
    facts: Sequence[Any] = [log.fact(event) for event in recorded if event.envelope.type in _ENTERED]
    return tuple(fact.stage if hasattr(fact, "stage") else fact.dest for fact in facts)


def _work_of(reader: Reader, case_id: str) -> tuple[Sequence[Any], Sequence[Any]]:
    with reader.container.database.reading() as connection:
        return list_work(connection, case_id, most=200)


def _matters(row: Any, now: datetime) -> bool:
    """Tell whether a task is worth a line: not over, or over just now, so that one sees it end."""
    if row["status"] in (*LIVE_STATUSES, "dead"):
        return True
    return row["status"] == "done" and str(row["finished_at"]) >= instant_text(now - _JUST_DONE)


def _running(row: Any) -> Running:
    stuck = row["status"] in ("dead", "unknown")
    return Running(
        row["task_id"], row["kind"], shown_status(row["status"], wanted=row["wanted"]), _about(row),
        instant(row["due_at"]), row["attempts"], row["error"] if stuck else "",
        deeds_for(row["kind"], row["status"], wanted=row["wanted"]) if stuck else (),
    )  # fmt: skip


def _about(row: Any) -> tuple[ItemDescription, ...]:
    return describe_subject(orjson.loads(row["subject"]))
