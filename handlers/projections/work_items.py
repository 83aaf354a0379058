"""The work list: what waits for a person, read off the case itself, so that nothing can be forgotten on it."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, func, select
from sqlalchemy.engine import RowMapping

from events.batch import DeleteRows, InsertRows, UpdateRows
from events.writing import Writing
from handlers.projections.tables import work_items
from workflow.case.erasure import Erasure, erasure_of
from workflow.case.proposals import Proposals, proposals_of, proposed
from workflow.case.state import Case, Part
from workflow.subjects.access.state import Access, access_of
from workflow.subjects.care.state import Care, care_of
from workflow.subjects.closing.state import Closing, closing_of
from workflow.subjects.documents.state import IN_HAND, Documents, documents_of
from workflow.subjects.grants.state import Grants, grants_of
from workflow.subjects.referrals.state import Referrals, referrals_of
from workflow.subjects.reintegration.state import Reintegration, reintegration_of
from workflow.subjects.travel.guards import escort_needed
from workflow.subjects.travel.state import Travel, travel_of, trip_is_ahead
from workflow.values.days import earliest_day

_ITEMS = InsertRows(work_items, replace=True)
_MOVED = UpdateRows(work_items, ("stage", "owner", "team"))
_GONE = DeleteRows(work_items)
DOCUMENTS_ITEM: Final = "documents"  # the stage in which somebody without a document should come by one


Items = dict[str, str]  # item to kind


def items_of(case: Case | None) -> Items:
    """Return what waits for a person on a case: item to kind."""
    if case is None:
        return {}
    items = {f"escalation:{kind}": "escalation" for kind in case.escalations}
    items |= {f"task:{key}": f"task_{task.status}" for key, task in case.tasks.items() if task.status != "open"}
    for part, waits in _WAITS:
        if found := waits(part(case), case):
            items |= found
    return items


def _grants(part: Grants, _case: Case) -> Items:
    items = {}
    for grant_id, grant in part.grants.items():
        if grant.awaits_approval:
            items[f"grant:{grant_id}"] = "approve_grant"
        elif not (grant.declined or grant.settled or grant.disputed) and grant.released < grant.amount:
            items[f"grant:{grant_id}"] = "release_tranche"
        items |= {f"bank:{key}": "settle_bank_answer" for key, one in grant.tranches.items() if one.disputed}
    return items


def _referrals(part: Referrals, _case: Case) -> Items:
    """Return the referrals somebody has to see to: to send elsewhere, to chase, or to ask the person about."""
    helped = {one.service for one in part.referrals.values() if one.is_open or one.status == "closed"}
    items = {}
    for key, one in part.referrals.items():
        if one.status == "unanswered":
            items[f"referral:{key}"] = "referral_consent_needed" if one.next_provider else "referral_unanswered"
        elif one.status == "declined" and one.service not in helped:
            items[f"referral:{key}"] = "referral_to_send"
    return items


def _travel(part: Travel, case: Case) -> Items:
    trip, items = part.trip, Items()
    if trip is None:
        return items
    if not trip.confirmed and "hand_over" not in case.provided:
        if trip.escort:
            items["escort"] = "escort_answer"
        elif escort_needed(case, earliest_day(trip.departs_at)) != "none":
            items["escort"] = "find_escort"
    if trip_is_ahead(case) and trip.host and not trip.host_ready:
        items["host"] = "host_answer"
    return items


def _documents(part: Documents, case: Case) -> Items:
    """Return what the person's documents wait for: nobody is written to before somebody has chosen the path."""
    items = {f"document:{key}": "document_refused" for key, one in part.papers.items() if one.waits_for == "refused"}
    wanted = case.stage == DOCUMENTS_ITEM and part.document is None and not travel_of(case).stays
    if wanted and not any(paper.kind in IN_HAND for paper in part.papers.values()):
        items["document"] = "document_to_start"
    return items


def _care(part: Care, _case: Case) -> Items:
    """Return the appointments somebody has to see to: one that has no time, or that nobody can interpret at."""
    items = {}
    for key, one in part.appointments.items():
        if one.at is None:
            items[f"appointment:{key}"] = "appointment_to_book"
        if one.needs_interpreter and not one.interpreter:
            items[f"interpreter:{key}"] = "find_interpreter"
    return items


def _reintegration(part: Reintegration, case: Case) -> Items:
    """Return what waits for a person after the return: a plan to approve, an offered seat, a visit."""
    items = {f"visit:{month}": "visit_due" for month in part.due}
    items |= {f"seat:{course}": "take_seat" for course, place in part.courses.items() if place.status == "offered"}
    is_draft = part.plan.number and not part.plan.agreed and not proposed(case, "AgreePlan")
    return items | ({"plan": "agree_plan"} if is_draft else {})


def _decisions(part: Proposals, _case: Case) -> Items:
    ours = {key: one.command == "ErasePerson" for key, one in part.pending.items()}
    items = {f"decision:{key}": "decision_to_confirm" for key, erases in ours.items() if not erases}
    return items | {f"decision:{key}": "erasure_to_confirm" for key, erases in ours.items() if erases}


def _erasure(part: Erasure, case: Case) -> Items:
    waits = part.request is not None and not part.erased_at and not proposed(case, "ErasePerson")
    return {"erasure": "erase_person"} if waits else {}


def _access(part: Access, _case: Case) -> Items:
    items = {f"glass:{key}": "glass_broken" for key in part.glass}
    items |= {f"review:{key}": "review_access" for key in part.unreviewed}
    items |= {f"stopped:{account}": "review_stop" for account in part.stops_to_review}
    return items | {f"duplicate:{other}": "possible_duplicate" for other in part.duplicates}


def _closing(part: Closing, _case: Case) -> Items:
    return {f"hand_over:{key}": "decide_hand_over" for key, one in part.hand_overs.items() if not one.outcome}


_WAITS: Final[tuple[tuple[Part[Any], Callable[[Any, Case], Items]], ...]] = (
    (grants_of, _grants),
    (referrals_of, _referrals),
    (travel_of, _travel),
    (documents_of, _documents),
    (care_of, _care),
    (reintegration_of, _reintegration),
    (proposals_of, _decisions),
    (erasure_of, _erasure),
    (access_of, _access),
    (closing_of, _closing),
)


def item_place(case: Case, office: str) -> dict[str, str]:
    """Return where a case's items belong: in which stage, whose office and team, and whose case it is."""
    access = access_of(case)
    return {"stage": case.stage, "office": office, "owner": access.owner, "team": access.team}


def store_items(writing: Writing, before: Case | None, after: Case, office: str, old: Items, new: Items) -> None:
    """Write what changed on the list between two states of a case, of which each has its items."""
    place = item_place(after, office)
    moved = before is not None and place != item_place(before, office)
    for item, kind in new.items():
        row = {"case_id": after.case_id, "item": item, "kind": kind, "since": writing.now, **place}
        if old.get(item) != kind:
            writing.write(_ITEMS, row)
        elif moved:
            writing.write(_MOVED, {name: row[name] for name in ("case_id", "item", "stage", "owner", "team")})
    for item in old.keys() - new.keys():
        writing.write(_GONE, {"case_id": after.case_id, "item": item})


def list_work(connection: Connection, *, kind: str | None = None, limit: int = 100) -> list[RowMapping]:
    """Return what waits for people, oldest first."""
    query = select(work_items).order_by(work_items.c.since, work_items.c.case_id, work_items.c.item).limit(limit)
    if kind is not None:
        query = query.where(work_items.c.kind == kind)
    return list(connection.execute(query).mappings())


def count_work(connection: Connection, kind: str | None = None) -> int:
    """Return how many things wait for people."""
    query = select(func.count()).select_from(work_items)
    return int(connection.execute(query if kind is None else query.where(work_items.c.kind == kind)).scalar_one())
