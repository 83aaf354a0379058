"""My account: what I may, where I am signed in, what proves that it is me, and my password."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from console.accounts.passwords import SHORTEST
from console.accounts.sessions import STRONG_FOR
from console.accounts.sign_in import Wait, Wrong
from console.accounts.totp import Enrolment
from console.views.account import factors_of, places_of, zone_of
from console.web.errors import NotThere, StepUpFirst
from console.web.pages.sign_in import asked_again, seconds_of, status_of
from console.web.request_context import RequestContext, SignedIn, go
from console.web.sign_in_cookies import source_of, typed
from handlers.commanding.answers import Answer
from handlers.projections.accounts import AccountRow
from workflow.reasons import Reason, Refused
from workflow.rights.acts import ROLES

router = APIRouter(include_in_schema=False)


@router.get("/me")
def me(visitor: SignedIn, done: str = "") -> Response:
    """Show one's own account."""
    return _me(visitor, done=done)


@router.post("/me/sessions/end")
def end_session(visitor: SignedIn) -> Response:
    """Sign out at one other place, or here."""
    session = typed(visitor.given, "session")
    visitor.house.sessions.end_one(visitor.account.account, session)
    return go("/sign-in" if session == visitor.session.token_hash else "/me?done=session")


@router.post("/me/sessions/end-others")
def end_others(visitor: SignedIn) -> Response:
    """Sign out everywhere but here."""
    visitor.house.sessions.end_all(visitor.account.account, besides=visitor.session)
    return go("/me?done=others")


# -- second factors -------------------------------------------------------------------------------------------


@router.get("/me/code")
def ask_code(visitor: SignedIn) -> Response:
    """Show what another authenticator app is to scan."""
    _fresh(visitor)
    return _ask_code(visitor, visitor.house.factors.codes.begin(visitor.account.account))


@router.post("/me/code")
def add_code(visitor: SignedIn) -> Response:
    """Let another authenticator app count."""
    _fresh(visitor)
    factor, code = typed(visitor.given, "factor"), typed(visitor.given, "code")
    enrolment = visitor.house.factors.codes.shown_again(visitor.account.account, factor)
    if enrolment is None:
        return go("/me/code")
    added = visitor.house.factors.add_code(visitor.session, factor, code)
    return _ask_code(visitor, enrolment, wrong=True) if isinstance(added, Refused) else go("/me?done=factor")


@router.post("/me/passkey/options")
def passkey_options(visitor: SignedIn) -> Response:
    """Return what a new passkey is to be made for."""
    _fresh(visitor)
    options = visitor.house.factors.passkeys.registration_options(visitor.session, _row(visitor))
    return Response(options, media_type="application/json")


@router.post("/me/passkey")
def add_passkey(visitor: SignedIn) -> Response:
    """Let a new passkey count."""
    _fresh(visitor)
    answer, name = typed(visitor.given, "answer"), typed(visitor.given, "name")
    return _told(visitor, visitor.house.factors.add_passkey(visitor.session, _row(visitor), answer, name), "factor")


@router.post("/me/factors/remove")
def remove_factor(visitor: SignedIn) -> Response:
    """Let a second factor count no more; everybody signed in under the account has to sign in again."""
    _fresh(visitor)
    kind, factor = typed(visitor.given, "kind"), typed(visitor.given, "factor")
    if (kind, factor) not in _row(visitor).factors:
        raise NotThere
    answer = visitor.house.factors.remove(visitor.session, kind, factor)
    return _me(visitor, reasons=answer.reasons) if isinstance(answer, Refused) else go("/sign-in")


# -- the password ---------------------------------------------------------------------------------------------


@router.get("/me/password")
def ask_password(visitor: SignedIn) -> Response:
    """Ask for the old password and a new one."""
    return _ask_password(visitor)


@router.post("/me/password")
def change_password(visitor: SignedIn) -> Response:
    """Replace one's own password; everybody else signed in under the account is signed out."""
    given, visit = visitor.given, visitor.house.sign_in
    new = typed(given, "password")
    if new != typed(given, "again"):
        return _ask_password(visitor, "differs")
    found = visit.change_password(visitor.session, typed(given, "old"), new, source_of(visitor.request))
    return go("/me?done=password") if found is None else _ask_password(visitor, found)


def _ask_password(visitor: RequestContext, problem: str | Wrong | Wait | None = None) -> Response:
    fault = problem if isinstance(problem, str) else "old" if isinstance(problem, Wrong) else ""
    wait = seconds_of(problem)
    values = {"fault": fault, "wait": wait, "shortest": SHORTEST}
    return asked_again(visitor.page("pages/me_password.html", status_of(problem), **values), problem)


def _ask_code(visitor: RequestContext, enrolment: Enrolment, *, wrong: bool = False) -> Response:
    return visitor.page("pages/me_code.html", 422 if wrong else 200, enrolment=enrolment, wrong=wrong)


def _told(visitor: RequestContext, answer: Answer, done: str) -> Response:
    return _me(visitor, reasons=answer.reasons) if isinstance(answer, Refused) else go(f"/me?done={done}")


def _me(visitor: RequestContext, *, reasons: tuple[Reason, ...] = (), done: str = "") -> Response:
    row, house = _row(visitor), visitor.house
    values = {
        "row": row, "reasons": reasons, "done": done, "zone": zone_of(visitor.reader),
        "roles": [role for role in ROLES if role in row.account.roles],
        "factors": factors_of(house.office.log, house.desk, row),
        "places": places_of(house.desk, visitor.account.account, visitor.session.token_hash),
    }  # fmt: skip
    return visitor.page("pages/me.html", 422 if reasons else 200, **values)


def _row(visitor: RequestContext) -> AccountRow:
    row = visitor.house.accounts.row(visitor.account.account)
    if row is None:
        raise NotThere
    return row


def _fresh(visitor: RequestContext) -> None:
    """Ask for the second factor again before another one is added or removed; raises StepUpFirst."""
    if not visitor.house.sessions.is_strong(visitor.session, STRONG_FOR):
        raise StepUpFirst
