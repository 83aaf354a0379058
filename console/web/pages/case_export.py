"""The list of cases as a file: behind a fresh proof, told in the history first, limited, with codes and handles."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError

from console.views.case_export import Export, chosen, export_of, heads, rows
from console.web.access_log import record_others
from console.web.errors import NotReadable, NotThere
from console.web.filling import id_of
from console.web.pages.cases import address_of, filters_sent, names_of
from console.web.request_context import RequestContext, go, require
from console.web.spreadsheet import csv_answer
from console.web.workbook import xlsx_answer
from events.errors import CommandReused
from handlers.commanding.answers import Accepted, Conflict
from workflow.reasons import Refused
from workflow.subjects.access.commands import ExportCases

router = APIRouter(include_in_schema=False)
File = Literal["csv", "xlsx"]
_FILES: Final[dict[str, File]] = {"csv": "csv", "xlsx": "xlsx"}
_NAME: Final = "cases"


@router.post("/cases/export")
def export(context: Annotated[RequestContext, require("export")]) -> Response:
    """Return the list as a file to save, once it is recorded who takes out which list and how many cases."""
    file, filters = _FILES.get(str(context.given.get("file", ""))), filters_sent(context)._replace(view="list")
    if context.may("cases.see") is None:
        raise NotThere
    if file is None:
        raise NotReadable(422, "not_readable")
    context.fresh("export", address_of(filters))
    found = export_of(context.reader, filters)
    if found is None or found.is_too_long:
        problem = "programme" if found is None else "long"
        return go(f"{address_of(filters)}&problem={problem}")
    record_others(context.request.state.looking, {one.case_id for one in found.cards})
    told = _recorded(context, found, file)
    if isinstance(told, Refused):
        return go(f"{address_of(filters)}&problem=exports")
    if told.repeated:
        return go(address_of(filters))
    answer = csv_answer if file == "csv" else xlsx_answer
    return answer(_NAME, heads(found, context.words), rows(found, context.words, names_of(context)[found.programme]))


def _recorded(context: RequestContext, found: Export, file: File) -> Accepted | Refused:
    """Record the export before a file is made; sent again, a form is recorded once and makes one file."""
    query = found.filters.query()
    try:
        command = context.command(
            ExportCases, command_id=id_of(context), programme=found.programme, filters=query,
            columns=chosen(found.columns), cases=len(found.cards), file=file,
        )  # fmt: skip
        answer = context.submit(command)
    except (CommandReused, ValidationError):
        raise NotReadable(422, "form_used_before") from None
    assert not isinstance(answer, Conflict), "an export expects no version"
    return answer
