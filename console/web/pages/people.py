"""Settings: who signs in, as what, and where they work; who may do what, as a table to read."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError

from console.accounts.sign_in import as_account
from console.views.account import changes_of, factors_of, places_of, zone_of
from console.views.officers import HouseProposal, house_proposals
from console.views.programmes import programmes_of
from console.views.rights import rights_table
from console.web.account_look import last_look_at_account
from console.web.errors import NotThere
from console.web.request_context import RequestContext, go, require
from console.web.sign_in_cookies import typed
from handlers.commanding.answers import Accepted, Answer
from handlers.projections.accounts import AccountRow
from workflow.reasons import Reason, Refused
from workflow.rights.acts import ROLES
from workflow.subjects.accounts import commands
from workflow.subjects.accounts.commands import OpenAccount

router = APIRouter(include_in_schema=False)
Settings = Annotated[RequestContext, require("accounts.see", "programmes.see")]
Looks = Annotated[RequestContext, require("accounts.see")]
Changes = Annotated[RequestContext, require("accounts.change")]
Proved = Annotated[RequestContext, require("accounts.change", proved=True)]
Confirms = Annotated[RequestContext, require("accounts.confirm", proved=True)]
_SEVERAL: Final = ("roles", "programmes", "facilities")
_NOTHING: Final[Mapping[str, Any]] = {"account": "", "team": "", "language": ""} | {name: [] for name in _SEVERAL}
# What may be asked for on somebody's page, by the last word of its address.
_DEEDS: Final[Mapping[str, type[commands.AccountCommand]]] = {
    "roles": commands.ChangeRoles, "place": commands.PlaceAccount, "close": commands.CloseAccount,
    "name": commands.ChooseName, "reopen": commands.ReopenAccount, "reset": commands.ResetCredentials,
    "sign-out": commands.RevokeSessions,
}  # fmt: skip


@router.get("/settings")
def settings(context: Settings) -> Response:
    """Lead to everything that is set."""
    people = context.web.accounts.list() if context.may("accounts.see") else []
    definitions = programmes_of(context.reader) if context.may("programmes.see") else []
    return context.page("pages/settings.html", definitions=definitions, people=people)


@router.get("/settings/roles")
def roles(context: Settings) -> Response:
    """Show the table of rights: the one the pages themselves ask."""
    return context.page("pages/roles.html", groups=rights_table(), roles=ROLES)


@router.get("/settings/people")
def people(context: Looks) -> Response:
    """List everybody who may sign in, and who could once."""
    everybody, last = context.web.accounts.list(), context.web.sessions.last_seen()
    return context.page("pages/people.html", people=everybody, last=last, roles=ROLES, zone=zone_of(context.reader))


@router.get("/settings/people/new")
def ask_new(context: Proved) -> Response:
    """Ask who is to sign in."""
    return _new(context, {})


@router.post("/settings/people/new")
def open_account(context: Proved) -> Response:
    """Propose an account; another officer confirms it and hands over the one-time password."""
    given = _given(context) | {"account": as_account(typed(context.given, "account"))}
    command, faults = _command(context, OpenAccount, given)
    if command is None:
        return _new(context, faults)
    answer = context.submit(command)
    if isinstance(answer, Refused):
        return _new(context, {}, answer.reasons)
    return _after(answer, f"/settings/people/{command.account}")


@router.get("/settings/people/{account}")
def person(context: Looks, account: str, done: str = "") -> Response:
    """Show one account."""
    return _person(context, context.row_of(account), done=done)


@router.post("/settings/people/{account}/password")
def hand_over(context: Confirms, account: str) -> Response:
    """Show the one-time password of an account, once, to the officer who confirmed its opening or reset."""
    row = context.row_of(account)
    password = context.web.accounts.hand_over(row.account.account, context.account.account)
    return context.page("pages/person_issued.html", account=row.account.account, password=password)


@router.post("/settings/people/{account}/{deed}")
def change(context: Changes, account: str, deed: str) -> Response:
    """Change one account: its roles, where somebody works, whether they may sign in."""
    row = context.row_of(account)
    if deed not in _DEEDS:
        raise NotThere
    context.fresh("accounts.change", f"/settings/people/{account}")
    command, faults = _command(context, _DEEDS[deed], _given(context) | {"account": account})
    if command is None:
        return _person(context, row, faults=faults)
    if once_more := last_look_at_account(context, row, command):
        return once_more
    answer = context.submit(command)
    if isinstance(answer, Refused):
        return _person(context, row, reasons=answer.reasons)
    return _after(answer, f"/settings/people/{account}?done={deed}")


# -- pages ----------------------------------------------------------------------------------------------------


def _new(context: RequestContext, faults: Mapping[str, str], reasons: Sequence[Reason] = ()) -> Response:
    given = {**_NOTHING, **(_given(context) if context.form is not None else {})}
    values = _choices(context) | {"given": given, "faults": faults}
    return context.page("pages/person_new.html", 422 if faults or reasons else 200, reasons=reasons, **values)


def _person(
    context: RequestContext, row: AccountRow, *, reasons: Sequence[Reason] = (),
    faults: Mapping[str, str] | None = None, done: str = "",
) -> Response:  # fmt: skip
    web, log = context.web, context.web.container.log
    values = _choices(context) | {
        "row": row, "reasons": reasons, "faults": faults or {}, "done": done if done in _DEEDS else "",
        "factors": factors_of(log, web.factors.passkeys, row), "places": places_of(web.sessions, row.account.account),
        "changes": changes_of(log, row.account.account), "may_change": context.may("accounts.change") is not None,
        "waits": _waiting_about(context, row.account.account), "handed": _is_to_hand_over(context, row),
        "own": row.account.account == context.account.account, "zone": zone_of(context.reader),
    }  # fmt: skip
    return context.page("pages/person.html", 422 if reasons or faults else 200, **values)


def _waiting_about(context: RequestContext, account: str) -> tuple[HouseProposal, ...]:
    return tuple(one for one in house_proposals(context.reader) if one.about == account)


def _is_to_hand_over(context: RequestContext, row: AccountRow) -> bool:
    """Tell whether the visitor confirmed this account's way in, and nobody has made its one-time password yet."""
    return context.web.accounts.is_handed_by(row.account.account, context.account.account)


def _after(answer: Answer, page: str) -> Response:
    """Lead to what was proposed and waits for another officer, or back to the page when it is done."""
    assert isinstance(answer, Accepted), "an account has no version that somebody could overtake"
    return go(f"/settings/decisions/{answer.proposal}" if answer.proposal else page)


def _choices(context: RequestContext) -> dict[str, Any]:
    definitions = programmes_of(context.reader)
    houses = [house for definition in definitions for house in definition.programme.beds_facilities]
    programmes = [definition.programme for definition in definitions]
    teams = {team.id: team.name for programme in programmes for team in programme.teams if team.is_offered}
    houses_named = {house.id: house.name for house in houses}
    return {"roles": ROLES, "programmes": programmes, "houses": houses_named, "teams": teams}


# -- what was sent --------------------------------------------------------------------------------------------


def _given(context: RequestContext) -> dict[str, Any]:
    """Return the fields of the form; those that take several values as what was ticked."""
    given: dict[str, Any] = {name: typed(context.given, name).strip() for name in context.given if name[:1] != "_"}
    several = {name: [str(value) for value in context.given.getlist(name)] for name in _SEVERAL}
    return given | several


def _command(context: RequestContext, kind: type[Any], given: Mapping[str, Any]) -> tuple[Any, dict[str, str]]:
    """Return the command a form asks for, or None and what is wrong with it, field by field."""
    own = ("command_id", "former_id", "actor", "mandate")
    fields = {name: value for name, value in given.items() if name in kind.model_fields and name not in own}
    try:
        return context.command(kind, command_id=typed(context.given, "_command_id"), **fields), {}
    except ValidationError as problem:
        faults = problem.errors(include_input=False, include_url=False, include_context=False)
        return None, {str(fault["loc"][0]): fault["type"] for fault in faults}
