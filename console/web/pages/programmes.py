"""Programme files: the journey drawn, the text, what changed between versions, and putting a new one into force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from console.drawing.journey import journey_svg
from console.views.programmes import compared, may_read, programme_of, programmes_of
from console.web.errors import NotThere
from console.web.request_context import RequestContext, go, require
from console.web.sign_in_cookies import typed
from handlers.queries.programmes import Publication
from workflow.command import PublishProgramme
from workflow.programme.errors import Fault, ProgrammeFaulty
from workflow.programme.loading import MAX_CHARACTERS, Definition, load
from workflow.reasons import Refused

router = APIRouter(include_in_schema=False)
Reads = Annotated[RequestContext, require("programmes.see")]
Publishes = Annotated[RequestContext, require("programmes.publish")]


class Draft(NamedTuple):
    """A programme file somebody sent: its text, and its definition or its faults."""

    text: str
    definition: Definition | None = None
    faults: Sequence[Fault] = ()


@router.get("/settings/programmes")
def programmes(visitor: Reads) -> Response:
    """List the programmes in force."""
    return visitor.page("pages/programmes.html", definitions=programmes_of(visitor.reader))


@router.get("/settings/programmes/{programme}")
def programme(visitor: Reads, programme: str) -> Response:
    """Show one programme: its journey and its versions."""
    definition, versions = _programme(visitor, programme)
    drawn = journey_svg(definition, visitor.words)
    may = visitor.may_about("programmes.publish", programme)
    return visitor.page(
        "pages/programme.html", definition=definition, versions=list(reversed(versions)), drawn=drawn, may_publish=may
    )


@router.get("/settings/programmes/{programme}/{number}")
def version(visitor: Reads, programme: str, number: int, since: int = 0) -> Response:
    """Show one version's text, or with ``since`` what changed from that one."""
    definition, versions = _programme(visitor, programme)
    found = _version(versions, number)
    lines = compared(_version(versions, since).text, found.text) if since else None
    values: dict[str, Any] = {
        "definition": definition,
        "versions": versions,
        "version": found,
        "since": since,
        "lines": lines,
    }
    return visitor.page("pages/programme_text.html", **values)


@router.get("/upload/programme")
def ask(visitor: Publishes, programme: str = "") -> Response:
    """Ask for a programme file, beginning with the one in force."""
    visitor.fresh("programmes.publish")
    text = _programme(visitor, programme)[0].text if programme else ""
    return _asked(visitor, Draft(text))


@router.post("/upload/programme")
def take(visitor: Publishes) -> Response:
    """Check a programme file, or put it into force."""
    visitor.fresh("programmes.publish")
    draft = _draft(visitor.given)
    if draft.definition is None or not _is_theirs(visitor, draft.definition):
        return _asked(visitor, draft)
    if typed(visitor.given, "deed") != "publish":
        return _asked(visitor, draft, checked=True)
    return _published(visitor, draft, draft.definition.programme.programme)


def _published(visitor: RequestContext, draft: Draft, name: str) -> Response:
    who = {"actor": visitor.account.account, "mandate": visitor.permit.mandate}
    fields = {"command_id": typed(visitor.given, "_command_id"), "programme": name, "text": draft.text, **who}
    try:
        command = PublishProgramme.model_validate(fields)
    except ValidationError:  # only the id is not ours: the form was tampered with
        return _asked(visitor, draft, checked=True)
    answer = visitor.submit(command)
    if isinstance(answer, Refused):
        return _asked(visitor, draft, reasons=answer.reasons)
    return go(f"/settings/programmes/{name}")


def _draft(given: FormData) -> Draft:
    """Return what was sent: a file before a text; the lines of a text end as those of a file do."""
    file = given.get("file")
    if isinstance(file, UploadFile) and file.filename:
        try:
            text = file.file.read(4 * MAX_CHARACTERS + 1).decode("utf-8-sig")
        except UnicodeDecodeError:
            return Draft("", faults=(Fault(1, "the file is not UTF-8 text; save it as UTF-8"),))
    else:
        text = typed(given, "text")
    text = text.replace("\r\n", "\n")
    try:
        return Draft(text, load(text))
    except ProgrammeFaulty as faulty:
        return Draft(text[:MAX_CHARACTERS], faults=faulty.faults)


def _asked(visitor: RequestContext, draft: Draft, *, checked: bool = False, **more: Any) -> Response:
    theirs = draft.definition is None or _is_theirs(visitor, draft.definition)
    name = draft.definition.programme.programme if draft.definition else ""
    current = visitor.house.office.service.definitions.current(name) if theirs and name else None
    lines = compared(current.text, draft.text) if current and checked else []
    values = {"draft": draft, "checked": checked, "current": current, "lines": lines, "theirs": theirs, "reasons": ()}
    drawn = journey_svg(draft.definition, visitor.words) if checked and draft.definition else None
    wrong = bool(draft.faults or not theirs or more.get("reasons"))
    return visitor.page("pages/programme_new.html", 422 if wrong else 200, **(values | {"drawn": drawn} | more))


def _is_theirs(visitor: RequestContext, definition: Definition) -> bool:
    """Tell whether somebody may put this programme into force: they work for it, and so does their organisation."""
    name = definition.programme.programme
    current = visitor.house.office.service.definitions.current(name) or definition
    return visitor.may_about("programmes.publish", name) and may_read(visitor.reader, current)


def _programme(visitor: RequestContext, name: str) -> tuple[Definition, Sequence[Publication]]:
    found = programme_of(visitor.reader, name)
    if found is None:
        raise NotThere
    return found


def _version(versions: Sequence[Publication], number: int) -> Publication:
    if not 1 <= number <= len(versions):
        raise NotThere
    return versions[number - 1]
