"""Papers about a file, to print and hand over: the certificate of an erasure, and who read the file."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from console.errors import CertificateRefused
from console.papers.access_report import access_report
from console.papers.certificate import certificate, signer_of
from console.web.request_context import RequestContext, require
from console.words.language import LANGUAGES
from console.words.translation import Words, choose_language
from handlers.projections.accounts import list_accounts
from handlers.queries.access_log import accesses_of_case
from handlers.queries.erasure_record import erasure_record
from workflow.case.erasure import erasure_of

router = APIRouter(include_in_schema=False)


@router.get("/cases/{case_id}/certificate")
def erasure_certificate(
    context: Annotated[RequestContext, require("case.review", "case.see", page="certificate")], language: str = ""
) -> Response:
    """Show the certificate of an erasure that is over, in either language."""
    snapshot = context.case
    decided_in = erasure_of(snapshot.case).decided_in
    record = erasure_record(context.web.container.log, decided_in) if decided_in else None
    words, log = _words(context, language), context.web.container.log
    if record is None or not record.completed_at:
        return _printed(context, "", words)
    try:
        paper = certificate(log, record, snapshot.definition.programme, words)
    except CertificateRefused as refused:
        return _printed(context, "", words, refusal=str(refused))
    return _printed(context, paper, words, key=str(signer_of(log.keys).verifier))


@router.get("/cases/{case_id}/access-report")
def file_readers(
    context: Annotated[RequestContext, require("case.review", page="access_report")], language: str = ""
) -> Response:
    """Show who opened which part of the file, when and why, for the person or their lawyer; naming nobody."""
    container, snapshot = context.web.container, context.case
    reads = [read for read in accesses_of_case(container.log, snapshot.case.case_id) if read.what != "listed"]
    with container.database.reading() as connection:
        roles = {row.account.account: sorted(row.account.roles) for row in list_accounts(connection)}
    words = _words(context, language)
    paper = access_report(snapshot.case.case_id, reads, roles, snapshot.definition.programme, words)
    return _printed(context, paper, words)


def _words(context: RequestContext, language: str) -> Words:
    return Words(choose_language(language if language in LANGUAGES else context.words.language))


def _printed(context: RequestContext, paper: str, words: Words, *, key: str = "", refusal: str = "") -> Response:
    case_id = context.case.case.case_id
    return context.page("pages/paper.html", paper=paper, paper_language=words.language, case_id=case_id, key=key,
                        refusal=refusal,
                        languages=LANGUAGES)  # fmt: skip
