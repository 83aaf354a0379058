"""Who signs in, as what, and where they work: for administrators, who see no case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError

from console.accounts.accounts import Issued
from console.accounts.sign_in import Wait, Wrong, as_account
from console.views.account import changes_of, factors_of, places_of, zone_of
from console.views.programmes import programmes_of
from console.web.errors import NotThere
from console.web.pages.sign_in import asked_again, seconds_of, status_of
from console.web.request_context import RequestContext, go, require
from console.web.sign_in_cookies import source_of, typed
from handlers.projections.accounts import AccountRow
from workflow.reasons import Reason, Refused
from workflow.rights.acts import ROLES
from workflow.subjects.accounts.commands import (
    AccountCommand,
    ChangeRoles,
    CloseAccount,
    OpenAccount,
    PlaceAccount,
    ReopenAccount,
    ResetCredentials,
    RevokeSessions,
)

router = APIRouter(include_in_schema=False)
Looks = Annotated[RequestContext, require("accounts.see")]
Changes = Annotated[RequestContext, require("accounts.change")]
_SEVERAL: Final = ("roles", "programmes", "facilities")
_NOTHING: Final[Mapping[str, Any]] = {"account": "", "team": "", "language": ""} | {name: [] for name in _SEVERAL}
# What may be asked for on somebody's page, by the last word of its address.
_DEEDS: Final[Mapping[str, type[AccountCommand]]] = {
    "roles": ChangeRoles,
    "place": PlaceAccount,
    "close": CloseAccount,
    "reopen": ReopenAccount,
    "sign-out": RevokeSessions,
}


@router.get("/settings/people")
def people(visitor: Looks) -> Response:
    """List everybody who may sign in, and who could once."""
    everybody, last = visitor.house.accounts.list(), visitor.house.sessions.last_seen()
    zone = zone_of(visitor.reader)
    return visitor.page("pages/people.html", people=everybody, last=last, roles=ROLES, zone=zone)


@router.get("/settings/people/new")
def ask_new(visitor: Changes) -> Response:
    """Ask who is to sign in."""
    visitor.fresh("accounts.change")
    return _new(visitor, {})


@router.post("/settings/people/new")
def open_account(visitor: Changes) -> Response:
    """Open an account and show its one-time password, once."""
    visitor.fresh("accounts.change")
    given = _given(visitor) | {"account": as_account(typed(visitor.given, "account"))}
    command, faults = _command(visitor, OpenAccount, given)
    if command is None:
        return _new(visitor, faults)
    issued = visitor.house.accounts.open(command)
    if isinstance(issued.answer, Refused):
        return _new(visitor, {}, issued.answer.reasons)
    return _issued(visitor, command.account, issued)


@router.get("/settings/people/{account}")
def person(visitor: Looks, account: str, done: str = "") -> Response:
    """Show one account."""
    return _person(visitor, _row(visitor, account), done=done)


@router.get("/settings/people/{account}/reset")
def ask_reset(visitor: Changes, account: str) -> Response:
    """Ask for the second person who stands behind a reset."""
    visitor.fresh("accounts.change")
    return _reset(visitor, _row(visitor, account))


@router.post("/settings/people/{account}/reset")
def reset(visitor: Changes, account: str) -> Response:
    """Replace somebody's password and second factors; the second person proves here that it is them."""
    visitor.fresh("accounts.change")
    row, given = _row(visitor, account), visitor.given
    second, password, code = (typed(given, name) for name in ("second", "password", "code"))
    found = visitor.house.sign_in.vouch(second, password, code, source_of(visitor.request))
    if isinstance(found, Wrong | Wait):
        return _reset(visitor, row, problem=found)
    command, faults = _command(visitor, ResetCredentials, {"account": account, "second": found.account.account})
    if command is None:
        return _reset(visitor, row, problem=Wrong() if faults else None)
    issued = visitor.house.accounts.reset(command)
    if isinstance(issued.answer, Refused):
        return _reset(visitor, row, reasons=issued.answer.reasons)
    return _issued(visitor, account, issued)


@router.post("/settings/people/{account}/{deed}")
def change(visitor: Changes, account: str, deed: str) -> Response:
    """Change one account: its roles, where somebody works, whether they may sign in."""
    row = _row(visitor, account)
    if deed not in _DEEDS:
        raise NotThere
    visitor.fresh("accounts.change", f"/settings/people/{account}")
    command, faults = _command(visitor, _DEEDS[deed], _given(visitor) | {"account": account})
    if command is None:
        return _person(visitor, row, faults=faults)
    answer = visitor.submit(command)
    if isinstance(answer, Refused):
        return _person(visitor, row, reasons=answer.reasons)
    return go(f"/settings/people/{account}?done={deed}")


# -- pages ----------------------------------------------------------------------------------------------------


def _new(visitor: RequestContext, faults: Mapping[str, str], reasons: Sequence[Reason] = ()) -> Response:
    given = {**_NOTHING, **(_given(visitor) if visitor.form is not None else {})}
    values = _choices(visitor) | {"given": given, "faults": faults}
    return visitor.page("pages/person_new.html", 422 if faults or reasons else 200, reasons=reasons, **values)


def _person(
    visitor: RequestContext,
    row: AccountRow,
    *,
    reasons: Sequence[Reason] = (),
    faults: Mapping[str, str] | None = None,
    done: str = "",
) -> Response:
    log, desk = visitor.house.office.log, visitor.house.desk
    values = _choices(visitor) | {
        "row": row, "reasons": reasons, "faults": faults or {}, "done": done if done in _DEEDS else "",
        "factors": factors_of(log, desk, row), "places": places_of(desk, row.account.account),
        "changes": changes_of(log, row.account.account), "may_change": visitor.may("accounts.change") is not None,
        "own": row.account.account == visitor.account.account, "zone": zone_of(visitor.reader),
    }  # fmt: skip
    return visitor.page("pages/person.html", 422 if reasons or faults else 200, **values)


def _reset(
    visitor: RequestContext, row: AccountRow, *, problem: Wrong | Wait | None = None, reasons: Sequence[Reason] = ()
) -> Response:
    status = 422 if reasons else status_of(problem)
    second = typed(visitor.given, "second") if visitor.form is not None else ""
    values: dict[str, Any] = {"row": row, "reasons": reasons, "second": second, "wait": seconds_of(problem)}
    answer = visitor.page("pages/person_reset.html", status, wrong=problem is not None, **values)
    return asked_again(answer, problem)


def _issued(visitor: RequestContext, account: str, issued: Issued) -> Response:
    return visitor.page("pages/person_issued.html", account=account, password=issued.password)


def _choices(visitor: RequestContext) -> dict[str, Any]:
    definitions = programmes_of(visitor.reader)
    houses = [house for definition in definitions for house in definition.programme.beds_facilities]
    return {
        "roles": ROLES,
        "programmes": [definition.programme for definition in definitions],
        "houses": {house.id: house.name for house in houses},
    }


# -- what was sent --------------------------------------------------------------------------------------------


def _row(visitor: RequestContext, account: str) -> AccountRow:
    row = visitor.house.accounts.row(account)
    if row is None:
        raise NotThere
    return row


def _given(visitor: RequestContext) -> dict[str, Any]:
    """Return the fields of the form; those that take several values as what was ticked."""
    given: dict[str, Any] = {name: typed(visitor.given, name).strip() for name in visitor.given if name[:1] != "_"}
    several = {name: [str(value) for value in visitor.given.getlist(name)] for name in _SEVERAL}
    return given | several


def _command(visitor: RequestContext, kind: type[Any], given: Mapping[str, Any]) -> tuple[Any, dict[str, str]]:
    """Return the command a form asks for, or None and what is wrong with it, field by field."""
    who = {"command_id": _id(visitor), "actor": visitor.account.account, "mandate": visitor.permit.mandate}
    fields = {name: value for name, value in given.items() if name in kind.model_fields and name not in who}
    try:
        return kind.model_validate({**fields, **who}), {}
    except ValidationError as problem:
        faults = problem.errors(include_input=False, include_url=False, include_context=False)
        return None, {str(fault["loc"][0]): fault["type"] for fault in faults}


def _id(visitor: RequestContext) -> UUID | str:
    return typed(visitor.given, "_command_id")
