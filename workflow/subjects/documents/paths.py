"""Which way leads to a document for whom: by citizenship, and by choice where there are several."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.programme.programme import Programme
from workflow.reasons import Reason, reason
from workflow.situation import Situation, case_of
from workflow.subjects.documents.commands import StartDocument
from workflow.subjects.documents.definition import DocumentPath
from workflow.subjects.documents.state import documents_of

Way = tuple[DocumentPath, str]  # a path, and whose document it leads to


def way(command: StartDocument, situation: Situation) -> Way | Reason:
    """Return the one way that fits, or why there is none or more than one."""
    if command.path and command.path not in situation.programme.document_path:
        known = ", ".join(situation.programme.document_path) or "none"
        return reason("document_path_is_known", f"there is no path {command.path}", f"one of: {known}")
    ways = list(_ways(command, situation))
    if len(ways) == 1:
        return ways[0]
    if not ways:
        own = ", ".join(case_of(situation).citizenships) or "unknown"
        advice = "choose a path for the person's own country, or record their citizenship"
        return reason(
            "document_path_fits", "no path leads to such a document for this person", advice, citizenships=own
        )
    choices = ", ".join(" ".join(filter(None, (f"path={path.id}", country and f"country={country}")))
                        for path, country in ways)  # fmt: skip
    said = "more than one path is open to the person, who chooses"
    return reason("document_is_chosen", said, f"one of: {choices}")


def _ways(command: StartDocument, situation: Situation) -> Iterator[Way]:
    own = case_of(situation).citizenships
    for country in own or (command.country,):
        if command.country in ("", country):
            for path in _paths(country, situation.programme):
                if command.path in ("", path.id):
                    yield path, country


def _paths(country: str, programme: Programme) -> list[DocumentPath]:
    """Return a country's own paths, or those for whoever has none."""
    own = [path for path in programme.documents if country in path.nationalities]
    return own or [path for path in programme.documents if not path.nationalities]


def already_under_way(path: DocumentPath, situation: Situation) -> list[Reason]:
    """Return why a path is not set about again: it is under way, or was refused and that was left standing."""
    for document_id, paper in documents_of(case_of(situation)).papers.items():
        if paper.path == path.id:
            refused_before = paper.waits_for == "refused"
            said = "it was refused" if refused_before else "it is under way already"
            advice = "record AppealDocument or WithdrawDocument" if refused_before else "go on with RecordDocumentStep"
            return [reason("document_is_new", said, advice, document_id=document_id)]
    return []
