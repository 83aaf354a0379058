"""Several people opened at once from a table: all of them or none, and every line that is not right is named."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from console.forms.form import form_for
from console.forms.people_table import PeopleTable, PersonRow, RowFault, read_table
from console.forms.people_words import COLUMNS
from console.views.opening_several import Opened, commands_for, relation_in
from console.web.drafts import SEVERAL
from console.web.errors import NotThere
from console.web.filling import context_of, id_of, programme_of, right_of
from console.web.kept_page import KeptPage, kept_page
from console.web.pages.case_opening import opening_programmes
from console.web.pages.cases import day_typed, found_cards, names_of
from console.web.request_context import RequestContext, go, require
from events.errors import CommandReused
from events.ids import CaseId, parse_case_id
from handlers.drafts.store import Draft
from handlers.states.case_reader import CaseSnapshot
from workflow.programme.programme import Programme
from workflow.reasons import Refused
from workflow.subjects.groups.commands import FormGroup, JoinGroup
from workflow.subjects.groups.state import belonging_of
from workflow.subjects.intake.commands import OpenCase

router = APIRouter(include_in_schema=False)
Opening = Annotated[RequestContext, require("case.open")]
_KEPT: Final = ("programme", "source", "kind", "with_case", "table")
_CHOSEN: Final = ("programme", "source", "kind", "with_case")
_EXAMPLE: Final = {
    "en": "name\tbirth date\tgender\tcitizenship\tlanguage\trelation",
    "ru": "имя\tдата рождения\tпол\tгражданство\tязык\tкем приходится",
}


class KnownPerson(NamedTuple):
    """A line whose person may have a case already, and the cases it may be."""

    line: int
    cards: Sequence[object]


@router.get("/cases/new/several")
def ask(context: Opening, with_case: str = "") -> Response:
    """Ask for a table of people."""
    kept = _kept_page(context)
    asked, typed = kept.found()
    if asked:
        return _drawn(context, typed, resumed=asked, draft=asked, command_id=asked.draft)
    other = _family(context, with_case)
    given = {"table": f"{_EXAMPLE[context.words.language]}\n", "with_case": other.case.case_id if other else ""}
    return _drawn(context, given, unsent=kept.drafts())


@router.post("/cases/new/several")
def open_all(context: Opening) -> Response:
    """Open a case for each line, or show what is in the way of which; nothing is stored before all are right."""
    kept = _kept_page(context)
    given = kept.typed()
    if not {"keep", "drop"}.isdisjoint(context.given):
        answered, shown = kept.pressed()
        return answered or _drawn(context, given, command_id=str(id_of(context)), **shown)
    programme = programme_of(context, given["programme"])
    other = _family(context, given["with_case"])
    about = context_of(context, programme)
    table = read_table(given["table"], {"programme": programme.programme, "source": given["source"]}, about)
    kind = belonging_of(other.case).kind if other else given["kind"]
    faults = [*table.faults, *_faults_of_group(context, kind, table)]
    if faults:
        return _drawn(context, given, 422, faults=sorted(faults))
    known = [] if "all_new" in context.given else list(_known(context, table))
    if known:
        return _drawn(context, given, 422, known=known)
    return _opened(context, given, programme, table, other)


def _opened(
    context: RequestContext, given: Mapping[str, str], programme: Programme, table: PeopleTable,
    other: CaseSnapshot | None,
) -> Response:  # fmt: skip
    right = right_of(context, OpenCase, None, programme)
    by = _groups_by(context)
    if right is None or (given["kind"] and not by):
        raise NotThere
    opens, groups = ({"actor": context.account.account, "mandate": mandate} for mandate in (right.permit.mandate, by))
    ids, form_id = context.web.container.service.machine_ids, id_of(context)
    opened = commands_for(table.rows, given["kind"], other.case if other else None, ids, form_id, opens, groups)
    try:
        answer = context.web.container.service.submit_together(opened.commands)
    except CommandReused:
        return _drawn(context, given, 409, used=True)
    if not answer.is_done:
        return _drawn(context, given, 422, faults=_refused(context, programme, opened, answer.answers))
    _kept_page(context).done()
    lines = list(zip((row.line for row in table.rows), opened.case_ids, strict=True))
    group = opened.case_ids[0] if given["kind"] or other else ""
    return context.page("pages/several_opened.html", lines=lines, group=group)


def _refused(
    context: RequestContext, programme: Programme, opened: Opened, answers: Sequence[object]
) -> list[RowFault]:
    """Return the rules' reasons by line, each once."""
    found: dict[RowFault, None] = {}
    for line, answer in zip(opened.lines, answers, strict=True):
        for reason in answer.reasons if isinstance(answer, Refused) else ():
            said = context.words.worded(reason, programme)
            found[RowFault(line, "", f"{said.text} {said.help}")] = None
    return sorted(found)


def _faults_of_group(context: RequestContext, kind: str, table: PeopleTable) -> Iterator[RowFault]:
    """Yield the lines of which nobody can tell what they are to the first."""
    for row in table.rows[0 if _family(context, str(context.given.get("with_case", ""))) else 1 :]:
        if kind and not relation_in(kind, row):
            text = context.words.gettext("Say what this person is to the first: child, parent, partner, sibling.")
            yield RowFault(row.line, "relation", text)


def _known(context: RequestContext, table: PeopleTable) -> Iterator[KnownPerson]:
    """Yield the lines whose person may be known here, of the cases that are the visitor's to see."""
    for row in table.rows:
        cards, _ = found_cards(context, _text(row, "name"), day_typed(_text(row, "birth_date")), _text(row, "phone"))
        if cards:
            yield KnownPerson(row.line, cards)


def _groups_by(context: RequestContext) -> str:
    """Return in which role somebody begins a group of people they open; nothing where they may not."""
    return next((role for role in ("case_manager", "supervisor") if role in context.account.roles), "")


def _text(row: PersonRow, name: str) -> str:
    return str(row.fields.get(name, ""))


def _family(context: RequestContext, number: str) -> CaseSnapshot | None:
    """Return the case whose family the people belong to, if one is named that is there and theirs to see."""
    try:
        case_id: CaseId = parse_case_id(number[:40])
    except ValueError:
        return None
    found = context.reader.visible_cases([case_id]).get(case_id)
    may = found is not None and right_of(context, JoinGroup, found.case, found.definition.programme)
    return found if may else None


def _kept_page(context: RequestContext) -> KeptPage:
    return kept_page(context, SEVERAL, _KEPT, _CHOSEN)


def _drawn(context: RequestContext, given: Mapping[str, str], status: int = 200, **more: Any) -> Response:
    programmes = opening_programmes(context)
    if not programmes:
        return go("/cases/new")  # which says whom to ask
    about = context_of(context, programme_of(context, given.get("programme") or programmes[0][0]))
    sources = next(field for field in form_for(OpenCase, about).fields if field.name == "source").choices
    command_id: UUID | str = context.new_id() if status in (200, 409) else str(id_of(context))
    usual: dict[str, Any] = {
        "faults": [], "known": [], "used": False, "sources": sources, "columns": [*COLUMNS],
        "kinds": form_for(FormGroup, about).fields[0].choices if _groups_by(context) else (),
    }  # fmt: skip
    drafts = {"draft": _kept_of_refused(context) if status == HTTPStatus.UNPROCESSABLE_ENTITY else None}
    usual |= {"command_id": command_id, **_kept_page(context).shown(**drafts)}
    shown = usual | more | {"given": given, "programmes": programmes, "names": names_of(context)}
    return context.page("pages/several.html", status, **shown)


def _kept_of_refused(context: RequestContext) -> Draft | None:
    """Keep what was not carried out, so that no way back loses it."""
    kept = _kept_page(context).keep()
    return kept if isinstance(kept, Draft) else None
