"""Files of a case: attaching one, and looking at one; who looks and why is recorded before a byte of it leaves."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, get_args
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from console.attachments.attaching import TOLD_LONGEST, GivenFile, Sender, attach
from console.attachments.faults import NotTakenError, Why
from console.attachments.said import SAID
from console.views.attachments import ProvableFact, opened_file, provable_facts, told_of_file
from console.views.case import mandate_for, panels_of
from console.views.erased import against_erased
from console.views.opening import SHOWN_FOR, Opening, opening_of, record_opening
from console.web.errors import NotReadable, NotThere
from console.web.filling import id_of
from console.web.names import naming
from console.web.pages.opening import PURPOSES, WHY_LONGEST, purpose_faults
from console.web.request_context import RequestContext, go, require
from console.web.session_keys import is_key, key_of
from events.catalogue import COMPARTMENTS
from events.errors import CommandReused, ContentAltered, KeysMissing
from events.facts.attachments import FileKind
from events.ids import CaseId
from handlers.commanding.answers import Accepted
from workflow.reasons import Refused
from workflow.rights.command_rights import right_to
from workflow.subjects.attachments.commands import FILE_BYTES_MAX, AttachFile
from workflow.subjects.attachments.state import AttachedFile, attachments_of

router = APIRouter(include_in_schema=False)
KINDS: Final[tuple[FileKind, ...]] = get_args(FileKind)
Attaching = Annotated[RequestContext, require("case.record", "case.medical", "case.legal", page="files")]
Looking = Annotated[RequestContext, require("case.open_sealed", page="files")]
# Whatever a file turns out to be for a browser, it runs nothing, is drawn in no page but ours, and is saved nowhere.
_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
_KEY_OF: Final = b"file"


# -- attaching one --------------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/attach")
def ask(context: Attaching, proves: str = "") -> Response:
    """Ask for a file, what it is, and what it proves."""
    if gone := against_erased(AttachFile, context.case):
        return _form(context, {}, 410, reasons=gone)
    known = {str(fact.version): fact for fact in _provable(context)}
    kind = known[proves].usual_kind if proves in known else ""
    return _form(context, {"proves": proves, "kind": kind})


@router.post("/upload/cases/{case_id}/files")
def take(context: Attaching) -> Response:
    """Attach the file, or show the form again with everything that is in the way; the file is then sent again."""
    case, programme = context.case.case, context.case.definition.programme
    right = right_to(context.account, AttachFile, case, programme, context.web.now())
    if right is None:
        raise NotThere
    given, command_id = _given(context), id_of(context)
    files, faults = _files(context), _faults(context, given)
    if len(files) != 1:
        faults["file"] = context.words.gettext("Choose one file, or take one picture.")
    if faults:
        return _form(context, given, 422, faults=faults)
    try:
        answer = attach(
            context.web.container, case, Sender(command_id, context.account.account, right.permit.mandate),
            _as_given(context, files[0], given), context.submit,
        )  # fmt: skip
    except NotTakenError as problem:
        return _form(context, given, 422, faults={"file": _said(context, problem.why)})
    except CommandReused:
        raise NotReadable(422, "form_used_before") from None
    if isinstance(answer, Accepted):
        return go(f"/cases/{case.case_id}?done=AttachFile#files")
    assert isinstance(answer, Refused), "a file is attached to whatever version the case has"
    return _form(context, given, 422, reasons=answer.reasons)


def _given(context: RequestContext) -> dict[str, str]:
    names = ("kind", "compartment", "proves", "told")
    return {name: str(context.given.get(name, ""))[:TOLD_LONGEST] for name in names}


def _files(context: RequestContext) -> list[tuple[str, bytes]]:
    """Return what was chosen and what was photographed, by name; a field left empty brings nothing."""
    sent = (context.given.get(name) for name in ("file", "photo"))
    read = ((one.filename or "", one.file.read()) for one in sent if isinstance(one, UploadFile))
    return [(name, data) for name, data in read if name or data]


def _as_given(context: RequestContext, file: tuple[str, bytes], given: Mapping[str, str]) -> GivenFile:
    proven = next((fact for fact in _provable(context) if str(fact.version) == given["proves"]), None)
    kind = next(kind for kind in KINDS if kind == given["kind"])
    proves = (proven.fact, proven.version) if proven else None
    return GivenFile(file[1], file[0], kind, given["compartment"], given["told"], proves)


def _provable(context: RequestContext) -> tuple[ProvableFact, ...]:
    panels = panels_of(context.reader, context.case)
    return provable_facts(context.web.container.log, context.case.case.case_id, panels)


def _faults(context: RequestContext, given: Mapping[str, str]) -> dict[str, str]:
    _, found = context.words.gettext, {}
    if given["kind"] not in KINDS:
        found["kind"] = _("Choose what it is.")
    if given["compartment"] not in ("", *COMPARTMENTS):
        found["compartment"] = _("Choose one of the list.")
    if given["proves"] and given["proves"] not in {str(fact.version) for fact in _provable(context)}:
        found["proves"] = _("Choose one of the list.")
    return found


def _form(context: RequestContext, given: Mapping[str, str], status: int = 200, **values: Any) -> Response:
    programme = context.case.definition.programme
    reasons = [context.words.worded(one, programme) for one in values.pop("reasons", ())]
    shown: dict[str, Any] = {"faults": {}, "given": given, "reasons": reasons, "gone": status == 410} | values
    return context.page(
        "pages/attach.html", status, case_id=context.case.case.case_id, kinds=KINDS, compartments=COMPARTMENTS,
        facts=_provable(context), n=naming(context), command_id=context.new_id(), longest=TOLD_LONGEST,
        bytes_max=FILE_BYTES_MAX, too_large=_said(context, "too_large"), **shown,
    )  # fmt: skip


def _said(context: RequestContext, why: Why) -> str:
    said = SAID[why]
    return context.words.gettext(said)


# -- looking at one -------------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/files/{file_id}")
def ask_why(context: Looking, file_id: str) -> Response:
    """Ask what the file is needed for; that is recorded before it is shown."""
    return _ask_why(context, file_id, _file(context, file_id), "", "", {})


@router.post("/cases/{case_id}/files/{file_id}")
def record_look(context: Looking, file_id: str) -> Response:
    """Record who looks at the file and why, and lead to it; whose role does not open it is refused, and recorded."""
    file, number = _file(context, file_id), CaseId(context.case.case.case_id)
    purpose, why = str(context.given.get("purpose", "")), " ".join(str(context.given.get("why", "")).split())
    if faults := purpose_faults(context, purpose, why):
        return _ask_why(context, file_id, file, purpose, why, faults, 422)
    command_id, parts = id_of(context), (file.compartment,)
    who = (context.account.account, mandate_for(context.reader, context.case, parts))
    try:
        found = record_opening(
            context.web.container, command_id, number, who, parts, f"{purpose}: {why}", file_id=file_id
        )
    except (CommandReused, ValidationError):
        raise NotReadable(422, "form_used_before") from None
    if isinstance(found, Refused):
        raise NotThere
    if found == "denied":
        closed = context.words.gettext("This file is closed to your role. That you asked was recorded.")
        return _ask_why(context, file_id, file, purpose, why, {"parts": closed}, 403)
    key = key_of(context.session, command_id, _KEY_OF)
    return go(f"/cases/{number}/files/{file_id}/opened/{command_id}?key={key}")


@router.get("/cases/{case_id}/files/{file_id}/opened/{command_id}")
def show(context: Looking, file_id: str, command_id: UUID, key: str = "") -> Response:
    """Show the file to whoever recorded the look, in the same session, for a few minutes."""
    file, opening = _file(context, file_id), _opening(context, file_id, command_id, key)
    if opening is None:
        return go(f"/cases/{context.case.case.case_id}/files/{file_id}")
    purpose, _, why = opening.why.partition(": ")
    told, broken = _told(context, file_id, command_id)
    return context.page(
        "pages/file.html", 200, case_id=context.case.case.case_id, file_id=file_id, file=file, opening=opening,
        purpose=context.words.gettext(PURPOSES.get(purpose, purpose)), why=why, until=opening.at + SHOWN_FOR,
        content=f"/cases/{context.case.case.case_id}/files/{file_id}/content/{command_id}?key={key}", told=told,
        broken=broken, n=naming(context),
    )  # fmt: skip


@router.get("/cases/{case_id}/files/{file_id}/content/{command_id}")
def content(context: Looking, file_id: str, command_id: UUID, key: str = "") -> Response:
    """Return the bytes of the file, whole and proved; to save or to draw in our own page, never to run."""
    _file(context, file_id)
    if _opening(context, file_id, command_id, key) is None:
        raise NotThere
    found = opened_file(context.web.container, context.case.case.case_id, file_id, command_id)
    if found is None:
        raise NotThere
    headers = {**_HEADERS, "content-disposition": f'attachment; filename="{found.save_as}"'}
    return Response(found.content, media_type=found.media_type, headers=headers)


def _file(context: RequestContext, file_id: str) -> AttachedFile:
    file = attachments_of(context.case.case).live.get(file_id)
    if file is None:
        raise NotThere
    return file


def _opening(context: RequestContext, file_id: str, command_id: UUID, key: str) -> Opening | None:
    """Return the look that was recorded, None once it is over; raises NotThere for one that is not this visitor's."""
    opening = opening_of(context.web.container.log, context.case.case.case_id, command_id)
    theirs = opening is not None and opening.actor == context.account.account and not opening.denied
    if (
        opening is None
        or not theirs
        or opening.file_id != file_id
        or not is_key(key, context.session, command_id, _KEY_OF)
    ):
        raise NotThere
    return opening if opening.lasts(context.web.now()) else None


def _told(context: RequestContext, file_id: str, command_id: UUID) -> tuple[str, str]:
    """Return what was written beside the file, and why the file cannot be shown, if it cannot."""
    container, number, _ = context.web.container, context.case.case.case_id, context.words.gettext
    try:
        opened_file(container, number, file_id, command_id)
        return told_of_file(container, number, file_id, command_id), ""
    except ContentAltered:
        return "", _(
            "The stored file is gone, or is not the one that was attached. Nothing of it is shown: tell the auditor."
        )
    except KeysMissing:
        return "", _("The key of this file is missing. Whoever runs Wayhome puts the newest copy of the keys in place.")


def _ask_why(
    context: RequestContext, file_id: str, file: AttachedFile, purpose: str, why: str, faults: Mapping[str, str],
    status: int = 200,
) -> Response:  # fmt: skip
    _ = context.words.gettext
    return context.page(
        "pages/file_why.html", status, case_id=context.case.case.case_id, file_id=file_id, file=file, why=why,
        faults=faults, purposes=[(name, _(said), name == purpose) for name, said in PURPOSES.items()],
        command_id=context.new_id(), longest=WHY_LONGEST, n=naming(context),
    )  # fmt: skip
