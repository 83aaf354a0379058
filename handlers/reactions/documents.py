"""What follows for documents: waiting for the authority, chasing it, and knowing before a document runs out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final

from events.catalogue import Fact
from events.facts.documents import (
    DocumentAppealed,
    DocumentCollected,
    DocumentRefused,
    DocumentStepDone,
    DocumentWithdrawn,
    TravelDocumentRecorded,
)
from events.facts.intake import ConsentGiven, ConsentWithdrawn
from events.facts.journey import StageEntered
from events.facts.safety import ConsentExpired
from events.facts.tasks import TimerFired
from handlers.reactions.moment import (
    Reaction,
    ReactionContext,
    call_off_tasks,
    cancel_timers,
    is_consented,
    request_task,
    set_timer,
    timers_of,
)
from workflow.subjects.documents.deadlines import AuthorityLetter
from workflow.subjects.documents.guards import renewal_consent
from workflow.subjects.documents.state import Document, Paper, documents_of

EXPIRY: Final = ("document_expires", "document_over")


# -- the authority ------------------------------------------------------------------------------------------


def _with_authority(fact: DocumentStepDone | DocumentAppealed, moment: ReactionContext) -> Iterator[Fact]:
    """Wait for the authority from the moment its turn begins; while it goes on, the same wait holds."""
    paper = documents_of(moment.after).papers.get(fact.document_id)
    if paper is None or paper.waits_for != "authority":
        yield from _nobody_waits(fact, moment)
    elif not timers_of(moment.after, "document_due", document_id=fact.document_id):
        yield from _wait(fact.document_id, paper, moment)


def _nobody_waits(
    fact: DocumentStepDone | DocumentAppealed | DocumentRefused | DocumentWithdrawn, moment: ReactionContext
) -> Iterator[Fact]:
    yield from cancel_timers(moment, "document_due", document_id=fact.document_id)
    yield from call_off_tasks(moment, "the authority has answered", ("chase_consulate",), document_id=fact.document_id)


def _wait(document_id: str, paper: Paper, moment: ReactionContext) -> Iterator[Fact]:
    """Set the timer for the day it should be ready; without consent nobody is waited for, as nobody may be asked."""
    path = moment.definition.programme.document_path.get(paper.path)
    if path is None or paper.due_on is None or not is_consented(_purpose(moment), moment):
        return
    yield set_timer(moment, "document_due", path.authority.end_of(paper.due_on), (("document_id", document_id),))


def _is_late(fact: TimerFired, moment: ReactionContext) -> Iterator[Fact]:
    """Write to the authority, once for each wait, and look again after some of its working days."""
    about = dict(fact.subject)
    paper = documents_of(moment.after).papers.get(about["document_id"])
    if paper is None or paper.waits_for != "authority":
        return
    authority = moment.definition.programme.document_path[paper.path].authority
    days = moment.definition.programme.policies.chase_every_working_days
    again = authority.end_of(authority.ready_on(authority.today(moment.now), days))
    yield set_timer(moment, "document_due", again, fact.subject)
    under_way = any(given.kind == "chase_consulate" and about.items() <= dict(given.subject).items()
                    for given in moment.after.tasks.values())  # fmt: skip
    if is_consented(_purpose(moment), moment) and not under_way:
        yield request_task(moment, "chase_consulate", AuthorityLetter.of(fact.subject))


def _consent_over(fact: ConsentWithdrawn | ConsentExpired, moment: ReactionContext) -> Iterator[Fact]:
    """Chase nobody any more; letters not yet sent are called off with all other tasks of the purpose."""
    if documents_of(moment.after).papers and fact.purpose == _purpose(moment) and not fact.recipient:
        yield from cancel_timers(moment, "document_due")


def _consent_given(fact: ConsentGiven, moment: ReactionContext) -> Iterator[Fact]:
    if documents_of(moment.after).papers and fact.purpose == _purpose(moment) and not fact.recipient:
        yield from _waits(moment)


def _waits(moment: ReactionContext) -> Iterator[Fact]:
    """Wait again for every authority that is not waited for."""
    for document_id, paper in documents_of(moment.after).papers.items():
        if paper.waits_for == "authority" and not timers_of(moment.after, "document_due", document_id=document_id):
            yield from _wait(document_id, paper, moment)


def _purpose(moment: ReactionContext) -> str:
    return renewal_consent(moment.definition.programme)


# -- the document in hand -----------------------------------------------------------------------------------


def _in_hand(_fact: TravelDocumentRecorded | DocumentCollected, moment: ReactionContext) -> Iterator[Fact]:
    """Remind in time that the document runs out; of several, the one that counts."""
    assert moment.before is not None
    if documents_of(moment.after).document != documents_of(moment.before).document:
        yield from _no_expiry(_fact, moment)
        yield from _reminder(documents_of(moment.after).document, moment)


def _reminder(document: Document | None, moment: ReactionContext) -> Iterator[Fact]:
    """Remind some days before the end, or half way there when less time than that is left."""
    if document is not None and document.valid_until is not None:
        days = moment.definition.programme.policies.document_reminder_days
        ends = datetime.combine(document.valid_until, time(), UTC)
        half_way = moment.now + max(ends - moment.now, timedelta()) / 2
        remind_at = ends - timedelta(days=days)
        due = remind_at if remind_at > moment.now else half_way
        yield set_timer(moment, "document_expires", due, document.about())


def _no_expiry(_fact: Fact, moment: ReactionContext) -> Iterator[Fact]:
    for kind in EXPIRY:
        yield from cancel_timers(moment, kind)


def _reminded(fact: TimerFired, moment: ReactionContext) -> Iterator[Fact]:
    """After the reminder, wait for the day after the document's last."""
    document = documents_of(moment.after).document
    if document is not None and document.valid_until is not None and document.about() == fact.subject:
        over = datetime.combine(document.valid_until + timedelta(days=1), time(), UTC)
        yield set_timer(moment, "document_over", over, fact.subject)


# -- the case -----------------------------------------------------------------------------------------------


def _timer_fired(fact: TimerFired, moment: ReactionContext) -> Iterator[Fact]:
    if moment.definition.journey.stage(moment.after.stage).ends:
        return
    if fact.kind == "document_due":
        yield from _is_late(fact, moment)
    if fact.kind == "document_expires":
        yield from _reminded(fact, moment)


def _reopened(fact: StageEntered, moment: ReactionContext) -> Iterator[Fact]:
    """Remind again; authorities are waited for once the person agrees anew, for consents end with the case."""
    journey = moment.definition.journey
    if not journey.stage(fact.source).ends or journey.stage(fact.dest).ends:
        return
    if not any(timers_of(moment.after, kind) for kind in EXPIRY):
        yield from _reminder(documents_of(moment.after).document, moment)


REACTIONS: Final[Mapping[str, Reaction]] = {
    "DocumentStepDone": _with_authority,
    "DocumentAppealed": _with_authority,
    "DocumentRefused": _nobody_waits,
    "DocumentWithdrawn": _nobody_waits,
    "DocumentCollected": _in_hand,
    "TravelDocumentRecorded": _in_hand,
    "DocumentLost": _no_expiry,
    "DocumentRanOut": _no_expiry,
    "TimerFired": _timer_fired,
    "ConsentGiven": _consent_given,
    "ConsentWithdrawn": _consent_over,
    "ConsentExpired": _consent_over,
    "StageEntered": _reopened,
}
