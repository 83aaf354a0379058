"""What follows for documents: waiting for the authority, chasing it, and knowing before a document runs out."""

from datetime import timedelta
from typing import Final

from events.catalogue import Fact
from events.facts import documents as facts
from events.facts.corrections import RecordRetracted
from events.facts.intake import ConsentGiven, ConsentWithdrawn
from events.facts.journey import StageEntered
from events.facts.safety import ConsentExpired
from events.facts.tasks import TimerFired
from handlers.reactions.moment import Follows, ReactionContext, Reactions, cancelling
from workflow.subjects.documents.deadlines import AuthorityLetter
from workflow.subjects.documents.guards import renewal_consent
from workflow.subjects.documents.state import Document, Paper, documents_of

EXPIRY: Final = ("document_expires", "document_over")


def _with_authority(fact: facts.DocumentStepDone | facts.DocumentAppealed, moment: ReactionContext) -> Follows:
    """Wait for the authority from the moment its turn begins; while it goes on, the same wait holds."""
    paper = documents_of(moment.after).papers.get(fact.document_id)
    if paper is None or paper.waits_for != "authority":
        yield from _wait_no_more(fact.document_id, moment)
    elif not moment.timers_of("document_due", document_id=fact.document_id):
        yield from _wait(fact.document_id, paper, moment)


def _nobody_waits(fact: facts.DocumentRefused | facts.DocumentWithdrawn, moment: ReactionContext) -> Follows:
    yield from _wait_no_more(fact.document_id, moment)


def _wait_no_more(document_id: str, moment: ReactionContext) -> Follows:
    yield from moment.cancel_timers("document_due", document_id=document_id)
    yield from moment.call_off_tasks("the authority has answered", "chase_consulate", document_id=document_id)


def _wait(document_id: str, paper: Paper, moment: ReactionContext) -> Follows:
    """Set the timer for the day it should be ready; without consent nobody is waited for, as nobody may be asked."""
    path = moment.programme.document_path.get(paper.path)
    if path is None or paper.due_on is None or not moment.is_consented(_purpose(moment)):
        return
    yield moment.set_timer("document_due", path.authority.end_of(paper.due_on), document_id=document_id)


def _is_late(fact: TimerFired, moment: ReactionContext) -> Follows:
    """Write to the authority, once for each wait, and look again after some of its working days."""
    about = dict(fact.subject)
    paper = documents_of(moment.after).papers.get(about["document_id"])
    if paper is None or paper.waits_for != "authority":
        return
    authority = moment.programme.document_path[paper.path].authority
    days = moment.policies.chase_every_working_days
    again = authority.end_of(authority.ready_on(authority.today(moment.now), days))
    yield moment.set_timer("document_due", again, **about)
    under_way = any(given.kind == "chase_consulate" and about.items() <= dict(given.subject).items()
                    for given in moment.after.tasks.values())  # fmt: skip
    if moment.is_consented(_purpose(moment)) and not under_way:
        yield moment.request_task("chase_consulate", AuthorityLetter.of(fact.subject))


def _consent_over(fact: ConsentWithdrawn | ConsentExpired, moment: ReactionContext) -> Follows:
    """Chase nobody any more; letters not yet sent are called off with all other tasks of the purpose."""
    if documents_of(moment.after).papers and fact.purpose == _purpose(moment) and not fact.recipient:
        yield from moment.cancel_timers("document_due")


def _consent_given(fact: ConsentGiven, moment: ReactionContext) -> Follows:
    """Wait again for every authority that is not waited for."""
    if documents_of(moment.after).papers and fact.purpose == _purpose(moment) and not fact.recipient:
        for document_id, paper in documents_of(moment.after).papers.items():
            if paper.waits_for == "authority" and not moment.timers_of("document_due", document_id=document_id):
                yield from _wait(document_id, paper, moment)


def _purpose(moment: ReactionContext) -> str:
    return renewal_consent(moment.programme)


def _in_hand(_fact: Fact, moment: ReactionContext) -> Follows:
    """Remind in time that the document runs out; of several, the one that counts."""
    if documents_of(moment.after).document != documents_of(moment.was).document:
        yield from moment.cancel_timers(*EXPIRY)
        yield from _reminder(documents_of(moment.after).document, moment)


def _retracted(fact: RecordRetracted, moment: ReactionContext) -> Follows:
    """Wait for whom it is the turn of now, and remind of what is in hand now."""
    yield from _in_hand(fact, moment)
    for document_id, paper in documents_of(moment.after).papers.items():
        if paper == documents_of(moment.was).papers.get(document_id):
            continue
        if paper.waits_for != "authority":
            yield from _wait_no_more(document_id, moment)
        elif not moment.timers_of("document_due", document_id=document_id):
            yield from _wait(document_id, paper, moment)


def _reminder(document: Document | None, moment: ReactionContext) -> Follows:
    """Remind some days before the end, or half way there when less time than that is left."""
    if document is not None and document.valid_until is not None:
        days = moment.policies.document_reminder_days
        ends = moment.programme.begin_of(document.valid_until)
        half_way = moment.now + max(ends - moment.now, timedelta()) / 2
        remind_at = ends - timedelta(days=days)
        due = remind_at if remind_at > moment.now else half_way
        yield moment.set_timer("document_expires", due, **dict(document.about()))


def _reminded(fact: TimerFired, moment: ReactionContext) -> Follows:
    """After the reminder, wait for the day after the document's last."""
    document = documents_of(moment.after).document
    if document is not None and document.valid_until is not None and document.about() == fact.subject:
        over = moment.programme.end_of(document.valid_until)
        yield moment.set_timer("document_over", over, **dict(fact.subject))


def _timer_fired(fact: TimerFired, moment: ReactionContext) -> Follows:
    if moment.definition.journey.stage(moment.after.stage).ends:
        return
    if fact.kind == "document_due":
        yield from _is_late(fact, moment)
    if fact.kind == "document_expires":
        yield from _reminded(fact, moment)


def _reopened(fact: StageEntered, moment: ReactionContext) -> Follows:
    """Remind again; authorities are waited for once the person agrees anew, for consents end with the case."""
    journey = moment.definition.journey
    if not journey.stage(fact.source).ends or journey.stage(fact.dest).ends:
        return
    if not any(moment.timers_of(kind) for kind in EXPIRY):
        yield from _reminder(documents_of(moment.after).document, moment)


REACTIONS: Reactions = {
    "DocumentStepDone": _with_authority,
    "DocumentAppealed": _with_authority,
    "DocumentRefused": _nobody_waits,
    "DocumentWithdrawn": _nobody_waits,
    "DocumentCollected": _in_hand,
    "TravelDocumentRecorded": _in_hand,
    "RecordRetracted": _retracted,
    "DocumentLost": cancelling(*EXPIRY),
    "DocumentRanOut": cancelling(*EXPIRY),
    "TimerFired": _timer_fired,
    "ConsentGiven": _consent_given,
    "ConsentWithdrawn": _consent_over,
    "ConsentExpired": _consent_over,
    "StageEntered": _reopened,
}
