"""Every command about a case has its form here: offered, sent, refused with all reasons, or overtaken by somebody."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

from fastapi import APIRouter
from fastapi.responses import Response

from console.forms.context import FormContext
from console.forms.faults import Faults
from console.forms.form import Form, form_for
from console.forms.given import Given, command_of, read
from console.subjects import CASE_FORMS, MACHINERY, FormGroup, Panel, form_groups, is_shown, panels_for
from console.views.carrying_out import carry_out
from console.views.conflict_diff import Changed, changes
from console.web.errors import NotThere
from console.web.filling import Sent, context_of, drawn, helping, is_fresh, right_of, sent_by
from console.web.request_context import RequestContext, go, require
from events.envelope import RecordedEvent
from events.errors import CommandReused
from events.instants import instant
from handlers.commanding.answers import Accepted, Conflict
from handlers.projections.replay import replay_case
from workflow.command import CaseCommand, Command
from workflow.rights.acts import Act
from workflow.rights.command_rights import ACTS_OF, Right, stays_within
from workflow.rights.table import ABOUT_A_CASE

router = APIRouter(include_in_schema=False)
ACTS: Final[tuple[Act, ...]] = tuple(
    sorted({act for kind in CASE_FORMS.values() for act in ACTS_OF[kind] if act in ABOUT_A_CASE})
)
# Where to go on from there for those who do not see the case itself.
_ELSEWHERE: Final = {"money": "/grants", "referral": "/referrals", "tasks": "/operations"}


class OfferedForm(NamedTuple):
    """A form that may be opened."""

    path: str
    title: str
    explains: str


class OfferedForms(NamedTuple):
    """A heading with what can be recorded now, and what there is no occasion for."""

    name: str
    heading: str
    now: tuple[OfferedForm, ...]
    later: tuple[OfferedForm, ...]


class Told(NamedTuple):
    """One line of what happened meanwhile."""

    what: str
    when: str
    who: str


@router.get("/cases/{case_id}/do")
def offer_all(context: Annotated[RequestContext, require(*ACTS)]) -> Response:
    """List everything this visitor may record about the case."""
    form_context = _context(context)
    groups = [_group(group, context, form_context) for group in form_groups()]
    later = [form for group in groups for form in group.later]
    found = [group for group in groups if group.now]
    return context.page("pages/do_list.html", groups=found, later=later, case_id=context.case.case.case_id)


@router.get("/cases/{case_id}/do/{command}")
def offer(context: Annotated[RequestContext, require(*ACTS)], command: str) -> Response:
    """Offer the form of a command; what the address already says is filled in."""
    kind, right = _kind(context, command)
    context.fresh(right.act)
    preset = {name: value[:80] for name, value in context.request.query_params.items()}
    form = form_for(kind, _context(context), preset=preset)
    return _drawn(context, form, 200, right, sent=None)


@router.post("/cases/{case_id}/do/{command}")
def give(context: Annotated[RequestContext, require(*ACTS)], command: str) -> Response:
    """Carry the command out, or show the form again with everything that is in the way."""
    kind, right = _kind(context, command)
    sent, form_context = sent_by(context), _context(context)
    given = read(kind, sent.pairs, form_context)
    if sent.button in ("add_row", "change"):
        more = 1 if sent.button == "add_row" else 0
        return _drawn(context, form_for(kind, form_context, given, more_rows=more), 200, right, sent)
    made = _command(context, kind, given, form_context, sent, right)
    if isinstance(made, dict):
        return _drawn(context, form_for(kind, form_context, given, made), 422, right, sent)
    if not stays_within(right.permit, made, context.case.case, form_context.programme):
        raise NotThere
    if not is_fresh(context, right.act):
        return _drawn(context, form_for(kind, form_context, given), 403, right, sent, step_up=True)
    return _answered(context, kind, made, given, form_context, sent, right)


def _answered(
    context: RequestContext,
    kind: type[CaseCommand],
    made: Command,
    given: Given,
    form_context: FormContext,
    sent: Sent,
    right: Right,
) -> Response:
    try:
        answer = carry_out(context.web.container.service, made)
    except CommandReused:
        # It may be a form found again by "back" and filled in anew: a new id, and a look at the case as it is.
        return _drawn(context, form_for(kind, form_context, given), 409, right, sent=None, used=True)
    if isinstance(answer, Accepted):
        return go(_after(context, right, kind))
    if isinstance(answer, Conflict):
        return _overtaken(context, form_for(kind, form_context, given), answer, sent, right)
    reasons = [context.words.worded(reason, form_context.programme) for reason in answer.reasons]
    form = form_for(kind, form_context, given, reasons=reasons)
    return _drawn(context, form, 422, right, sent, helps=helping(context, answer.reasons, reasons))


# -- two people on one case ---------------------------------------------------------------------------------------


def _overtaken(context: RequestContext, form: Form, answer: Conflict, sent: Sent, right: Right) -> Response:
    """Show what was wanted beside what changed meanwhile; nothing is applied before somebody has looked."""
    envelope = {"_token", "command_id", "expected"}
    return context.page(
        "pages/do_conflict.html",
        409,
        form=form,
        wanted=[(field.label, field.said()) for field in form.every() if field.said()],
        changes=_changes(context, answer),
        events=_since(context, answer.since),
        sent=[(name, value) for name, value in sent.pairs if name not in envelope],
        command_id=sent.command_id,
        expected=answer.version,
        action=context.request.url.path,
        **_way_back(context, right),
    )


def _changes(context: RequestContext, answer: Conflict) -> tuple[Changed, ...]:
    """Return what differs, for those who see the whole case."""
    if not answer.since or "next" not in _panels(context):
        return ()
    container, case_id = context.web.container, context.case.case.case_id
    definitions = container.service.definitions
    before = replay_case(container.log, definitions, case_id, answer.since[0].position - 1)  # type: ignore[arg-type]
    after = replay_case(container.log, definitions, case_id, answer.since[-1].position)  # type: ignore[arg-type]
    return changes(before.case, after.case, _context(context))


def _since(context: RequestContext, events: tuple[RecordedEvent, ...]) -> list[Told]:
    """Return what happened, as far as the visitor is told of such things."""
    words, zone, panels = context.words, context.case.definition.programme.time_zone, _panels(context)
    log = context.web.container.log
    return [
        Told(
            words.label("fact", event.envelope.type),
            words.moment(instant(event.envelope.recorded_at), zone),
            words.label("actor", event.envelope.actor),
        )
        for event in events
        if event.envelope.type not in MACHINERY and is_shown(type(log.fact(event)), panels)
    ]


def _panels(context: RequestContext) -> tuple[Panel, ...]:
    seen_as = context.may("case.see")
    return panels_for(seen_as.role) if seen_as else ()


# -- small parts ------------------------------------------------------------------------------------------------


def _kind(context: RequestContext, name: str) -> tuple[type[CaseCommand], Right]:
    """Return the command of a name and by which right it is given; raises NotThere when it is not the visitor's."""
    kind = CASE_FORMS.get(name)
    right = right_of(context, kind, context.case.case, context.case.definition.programme) if kind else None
    if kind is None or right is None:
        raise NotThere
    return kind, right


def _command(
    context: RequestContext, kind: type[CaseCommand], given: Given, form_context: FormContext, sent: Sent, right: Right
) -> Command | Faults:
    return command_of(
        kind,
        given,
        form_context,
        command_id=sent.command_id,
        actor=context.account.account,
        mandate=right.permit.mandate,
        case_id=context.case.case.case_id,
        expected=sent.expected,
    )


def _context(context: RequestContext) -> FormContext:
    return context_of(context, context.case.definition.programme, context.case.case)


def _drawn(
    context: RequestContext, form: Form, status: int, right: Right, sent: Sent | None, **values: object
) -> Response:
    """Draw the form; whoever does not see the case is not stopped by what else happens to it."""
    sees = context.may("case.see") is not None
    envelope = {
        "command_id": sent.command_id if sent else context.new_id(),
        "expected": ((sent.expected if sent.expected is not None else "") if sent else context.case.version)
        if sees
        else "",
    }
    return drawn(
        context, form, status, action=context.request.url.path, **envelope, **_way_back(context, right), **values
    )


def _way_back(context: RequestContext, right: Right) -> dict[str, str]:
    _, number = context.words.gettext, context.case.case.case_id
    if context.may("case.see"):
        return {"back": f"/cases/{number}", "back_label": _("Case %(number)s") % {"number": number}}
    return {"back": _elsewhere(right), "back_label": _("Back")}


def _elsewhere(right: Right) -> str:
    return _ELSEWHERE.get(right.act.partition(".")[0], "/")


def _after(context: RequestContext, right: Right, kind: type[CaseCommand]) -> str:
    back = _way_back(context, right)["back"]
    return f"{back}?done={kind.__name__}"


def _group(group: FormGroup, context: RequestContext, form_context: FormContext) -> OfferedForms:
    case, programme = context.case.case, context.case.definition.programme
    now: list[OfferedForm] = []
    later: list[OfferedForm] = []
    for kind in group.commands:
        if right_of(context, kind, case, programme):
            form = form_for(kind, form_context)
            offered = OfferedForm(f"/cases/{case.case_id}/do/{form.command}", form.title, form.explains)
            (now if form.possible else later).append(offered)
    heading = context.words.gettext(group.heading)
    return OfferedForms(group.name, heading, tuple(now), tuple(later))
