"""The bank's files: a statement is compared with the books, a status report is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from console.errors import BadInput
from console.views.ledger import compared
from console.views.reader import Reader
from console.web.errors import NotThere
from console.web.request_context import RequestContext, require
from workflow.programme.loading import Definition
from workflow.rights.acts import Act

RECORDS: Final[tuple[Act, ...]] = ("money.release", "money.record")


def may_compare(context: RequestContext) -> bool:
    """Tell whether somebody looks after payments at all."""
    return context.may("ledger.see") is not None and any(context.may_ever(act) for act in RECORDS)


def cases_of_theirs(reader: Reader, case_ids: set[str]) -> set[str]:
    """Return the cases whose payments this reader may record; an answer about another's is no answer of theirs."""
    snapshots = reader.container.cases.at_many(sorted(case_ids))
    return {one.case.case_id for one in snapshots if any(reader.may(act, one) for act in RECORDS)}


def chosen_books(known: Mapping[str, Definition], programme: str) -> Definition:
    """Return the programme named, or the first; raises NotThere for one whose books are not theirs."""
    if not programme and known:
        return next(iter(known.values()))
    if programme not in known:
        raise NotThere
    return known[programme]


router = APIRouter(include_in_schema=False)
Books = Annotated[RequestContext, require("ledger.see")]
_STATUS_REPORT: Final = b"pain.002"  # a part of the name every such file gives itself at its beginning
_BEGINNING: Final = 4096


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
        return _read(context, definition, data)
    except BadInput as problem:
        return _statement(context, 422, wrong="unreadable", said=str(problem))


def _read(context: RequestContext, definition: Definition, data: bytes) -> Response:
    reader = context.reader
    if _STATUS_REPORT in data[:_BEGINNING]:
        report = reader.container.read_bank_report(data, lambda case_ids: cases_of_theirs(reader, case_ids))
        return _statement(context, report=report)
    found = compared(reader, definition, reader.container.read_statement(data))
    return _statement(context, found=found, programme=definition.programme.programme)


def _statement(context: RequestContext, status: int = 200, **values: Any) -> Response:
    nothing: dict[str, Any] = {"wrong": "", "said": "", "found": None, "report": None, "programme": ""}
    nothing["sums"] = context.words.sum_of
    return context.page(
        "pages/statement.html", status, programmes=list(context.reader.own_programmes()), **(nothing | values)
    )


def _refuse_strangers(context: RequestContext) -> None:
    if not may_compare(context):
        raise NotThere
