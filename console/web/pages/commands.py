"""Every command has its form here: offered, sent, refused with all reasons, or overtaken by somebody."""

from collections.abc import Iterable
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from console.forms.context import FormContext
from console.forms.form import is_possible
from console.subjects import CASE_FORMS, OFFICE_FORMS, FormGroup, form_groups
from console.views.erased import against_erased
from console.views.likely_now import likely_now
from console.web.errors import NotThere
from console.web.filling import Filling, Sent, context_of, filling_of, programme_of, right_of
from console.web.last_look import last_look
from console.web.names import naming
from console.web.overtaken import changes_of, told_of
from console.web.request_context import RequestContext, from_one_state, go, require
from events.catalogue import Fact
from events.facts.hotline import CallBackPromised, CaseCodesPrinted
from handlers.commanding.answers import Accepted, Conflict
from handlers.drafts.store import Draft
from workflow.programme.programme import Programme
from workflow.rights.command_rights import ACTS_OF, Right
from workflow.rights.table import ABOUT_A_CASE
from workflow.subjects.corrections.commands import CorrectIdentity
from workflow.subjects.hotline.commands import PrintCaseCodes
from workflow.subjects.intake.commands import AddNote

router = APIRouter(include_in_schema=False)
_ABOUT_CASES: Final = {act for kind in CASE_FORMS.values() for act in ACTS_OF[kind]} & ABOUT_A_CASE
_ABOUT_OFFICES: Final = {act for kind in OFFICE_FORMS.values() for act in ACTS_OF[kind]}
CaseWork = Annotated[RequestContext, require(*sorted(_ABOUT_CASES), page="forms")]
OfficeWork = Annotated[RequestContext, require(*sorted(_ABOUT_OFFICES))]
# Where to go on from there for those who do not see the case itself, and from the forms of the office.
_ELSEWHERE: Final = {"money": "/grants", "referral": "/referrals", "tasks": "/operations"}
_OFFICE_BACK: Final = {
    "hotline.record": "/hotline",
    "office.close": "/beds",
    "directory.edit": "/directory",
    "directory.confirm": "/directory",
    "directory.stop": "/directory",
    "stand_in.name": "/me",
}


class OfferedForm(NamedTuple):
    """A form that may be opened."""

    path: str
    title: str
    explains: str
    command: str


class OfferedForms(NamedTuple):
    """A heading with what can be recorded now, and what there is no occasion for."""

    name: str
    heading: str
    now: tuple[OfferedForm, ...]
    later: tuple[OfferedForm, ...]


@router.get("/cases/{case_id}/do")
@from_one_state
def offer_all(context: CaseWork) -> Response:
    """List everything this visitor may record about the case."""
    form_context = context_of(context, context.case.definition.programme, context.case.case)
    groups = [_group(group, context, form_context) for group in form_groups()]
    later = [form for group in groups for form in group.later]
    found, number = [group for group in groups if group.now], context.case.case.case_id
    gone = [context.words.worded(one, form_context.programme) for one in against_erased(AddNote, context.case)]
    possible = {form.command for group in found for form in group.now}
    return context.page(
        "pages/do_list.html", groups=found, later=later, case_id=number, reasons=gone, n=naming(context),
        likely=[step for step in likely_now(context.reader, context.case) if step.action.command in possible],
    )  # fmt: skip


@router.get("/cases/{case_id}/do/{command}")
@from_one_state
def offer(context: CaseWork, command: str) -> Response:
    """Offer the form of a command; what the address already says is filled in."""
    return _filling(context, command).offered()


@router.post("/cases/{case_id}/do/{command}")
def give(context: CaseWork, command: str) -> Response:
    """Carry the command out, or show the form again with everything that is in the way."""
    return carried_out(_filling(context, command).received())


def carried_out(filling: Filling) -> Response:
    """Return where a form about a case leads that was received, or the page with what is in the way."""
    assert filling.sent is not None, "it was received"
    if once_more := last_look(filling, case_id=filling.context.case.case.case_id):
        return once_more
    answer = filling.carried_out(case_id=filling.context.case.case.case_id, expected=filling.sent.expected)
    if isinstance(answer, Conflict):
        return filling.closed(422) or _overtaken(filling, filling.sent, answer)
    if not isinstance(answer, Accepted):
        return answer
    usual = f"{filling.frame['back']}?{'proposed' if answer.proposal else 'done'}={filling.kind.__name__}"
    return go(usual if answer.proposal else filling.frame.get("then") or usual)


# -- two people on one case ---------------------------------------------------------------------------------------


def _overtaken(filling: Filling, sent: Sent, answer: Conflict) -> Response:
    """Show what was wanted beside what changed meanwhile; nothing is applied before somebody has looked."""
    context, form, kept = filling.context, filling.form(), filling.keep()
    return context.page(
        "pages/do_conflict.html", 409, form=form, command_id=sent.command_id, expected=answer.version,
        changes=changes_of(context, filling.about, answer.since), events=told_of(context, answer.since),
        sent=[*sent.fields, *filling.marks],
        draft=kept if isinstance(kept, Draft) else None, **filling.frame,
    )  # fmt: skip


# -- what concerns a programme's office and no single case: its calls, its houses, its end ---------------------------


@router.get("/office/{programme}/do/{command}")
def offer_office_form(context: OfficeWork, programme: str, command: str) -> Response:
    """Offer the form of a command."""
    return _office_filling(context, programme, command).offered()


@router.post("/office/{programme}/do/{command}")
def give_office_command(context: OfficeWork, programme: str, command: str) -> Response:
    """Carry the command out, or show the form again with everything that is in the way."""
    filling = _office_filling(context, programme, command).received()
    if once_more := last_look(filling, programme=filling.about.programme.programme):
        return once_more
    answer = filling.carried_out(programme=filling.about.programme.programme)
    assert not isinstance(answer, Conflict), "a form of the office expects no version"
    if isinstance(answer, Accepted) and answer.proposal:
        return go(f"/decisions/{programme}/{answer.proposal}")
    if isinstance(answer, Accepted):
        return go(f"/office/{programme}/done/{answer.command_id}?command={filling.kind.__name__}")
    return answer


@router.get("/office/{programme}/done/{command_id}")
def done(context: OfficeWork, programme: str, command_id: UUID, command: str = "") -> Response:
    """Show what came of a command: the code a caller is told, the codes to hand out."""
    found, kind = programme_of(context, programme), OFFICE_FORMS.get(command)
    right = right_of(context, kind, None, found) if kind else None
    if kind is None or right is None:
        raise NotThere
    facts = list(_told_by(context, found, command_id)) if right.act == "hotline.record" else []
    promised = next((fact for fact in facts if isinstance(fact, CallBackPromised)), None)
    if right.act == "hotline.record" and promised is None and kind is not PrintCaseCodes:
        # Nothing is to be told: the desk is ready for the next call.
        return go(f"/hotline?programme={found.programme}&done={kind.__name__}")
    due = context.words.moment(promised.due_at, found.time_zone) if promised else ""
    return context.page(
        "pages/office_told.html", title=context.words.label("command", kind.__name__), call_back=promised, due=due,
        codes=[code for fact in facts if isinstance(fact, CaseCodesPrinted) for code in fact.codes],
        **_office_frame(context, right),
    )  # fmt: skip


def _told_by(context: RequestContext, programme: Programme, command_id: UUID) -> Iterable[Fact]:
    """Yield what a command of this visitor told the programme's own desk."""
    log = context.web.container.log
    own = (context.account.account, programme.hotline_stream)
    for event in log.of_command(str(command_id)):
        if (event.envelope.actor, event.envelope.stream) == own:
            yield log.fact(event)


def _office_filling(context: RequestContext, programme: str, command: str) -> Filling:
    found = programme_of(context, programme)
    return filling_of(context, OFFICE_FORMS.get(command), found, None, lambda right: _office_frame(context, right))


def _office_frame(context: RequestContext, right: Right) -> dict[str, Any]:
    """Return where the form is sent, and where its reader goes back to."""
    back = _OFFICE_BACK.get(right.act, "/")
    return {"action": context.request.url.path, "back": back, "back_label": context.words.gettext("Back")}


# -- small parts ------------------------------------------------------------------------------------------------


def _filling(context: RequestContext, command: str) -> Filling:
    case, programme = context.case.case, context.case.definition.programme
    opens = command == CorrectIdentity.__name__ and context.may("case.open_sealed") is not None
    more = {"opens": f"/cases/{case.case_id}/correct"} if opens else {}
    return filling_of(context, CASE_FORMS.get(command), programme, case, lambda right: _frame(context, right) | more)


def _frame(context: RequestContext, right: Right) -> dict[str, str]:
    _, number, action = context.words.gettext, context.case.case.case_id, context.request.url.path
    if context.may("case.see"):
        return {"action": action, "back": f"/cases/{number}", "back_label": _("Case %(number)s") % {"number": number}}
    return {"action": action, "back": _ELSEWHERE.get(right.act.partition(".")[0], "/"), "back_label": _("Back")}


def _group(group: FormGroup, context: RequestContext, form_context: FormContext) -> OfferedForms:
    case, programme = context.case.case, context.case.definition.programme
    now: list[OfferedForm] = []
    later: list[OfferedForm] = []
    for kind in group.commands:
        if right_of(context, kind, case, programme) and not against_erased(kind, context.case):
            name, words = kind.__name__, context.words
            said = words.label("command", name), words.label("command_help", name)
            offered = OfferedForm(f"/cases/{case.case_id}/do/{name}", *said, name)
            (now if is_possible(kind, form_context) else later).append(offered)
    heading = context.words.gettext(group.heading)
    return OfferedForms(group.name, heading, tuple(now), tuple(later))
