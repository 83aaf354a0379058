"""Which way leads to a document for whom: by citizenship, and by choice where there are several."""

from collections.abc import Iterator

from workflow.programme.programme import Programme
from workflow.reasons import Reason
from workflow.situation import Situation, case_of
from workflow.subjects.documents import refusals
from workflow.subjects.documents.commands import StartDocument
from workflow.subjects.documents.definition import DocumentPath
from workflow.subjects.documents.state import documents_of

PathAndStep = tuple[DocumentPath, str]  # a path, and whose document it leads to


def way(command: StartDocument, situation: Situation) -> PathAndStep | Reason:
    """Return the one way that fits, or why there is none or more than one."""
    if command.path and command.path not in situation.programme.document_path:
        return refusals.DOCUMENT_PATH_IS_KNOWN(path=command.path, known=situation.programme.document_path)
    ways = list(_ways(command, situation))
    if len(ways) == 1:
        return ways[0]
    if not ways:
        own = case_of(situation).citizenships or "unknown"
        return refusals.DOCUMENT_PATH_FITS(citizenships=own)
    return refusals.DOCUMENT_IS_CHOSEN(choices=map(_choice, ways))


def _choice(way: PathAndStep) -> Reason:
    path, country = way
    if not country:
        return refusals.PATH_TO_CHOOSE(path=path.id)
    return refusals.COUNTRYS_PATH_TO_CHOOSE(path=path.id, country=country)


def _ways(command: StartDocument, situation: Situation) -> Iterator[PathAndStep]:
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
            kind = refusals.DOCUMENT_WAS_REFUSED if refused_before else refusals.DOCUMENT_IS_UNDER_WAY_ALREADY
            return [kind(document_id=document_id)]
    return []
