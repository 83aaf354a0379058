"""Drafts at the door: what somebody typed is kept for them alone, also when their session ended meanwhile.

A form that comes when nobody is signed in any more is kept for whoever the ended session was of: it was this browser
that held its cookie and a form of that session. It is shown to the same account once it has signed in again, and is
never sent by itself; anybody else who signs in here is told nothing of it.
"""

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final, Literal, NamedTuple
from uuid import UUID

from fastapi import Request
from starlette.datastructures import FormData

from console.forms.context import FormContext
from console.forms.given import ADD_ROW, AS_SHOWN, ENVELOPE
from console.subjects import CASE_FORMS, OFFICE_FORMS
from console.web.context import WebContext
from console.web.session_keys import as_shown
from console.words.translation import Words
from events.errors import EventsError
from events.ids import CaseId, parse_case_id
from handlers.drafts.sealing import Pairs
from handlers.drafts.store import Draft, DraftOf, NotKept, Owner
from handlers.projections.accounts import AccountRow
from workflow.command import Command
from workflow.rights.command_rights import right_to
from workflow.rights.table import Account
from workflow.subjects.corrections.commands import CorrectIdentity
from workflow.subjects.directory.commands import ChangeEntry, ListEntry
from workflow.subjects.intake.commands import OpenCase

NEW_CASE: Final = "/cases/new/form"
_NEW: Final = frozenset({"/cases/new", "/cases/new/open", NEW_CASE})
_CORRECTING: Final = re.compile(r"/cases/(?P<of>[A-Za-z0-9-]{2,40})/correct/[a-z0-9-]{1,40}")
_ENTRY: Final = re.compile(r"/directory/[a-z0-9-]{2,40}/[a-z]{1,20}(?P<change>/[a-z0-9-]{1,40}/change)?")
_MENDING: Final = re.compile(
    r"/cases/(?P<of>[A-Za-z0-9-]{2,40})/mend/(?P<record>[0-9]{1,9})/(?P<command>[A-Za-z]{1,60})"
)
_FORM: Final = re.compile(r"/(?P<what>cases|office)/(?P<of>[A-Za-z0-9-]{2,40})/do/(?P<command>[A-Za-z]{1,60})")
BUTTONS: Final = frozenset({"give", "change", ADD_ROW, "keep", "drop"})  # pressed, not typed
WhyNot = NotKept | Literal["not_now"]


class FormPlace(NamedTuple):
    """A form by the address of its page: which command it makes, and of which case, if of one."""

    page: str
    kind: type[Command]
    case_id: CaseId | None = None

    def address(self, draft: str) -> str:
        """Return the address at which its page shows a draft."""
        return f"{self.page}?draft={draft}"


def form_at(path: str) -> FormPlace | None:
    """Return the form that an address is of, or None; whether anybody may use it is asked elsewhere."""
    if path in _NEW:
        return FormPlace(NEW_CASE, OpenCase)
    if entry := _ENTRY.fullmatch(path):
        return FormPlace(path, ChangeEntry if entry["change"] else ListEntry)
    if correcting := _CORRECTING.fullmatch(path):
        path = f"/cases/{correcting['of']}/do/{CorrectIdentity.__name__}"  # there it goes on without opening
    found = _MENDING.fullmatch(path) or _FORM.fullmatch(path)
    if found is None:
        return None
    mends = found.groupdict().get("record")
    kind: type[Command] | None
    if mends is None and found["what"] == "office":
        kind = OFFICE_FORMS.get(found["command"])
        return FormPlace(path, kind) if kind else None
    kind = CASE_FORMS.get(found["command"])
    try:
        case_id = parse_case_id(found["of"])
    except ValueError:
        return None
    page = f"mend/{mends}" if mends else "do"
    return FormPlace(f"/cases/{case_id}/{page}/{found['command']}", kind, case_id) if kind else None


def place_of(kind: type[Command], about: FormContext) -> FormPlace:
    """Return the form of a command by the one address of its page, however its number was typed."""
    if about.case is not None:
        case_id = CaseId(about.case.case_id)
        return FormPlace(f"/cases/{case_id}/do/{kind.__name__}", kind, case_id)
    page = NEW_CASE if kind is OpenCase else f"/office/{about.programme.programme}/do/{kind.__name__}"
    return FormPlace(page, kind)


def typed_pairs(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """Return what was typed into a form, without what it carries."""
    return tuple(
        (name, value) for name, value in pairs if name not in ENVELOPE | BUTTONS and not name.startswith(AS_SHOWN)
    )


def owner_of(web: WebContext, account: str) -> Owner | None:
    """Return an account as the owner of drafts."""
    row = web.accounts.row(account)
    return None if row is None or row.account.closed else Owner(account, row.resets)


def drafts_of(web: WebContext, account: str, page: str = "", case_id: str = "") -> Sequence[Draft]:
    """Return what an account keeps, at one form or of one case if asked so, the newest first."""
    found = web.drafts.of(account, web.now(), page, case_id)
    owner = owner_of(web, account) if found else None
    return [draft for draft in found if owner is not None and draft.is_of(owner)]


def kept_quietly(
    web: WebContext, owner: Owner, draft: str, of: DraftOf, typed: Pairs, *, seen: str, sent: bool = False
) -> Draft | WhyNot:
    """Keep what was typed if that can be done at all: that it cannot never stands in the way of the answer."""
    try:
        return web.drafts.keep(owner, draft, of, typed, web.now(), seen=seen, sent=sent)
    except EventsError:  # no room, no key, or the person was erased meanwhile
        return "not_now"


def dropped_quietly(web: WebContext, account: str, draft: str) -> None:
    """Forget a draft if that can be done now: what was done stays done, and an old draft runs out by itself."""
    with suppress(EventsError):
        web.drafts.drop(account, draft)


def keep_unsent(request: Request, web: WebContext, form: FormData | None, token: str) -> str:
    """Keep a form that came when its session was over; return the page to come back to, or "" when nothing was kept."""
    found = web.sessions.timed_out(token) if token else None
    given = "" if form is None else str(form.get("_token", ""))
    if found is None or form is None or not hmac.compare_digest(given.encode(), found[0].csrf.encode()):
        return ""
    return keep_form(request, web, form, found[1])


def keep_form(request: Request, web: WebContext, form: FormData, row: AccountRow) -> str:
    """Keep a form for its sender until they have proved who they are; return the page to come back to, or "".

    A form that is not theirs to give is not kept either.
    """
    owner = Owner(row.account.account, row.resets)
    place, pairs = form_at(request.url.path), [(name, value) for name, value in form.multi_items()]
    if place is None or any(not isinstance(value, str) for _, value in pairs):
        return ""
    given = {name: str(value) for name, value in pairs}
    shown = as_shown(given.items(), given.get("_token", ""))  # opened to be looked at, and not to be kept
    typed = typed_pairs((name, str(value)) for name, value in pairs if name not in shown)
    of = _of(web, row.account, place, given)
    if of is None or not typed or not web.pace.allows(owner.account, web.now()):
        return ""
    draft = _id(str(form.get("command_id", ""))) or str(web.container.chance.uuid())
    kept = kept_quietly(web, owner, draft, of, typed, seen=str(form.get("kept", "")), sent=True)
    return place.address(kept.draft) if isinstance(kept, Draft) else ""


def asked_draft(request: Request, drafts: Sequence[Draft]) -> Draft | None:
    """Return the draft an address asks for, or else what was sent last when nobody was signed in any more."""
    asked = request.query_params.get("draft", "")
    named = next((draft for draft in drafts if draft.draft == asked), None)
    return named or next((draft for draft in drafts if draft.sent), None)


def said_of(kept: Draft | WhyNot | None, words: Words, zone: str) -> str:
    """Return in words whether something is kept, and how long."""
    _ = words.gettext
    if isinstance(kept, Draft):
        said = _("Kept as a draft at %(time)s. Only you see it; it is thrown away on %(day)s.")
        return said % {"time": words.clock(kept.kept_at, zone), "day": words.day_at(kept.until, zone)}
    if kept == "too_long":
        return _("This is too long to be kept as a draft. Send it, or write it in several parts.")
    if kept == "too_many":
        return _("This is not kept: you have very many drafts. Send or throw away some of them.")
    if kept == "not_now":
        return _("This could not be kept. Copy what you wrote before you leave this page.")
    return _("There is nothing to keep here.")


def _of(web: WebContext, account: Account, place: FormPlace, given: Mapping[str, str]) -> DraftOf | None:
    """Return what a form of theirs is of; None when it is not theirs to give."""
    expected = _version(given.get("expected", ""))
    if place.case_id is None:
        programme = given.get("programme", "") if place.page == NEW_CASE else place.page.split("/")[2]
        definition = web.container.service.definitions.current(programme) if programme in account.programmes else None
        theirs = definition and right_to(account, place.kind, None, definition.programme, web.now())
        return DraftOf(place.page, expected=expected) if theirs else None
    seen = web.container.cases.at(place.case_id)
    if seen is None or not right_to(account, place.kind, seen.case, seen.definition.programme, web.now()):
        return None
    return DraftOf(place.page, place.case_id, seen.case.person_id, expected)


def _version(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
