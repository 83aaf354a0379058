"""Directory and referrals: sent out and come in, by whom and until when; a partner's own, and what it is told."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError

from console.views.carrying_out import carry_out
from console.views.directory import Wanted, directory_of, offers_of
from console.views.opening import SHOWN_FOR
from console.views.referrals import ReferralRow, board, disclosure_of, own_row, own_rows
from console.web.errors import NotReadable, NotThere
from console.web.filling import id_of
from console.web.names import namings
from console.web.request_context import RequestContext, go, require
from console.web.session_keys import is_key, key_of
from events.errors import CommandReused
from handlers.commanding.answers import Accepted
from handlers.queries.referrals import disclosed_values
from workflow.programme.loading import Definition
from workflow.reasons import Reason, Refused
from workflow.rights.command_rights import ACTS_OF
from workflow.subjects.referrals.commands import DiscloseReferral

router = APIRouter(include_in_schema=False)
WHY_LONGEST: Final = 160
_PLACE_LONGEST: Final = 120
_KEY: Final = b"disclosed"
_ABOUT_REFERRALS: Final = frozenset({"referral.send", "referral.answer"})
Disclosing = Annotated[RequestContext, require("referral.disclose")]


@router.get("/referrals")
def referrals(
    context: Annotated[RequestContext, require("referrals.see", "directory.see")],
    service: str = "", language: str = "", area: str = "", open_now: str = "", programme: str = "", before: str = "",
    done: str = "",
) -> Response:  # fmt: skip
    """Show referrals and the directory, each as far as the visitor has to do with it."""
    reader = context.reader
    is_partner = "partner" in context.account.roles
    keeps = context.may("referrals.see") is not None and context.may("directory.see") is not None
    found: dict[str, Any] = {"board": board(reader, _place(before)) if keeps else None}
    found["own"] = own_rows(reader) if is_partner else None
    if context.may("directory.see"):
        wanted = Wanted(service, language, area, open_now == "yes")
        found |= _directory(context, programme, wanted)
    return context.page(
        "pages/referrals.html", names=namings(context), version=reader.container.log.size(),
        done=done if _is_ours(done) else "", begins=bool(before), **found,
    )  # fmt: skip


@router.get("/referrals/{case_id}/{referral_id}/disclose")
def ask_what_is_told(context: Disclosing, referral_id: str) -> Response:
    """Ask why the provider is told; this is recorded before anything is shown."""
    return _form(context, _known(context, referral_id), "", {})


@router.post("/referrals/{case_id}/{referral_id}/disclose")
def disclose(context: Disclosing, referral_id: str) -> Response:
    """Record what the provider is told and lead to it; without a live consent nothing is."""
    row, why = _known(context, referral_id), " ".join(str(context.given.get("why", "")).split())
    if not 3 <= len(why) <= WHY_LONGEST:
        return _form(context, row, why, {"why": context.words.gettext("Say why in a few words.")}, 422)
    about = {"command_id": id_of(context), "case_id": row.case_id, "referral_id": row.referral_id, "why": why}
    try:
        command = context.command(DiscloseReferral, **about)
        answer = carry_out(context.web.container.service, command)
    except (CommandReused, ValidationError):
        raise NotReadable(422, "form_used_before") from None
    if isinstance(answer, Refused):
        return _form(context, row, why, {}, 422, answer.reasons)
    assert isinstance(answer, Accepted), "it expects no version"
    path = f"/referrals/{row.case_id}/{row.referral_id}/disclosed/{command.command_id}"
    return go(f"{path}?key={key_of(context.session, command.command_id, _KEY)}")


@router.get("/referrals/{case_id}/{referral_id}/disclosed/{command_id}")
def told(context: Disclosing, referral_id: str, command_id: UUID, key: str = "") -> Response:
    """Show what the provider is told, to whoever had it recorded, in the same session, for a few minutes."""
    row, log = _known(context, referral_id), context.web.container.log
    found = disclosure_of(log, row.case_id, command_id)
    theirs = found is not None and (found.actor, found.referral_id) == (context.account.account, row.referral_id)
    if found is None or not theirs or not is_key(key, context.session, command_id, _KEY):
        raise NotThere
    if not found.lasts(context.web.now()) or not row.may_disclose:
        return go(f"/referrals/{row.case_id}/{row.referral_id}/disclose")
    return context.page(
        "pages/disclosed.html", row=row, told=found, values=disclosed_values(log, row.case_id, command_id),
        until=found.at + SHOWN_FOR, n=namings(context)(row.programme),
    )  # fmt: skip


def _directory(context: RequestContext, name: str, wanted: Wanted) -> dict[str, Any]:
    known = context.reader.own_programmes()
    if name and name not in known:
        raise NotThere
    definition: Definition | None = known.get(name) or next(iter(known.values()), None)
    if definition is None:
        return {"programme": None}
    programme = definition.programme
    offered = offers_of(programme)
    wanted = wanted._replace(
        service=wanted.service if wanted.service in offered["services"] else "",
        language=wanted.language if wanted.language in offered["languages"] else "",
        area=wanted.area if wanted.area in offered["areas"] else "",
    )
    listings = directory_of(context.web.container, programme, wanted, context.web.now())
    return {"programme": programme, "programmes": list(known), "wanted": wanted, "listings": listings, **offered}


def _form(
    context: RequestContext, row: ReferralRow, why: str, faults: Mapping[str, str], status: int = 200,
    reasons: tuple[Reason, ...] = (),
) -> Response:  # fmt: skip
    programme = context.case.definition.programme
    return context.page(
        "pages/disclose.html", status, row=row, why=why, faults=faults, longest=WHY_LONGEST,
        command_id=context.new_id(), n=namings(context)(row.programme),
        reasons=[context.words.worded(reason, programme) for reason in reasons],
    )  # fmt: skip


def _known(context: RequestContext, referral_id: str) -> ReferralRow:
    """Return the referral; raises NotThere when the case has none of this number, or it is another organisation's."""
    row = own_row(context.reader, context.case, referral_id)
    if row is None:
        raise NotThere
    return row


def _is_ours(command: str) -> bool:
    return any(kind.__name__ == command and _ABOUT_REFERRALS & set(acts) for kind, acts in ACTS_OF.items())


def _place(text: str) -> tuple[str, ...]:
    """Return a place in the list as a link carried it; what is none begins at the top."""
    parts = tuple(text[:_PLACE_LONGEST].split("|"))
    is_place = len(parts) == 2 and all(part.isascii() and part.isprintable() and part for part in parts)
    return parts if is_place else ()
