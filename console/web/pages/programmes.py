"""Programme files: the journey drawn, the text, what changed between versions, and putting a new one into force."""

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
from handlers.commanding.answers import Accepted
from handlers.queries.history import Publication
from workflow.command import PublishProgramme
from workflow.programme.errors import ProgrammeFault, ProgrammeFaulty
from workflow.programme.loading import CHARACTERS_MAX, Definition, check_definition
from workflow.reasons import Refused

router = APIRouter(include_in_schema=False)
Reads = Annotated[RequestContext, require("programmes.see")]
Publishes = Annotated[RequestContext, require("programmes.publish", proved=True)]


class Draft(NamedTuple):
    """A programme file somebody sent: its text, and its definition with what is doubtful in it, or its faults."""

    text: str
    definition: Definition | None = None
    faults: Sequence[ProgrammeFault] = ()
    doubts: Sequence[ProgrammeFault] = ()


@router.get("/settings/programmes")
def programmes(context: Reads) -> Response:
    """List the programmes in force."""
    return context.page("pages/programmes.html", definitions=programmes_of(context.reader))


@router.get("/settings/programmes/{programme}")
def programme(context: Reads, programme: str) -> Response:
    """Show one programme: its journey and its versions."""
    definition, versions = _programme(context, programme)
    values = {"versions": list(reversed(versions)), "may_publish": context.may_about("programmes.publish", programme)}
    drawn = journey_svg(definition, context.words)
    left = context.web.container.service.definitions.directories.left_alone(programme, definition.hash)
    return context.page("pages/programme.html", 200, definition=definition, drawn=drawn, left=left, **values)


@router.get("/settings/programmes/{programme}/{number}")
def version(context: Reads, programme: str, number: int, since: int = 0) -> Response:
    """Show one version's text, or with ``since`` what changed from that one."""
    definition, versions = _programme(context, programme)
    found = _version(versions, number)
    lines = compared(_version(versions, since).text, found.text) if since else None
    values: dict[str, Any] = {"definition": definition, "versions": versions, "version": found, "lines": lines}
    return context.page("pages/programme_text.html", since=since, **values)


@router.get("/upload/programme")
def ask(context: Publishes, programme: str = "") -> Response:
    """Ask for a programme file, beginning with the one in force."""
    text = _programme(context, programme)[0].text if programme else ""
    return _asked(context, Draft(text))


@router.post("/upload/programme")
def take(context: Publishes) -> Response:
    """Check a programme file, or put it into force."""
    draft = _draft(context.given)
    if draft.definition is None or not _is_theirs(context, draft.definition):
        return _asked(context, draft)
    if typed(context.given, "deed") != "publish":
        return _asked(context, draft, checked=True)
    return _published(context, draft, draft.definition.programme.programme)


def _published(context: RequestContext, draft: Draft, name: str) -> Response:
    command_id = typed(context.given, "_command_id")
    try:
        command = context.command(PublishProgramme, command_id=command_id, programme=name, text=draft.text)
    except ValidationError:  # only the id is not ours: the form was tampered with
        return _asked(context, draft, checked=True)
    answer = context.submit(command)
    if isinstance(answer, Refused):
        return _asked(context, draft, reasons=answer.reasons)
    assert isinstance(answer, Accepted), "a programme has no version that somebody could overtake"
    return go(f"/settings/decisions/{answer.proposal}" if answer.proposal else f"/settings/programmes/{name}")


def _draft(given: FormData) -> Draft:
    """Return what was sent: a file before a text; the lines of a text end as those of a file do."""
    file = given.get("file")
    if isinstance(file, UploadFile) and file.filename:
        try:
            text = file.file.read(4 * CHARACTERS_MAX + 1).decode("utf-8-sig")
        except UnicodeDecodeError:
            return Draft("", faults=(ProgrammeFault(1, "the file is not UTF-8 text; save it as UTF-8"),))
    else:
        text = typed(given, "text")
    text = text.replace("\r\n", "\n")
    try:
        definition, doubts = check_definition(text)
        return Draft(text, definition, doubts=doubts)
    except ProgrammeFaulty as faulty:
        return Draft(text[:CHARACTERS_MAX], faults=faulty.faults)


def _asked(context: RequestContext, draft: Draft, *, checked: bool = False, **more: Any) -> Response:
    theirs = draft.definition is None or _is_theirs(context, draft.definition)
    name = draft.definition.programme.programme if draft.definition else ""
    current = context.web.container.service.definitions.current(name) if theirs and name else None
    lines = compared(current.text, draft.text) if current and checked else []
    values = {"draft": draft, "checked": checked, "current": current, "lines": lines, "theirs": theirs, "reasons": ()}
    drawn = journey_svg(draft.definition, context.words) if checked and draft.definition else None
    wrong = bool(draft.faults or not theirs or more.get("reasons"))
    return context.page("pages/programme_new.html", 422 if wrong else 200, **(values | {"drawn": drawn} | more))


def _is_theirs(context: RequestContext, definition: Definition) -> bool:
    """Tell whether somebody may put this programme into force: they work for it, and so does their organisation."""
    name = definition.programme.programme
    current = context.web.container.service.definitions.current(name) or definition
    return context.may_about("programmes.publish", name) and may_read(context.reader, current)


def _programme(context: RequestContext, name: str) -> tuple[Definition, Sequence[Publication]]:
    found = programme_of(context.reader, name)
    if found is None:
        raise NotThere
    return found


def _version(versions: Sequence[Publication], number: int) -> Publication:
    if not 1 <= number <= len(versions):
        raise NotThere
    return versions[number - 1]
