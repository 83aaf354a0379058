"""The work list: what waits for a person, read off the case itself, so that nothing can be forgotten on it."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from events.batch import Changes, Removals, Rows
from events.writing import Writing
from handlers.tables import work_items
from workflow.case.state import Case
from workflow.guards.travel import escort_needed

_ITEMS = Rows(work_items, replace=True)
_MOVED = Changes(work_items, ("stage",))
_GONE = Removals(work_items)


def items_of(case: Case | None) -> dict[str, str]:
    """Return what waits for a person on a case: item to kind."""
    if case is None:
        return {}
    items = {f"escalation:{kind}": "escalation" for kind in case.escalations}
    items |= {f"task:{key}": f"task_{task.status}" for key, task in case.tasks.items() if task.status != "open"}
    for grant_id, grant in case.grants.items():
        if not grant.declined and not grant.approved_by:
            items[f"grant:{grant_id}"] = "approve_grant"
        elif not grant.declined and not grant.settled and grant.released < grant.amount:
            items[f"grant:{grant_id}"] = "release_tranche"
    if case.trip is not None and not case.trip.confirmed and "hand_over" not in case.provided:
        if case.trip.escort:
            items["escort"] = "escort_answer"
        elif escort_needed(case, case.trip.departs_at.date()) != "none":
            items["escort"] = "find_escort"
    return items


def store(writing: Writing, before: Case | None, after: Case) -> None:
    """Write what changed on the list between two states of a case."""
    old, new = items_of(before), items_of(after)
    for item, kind in new.items():
        row = {"case_id": after.case_id, "item": item, "kind": kind, "stage": after.stage, "since": writing.now}
        if old.get(item) != kind:
            writing.write(_ITEMS, row)
        elif before is not None and before.stage != after.stage:
            writing.write(_MOVED, {name: row[name] for name in ("case_id", "item", "stage")})
    for item in old.keys() - new.keys():
        writing.write(_GONE, {"case_id": after.case_id, "item": item})


def list_work(connection: Connection, *, kind: str | None = None, limit: int = 100) -> list[RowMapping]:
    """Return what waits for people, oldest first."""
    query = select(work_items).order_by(work_items.c.since, work_items.c.case_id, work_items.c.item).limit(limit)
    if kind is not None:
        query = query.where(work_items.c.kind == kind)
    return list(connection.execute(query).mappings())
