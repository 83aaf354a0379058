"""Grants: what waits for whose yes, payments on their way, and one grant as the money sees it."""

from collections.abc import Callable
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from fastapi import APIRouter
from fastapi.responses import Response

from console.views.carrying_out import carry_out
from console.views.grants import MONEY, GrantQueue, GrantView, counts, grant_view, payments_of, queue
from console.views.opening import Payee, payee_of, record_opening
from console.web.errors import NotReadable, NotThere
from console.web.filling import id_of, sent_by
from console.web.pages.ledger import may_compare
from console.web.request_context import RequestContext, go, require
from events.errors import CommandReused
from events.ids import CaseId
from handlers.commanding.answers import Accepted
from handlers.queries.payments import APPROVE, RELEASE, Waiting
from workflow.command import CaseCommand
from workflow.reasons import Reason, Refused
from workflow.subjects.grants.commands import ApproveGrant, ReleaseTranche

router = APIRouter(include_in_schema=False)
Money = Annotated[RequestContext, require(*MONEY, page="grant")]
_AT_MOST: Final = 200  # characters of a place in a queue


@router.get("/grants")
def grants(
    context: Annotated[RequestContext, require("grants.see", "ledger.see")], approve: str = "", release: str = "",
    done: str = "",
) -> Response:  # fmt: skip
    """Show what waits for an approval or a release, and the payments on their way."""
    if context.may("grants.see") is None:
        return go("/ledger")
    reader = context.reader
    return context.page(
        "pages/grants.html", counts=counts(reader), payments=payments_of(reader), version=reader.container.log.size(),
        to_approve=queue(reader, APPROVE, _place(approve)), to_release=queue(reader, RELEASE, _place(release)),
        begins={"approve": bool(approve), "release": bool(release)}, more=_more, id_for=_ids(context),
        done=done if done in ("approved", "released") else "", may_compare=may_compare(context),
        zone=next((one.programme.time_zone for one in reader.definitions()), "UTC"),
    )  # fmt: skip


@router.get("/grants/{case_id}/{grant_id}")
def grant(context: Money, grant_id: str) -> Response:
    """Show one grant: sums, parts, evidence and whose hands; nothing of the person."""
    _known(context, grant_id)
    return _shown(context, grant_id)


@router.get("/grants/{case_id}/{grant_id}/payee")
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


@router.post("/grants/{case_id}/{grant_id}/payee")
def payee(context: Annotated[RequestContext, require("money.approve")], grant_id: str) -> Response:
    """Show who is to be paid to whoever may approve it; that they opened it is recorded before."""
    context.fresh(context.act)
    known, container = _known(context, grant_id), context.web.container
    who, case_id = (context.account.account, "finance"), CaseId(context.case.case.case_id)
    command_id = id_of(context)
    try:
        found = record_opening(container, command_id, case_id, who, ("money",), f"payment: {known.grant_id}")
    except CommandReused:
        raise NotReadable(422, "form_used_before") from None
    if isinstance(found, Refused):
        return _shown(context, grant_id, 422, reasons=found.reasons)
    if found != "opened":
        raise NotThere
    return _shown(context, grant_id, payee=payee_of(container.log, case_id, known.grant_id, command_id))


def _decide(context: RequestContext, kind: type[CaseCommand], grant_id: str, done: str) -> Response:
    context.fresh(context.act)
    known = _known(context, grant_id)
    sent, about = sent_by(context), {"case_id": known.case_id, "grant_id": known.grant_id}
    if sent.expected is None:
        raise NotReadable(422, "form_not_ours")
    command = context.command(kind, command_id=sent.command_id, expected=sent.expected, **about)
    try:
        answer = carry_out(context.web.container.service, command)
    except CommandReused:
        return _shown(context, grant_id, 409, has_moved=True)
    if isinstance(answer, Accepted):
        return go(f"/grants?done={done}")
    reasons = answer.reasons if isinstance(answer, Refused) else ()
    return _shown(context, grant_id, 422 if reasons else 409, reasons=reasons, has_moved=not reasons)


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
    payee: Payee | None = None,
) -> Response:
    values = {"grant": _known(context, grant_id), "id_for": _ids(context), "payee": payee, "payee_id": uuid4()}
    return context.page("pages/grant.html", status, reasons=reasons, has_moved=has_moved, **values)


def _ids(context: RequestContext) -> Callable[[str, str, int], UUID]:
    """Return what names a decision's command: in one session the same decision on the same version is one command.

    So a form that was sent twice is carried out once, and a page that is drawn again stays the same.
    """
    secret = context.session.csrf
    return lambda verb, grant_id, version: uuid5(NAMESPACE_OID, f"wayhome/grants/{secret}/{verb}/{grant_id}/{version}")


def _more(verb: str, part: GrantQueue) -> str:
    """Return where the next part of a queue is shown, or nothing when this is the last."""
    return f"/grants?{urlencode({verb: '|'.join(part.next)})}" if part.next else ""


def _place(text: str) -> Waiting | None:
    """Return a place in a queue as a link carried it; what is none begins at the top."""
    parts = text[:_AT_MOST].split("|")
    return Waiting(*parts) if len(parts) == len(Waiting._fields) else None
