"""One case as its page shows it: where the person is, what may come next, what runs, what waits, what happened.

What is drawn depends on why somebody may look: ``console.views.sheets`` says which role sees what.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson

from console.views.case_panels import ALL, Sheet, sheets_for
from console.views.item_descriptions import Thing, subject_things, things_of
from console.views.reader import Reader
from console.views.suggested_actions import Deed, acts_on, commands_for, deed_for, likely
from console.views.timeline import History, history
from events.ids import case_stream
from events.instants import instant, stored
from handlers.projections.tasks import LIVE, list_tasks, list_timers
from handlers.projections.work_items import items_of
from handlers.states.case_reader import CaseSnapshot
from workflow.programme.journey import Option
from workflow.reasons import Reason
from workflow.rights.acts import ROLES, Act, Role
from workflow.rights.compartments import closed_to
from workflow.rights.visibility import shown_until
from workflow.subjects.access.state import EmergencyAccess

LATEST: Final = 20
# These are not hindrances but questions: the form asks for a reason and a second person.
ASKED_IN_THE_FORM: Final = frozenset({"reason_is_listed", "reason_is_given", "second_person_agreed"})
_JUST_DONE: Final = timedelta(minutes=10)


class Way(NamedTuple):
    """One way on from where the person is."""

    trigger: str
    dest: str
    ends: bool
    against: tuple[Reason, ...]
    asks: tuple[str, ...]  # what its form wants to know besides

    @property
    def open(self) -> bool:
        """Tell whether nothing stands against it."""
        return not self.against


class Waiting(NamedTuple):
    """Something that waits for a person, what it is about, and the form that settles it."""

    item: str
    kind: str
    about: tuple[Thing, ...]
    deed: Deed | None


class Running(NamedTuple):
    """A task of Wayhome's own: what it is about and how far it has come."""

    task_id: str
    kind: str
    status: str
    about: tuple[Thing, ...]
    due_at: datetime
    attempts: int
    error: str
    can_retry: bool


class Ahead(NamedTuple):
    """Something that will be due."""

    kind: str
    about: tuple[Thing, ...]
    due_at: datetime


class CaseView(NamedTuple):
    """Everything the page of one case shows to one reader."""

    seen: CaseSnapshot
    sheets: tuple[Sheet, ...]
    may: frozenset[str]  # names of the commands this reader may give
    ended: bool
    high_risk: bool
    glass: tuple[EmergencyAccess, ...]
    walked: tuple[str, ...]
    ways: tuple[Way, ...]
    waiting: tuple[Waiting, ...]
    running: tuple[Running, ...]
    ahead: tuple[Ahead, ...]
    history: History
    shown_to: tuple[tuple[str, Any], ...]  # partner organisations, and until which day

    def deeds(self, sheet: Sheet) -> tuple[Deed, ...]:
        """Return the likely deeds beside a sheet."""
        return likely(sheet, self.seen.case, self.may, ended=self.ended)


def roles_for(reader: Reader, seen: CaseSnapshot, act: Act) -> tuple[Role, ...]:
    """Return in which of their roles somebody may do an act on a case."""
    as_one = ((role, reader._replace(account=reader.account._replace(roles=frozenset({role})))) for role in ROLES)
    return tuple(role for role, alone in as_one if role in reader.account.roles and alone.may(act, seen))


def sheets_of(reader: Reader, seen: CaseSnapshot) -> tuple[Sheet, ...]:
    """Return the sheets of a case somebody sees, in the order of the page: those of all the roles they see it in."""
    seen_by = {sheet for role in roles_for(reader, seen, "case.see") for sheet in sheets_for(role)}
    return tuple(sheet for sheet in ALL if sheet in seen_by)


def mandate_for(reader: Reader, seen: CaseSnapshot, parts: Collection[str]) -> Role:
    """Return in which role somebody opens these parts: the first that opens them all, else the first there is."""
    roles = roles_for(reader, seen, "case.open_sealed")
    return next((role for role in roles if not closed_to(role, parts)), roles[0])


def case_view(reader: Reader, seen: CaseSnapshot) -> CaseView:
    """Return a case as this reader sees it, with the same few questions however long its history is."""
    case, programme = seen.case, seen.definition.programme
    sheets = sheets_of(reader, seen)
    tasks, timers = _work_of(reader, case.case_id) if "running" in sheets else ([], [])
    may = commands_for(acts_on(reader.account, case, programme, reader.now))
    return CaseView(
        seen=seen,
        sheets=sheets,
        may=may,
        ended=seen.definition.journey.stage(case.stage).ends,
        high_risk=case.risk is not None and case.risk.level == "high",
        glass=tuple(case.access.glass.values()),
        walked=_walked(reader, case.case_id) if "next" in sheets else (),
        ways=_ways(reader, seen) if "next" in sheets else (),
        waiting=waiting_on(seen) if "waiting" in sheets else (),
        running=tuple(_running(row) for row in tasks if _matters(row, reader.now)),
        ahead=tuple(_ahead(row) for row in timers),
        history=history(reader.office.log, case.case_id, sheets, limit=LATEST),
        shown_to=tuple(shown_until(case, programme).items()) if "access" in sheets else (),
    )


def waiting_on(seen: CaseSnapshot) -> tuple[Waiting, ...]:
    """Return what waits for a person on a case, the escalations first."""
    items = sorted(items_of(seen.case).items(), key=lambda item: item[1] != "escalation")
    return tuple(
        Waiting(item, kind, things_of(item, kind, seen), deed_for(item, kind, seen.case)) for item, kind in items
    )


def _ways(reader: Reader, seen: CaseSnapshot) -> tuple[Way, ...]:
    options = reader.office.look.options(seen, reader.account.account)
    return tuple(_way(option, seen) for option in options)


def _way(option: Option, seen: CaseSnapshot) -> Way:
    against = tuple(reason for reason in option.reasons if reason.code not in ASKED_IN_THE_FORM)
    asks = tuple(reason.code for reason in option.reasons if reason.code in ASKED_IN_THE_FORM)
    return Way(option.trigger, option.dest, seen.definition.journey.stage(option.dest).ends, against, asks)


def _walked(reader: Reader, case_id: str) -> tuple[str, ...]:
    """Return the stages in the order they were entered."""
    log = reader.office.log
    facts: Sequence[Any] = [log.fact(e) for e in log.of_types(case_stream(case_id), ("CaseOpened", "StageEntered"))]
    return tuple(fact.stage if hasattr(fact, "stage") else fact.dest for fact in facts)


def _work_of(reader: Reader, case_id: str) -> tuple[Sequence[Any], Sequence[Any]]:
    with reader.office.database.reading() as connection:
        tasks = list_tasks(connection, case_id=case_id, limit=200)
        return tasks, list_timers(connection, case_id=case_id, status="set", limit=100)


def _matters(row: Any, now: datetime) -> bool:
    """Tell whether a task is worth a line: not over, or over just now, so that one sees it end."""
    if row["status"] in (*LIVE, "dead"):
        return True
    return row["status"] == "done" and str(row["finished_at"]) >= stored(now - _JUST_DONE)


def _running(row: Any) -> Running:
    stuck = row["status"] in ("dead", "unknown")
    return Running(
        row["task_id"], row["kind"], row["status"], _about(row), instant(row["due_at"]), row["attempts"],
        row["error"] if stuck else "", stuck,
    )  # fmt: skip


def _ahead(row: Any) -> Ahead:
    return Ahead(row["kind"], _about(row), instant(row["due_at"]))


def _about(row: Any) -> tuple[Thing, ...]:
    return tuple(subject_things(orjson.loads(row["subject"])))
