"""What is done for several of a family or group with one form, and who belongs to it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from console.forms.form import Form, form_for
from console.forms.given import ADD_ROW, Given, command_of, read
from console.forms.helping import help_path, helping
from console.subjects import CASE_FORMS
from console.views.groups import GroupView, MemberRow, concerns, group_view, may_give
from console.views.together import TOGETHER, Members, all_or_none, those_who_can
from console.web.errors import NotThere
from console.web.filling import Sent, context_of, id_of, right_of, sent_by
from console.web.names import naming
from console.web.request_context import RequestContext, go, require
from console.words.reasons import Worded
from events.errors import CommandReused
from events.ids import CaseId, parse_case_id
from handlers.states.case_reader import CaseSnapshot
from workflow.command import AdvanceCase, CaseCommand
from workflow.reasons import Reason, Refused
from workflow.rights.command_rights import Right, right_to, stays_within
from workflow.subjects.groups.commands import COMPANY_MAX, FormGroup, JoinGroup
from workflow.subjects.groups.refusals import MEMBER_EXISTS
from workflow.subjects.groups.state import belonging_of
from workflow.subjects.travel.commands import HandOver

router = APIRouter(include_in_schema=False)
GroupWork = Annotated[RequestContext, require("case.record", "case.advance", page="forms")]
_OURS: Final = frozenset({"member", "who", "children"})  # of the form beside the command's own fields
_FOR_CHILDREN: Final = ("guardian", "authority")  # who receives a child, whoever receives the others


class Choosing(NamedTuple):
    """For whom a form is meant, whether all of them or none, and who receives the children among them."""

    members: tuple[str, ...]
    all_or_none: bool = True
    children: str = "guardian"


class NotDone(NamedTuple):
    """Why it may not be for one of them, and the forms that help there."""

    case_id: str
    reasons: tuple[tuple[Worded, tuple[tuple[str, str], ...]], ...]


@router.get("/cases/{case_id}/together")
def everybody(context: GroupWork) -> Response:
    """Show who belongs to the group of a case, and what may be done for several of them."""
    return context.page(
        "pages/together.html", group=_group(context, COMPANY_MAX), n=naming(context), case=context.case.case
    )


@router.get("/cases/{case_id}/together/add")
def ask_whom(context: GroupWork) -> Response:
    """Ask whom somebody belongs with."""
    return _adding(context)


@router.post("/cases/{case_id}/together/add")
def add(context: GroupWork) -> Response:
    """Let somebody join the group of a case, which is begun with it where there is none."""
    typed = {name: str(context.given.get(name, ""))[:80] for name in ("number", "relation", "kind")}
    other, join = _case_of(context, typed["number"]), _form_of(context, JoinGroup)
    right = _right_on(context, other)
    if other is None or right is None:
        return _adding(context, typed, [MEMBER_EXISTS()])
    service, here = context.web.container.service, context.case.case
    commands: list[CaseCommand] = []
    if not belonging_of(here).group_id:
        commands.append(_made(context, FormGroup, here.case_id, "begin", kind=typed["kind"] or "family"))
    if typed["relation"] not in {choice.value for field in join.fields for choice in field.choices}:
        return _adding(context, typed, faults=True)
    said = {"with_case": here.case_id, "relation": typed["relation"], "mandate": right.permit.mandate}
    commands.append(_made(context, JoinGroup, other.case.case_id, "join", **said))
    answer = service.submit_together(commands)
    if answer.is_done:
        return go(f"/cases/{here.case_id}?done=JoinGroup#group")
    reasons = [reason for one in answer.answers if isinstance(one, Refused) for reason in one.reasons]
    return _adding(context, typed, reasons)


@router.get("/cases/{case_id}/together/{shared}")
def offer(context: GroupWork, shared: str) -> Response:
    """Offer a form for several; whom it is likely to be about is ticked."""
    kind, right = _kind(context, shared)
    context.fresh(right.act)
    group = _group(context)
    ticked = tuple(row.case.case_id for row in group.ongoing if concerns(kind, row.case, context.web.now()))
    preset = {name: value[:80] for name, value in context.request.query_params.items()}
    form = form_for(kind, context_of(context, context.case.definition.programme, context.case.case), preset=preset)
    return _drawn(context, kind, form, Choosing(ticked), context.new_id())


@router.post("/cases/{case_id}/together/{shared}")
def give(context: GroupWork, shared: str) -> Response:
    """Carry a command out for several, or show the form again with everything that is in the way, for each of them."""
    kind, right = _kind(context, shared)
    context.fresh(right.act)
    sent = sent_by(context)
    chosen = _chosen(sent)
    about = context_of(context, context.case.definition.programme, context.case.case)
    given = read(kind, [pair for pair in sent.pairs if pair[0] not in _OURS], about)
    if sent.button != "give":
        more = 1 if sent.button == ADD_ROW else 0
        return _drawn(context, kind, form_for(kind, about, given, more_rows=more), chosen, sent.command_id)
    who = {"actor": context.account.account, "mandate": right.permit.mandate}
    made = command_of(kind, given, about, command_id=sent.command_id, case_id=context.case.case.case_id, **who)
    if isinstance(made, dict) or not chosen.members:
        faults = made if isinstance(made, dict) else {}
        return _drawn(context, kind, form_for(kind, about, given, faults), chosen, sent.command_id, 422)
    assert isinstance(made, CaseCommand)
    return _carried_out(context, made, given, chosen)


def _carried_out(context: RequestContext, made: CaseCommand, given: Given, chosen: Choosing) -> Response:
    programme, service = context.case.definition.programme, context.web.container.service
    members, kind = _members(context, made, chosen), type(made)
    form = form_for(kind, context_of(context, programme, context.case.case), given)
    try:
        every = chosen.all_or_none
        done = all_or_none(made, members, service, programme) if every else those_who_can(made, members, service)
    except CommandReused:
        return _drawn(context, kind, form, chosen, context.new_id(), 409, used=True)
    here = f"/cases/{context.case.case.case_id}"
    if not done.refused:
        return go(f"{here}?{'proposed' if done.proposed else 'done'}={kind.__name__}#group")
    not_done = [_not_done(context, case_id, refused) for case_id, refused in done.refused]
    if done.is_done:
        went = [case_id for case_id in members if case_id not in dict(done.refused)]
        return context.page("pages/together_done.html", went=went, not_done=not_done, title=form.title, back=here)
    return _drawn(context, kind, form, chosen, made.command_id, 422, not_done=not_done, size=len(members))


def _members(context: RequestContext, made: CaseCommand, chosen: Choosing) -> Members:
    """Return for whom a command is carried out, by which right; raises NotThere when one of them is not theirs."""
    found: dict[str, Mapping[str, object]] = {}
    rows = {row.case.case_id: row for row in _group(context).ongoing}
    if not rows.keys() >= {*chosen.members}:
        raise NotThere
    for case_id, row in rows.items():
        if case_id in chosen.members:
            found[case_id] = {"mandate": _right(context, made, row).permit.mandate, **_of_a_child(made, row, chosen)}
    return found


def _right(context: RequestContext, made: CaseCommand, row: MemberRow) -> Right:
    case, programme = row.case, row.snapshot.definition.programme
    right = right_to(context.account, type(made), case, programme, context.web.now())
    mine = made.model_copy(update={"case_id": case.case_id})
    if right is None or not stays_within(right.permit, mine, case, programme):
        raise NotThere
    return right


def _of_a_child(made: CaseCommand, row: MemberRow, chosen: Choosing) -> dict[str, object]:
    return {"received_by": chosen.children} if isinstance(made, HandOver) and row.is_child else {}


def _chosen(sent: Sent) -> Choosing:
    pairs = dict(sent.pairs)
    members = tuple(value for name, value in sent.pairs if name == "member")
    children = pairs.get("children", "")
    return Choosing(members, pairs.get("who") != "able", children if children in _FOR_CHILDREN else "guardian")


def _not_done(context: RequestContext, case_id: str, refused: Refused) -> NotDone:
    seen = context.web.container.cases.at(case_id)
    assert seen is not None, "whom a command was given for has a case"
    return NotDone(case_id, tuple(_why(context, seen, reason) for reason in refused.reasons))


def _why(context: RequestContext, seen: CaseSnapshot, reason: Reason) -> tuple[Worded, tuple[tuple[str, str], ...]]:
    case, programme = seen.case, seen.definition.programme
    said = context.words.worded(reason, programme)
    helps = [name for name in helping(reason, said.do) if right_of(context, CASE_FORMS[name], case, programme)]
    forms = [(help_path(case.case_id, name, reason), context.words.label("command", name)) for name in helps]
    return said, tuple(forms)


def _drawn(
    context: RequestContext, kind: type[CaseCommand], form: Form, chosen: Choosing, command_id: UUID,
    status: int = 200, **more: Any,
) -> Response:  # fmt: skip
    rows = [row for row in _group(context).ongoing if may_give(context.reader, kind, row.snapshot)]
    usual: dict[str, Any] = {"not_done": [], "used": False, "size": 0}
    shown = usual | more | {"form": form, "rows": rows, "chosen": chosen, "command_id": command_id}
    return context.page(
        "pages/together_do.html", status, n=naming(context), case_id=context.case.case.case_id,
        nobody=status == 422 and not chosen.members, asks_who=kind is AdvanceCase,
        for_children=_FOR_CHILDREN if kind is HandOver and any(row.is_child for row in rows) else (), **shown,
    )  # fmt: skip


def _kind(context: RequestContext, command: str) -> tuple[type[CaseCommand], Right]:
    """Return a command for several and the right to give it; raises NotThere where there is none."""
    kind = TOGETHER.get(command)
    right = right_of(context, kind, context.case.case, context.case.definition.programme) if kind else None
    if kind is None or right is None:
        raise NotThere
    return kind, right


def _group(context: RequestContext, most: int = 0) -> GroupView:
    return group_view(context.reader, context.case, most) or GroupView("", (), 0, ())


def _right_on(context: RequestContext, other: CaseSnapshot | None) -> Right | None:
    """Return by which right somebody may let a person join, whose case is not that of the address."""
    return right_of(context, JoinGroup, other.case, other.definition.programme) if other else None


def _case_of(context: RequestContext, number: str) -> CaseSnapshot | None:
    try:
        case_id = parse_case_id(number)
    except ValueError:
        return None
    return context.reader.visible_cases([case_id]).get(case_id)


def _made(
    context: RequestContext, kind: type[CaseCommand], case_id: str, what: str, /, **fields: object
) -> CaseCommand:
    """Return a command made of the form's own id, so that the form sent twice is carried out once."""
    command_id = context.web.container.service.machine_ids.for_people(f"{what}/{id_of(context)}/{case_id}")
    return context.command(kind, command_id=command_id, case_id=CaseId(case_id), **fields)


def _form_of(context: RequestContext, kind: type[CaseCommand]) -> Form:
    return form_for(kind, context_of(context, context.case.definition.programme, context.case.case))


def _adding(
    context: RequestContext, typed: Mapping[str, str] | None = None, reasons: Sequence[Reason] = (), *,
    faults: bool = False,
) -> Response:  # fmt: skip
    relations = next(field for field in _form_of(context, JoinGroup).fields if field.name == "relation").choices
    kinds = _form_of(context, FormGroup).fields[0].choices if not belonging_of(context.case.case).group_id else ()
    worded = [context.words.worded(reason, context.case.definition.programme) for reason in reasons]
    return context.page(
        "pages/together_add.html", 422 if worded or faults else 200, case_id=context.case.case.case_id,
        relations=relations, kinds=kinds, typed=typed or {}, reasons=worded, faults=faults, command_id=context.new_id(),
    )  # fmt: skip
