"""My account: where I am signed in, what proves that it is me, once more before a grave deed, and my password."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from console.accounts.passwords import SHORTEST
from console.accounts.sign_in import Wait, Wrong
from console.accounts.totp import Enrolment
from console.views.account import factors_of, places_of, zone_of
from console.views.caseloads import house_names, stand_ins_about, team_names
from console.web.errors import NotThere
from console.web.pages.sign_in import asked
from console.web.request_context import RequestContext, SignedIn, go, require
from console.web.sign_in_cookies import back_of, source_of, typed
from handlers.projections.accounts import AccountRow
from workflow.reasons import Reason, Refused
from workflow.rights.acts import ROLES
from workflow.subjects.accounts.commands import ChooseName
from workflow.values.shown_names import SHOWN_NAME_LONGEST

router = APIRouter(include_in_schema=False)
# Before a second factor is added or removed, one is given again.
Proved = Annotated[RequestContext, require("self", proved=True)]


@router.get("/me")
def me(context: SignedIn, done: str = "") -> Response:
    """Show one's own account."""
    return _me(context, done=done)


@router.post("/me/name")
def choose_name(context: SignedIn) -> Response:
    """Be called so wherever people are shown; an empty name gives the one back that the account makes."""
    name, account = typed(context.given, "name").strip(), context.account.account
    try:
        command = context.command(ChooseName, command_id=context.new_id(), account=account, name=name)
    except ValidationError:
        return _me(context, fault="name", given=name)
    answer = context.submit(command)
    if isinstance(answer, Refused):
        return _me(context, reasons=answer.reasons, given=name)
    return go("/me?done=name")


@router.post("/me/stay")
def stay(context: SignedIn) -> Response:
    """Go on with a session that nothing was done in for a while, and tell how long it lasts now."""
    lasts = context.web.sessions.lasts(context.session)
    return JSONResponse({"idle_s": lasts.idle_s, "end_s": lasts.end_s})


@router.post("/me/sessions/end")
def end_session(context: SignedIn) -> Response:
    """Sign out at one other place, or here."""
    session = typed(context.given, "session")
    context.web.sessions.end_one(context.account.account, session)
    return go("/sign-in" if session == context.session.token_hash else "/me?done=session")


@router.post("/me/sessions/end-others")
def end_others(context: SignedIn) -> Response:
    """Sign out everywhere but here."""
    context.web.sessions.end_all(context.account.account, besides=context.session)
    return go("/me?done=others")


# -- second factors -------------------------------------------------------------------------------------------


@router.get("/me/code")
def ask_code(context: Proved) -> Response:
    """Show what another authenticator app is to scan."""
    return _ask_code(context, context.web.factors.codes.begin(context.account.account))


@router.post("/me/code")
def add_code(context: Proved) -> Response:
    """Let another authenticator app count."""
    factor, code = typed(context.given, "factor"), typed(context.given, "code")
    enrolment = context.web.factors.codes.shown_again(context.account.account, factor)
    if enrolment is None:
        return go("/me/code")
    added = context.web.factors.add_code(context.session, factor, code)
    return _ask_code(context, enrolment, wrong=True) if isinstance(added, Refused) else go("/me?done=factor")


@router.post("/me/passkey/options")
def passkey_options(context: Proved) -> Response:
    """Return what a new passkey is to be made for."""
    options = context.web.factors.passkeys.registration_options(context.session, _row(context))
    return Response(options, media_type="application/json")


@router.post("/me/passkey")
def add_passkey(context: Proved) -> Response:
    """Let a new passkey count."""
    row, answer, name = _row(context), typed(context.given, "answer"), typed(context.given, "name")
    added = context.web.factors.add_passkey(context.session, row, answer, name)
    return _me(context, reasons=added.reasons) if isinstance(added, Refused) else go("/me?done=factor")


@router.post("/me/factors/remove")
def remove_factor(context: Proved) -> Response:
    """Let a second factor count no more; everybody signed in under the account has to sign in again."""
    kind, factor = typed(context.given, "kind"), typed(context.given, "factor")
    if (kind, factor) not in _row(context).factors:
        raise NotThere
    answer = context.web.factors.remove(context.session, kind, factor)
    return _me(context, reasons=answer.reasons) if isinstance(answer, Refused) else go("/sign-in")


# -- the second factor once more, before a deed that asks for a fresh one ---------------------------------------


@router.get("/step-up")
def ask_again(context: SignedIn, back: str = "/") -> Response:
    """Ask for the second factor again."""
    return _ask_again(context, back_of(back))


@router.post("/step-up")
def take_again(context: SignedIn) -> Response:
    """Take a code or what a passkey signed, and go back to the deed."""
    given, back = context.given, back_of(typed(context.given, "back"))
    proof = {"code": typed(given, "code"), "answer": typed(given, "answer")}
    found = context.web.sign_in.strengthen(context.session, source_of(context.request), **proof)
    return _ask_again(context, back, found) if isinstance(found, Wrong | Wait) else go(back)


@router.post("/step-up/options")
def options_again(context: SignedIn) -> Response:
    """Return what a passkey is to sign."""
    row = _row(context)
    if not any(kind == "passkey" for kind, _ in row.factors):
        return JSONResponse({}, 404)
    options = context.web.factors.passkeys.authentication_options(context.session, row)
    return Response(options, media_type="application/json")


# -- the password ---------------------------------------------------------------------------------------------


@router.get("/me/password")
def ask_password(context: SignedIn) -> Response:
    """Ask for the old password and a new one."""
    return _ask_password(context)


@router.post("/me/password")
def change_password(context: SignedIn) -> Response:
    """Replace one's own password; everybody else signed in under the account is signed out."""
    given, visit = context.given, context.web.sign_in
    new = typed(given, "password")
    if new != typed(given, "again"):
        return _ask_password(context, "differs")
    found = visit.change_password(context.session, typed(given, "old"), new, source_of(context.request))
    return go("/me?done=password") if found is None else _ask_password(context, found)


def _ask_again(context: RequestContext, back: str, problem: Wait | Wrong | None = None) -> Response:
    kinds = frozenset(kind for kind, _ in _row(context).factors)
    return asked(context.page, "pages/step_up.html", problem, back=back, kinds=kinds)


def _ask_password(context: RequestContext, problem: str | Wrong | Wait | None = None) -> Response:
    fault = problem if isinstance(problem, str) else "old" if isinstance(problem, Wrong) else ""
    return asked(context.page, "pages/me_password.html", problem, fault=fault, shortest=SHORTEST)


def _ask_code(context: RequestContext, enrolment: Enrolment, *, wrong: bool = False) -> Response:
    return context.page("pages/me_code.html", 422 if wrong else 200, enrolment=enrolment, wrong=wrong)


def _me(
    context: RequestContext, *, reasons: tuple[Reason, ...] = (), done: str = "", fault: str = "",
    given: str | None = None,
) -> Response:  # fmt: skip
    row, web = _row(context), context.web
    values = {
        "row": row, "reasons": reasons, "done": done, "zone": zone_of(context.reader), "fault": fault,
        "name": row.account.name if given is None else given, "name_longest": SHOWN_NAME_LONGEST,
        "roles": [role for role in ROLES if role in row.account.roles],
        "factors": factors_of(web.container.log, web.factors.passkeys, row),
        "places": places_of(web.sessions, context.account.account, context.session.token_hash),
        "stands": stand_ins_about(context.reader, web.accounts.list()) if context.may("stand_in.name") else (),
        "programmes": list(context.reader.own_programmes()),
        "teams": team_names(context.reader), "houses": house_names(context.reader),
    }  # fmt: skip
    return context.page("pages/me.html", 422 if reasons or fault else 200, **values)


def _row(context: RequestContext) -> AccountRow:
    return context.row_of(context.account.account)
