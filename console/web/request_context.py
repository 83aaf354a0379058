"""Who asks, and whether they may: every route names its act, and this is the one place that asks the table.

A case somebody may not see and a case that is not there get the same answer.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import wraps
from typing import Annotated, Any, TypeVar, cast
from uuid import UUID

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from console.accounts.sessions import Session
from console.views.account import zone_of
from console.views.reader import ProgrammesOnce, Reader
from console.web.access_log import Looking, looking, record_case, refuse_stopped
from console.web.context import WebContext, web_of
from console.web.drafts import keep_form, keep_unsent
from console.web.errors import Forged, FormKept, NotThere, SignInFirst, StepUpFirst
from console.web.handles import with_handles
from console.web.sent_from import bearer, from_elsewhere, is_form, is_ours
from console.web.uploads import form_with_file, takes_file
from console.words.translation import Words
from events.ids import CaseId, parse_case_id
from handlers.commanding.answers import Answer
from handlers.projections.accounts import AccountRow
from handlers.queries.moment import Moment, moment_of
from handlers.states.case_reader import CaseSnapshot
from handlers.states.definitions import InForce
from workflow.command import Command
from workflow.rights.acts import STEP_UP, Act
from workflow.rights.table import Account, Permit, acts_ever, may_ever, permit
from workflow.rights.visibility import cut_off_words
from workflow.subjects.intake.state import handle_of

SomeCommand = TypeVar("SomeCommand", bound=Command)
Page = TypeVar("Page", bound=Callable[..., Response])


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Somebody signed in, in front of one page: what they may was asked before the page runs."""

    web: WebContext
    request: Request
    account: Account
    session: Session
    words: Words
    act: Act
    permit: Permit
    snapshot: CaseSnapshot | None = None
    form: FormData | None = None
    told: Moment | None = None  # of a page that only looks: how things stood as it began
    once: ProgrammesOnce | None = None  # likewise

    @property
    def case(self) -> CaseSnapshot:
        """Return the case the page is about, for routes that have one."""
        assert self.snapshot is not None, "only a route with {case_id} has a case"
        return self.snapshot

    @property
    def given(self) -> FormData:
        """Return what was sent with a form."""
        assert self.form is not None, "only a POST has a form"
        return self.form

    @property
    def reader(self) -> Reader:
        """Return who reads, for the views."""
        return Reader(self.web.container, self.account, self.web.now(), self.once)

    def may(self, *acts: Act) -> Permit | None:
        """Return by which right they may do one of these acts on this case (or at all), or None."""
        return permitted(self.web, self.account, acts, self.snapshot)

    def may_ever(self, act: Act) -> bool:
        """Tell whether their roles have an act at all, on whatever case."""
        return may_ever(self.account.roles, act)

    @property
    def acts_ever(self) -> frozenset[Act]:
        """Return every act their roles have on whatever case: what the menu offers."""
        return acts_ever(self.account.roles)

    def sees(self, case_id: CaseId) -> bool:
        """Tell whether a case is there and theirs to see."""
        snapshot = self.web.container.cases.at(case_id)
        return snapshot is not None and permitted(self.web, self.account, ("case.see",), snapshot) is not None

    def may_about(self, act: Act, programme: str) -> bool:
        """Tell whether they may do an act that concerns no case, for a programme they work for."""
        return programme in self.account.programmes and self.may(act) is not None

    def fresh(self, act: Act, back: str = "") -> None:
        """Ask for the second factor again when the deed needs a fresh one; raises StepUpFirst.

        ``back`` is the page to come back to when it is not the one that was asked for.
        """
        if act in STEP_UP and not self.is_fresh:
            raise StepUpFirst(back)

    def row_of(self, account: str) -> AccountRow:
        """Return an account with its second factors; raises NotThere when there is none."""
        row = self.web.accounts.row(account)
        if row is None:
            raise NotThere
        return row

    @property
    def is_fresh(self) -> bool:
        """Tell whether a second factor was given within the last minutes."""
        return self.web.sessions.is_strong(self.session)

    def new_id(self) -> UUID:
        """Return an id for a form: sent twice, the form is carried out once."""
        return self.web.container.chance.uuid()

    def command(self, kind: type[SomeCommand], /, **fields: object) -> SomeCommand:
        """Return a command in their name; raises ValidationError when the fields are none of its."""
        return kind.model_validate({"mandate": self.permit.mandate, **fields, "actor": self.account.account})

    def submit(self, command: Command) -> Answer:
        """Carry a command out, as they."""
        assert command.actor == self.account.account, "nobody acts as somebody else"
        return self.web.container.service.submit(command)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page, drawn in their language; ``known_handles`` it has read already, of cases they see."""
        told = self.told or moment_of(self.web.container.log, self.account.account)
        usual = {"context": self, "request": self.request, "now": self.web.now(), "quarantine": told.quarantine}
        usual |= {"bell_count": told.bell, "lasts": self.web.sessions.lasts(self.session)}
        drawn = self.web.rendering.page(template, self.words, usual | {"home_zone": zone_of(self.reader)} | values)
        known = self._own_handle() | values.get("known_handles", {})
        return HTMLResponse(with_handles(drawn, self.reader, known), status)

    def _own_handle(self) -> dict[str, str]:
        """Return what the person of the page's case is called, for whoever sees the case."""
        if self.snapshot is None or not self.may("case.see"):
            return {}
        return {self.case.case.case_id: handle_of(self.case.case, self.case.definition.programme)}


async def _form_of(request: Request, stack: AsyncExitStack) -> FormData | None:
    """Return the form that was sent, if one was; a file is taken only where one is asked for, and of who signed in."""
    if request.method != "POST" or not is_form(request):
        return None
    if not takes_file(request):
        form = await request.form(max_files=0)
    elif await run_in_threadpool(session_of, request) is None:
        raise SignInFirst
    else:
        await stack.enter_async_context(web_of(request).uploads)
        form = await form_with_file(request)
    stack.push_async_callback(form.close)
    return form


def go(path: str) -> RedirectResponse:
    """Return "now look at this page", after something was done (303, so that reloading does not do it again)."""
    return RedirectResponse(path, 303)


def require(*acts: Act, proved: bool = False, page: str = "", names: str = "") -> Any:
    """Return what a route asks for with its ``RequestContext``: somebody signed in who may do one of these acts.

    With ``{case_id}`` in its path the case is looked up, the answer depends on it too, and that somebody looks at it
    is recorded before the page runs; with ``proved`` the second factor was given within the last minutes. What the
    answer tells of cases is recorded under the name of the page: the act, where no other is given. ``names`` is the
    part of a path that names a case which is read here by no relation to it.
    """

    async def entrance(request: Request) -> AsyncIterator[RequestContext]:
        async with AsyncExitStack() as stack:
            form = await _form_of(request, stack)
            yield await run_in_threadpool(_let_in, request, acts, form, proved=proved, page=page, names=names)

    entrance.acts = acts  # type: ignore[attr-defined]
    return Depends(entrance)


def session_of(request: Request, *, touch: bool = True) -> tuple[Session, Account] | None:
    """Return who is signed in by this browser's cookie (or a program's token), if the session still lasts.

    Nobody is of an organisation that is stopped wherever its account works: pages and streams end at once. With
    ``touch`` the time of idling begins anew.
    """
    web = web_of(request)
    token = bearer(request) or request.cookies.get(web.site.cookie)
    found = web.sessions.signed_in(token, touch=touch) if token else None
    if found is None or is_cut_off(web, found[1].account):
        return None
    return found[0], found[1].account


def is_cut_off(web: WebContext, account: Account) -> bool:
    """Tell whether an account is a partner's whose organisation the directory has stopped in all its programmes."""
    if account.roles != {"partner"}:
        return False
    current = web.container.service.definitions.current
    found = [definition for name in account.programmes if (definition := current(name))]
    word = account.account.partition(":")[0]
    return bool(found) and all(word in cut_off_words(definition.programme) for definition in found)


def words_for(request: Request, account: Account | None = None) -> Words:
    """Return the words of somebody's language, or of the browser's while nobody is signed in."""
    rendering = web_of(request).rendering
    chosen = request.cookies.get("wayhome-language", "")
    return rendering.words(chosen or (account.language if account else ""), request.headers.get("accept-language", ""))


def permitted(web: WebContext, account: Account, acts: Iterable[Act], snapshot: CaseSnapshot | None) -> Permit | None:
    """Return by which right somebody may do one of these acts, or None."""
    case, programme = (snapshot.case, snapshot.definition.programme) if snapshot else (None, None)
    now = web.now()
    return next((found for act in acts if (found := permit(account, act, case, programme, now))), None)


def case_in(web: WebContext, text: str) -> CaseSnapshot:
    """Return the case of a typed number; raises NotThere when it is none or there is none."""
    snapshot = web.container.cases.at(case_number(text))
    if snapshot is None:
        raise NotThere
    return snapshot


def _in_front_of(web: WebContext, text: str, account: Account) -> tuple[CaseSnapshot, dict[str, InForce]]:
    """Return the same with what is in force of somebody's programmes, in one question."""
    found, in_force = web.container.cases.among([case_number(text)], account.programmes)
    if not found:
        raise NotThere
    return found[0], in_force


def case_number(text: str) -> CaseId:
    """Return a typed case number; raises NotThere when it is none."""
    try:
        return parse_case_id(text)
    except ValueError:
        raise NotThere from None


def from_one_state(page: Page) -> Page:
    """Return a page that only looks, reading all it shows from one state of the database."""

    @wraps(page)
    def shown(context: RequestContext, *args: Any, **asked: Any) -> Response:
        with context.web.container.database.one_state():
            return page(context, *args, **asked)

    return cast("Page", shown)


def _let_in(request: Request, acts: tuple[Act, ...], form: FormData | None, **how: Any) -> RequestContext:
    """Return the context; a form that came before its sender proved anew who they are is kept until they have."""
    try:
        return _enter(request, acts, form, **how)
    except StepUpFirst as first:
        signed_in = session_of(request)
        kept = _kept(request, web_of(request), signed_in[0], form) if signed_in else ""
        raise (StepUpFirst(kept) if kept else first) from None


def _enter(
    request: Request, acts: tuple[Act, ...], form: FormData | None, *, proved: bool, page: str, names: str
) -> RequestContext:
    web, signed_in = web_of(request), session_of(request)
    if signed_in is None:
        raise SignInFirst(_kept_unsent(request, form))
    session, account = signed_in
    told = moment_of(web.container.log, account.account)
    web = web.at_one_moment(told.now)
    web.names.look_again(told.names)
    only_looks = request.method in ("GET", "HEAD")
    if not only_looks:
        _refuse_forged(request, web, session, form)
    case_id = request.path_params.get("case_id")
    snapshot, found = _in_front_of(web, case_id, account) if case_id is not None else (None, None)
    rights = ((act, permitted(web, account, (act,), snapshot)) for act in acts)
    act, right = next(((act, right) for act, right in rights if right), (None, None))
    if act is None or right is None:
        raise NotThere
    context = RequestContext(web, request, account, session, words_for(request, account), act, right, snapshot, form)
    if only_looks:  # whoever does something is told anew what came of it
        once = ProgrammesOnce(web.container.service.definitions, account.programmes, found)
        context = replace(context, told=told, once=once)
    if proved and not context.is_fresh:
        raise StepUpFirst
    read = case_in(web, request.path_params[names]) if names else snapshot
    request.state.looking = _recorded(context, looking(web, session, page or act, read.case.case_id if read else ""))
    return context


def _refuse_forged(request: Request, web: WebContext, session: Session, form: FormData | None) -> None:
    """Raise Forged, or FormKept for a form of theirs from before they signed in again."""
    if is_ours(request, session.csrf, form):
        return
    token = str(form.get("_token", "")) if form is not None else ""
    earlier = bool(token) and not from_elsewhere(request) and web.sessions.gave_out(session.account, token)
    if earlier and (page := _kept(request, web, session, form)):
        raise FormKept(page)
    raise Forged


def _kept(request: Request, web: WebContext, session: Session, form: FormData | None) -> str:
    row = web.accounts.row(session.account) if form is not None else None
    return keep_form(request, web, form, row) if form is not None and row is not None else ""


def _kept_unsent(request: Request, form: FormData | None) -> str:
    """Keep a form that came too late for its session; nothing that another site's page sent is kept."""
    web = web_of(request)
    late = form is not None and not from_elsewhere(request)
    return keep_unsent(request, web, form, request.cookies.get(web.site.cookie, "")) if late else ""


def _recorded(context: RequestContext, look: Looking) -> Looking:
    """Record the case an address names, before its page runs; raises StepUpFirst or Stopped when it may not be seen."""
    if look.case_id:
        record_case(look)
        return look
    typed = _typed_number(context.request)
    if context.act != "self" and (typed or context.request.method not in ("GET", "HEAD")):
        refuse_stopped(look)  # who is stopped does nothing either, and opens no case in an emergency
    return look._replace(typed=typed)


def _typed_number(request: Request) -> str:
    """Return the case number in an address that is asked without standing to the case, if there is one at all."""
    try:
        return parse_case_id(request.path_params.get("number", "")[:40])
    except ValueError:
        return ""


SignedIn = Annotated[RequestContext, require("self")]
