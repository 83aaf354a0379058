"""Grants: what waits for whose yes, payments on their way, and one grant as the money sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import NAMESPACE_OID, UUID, uuid5

from fastapi import APIRouter
from fastapi.responses import Response

from console.views import grants as view
from console.views.carrying_out import carry_out
from console.views.grants import MONEY, GrantQueue, GrantView, counts, grant_view, payments_of
from console.web.access_log import looked
from console.web.errors import NotReadable, NotThere
from console.web.pages.statement import may_compare
from console.web.request_context import RequestContext, go, require
from events.errors import CommandReused
from handlers.commanding.answers import Accepted
from handlers.queries.payments import APPROVE, RELEASE, Waiting
from workflow.command import CaseCommand
from workflow.reasons import Reason, Refused
from workflow.subjects.grants.commands import ApproveGrant, ReleaseTranche

router = APIRouter(include_in_schema=False)
Money = Annotated[RequestContext, require(*MONEY)]
_AT_MOST: Final = 200  # characters of a place in a queue


@router.get("/grants")
def grants(
    context: Annotated[RequestContext, require("grants.see", "ledger.see")],
    approve: str = "",
    release: str = "",
    done: str = "",
) -> Response:
    """Show what waits for an approval or a release, and the payments on their way."""
    if context.may("grants.see") is None:
        return go("/ledger")
    reader = context.reader
    return context.page(
        "pages/grants.html",
        counts=counts(reader),
        to_approve=view.queue(reader, APPROVE, _place(approve)),
        to_release=view.queue(reader, RELEASE, _place(release)),
        payments=payments_of(reader),
        done=done if done in ("approved", "released") else "",
        version=reader.container.log.size(),
        begins={"approve": bool(approve), "release": bool(release)},
        may_compare=may_compare(context),
        more=_more,
        now=reader.now,
        zone=next((one.programme.time_zone for one in reader.definitions()), "UTC"),
        sums=context.words.sum_of,
        id_for=_ids(context),
    )


@router.get("/grants/{case_id}/{grant_id}")
def grant(context: Money, grant_id: str) -> Response:
    """Show one grant: sums, parts, evidence and whose hands; nothing of the person."""
    _known(context, grant_id)
    return looked(context, "grant") or _shown(context, grant_id)


@router.get("/grants/{case_id}/{grant_id}/approve")
@router.get("/grants/{case_id}/{grant_id}/release")
def back(context: Money, grant_id: str) -> Response:
    """Lead back to the grant whoever gave the second factor again on the way to a deed."""
    return go(f"/grants/{context.case.case.case_id}/{_known(context, grant_id).grant_id}")


@router.post("/grants/{case_id}/{grant_id}/approve")
def approve(context: Annotated[RequestContext, require("money.approve")], grant_id: str) -> Response:
    """Approve a grant, or its changed payee."""
    return _decide(context, ApproveGrant, grant_id, "approved")


@router.post("/grants/{case_id}/{grant_id}/release")
def release(context: Annotated[RequestContext, require("money.release")], grant_id: str) -> Response:
    """Let the next part of a grant go to the bank."""
    return _decide(context, ReleaseTranche, grant_id, "released")


def _decide(context: RequestContext, kind: type[CaseCommand], grant_id: str, done: str) -> Response:
    context.fresh(context.act)
    known = _known(context, grant_id)
    command = kind.model_validate({
        "command_id": _id_of(context), "expected": _version_of(context), "actor": context.account.account,
        "mandate": context.permit.mandate, "case_id": known.case_id, "grant_id": known.grant_id,
    })  # fmt: skip
    try:
        answer = carry_out(context.web.container.service, command)
    except CommandReused:
        return _shown(context, grant_id, 409, has_moved=True)
    match answer:
        case Accepted():
            return go(f"/grants?done={done}")
        case Refused(reasons):
            return _shown(context, grant_id, 422, reasons=reasons)
        case _:
            return _shown(context, grant_id, 409, has_moved=True)


def _known(context: RequestContext, grant_id: str) -> GrantView:
    """Return the grant as it stands now; raises NotThere when the case has none of this number."""
    snapshot = context.web.container.cases.at(context.case.case.case_id)
    found = grant_view(context.reader, snapshot, grant_id) if snapshot else None
    if found is None:
        raise NotThere
    return found


def _shown(
    context: RequestContext,
    grant_id: str,
    status: int = 200,
    *,
    reasons: tuple[Reason, ...] = (),
    has_moved: bool = False,
) -> Response:
    values: dict[str, Any] = {"reasons": reasons, "has_moved": has_moved}
    known, sums = _known(context, grant_id), context.words.sum_of
    return context.page("pages/grant.html", status, grant=known, sums=sums, id_for=_ids(context), **values)


def _ids(context: RequestContext) -> Callable[[str, str, int], UUID]:
    """Return what names a decision's command: in one session the same decision on the same version is one command.

    So a form that was sent twice is carried out once, and a page that is drawn again stays the same.
    """
    secret = context.session.csrf
    return lambda verb, grant_id, version: uuid5(NAMESPACE_OID, f"wayhome/grants/{secret}/{verb}/{grant_id}/{version}")


def _more(verb: str, queue: GrantQueue) -> str:
    """Return where the next part of a queue is shown, or nothing when this is the last."""
    return f"/grants?{urlencode({verb: '|'.join(queue.next)})}" if queue.next else ""


def _id_of(context: RequestContext) -> UUID:
    try:
        return UUID(str(context.given.get("command_id", "")))
    except ValueError:
        raise NotReadable(422, "form_not_ours") from None


def _version_of(context: RequestContext) -> int:
    given = str(context.given.get("expected", ""))
    if not given.isdecimal() or len(given) > 9:
        raise NotReadable(422, "form_not_ours")
    return int(given)


def _place(text: str) -> Waiting | None:
    """Return a place in a queue as a link carried it; what is none begins at the top."""
    parts = text[:_AT_MOST].split("|")
    return Waiting(*parts) if len(parts) == len(Waiting._fields) else None
