"""The bank's files: a statement is compared with the books, a status report is recorded."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from console.errors import BadInput
from console.views.ledger import books, compared
from console.web.bank_files import cases_of_theirs, chosen_books, may_compare
from console.web.errors import NotThere
from console.web.request_context import RequestContext, require
from console.web.sums import sums_in
from workflow.programme.loading import Definition

router = APIRouter(include_in_schema=False)
Books = Annotated[RequestContext, require("ledger.see")]
_STATUS_REPORT: Final = b"pain.002"  # a part of the name every such file gives itself at its beginning
_BEGINNING: Final = 4096


@router.get("/ledger/statement")
@router.get("/upload/statement")
def ask_for_statement(visitor: Books) -> Response:
    """Show where a file of the bank is put."""
    _refuse_strangers(visitor)
    return _statement(visitor)


@router.post("/upload/statement")
def read_statement(visitor: Books) -> Response:
    """Compare a statement with the books, or record what a status report says."""
    _refuse_strangers(visitor)
    visitor.fresh("money.release")
    definition = chosen_books(books(visitor.reader), str(visitor.given.get("programme", "")))
    file = visitor.given.get("file")
    data = file.file.read() if isinstance(file, UploadFile) else b""
    if not data:
        return _statement(visitor, 422, wrong="empty")
    try:
        return _read(visitor, definition, data)
    except BadInput as problem:
        return _statement(visitor, 422, wrong="unreadable", said=str(problem))


def _read(visitor: RequestContext, definition: Definition, data: bytes) -> Response:
    reader = visitor.reader
    if _STATUS_REPORT in data[:_BEGINNING]:
        report = reader.office.read_bank_report(data, lambda case_ids: cases_of_theirs(reader, case_ids))
        return _statement(visitor, report=report)
    found = compared(reader, definition, reader.office.read_statement(data))
    return _statement(visitor, found=found, programme=definition.programme.programme)


def _statement(visitor: RequestContext, status: int = 200, **values: Any) -> Response:
    nothing: dict[str, Any] = {"wrong": "", "said": "", "found": None, "report": None, "programme": ""}
    nothing["sums"] = sums_in(visitor.words)
    return visitor.page("pages/statement.html", status, programmes=list(books(visitor.reader)), **(nothing | values))


def _refuse_strangers(visitor: RequestContext) -> None:
    if not may_compare(visitor):
        raise NotThere
