"""Waiting for an authority, and for the day a document runs out: what follows when the time has come."""

from typing import Final

from events.facts.documents import DocumentChased, DocumentRanOut
from workflow.case.state import Pairs
from workflow.case.tasks import About
from workflow.situation import Situation, StreamFact, TaskKind, case_of, ends_in
from workflow.subject import TimerKind
from workflow.subjects.documents.guards import renewal_consent
from workflow.subjects.documents.state import EXPIRING, LATE, documents_of
from workflow.subjects.travel.state import travel_of


def _late(situation: Situation, subject: Pairs) -> list[StreamFact]:
    """Return that an authority is late; the letter to it, and the next look, are reactions."""
    paper = documents_of(case_of(situation)).papers.get(dict(subject)["document_id"])
    return situation.escalated(LATE, when=paper is not None and paper.waits_for == "authority")


def _expiring(situation: Situation, subject: Pairs) -> list[StreamFact]:
    """Return that the document in hand will soon run out; it matters to nobody who has come home."""
    case = case_of(situation)
    document, is_home = documents_of(case).document, "hand_over" in case.provided and not travel_of(case).stays
    is_the_one = document is not None and document.about() == subject
    return situation.escalated(EXPIRING, when=is_the_one and not is_home)


def _ran_out(situation: Situation, subject: Pairs) -> list[StreamFact]:
    document = documents_of(case_of(situation)).document
    if document is None or document.valid_until is None or document.about() != subject:
        return []
    return situation.about_case(DocumentRanOut(kind=document.kind, valid_until=document.valid_until))


class AuthorityLetter(About):
    """The application an authority is asked about."""

    document_id: str


def _chase_is_wanted(about: AuthorityLetter, situation: Situation) -> bool:
    case = case_of(situation)
    paper = documents_of(case).papers.get(about.document_id)
    consented = case.consents_to(renewal_consent(situation.programme), situation.today)
    return consented and paper is not None and paper.waits_for == "authority"


TASKS: Final = (
    TaskKind(
        "chase_consulate",
        AuthorityLetter,
        ends_in(DocumentChased),
        _chase_is_wanted,
        consent=lambda _, programme: renewal_consent(programme),
    ),
)
TIMERS: Final = (
    TimerKind("document_due", _late),
    TimerKind("document_expires", _expiring),
    TimerKind("document_over", _ran_out),
)
