"""Waiting for an authority, and for the day a document runs out: what follows when the time has come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from events.catalogue import Fact
from events.facts import papers as told
from events.facts import work
from workflow import commands as ask
from workflow.case.change import Pairs
from workflow.case.papers import EXPIRING, LATE
from workflow.case.work import Task
from workflow.deciding import Situation, TaskKind, TimesUp, Told, case_of
from workflow.guards.papers import renewal_consent
from workflow.programme import Programme


def _late(situation: Situation, subject: Pairs) -> list[Told]:
    """Return that an authority is late; the letter to it, and the next look, are reactions."""
    paper = case_of(situation).papers.get(dict(subject)["document_id"])
    if paper is None or paper.waits_for != "authority":
        return []
    return situation.about_case(work.Escalated(kind=LATE))


def _expiring(situation: Situation, subject: Pairs) -> list[Told]:
    """Return that the document in hand will soon run out; it matters to nobody who has come home."""
    case = case_of(situation)
    document, is_home = case.document, "hand_over" in case.provided and not case.stays
    if document is None or document.about() != subject or is_home:
        return []
    return situation.about_case(work.Escalated(kind=EXPIRING))


def _ran_out(situation: Situation, subject: Pairs) -> list[Told]:
    document = case_of(situation).document
    if document is None or document.valid_until is None or document.about() != subject:
        return []
    return situation.about_case(told.DocumentRanOut(kind=document.kind, valid_until=document.valid_until))


def _chased(command: ask.FinishTask, task: Task) -> Fact:
    return told.DocumentChased(
        task_id=command.task_id, document_id=task.about("document_id"), receipt=command.reference
    )


def _chase_is_wanted(task: Task, situation: Situation) -> bool:
    case = case_of(situation)
    paper = case.papers.get(task.about("document_id"))
    consented = case.consents_to(renewal_consent(situation.programme), situation.today)
    return consented and paper is not None and paper.waits_for == "authority"


def _chase_consent(_task: Task, programme: Programme) -> str:
    return renewal_consent(programme)


TASKS: Final = (TaskKind("chase_consulate", _chased, _chase_is_wanted, consent=_chase_consent),)
TIMES_UP: Final[Mapping[str, TimesUp]] = {
    "document_due": _late,
    "document_expires": _expiring,
    "document_over": _ran_out,
}
