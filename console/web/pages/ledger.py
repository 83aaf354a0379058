"""The ledger: what each funder's lines planned, set aside and paid, every posting; and the bank's files.

A statement of the bank is compared with the books, a status report is recorded.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from console.errors import BadInput
from console.views.ledger import HEADS, compared, journal_rows, ledger
from console.views.reader import Reader
from console.web.errors import NotThere
from console.web.pages.statistics import money_picture
from console.web.request_context import RequestContext, require
from console.web.spreadsheet import csv_answer
from workflow.programme.loading import Definition
from workflow.rights.acts import Act
from workflow.rights.table import may_ever

router = APIRouter(include_in_schema=False)
Books = Annotated[RequestContext, require("ledger.see")]
RECORDS: Final[tuple[Act, ...]] = ("money.release", "money.record")
_STATUS_REPORT: Final = b"pain.002"  # a part of the name every such file gives itself at its beginning
_BEGINNING: Final = 4096


@router.get("/ledger")
def show(context: Books, programme: str = "", funder: str = "", before: str = "") -> Response:
    """Show the books of a programme, of one funder if one is named."""
    known = context.reader.own_programmes()
    if not known:
        return context.page("pages/no_books.html")
    definition = chosen_books(known, programme, funder)
    begins = int(before) if before.isascii() and before.isdecimal() and len(before) <= 9 else None
    found = ledger(context.reader, definition, funder or None, begins)
    address = f"/ledger?programme={found.programme}&funder="
    funders = ((one.name, one.row, address + one.funder) for one in found.funders)
    return context.page(
        "pages/ledger.html", ledger=found, programmes=list(known), funders=definition.programme.funders, funder=funder,
        picture=money_picture(funders, context.words), day_of=date.fromisoformat, begins=begins is not None,
        may_export=context.may("export") is not None, may_compare=may_compare(context),
    )  # fmt: skip


@router.get("/ledger/{programme}/file")
def file(context: Annotated[RequestContext, require("export")], programme: str, funder: str = "") -> Response:
    """Return every posting as a file to save."""
    context.fresh("export")
    if context.may("ledger.see") is None:
        raise NotThere
    definition = chosen_books(context.reader.own_programmes(), programme, funder)
    rows = journal_rows(context.reader, definition, funder or None)
    return csv_answer(f"ledger-{definition.programme.programme}", HEADS, rows)


# -- the bank's files -----------------------------------------------------------------------------------------------


def may_compare(context: RequestContext) -> bool:
    """Tell whether somebody looks after payments at all."""
    return context.may("ledger.see") is not None and any(context.may_ever(act) for act in RECORDS)


def cases_of_theirs(reader: Reader, case_ids: set[str]) -> set[str]:
    """Return the cases whose payments this reader may record; an answer about another's is no answer of theirs."""
    snapshots = reader.container.cases.at_many(sorted(case_ids))
    return {one.case.case_id for one in snapshots if any(reader.may(act, one) for act in RECORDS)}


def chosen_books(known: Mapping[str, Definition], programme: str, funder: str = "") -> Definition:
    """Return the programme named, or the first; raises NotThere when it is not theirs, or has no such funder."""
    definition = known.get(programme or next(iter(known), ""))
    if definition is None or (funder and funder not in {one.id for one in definition.programme.funders}):
        raise NotThere
    return definition


@router.get("/ledger/statement")
@router.get("/upload/statement")
def ask_for_statement(context: Books) -> Response:
    """Show where a file of the bank is put."""
    _refuse_strangers(context)
    return _statement(context)


@router.post("/upload/statement")
def read_statement(context: Books) -> Response:
    """Compare a statement with the books, or record what a status report says."""
    _refuse_strangers(context)
    context.fresh("money.release")
    definition = chosen_books(context.reader.own_programmes(), str(context.given.get("programme", "")))
    file = context.given.get("file")
    data = file.file.read() if isinstance(file, UploadFile) else b""
    if not data:
        return _statement(context, 422, wrong="empty")
    try:
        return _read(context, definition, data, str(getattr(file, "filename", None) or ""))
    except BadInput as problem:
        return _statement(context, 422, wrong="unreadable", said=str(problem))


def _read(context: RequestContext, definition: Definition, data: bytes, file_name: str) -> Response:
    reader = context.reader
    if _STATUS_REPORT in data[:_BEGINNING]:
        mandate = next(role for role in context.account.roles if any(may_ever((role,), act) for act in RECORDS))
        report = reader.container.read_bank_report(
            data, reader.account.account, mandate, file_name, lambda case_ids: cases_of_theirs(reader, case_ids)
        )
        return _statement(context, report=report)
    found = compared(reader, definition, reader.container.read_statement(data, definition.programme.office.account))
    return _statement(context, found=found, programme=definition.programme.programme)


def _statement(context: RequestContext, status: int = 200, **values: Any) -> Response:
    nothing: dict[str, Any] = {"wrong": "", "said": "", "found": None, "report": None, "programme": ""}
    return context.page(
        "pages/statement.html", status, programmes=list(context.reader.own_programmes()), **(nothing | values)
    )


def _refuse_strangers(context: RequestContext) -> None:
    if not may_compare(context):
        raise NotThere
