"""Every command about a case has its form here: offered, sent, refused with all reasons, or overtaken by somebody."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

from fastapi import APIRouter
from fastapi.responses import Response

from console.forms.context import Context
from console.forms.faults import Faults
from console.forms.form import Form, form_for
from console.forms.given import Given, command_of, read
from console.forms.subjects import CASE_FORMS, Subject, subjects
from console.views.carrying_out import carry_out
from console.views.case_panels import MACHINERY, Sheet, is_told, sheets_for
from console.views.conflict_diff import Changed, changes
from console.web.errors import NotThere
from console.web.filling import Sent, context_of, drawn, helping, is_fresh, right_of, sent_by
from console.web.request_context import RequestContext, go, require
from events.envelope import Recorded
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


class Deed(NamedTuple):
    """A form that may be opened."""

    path: str
    title: str
    explains: str


class Group(NamedTuple):
    """A heading with what can be recorded now, and what there is no occasion for."""

    name: str
    heading: str
    now: tuple[Deed, ...]
    later: tuple[Deed, ...]


class Told(NamedTuple):
    """One line of what happened meanwhile."""

    what: str
    when: str
    who: str


@router.get("/cases/{case_id}/do")
def deeds(visitor: Annotated[RequestContext, require(*ACTS)]) -> Response:
    """List everything this visitor may record about the case."""
    context = _context(visitor)
    groups = [_group(subject, visitor, context) for subject in subjects()]
    later = [deed for group in groups for deed in group.later]
    found = [group for group in groups if group.now]
    return visitor.page("pages/do_list.html", groups=found, later=later, case_id=visitor.case.case.case_id)


@router.get("/cases/{case_id}/do/{command}")
def offer(visitor: Annotated[RequestContext, require(*ACTS)], command: str) -> Response:
    """Offer the form of a command; what the address already says is filled in."""
    kind, right = _kind(visitor, command)
    visitor.fresh(right.act)
    preset = {name: value[:80] for name, value in visitor.request.query_params.items()}
    form = form_for(kind, _context(visitor), preset=preset)
    return _drawn(visitor, form, 200, right, sent=None)


@router.post("/cases/{case_id}/do/{command}")
def give(visitor: Annotated[RequestContext, require(*ACTS)], command: str) -> Response:
    """Carry the command out, or show the form again with everything that is in the way."""
    kind, right = _kind(visitor, command)
    sent, context = sent_by(visitor), _context(visitor)
    given = read(kind, sent.pairs, context)
    if sent.button in ("add_row", "change"):
        more = 1 if sent.button == "add_row" else 0
        return _drawn(visitor, form_for(kind, context, given, more_rows=more), 200, right, sent)
    made = _command(visitor, kind, given, context, sent, right)
    if isinstance(made, dict):
        return _drawn(visitor, form_for(kind, context, given, made), 422, right, sent)
    if not stays_within(right.permit, made, visitor.case.case, context.programme):
        raise NotThere
    if not is_fresh(visitor, right.act):
        return _drawn(visitor, form_for(kind, context, given), 403, right, sent, step_up=True)
    return _answered(visitor, kind, made, given, context, sent, right)


def _answered(
    visitor: RequestContext,
    kind: type[CaseCommand],
    made: Command,
    given: Given,
    context: Context,
    sent: Sent,
    right: Right,
) -> Response:
    try:
        answer = carry_out(visitor.house.office.service, made)
    except CommandReused:
        # It may be a form found again by "back" and filled in anew: a new id, and a look at the case as it is.
        return _drawn(visitor, form_for(kind, context, given), 409, right, sent=None, used=True)
    if isinstance(answer, Accepted):
        return go(_after(visitor, right, kind))
    if isinstance(answer, Conflict):
        return _overtaken(visitor, form_for(kind, context, given), answer, sent, right)
    reasons = [visitor.words.worded(reason, context.programme) for reason in answer.reasons]
    form = form_for(kind, context, given, reasons=reasons)
    return _drawn(visitor, form, 422, right, sent, deeds=helping(visitor, answer.reasons, reasons))


# -- two people on one case ---------------------------------------------------------------------------------------


def _overtaken(visitor: RequestContext, form: Form, answer: Conflict, sent: Sent, right: Right) -> Response:
    """Show what was wanted beside what changed meanwhile; nothing is applied before somebody has looked."""
    envelope = {"_token", "command_id", "expected"}
    return visitor.page(
        "pages/do_conflict.html",
        409,
        form=form,
        wanted=[(field.label, field.said()) for field in form.every() if field.said()],
        changes=_changes(visitor, answer),
        events=_since(visitor, answer.since),
        sent=[(name, value) for name, value in sent.pairs if name not in envelope],
        command_id=sent.command_id,
        expected=answer.version,
        action=visitor.request.url.path,
        **_way_back(visitor, right),
    )


def _changes(visitor: RequestContext, answer: Conflict) -> tuple[Changed, ...]:
    """Return what differs, for those who see the whole case."""
    if not answer.since or "next" not in _sheets(visitor):
        return ()
    office, case_id = visitor.house.office, visitor.case.case.case_id
    definitions = office.service.definitions
    before = replay_case(office.log, definitions, case_id, answer.since[0].position - 1)  # type: ignore[arg-type]
    after = replay_case(office.log, definitions, case_id, answer.since[-1].position)  # type: ignore[arg-type]
    return changes(before.case, after.case, _context(visitor))


def _since(visitor: RequestContext, events: tuple[Recorded, ...]) -> list[Told]:
    """Return what happened, as far as the visitor is told of such things."""
    words, zone, sheets = visitor.words, visitor.case.definition.programme.time_zone, _sheets(visitor)
    log = visitor.house.office.log
    return [
        Told(
            words.label("fact", event.envelope.type),
            words.moment(instant(event.envelope.recorded_at), zone),
            words.label("actor", event.envelope.actor),
        )
        for event in events
        if event.envelope.type not in MACHINERY
        and is_told(event.envelope.type, type(log.fact(event)).__module__.rpartition(".")[2], sheets)
    ]


def _sheets(visitor: RequestContext) -> tuple[Sheet, ...]:
    seen_as = visitor.may("case.see")
    return sheets_for(seen_as.role) if seen_as else ()


# -- small parts ------------------------------------------------------------------------------------------------


def _kind(visitor: RequestContext, name: str) -> tuple[type[CaseCommand], Right]:
    """Return the command of a name and by which right it is given; raises NotThere when it is not the visitor's."""
    kind = CASE_FORMS.get(name)
    right = right_of(visitor, kind, visitor.case.case, visitor.case.definition.programme) if kind else None
    if kind is None or right is None:
        raise NotThere
    return kind, right


def _command(
    visitor: RequestContext, kind: type[CaseCommand], given: Given, context: Context, sent: Sent, right: Right
) -> Command | Faults:
    return command_of(
        kind,
        given,
        context,
        command_id=sent.command_id,
        actor=visitor.account.account,
        mandate=right.permit.mandate,
        case_id=visitor.case.case.case_id,
        expected=sent.expected,
    )


def _context(visitor: RequestContext) -> Context:
    return context_of(visitor, visitor.case.definition.programme, visitor.case.case)


def _drawn(
    visitor: RequestContext, form: Form, status: int, right: Right, sent: Sent | None, **values: object
) -> Response:
    """Draw the form; whoever does not see the case is not stopped by what else happens to it."""
    sees = visitor.may("case.see") is not None
    envelope = {
        "command_id": sent.command_id if sent else visitor.new_id(),
        "expected": ((sent.expected if sent.expected is not None else "") if sent else visitor.case.version)
        if sees
        else "",
    }
    return drawn(
        visitor, form, status, action=visitor.request.url.path, **envelope, **_way_back(visitor, right), **values
    )


def _way_back(visitor: RequestContext, right: Right) -> dict[str, str]:
    _, number = visitor.words.gettext, visitor.case.case.case_id
    if visitor.may("case.see"):
        return {"back": f"/cases/{number}", "back_label": _("Case %(number)s") % {"number": number}}
    return {"back": _elsewhere(right), "back_label": _("Back")}


def _elsewhere(right: Right) -> str:
    return _ELSEWHERE.get(right.act.partition(".")[0], "/")


def _after(visitor: RequestContext, right: Right, kind: type[CaseCommand]) -> str:
    back = _way_back(visitor, right)["back"]
    return f"{back}?done={kind.__name__}"


def _group(subject: Subject, visitor: RequestContext, context: Context) -> Group:
    case, programme = visitor.case.case, visitor.case.definition.programme
    now: list[Deed] = []
    later: list[Deed] = []
    for kind in subject.commands:
        if right_of(visitor, kind, case, programme):
            form = form_for(kind, context)
            deed = Deed(f"/cases/{case.case_id}/do/{form.command}", form.title, form.explains)
            (now if form.possible else later).append(deed)
    heading = visitor.words.gettext(subject.heading)
    return Group(subject.name, heading, tuple(now), tuple(later))
