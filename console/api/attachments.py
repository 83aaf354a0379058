"""Files of a case for programs: the list, attaching one as a form with a file, and looking at one, recorded first."""

import base64
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from console.api.problems import Unfit, against, may_fail_writing, reads
from console.api.reading import Strict
from console.api.shapes import Answer, Asked, shape_of
from console.attachments.attaching import GivenFile, Sender, attach
from console.attachments.faults import NotTakenError
from console.attachments.said import SAID
from console.views.attachments import (
    FileRow,
    ProvableFact,
    file_rows,
    opened_file,
    provable_facts,
    told_of_file,
)
from console.views.case import mandate_for, panels_of, roles_for
from console.views.opening import opening_of, record_opening
from console.web.errors import NotReadable, NotThere
from console.web.faults import document
from console.web.filling import id_of
from console.web.request_context import RequestContext, require
from events.catalogue import COMPARTMENTS
from events.errors import CommandReused, ContentAltered
from events.facts.attachments import FileKind
from events.ids import CaseId
from handlers.commanding.answers import Accepted
from workflow.reasons import Reason, Refused
from workflow.rights.command_rights import right_to
from workflow.situation import id_from
from workflow.subjects.attachments.commands import AttachFile
from workflow.subjects.attachments.state import attachments_of
from workflow.values.text import ShortText

router = APIRouter(prefix="/api/v1/cases/{case_id}/files", tags=["Cases"], route_class=Strict)
uploads = APIRouter(include_in_schema=False)  # no JSON, so not read as such
Attaching = Annotated[RequestContext, require("case.record", "case.medical", "case.legal", page="files")]
Looking = Annotated[RequestContext, require("case.open_sealed", page="files")]
_Row, _Fact = shape_of(FileRow), shape_of(ProvableFact)


class Files(Answer):
    """The files of a case, the last first, and the facts of the case that a paper may prove."""

    files: list[_Row]  # type: ignore[valid-type]
    provable: list[_Fact]  # type: ignore[valid-type]


class Look(Asked):
    """Why somebody looks at the file."""

    command_id: UUID | None = None
    why: ShortText


class LookedAt(Answer):
    """What the file holds, in base 64; who looked and why is in the log."""

    command_id: UUID
    media_type: str
    save_as: str
    told: str
    content: str


@reads(router, "", Files, "list_files", 429)
def files(context: Annotated[RequestContext, require("case.see")]) -> Any:
    """Return the files of a case, without what is sealed of them."""
    snapshot, log = context.case, context.web.container.log
    panels = panels_of(context.reader, snapshot)
    if "files" not in panels:
        return {"files": [], "provable": []}
    rows = file_rows(snapshot, roles_for(context.reader, snapshot, "case.open_sealed"), panels)
    return {"files": rows, "provable": provable_facts(log, snapshot.case.case_id, panels)}


@router.post("/{file_id}/opened", response_model=LookedAt, responses=may_fail_writing(), operation_id="open_file")
def look(context: Looking, file_id: str, given: Look) -> Any:
    """Look at one file; asked again with the same id within five minutes, the answer is the same."""
    container, number = context.web.container, CaseId(context.case.case.case_id)
    file = attachments_of(context.case.case).live.get(file_id)
    if file is None:
        raise NotThere
    command_id, parts = given.command_id or context.new_id(), (file.compartment,)
    who = (context.account.account, mandate_for(context.reader, context.case, parts))
    try:
        found = record_opening(container, command_id, number, who, parts, given.why, file_id=file_id)
    except CommandReused:
        raise NotReadable(422, "id_was_used") from None
    except ValidationError as problem:
        raise Unfit(problem) from None
    if isinstance(found, Refused):
        return _refused(context, found.reasons)
    if found == "denied":
        raise NotReadable(403, "sealed_to_this_role")
    return _looked_at(context, file_id, command_id)


def _looked_at(context: RequestContext, file_id: str, command_id: UUID) -> Any:
    container, number = context.web.container, CaseId(context.case.case.case_id)
    opening = opening_of(container.log, number, command_id)
    if opening is None or opening.actor != context.account.account or opening.file_id != file_id:
        raise NotThere
    if not opening.lasts(context.web.now()):
        raise NotReadable(403, "opened_too_long_ago")
    try:
        opened = opened_file(container, number, file_id, command_id)
    except ContentAltered as problem:
        return document(422, "file_is_not_whole", detail=str(problem))
    assert opened is not None, "the look at it was recorded"
    told, content = told_of_file(container, number, file_id, command_id), base64.b64encode(opened.content).decode()
    return LookedAt(
        command_id=command_id, media_type=opened.media_type, save_as=opened.save_as, told=told, content=content
    )


@uploads.post("/api/v1/cases/{case_id}/files")
def take(context: Attaching) -> Response:
    """Attach the file of a form (multipart/form-data): fields as at the page; the answer is JSON."""
    case, programme = context.case.case, context.case.definition.programme
    right = right_to(context.account, AttachFile, case, programme, context.web.now())
    if right is None:
        raise NotThere
    if context.form is None:
        raise NotReadable(415, "no_form_with_a_file")
    given, command_id = _given(context), id_of(context)
    sender = Sender(command_id, context.account.account, right.permit.mandate)
    try:
        answer = attach(context.web.container, case, sender, given, context.submit)
    except NotTakenError as problem:
        fault = {"where": "file", "what": context.words.gettext(SAID[problem.why])}
        return document(422, "file_not_taken", faults=[fault])
    except CommandReused:
        raise NotReadable(422, "id_was_used") from None
    if isinstance(answer, Accepted):
        made = {"command_id": str(command_id), "file_id": id_from(command_id, "F"), "repeated": answer.repeated}
        return JSONResponse(made, 200 if answer.repeated else 201)
    assert isinstance(answer, Refused), "a file is attached to whatever version the case has"
    return _refused(context, answer.reasons)


def _given(context: RequestContext) -> GivenFile:
    form, panels = context.given, panels_of(context.reader, context.case)
    file, named = form.get("file"), str(form.get("proves", ""))
    kind = next((kind for kind in get_args(FileKind) if kind == form.get("kind")), None)
    facts = {
        str(one.version): one for one in provable_facts(context.web.container.log, context.case.case.case_id, panels)
    }
    compartment = str(form.get("compartment", ""))
    if file is None or isinstance(file, str) or kind is None or compartment not in ("", *COMPARTMENTS):
        raise NotReadable(422, "no_form_with_a_file")
    if named and named not in facts:
        raise NotReadable(422, "no_paper_proves_that")
    proves = (facts[named].fact, facts[named].version) if named else None
    return GivenFile(file.file.read(), file.filename or "", kind, compartment, str(form.get("told", "")), proves)


def _refused(context: RequestContext, against_it: tuple[Reason, ...]) -> Response:
    programme = context.case.definition.programme
    return document(422, "refused", reasons=[against(context, one, programme).model_dump() for one in against_it])
