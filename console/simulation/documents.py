"""Documents in a rehearsal: who has none sets about one, and some consulates are late."""

from datetime import timedelta
from typing import Final

from console.simulation.managed_case import ManagedCase, Steps
from workflow.subjects.documents.commands import RecordDocumentStep, RecordTravelDocument, StartDocument
from workflow.subjects.documents.state import Paper, documents_of

_LATE: Final = timedelta(days=4)
_ON_THE_WAY: Final = timedelta(days=7)  # a document must carry somebody over the way home


def in_hand(managed: ManagedCase) -> bool:
    """Tell whether the person has a document that lasts for a journey planned now."""
    document = documents_of(managed.case).document
    return document is not None and document.lives_on(managed.today + _ON_THE_WAY)


def papers(managed: ManagedCase) -> Steps:
    """Come by a document: it is found among the things of some; the others go the way of their citizenship."""
    if in_hand(managed):
        return
    if managed.fate.has_passport:
        valid = managed.today + timedelta(days=400)
        yield managed.make(RecordTravelDocument, kind="passport", valid_until=valid, number="RP 0000000")
    elif not documents_of(managed.case).papers:
        yield managed.make(StartDocument)
    for document_id, paper in documents_of(managed.case).papers.items():
        yield from _steps(managed, document_id, paper)


def _steps(managed: ManagedCase, document_id: str, paper: Paper) -> Steps:
    """Do everything that can be done today; the authority takes its days, and some take a few more."""
    path = managed.programme.document_path[paper.path]
    today = path.authority.today(managed.now)
    ready = paper.due_on is not None and today >= paper.due_on + (_LATE if managed.fate.late_consulate else timedelta())
    for step in path.steps[[step.id for step in path.steps].index(path.step(paper.step).id) :]:
        if step.by == "authority" and not ready:
            return
        yield managed.make(RecordDocumentStep, document_id=document_id, step=step.id, on=today)
