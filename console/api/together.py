"""What is done for several of a family or group in one breath: for all of them, or for none."""

# No "from __future__ import annotations" here: as in `commands`, the routes are made in a loop.

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, create_model

from console.api.commands import Done, IdempotencyKey, body_of, made, snake
from console.api.problems import against, may_fail_writing
from console.api.reading import Strict
from console.api.shapes import Answer
from console.views.groups import GroupView, MemberRow, group_view
from console.views.together import TOGETHER, CarriedOut, Members, all_or_none
from console.web.errors import NotReadable, NotThere
from console.web.faults import document
from console.web.request_context import RequestContext, require
from events.errors import CommandReused
from events.ids import parse_case_id
from handlers.commanding.answers import Accepted
from handlers.queries.told_ids import ids_of
from workflow.command import CaseCommand
from workflow.reasons import Refused
from workflow.rights.command_rights import ACTS_OF, Right, right_to, stays_within
from workflow.subjects.groups.commands import COMPANY_MAX

router = APIRouter(route_class=Strict)
_BY_ITSELF: Final = frozenset({"company", "bed"})  # counted, and found, for all of them together
_Number = Annotated[str, Field(max_length=20, description="a case number of the group")]
Body = type[BaseModel]


class DoneTogether(Answer):
    """What came of a command that was carried out for everybody, in the order in which it was."""

    members: list[Done]


def _body(kind: type[CaseCommand]) -> Body:
    """Return the body: the command's own fields once, and for whom it is meant."""
    own = body_of(kind)
    fields: dict[str, Any] = {
        name: (field.annotation, field) for name, field in own.model_fields.items() if name not in _BY_ITSELF
    }
    said = Field(default=None, min_length=1, max_length=COMPANY_MAX, description="else all whose cases go on")
    fields["members"] = (list[_Number] | None, said)
    if "received_by" in own.model_fields:
        by = Field(default="guardian", pattern="^(guardian|authority)$", description="who receives the children")
        fields["children_by"] = (str, by)
    base = own.__base__
    assert base is not None
    return create_model(f"{kind.__name__}Together", __base__=base, __doc__=kind.__doc__, **fields)


def _for_several(kind: type[CaseCommand], body: Any) -> Callable[..., Response]:
    def give(
        context: Annotated[RequestContext, require(*ACTS_OF[kind])],
        given: body,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        return _given(context, kind, given, idempotency_key)

    return give


def _given(context: RequestContext, kind: type[CaseCommand], given: BaseModel, key: UUID | None) -> Response:
    case, programme = context.case.case, context.case.definition.programme
    right = right_to(context.account, kind, case, programme, context.web.now())
    wanted, children = getattr(given, "members", None), getattr(given, "children_by", "")
    alone = given.model_copy()
    alone.__pydantic_fields_set__.difference_update({"members", "children_by"})
    command = made(context, kind, alone, right, key, {"case_id": case.case_id})
    assert isinstance(command, CaseCommand)
    members = _members(context, command, wanted, children)
    try:
        done = all_or_none(command, members, context.web.container.service, programme)
    except CommandReused:
        raise NotReadable(422, "id_was_used") from None
    return _done(context, done) if done.is_done else _refused(context, done)


def _members(context: RequestContext, command: CaseCommand, wanted: list[str] | None, children: str) -> Members:
    """Return for whom it is carried out, parents first, and by which right; raises NotThere for anybody else."""
    group = group_view(context.reader, context.case, 0) or GroupView("", (), 0, ())
    rows = {row.case.case_id: row for row in group.ongoing}
    chosen = rows.keys() if wanted is None else {*_numbers(wanted)}
    if not chosen or not rows.keys() >= {*chosen}:
        raise NotThere
    return {one: _own(context, command, row, children) for one, row in rows.items() if one in chosen}


def _numbers(wanted: list[str]) -> Iterator[str]:
    """Yield case numbers as they are written; whoever is not among those one sees is not there."""
    try:
        yield from [parse_case_id(one) for one in wanted]
    except ValueError:
        raise NotThere from None


def _own(context: RequestContext, command: CaseCommand, row: MemberRow, children: str) -> Mapping[str, object]:
    case, programme = row.case, row.snapshot.definition.programme
    right: Right | None = right_to(context.account, type(command), case, programme, context.web.now())
    mine = command.model_copy(update={"case_id": case.case_id})
    if right is None or not stays_within(right.permit, mine, case, programme):
        raise NotThere
    received = {"received_by": children} if children and row.is_child else {}
    return {"mandate": right.permit.mandate, **received}


def _done(context: RequestContext, done: CarriedOut) -> Response:
    log = context.web.container.log
    found = [one.answer for one in done.each if isinstance(one.answer, Accepted)]
    members = [Done(**one._asdict(), proposal=one.proposal, ids=ids_of(log, one.command_id)) for one in found]
    status = 200 if all(one.repeated for one in found) else 201
    return JSONResponse(DoneTogether(members=members).model_dump(mode="json"), status)


def _refused(context: RequestContext, done: CarriedOut) -> Response:
    members = [{"case_id": case_id, "reasons": [*_against(context, no)]} for case_id, no in done.refused]
    return document(422, "refused", members=members)


def _against(context: RequestContext, refused: Refused) -> Iterator[dict[str, Any]]:
    programme = context.case.definition.programme
    return (against(context, reason, programme).model_dump() for reason in refused.reasons)


def _routes() -> None:
    again: dict[int | str, dict[str, Any]] = {
        200: {"model": DoneTogether, "description": "It had been carried out before; this is the first answer."}
    }
    for kind in TOGETHER.values():
        router.add_api_route(
            f"/api/v1/cases/{{case_id}}/together/{kind.__name__}", _for_several(kind, _body(kind)), methods=["POST"],
            status_code=201, response_model=DoneTogether, tags=["Commands for a family or group"],
            response_description="It was carried out for everybody, durably.", responses=again | may_fail_writing(),
            operation_id=f"record_{snake(kind.__name__)}_together",
            summary=f"For several of the case's family or group, all of them or none: "
            f"{' '.join((kind.__doc__ or '').partition(chr(10) * 2)[0].split())}",
        )  # fmt: skip


_routes()
