"""Documents of a person: those in hand, and the way to those that are missing, step by step in its order."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from events.facts import documents as facts
from events.facts.tasks import ServiceProvided
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, refused
from workflow.situation import Decision, Situation, StreamFact, case_of, id_from, person_of, reasons_against, said_by
from workflow.subject import CommandRule, LocatedFault, given
from workflow.subjects.documents import commands, refusals
from workflow.subjects.documents.definition import DOCUMENT_RENEWAL, DocumentPath, DocumentStep
from workflow.subjects.documents.guards import consent_to_renewal
from workflow.subjects.documents.paths import already_under_way, way
from workflow.subjects.documents.state import Paper, documents_of
from workflow.subjects.safety.guards import guardian_is_appointed


def record_travel_document(command: commands.RecordTravelDocument, situation: Situation) -> Decision:
    """Return the document; its number is sealed."""
    if command.valid_until < situation.today:
        return refused(refusals.DOCUMENT_HAS_RUN_OUT())
    told = {"person_id": person_of(situation), "recorded_on": situation.today}
    return situation.about_case(said_by(command, facts.TravelDocumentRecorded, **told))


def record_document_loss(command: commands.RecordDocumentLoss, situation: Situation) -> Decision:
    """Return that the document in hand is gone; from this moment nothing international is booked on it."""
    document = documents_of(case_of(situation)).document
    if document is None:
        return refused(refusals.DOCUMENT_IS_IN_HAND())
    return situation.about_case(facts.DocumentLost(kind=document.kind, how=command.how))


def start_document(command: commands.StartDocument, situation: Situation) -> Decision:
    """Return the path set about: the one for the person's citizenship; who has several of them chooses."""
    reasons = [*reasons_against(situation.asked(command), (consent_to_renewal, guardian_is_appointed))]
    found = way(command, situation)
    if isinstance(found, Reason):
        return Refused((*reasons, found))
    path, country = found
    reasons += already_under_way(path, situation)
    if reasons:
        return Refused(tuple(reasons))
    first = path.steps[0]
    key, turn = id_from(command.command_id, "D"), {"next_step": first.id, "waits_for": first.by}
    return situation.about_case(
        facts.DocumentStarted(document_id=key, path=path.id, kind=path.kind, country=country, **turn)
    )


def _paper(command: Any, situation: Situation) -> Paper | Refused:
    papers = documents_of(case_of(situation)).papers
    none = refusals.DOCUMENT_IS_UNDER_WAY(known=papers) if papers else refusals.NO_DOCUMENT_IS_UNDER_WAY()
    return papers.get(command.document_id) or refused(none)


def record_document_step(command: commands.RecordDocumentStep, paper: Paper, situation: Situation) -> Decision:
    """Return the step, done in its order and on a day that can be; with the last one the document is in hand."""
    path = situation.programme.document_path[paper.path]
    reasons = [*_against_step(command, paper), *_against_day(command, paper, situation)]
    reasons += _against_helper(command, path) + _against_document(command, paper, path)
    if reasons:
        return Refused(tuple(reasons))
    done = situation.about_case(_done(command, paper, path))
    return done if path.after(command.step) else [*done, *_collected(command, paper, path, situation)]


def refuse_document(command: commands.RefuseDocument, paper: Paper, situation: Situation) -> Decision:
    """Return the authority's no; what it said is sealed."""
    if paper.waits_for != "authority":
        return refused(refusals.AUTHORITY_HAS_IT(step=paper.step))
    return situation.about_case(said_by(command, facts.DocumentRefused, person_id=person_of(situation)))


def appeal_document(command: commands.AppealDocument, paper: Paper, situation: Situation) -> Decision:
    """Return the appeal: the authority begins its part anew, and has its working days once more."""
    reasons = [*reasons_against(situation.asked(command), (consent_to_renewal, guardian_is_appointed))]
    if paper.waits_for != "refused":
        reasons.append(refusals.DOCUMENT_IS_REFUSED())
    if reasons:
        return Refused(tuple(reasons))
    path = situation.programme.document_path[paper.path]
    first = path.turn_of_authority(paper.step)[0]
    due_on = _due(path, first, path.authority.today(situation.now))
    return situation.about_case(said_by(command, facts.DocumentAppealed, step=first.id, due_on=due_on))


def withdraw_document(command: commands.WithdrawDocument, _paper: Paper, situation: Situation) -> Decision:
    """Return that the document is not sought any more; nobody is chased for it."""
    return situation.about_case(facts.DocumentWithdrawn(document_id=command.document_id, reason=command.reason))


def _against_step(command: commands.RecordDocumentStep, paper: Paper) -> list[Reason]:
    if paper.waits_for == "refused":
        return [refusals.DOCUMENT_IS_NOT_REFUSED()]
    if command.step != paper.step:
        return [refusals.STEP_IS_NEXT(given=command.step, next_step=paper.step)]
    return []


def _against_day(command: commands.RecordDocumentStep, paper: Paper, situation: Situation) -> list[Reason]:
    programme, found = situation.programme, []
    if command.on > programme.document_path[paper.path].authority.today(situation.now):
        found.append(refusals.STEP_IS_DONE())
    if paper.since is not None and command.on < paper.since:
        found.append(refusals.STEP_COMES_AFTER(step_before=paper.since))
    if command.on < programme.runs.since:
        since = programme.runs.since
        found.append(refusals.PROGRAMME_HAD_NOT_BEGUN(since=since))
    return found


def _against_helper(command: commands.RecordDocumentStep, path: DocumentPath) -> list[Reason]:
    """Return why somebody else may not do it: a return certificate is neither posted nor given to others."""
    steps = {step.id: step for step in path.steps}
    step = steps.get(command.step)
    if step is None or not step.in_person or command.by == "person":
        return []
    kind = refusals.COLLECTED_IN_PERSON if step.id == "collection" else refusals.DONE_IN_PERSON
    return [kind(step=step.id)]


def _against_document(command: commands.RecordDocumentStep, paper: Paper, path: DocumentPath) -> list[Reason]:
    if command.step != "collection":
        if command.number is None and command.valid_until is None:
            return []
        return [refusals.DOCUMENT_IS_COLLECTED()]
    until = command.valid_until or path.valid_until(paper.since or command.on)
    if until is not None and until < command.on:
        return [refusals.COLLECTED_DOCUMENT_HAS_RUN_OUT()]
    return []


def _done(command: commands.RecordDocumentStep, paper: Paper, path: DocumentPath) -> facts.DocumentStepDone:
    following = path.after(command.step)
    return facts.DocumentStepDone(
        document_id=command.document_id,
        step=command.step,
        on=command.on,
        next_step=following.id if following else "",
        waits_for=following.by if following else "",
        due_on=_still_due(following, paper, path, command.on),
    )


def _still_due(following: DocumentStep | None, paper: Paper, path: DocumentPath, on: date) -> date | None:
    """Return when the authority should be ready: what it promised holds for all its steps together."""
    if following is None or following.by != "authority":
        return None
    return paper.due_on if paper.waits_for == "authority" else _due(path, following, on)


def _due(path: DocumentPath, first: DocumentStep, on: date) -> date:
    days = sum(step.working_days for step in path.turn_of_authority(first.id))
    return path.authority.ready_on(on, days)


def _collected(
    command: commands.RecordDocumentStep, paper: Paper, path: DocumentPath, situation: Situation
) -> list[StreamFact]:  # fmt: skip
    """Return the document in hand, valid from its issue as long as such documents are unless told otherwise."""
    collected = said_by(
        command,
        facts.DocumentCollected,
        recorded_on=situation.today,
        person_id=person_of(situation),
        kind=paper.kind,
        country=paper.country,
        valid_until=command.valid_until or path.valid_until(paper.since or command.on),
    )
    provided = ServiceProvided(task_id="", service=DOCUMENT_RENEWAL, reference=command.document_id)
    return situation.about_case(collected, provided)


# Each of these may call off a letter to an authority: what a worker has begun is waited for.


RULES: Final = (
    CommandRule(commands.RecordTravelDocument, record_travel_document),
    CommandRule(commands.RecordDocumentLoss, record_document_loss),
    CommandRule(commands.StartDocument, start_document),
    CommandRule(commands.RecordDocumentStep, given(_paper, record_document_step), cancels=True),
    CommandRule(commands.RefuseDocument, given(_paper, refuse_document), cancels=True),
    CommandRule(commands.AppealDocument, given(_paper, appeal_document)),
    CommandRule(commands.WithdrawDocument, given(_paper, withdraw_document), cancels=True),
)


def faults(programme: Programme) -> Iterator[LocatedFault]:
    """Find a programme that seeks documents without the service that is given by it."""
    if programme.documents and DOCUMENT_RENEWAL not in programme.service_of:
        yield ("documents",), f"documents are sought, but there is no service {DOCUMENT_RENEWAL}"
