"""The documents of a person: the one in hand, and those on the way."""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from events.facts import documents as facts
from workflow.case.state import NOTHING, At, Case, Change, Pairs, Part, without
from workflow.values.days import utc_day

# With these one may cross a border; the others say who somebody is.
FOR_TRAVEL = frozenset({"passport", "return_certificate", "laissez_passer"})
IN_HAND = FOR_TRAVEL | {"identity_card"}
LATE, EXPIRING = "document_late", "document_expiring"


class Document(NamedTuple):
    """The travel document in hand; ``country`` is who issued it, where that is known."""

    kind: str
    valid_until: date | None
    country: str = ""

    def lives_on(self, day: date) -> bool:
        """Tell whether the document is valid on a day; its last day counts."""
        return self.valid_until is None or self.valid_until >= day

    def about(self) -> Pairs:
        """Return what its timers are about, so that those of an earlier document find that it is gone."""
        until = self.valid_until.isoformat() if self.valid_until else ""
        return (("country", self.country), ("kind", self.kind), ("valid_until", until))


class Paper(NamedTuple):
    """A document on the way: which step comes next, and whose turn it is: person, authority, or nobody's."""

    path: str
    kind: str
    country: str
    step: str
    waits_for: str  # "refused" when the authority said no
    since: date | None = None  # the day of the last step
    due_on: date | None = None


class Documents(NamedTuple):
    """The document in hand, and those on the way."""

    document: Document | None = None  # in hand
    papers: Mapping[str, Paper] = NOTHING  # on the way, by id


documents_of: Final = Part("documents", Documents())


def _started(case: Case, fact: facts.DocumentStarted, _at: At) -> Case:
    return _with(case, fact.document_id, Paper(fact.path, fact.kind, fact.country, fact.next_step, fact.waits_for))


def _step_done(case: Case, fact: facts.DocumentStepDone, _at: At) -> Case:
    if not fact.next_step:
        return _over(case, fact.document_id)
    before = documents_of(case).papers[fact.document_id]
    paper = before._replace(step=fact.next_step, waits_for=fact.waits_for, since=fact.on, due_on=fact.due_on)
    return _in_time(_with(case, fact.document_id, paper))


def _refused(case: Case, fact: facts.DocumentRefused, _at: At) -> Case:
    paper = documents_of(case).papers[fact.document_id]._replace(waits_for="refused", due_on=None)
    return _in_time(_with(case, fact.document_id, paper))


def _appealed(case: Case, fact: facts.DocumentAppealed, _at: At) -> Case:
    before = documents_of(case).papers[fact.document_id]
    return _with(case, fact.document_id, before._replace(step=fact.step, waits_for="authority", due_on=fact.due_on))


def _with(case: Case, document_id: str, paper: Paper) -> Case:
    return documents_of.changed(case, papers={**documents_of(case).papers, document_id: paper})


def _over(case: Case, document_id: str) -> Case:
    return _in_time(documents_of.changed(case, papers=without(documents_of(case).papers, document_id)))


def _in_time(case: Case) -> Case:
    """Return the case without the warning of a late document once no authority has one to do."""
    waiting = any(paper.waits_for == "authority" for paper in documents_of(case).papers.values())
    return case if waiting else case.calm(LATE)


def _in_hand(case: Case, fact: facts.DocumentCollected | facts.TravelDocumentRecorded, at: At) -> Case:
    """Return the case with a new document in hand; what opens no border does not take the place of what does."""
    new = Document(fact.kind, fact.valid_until, fact.country)
    old, today = documents_of(case).document, fact.recorded_on or utc_day(at.recorded_at)
    worth_more = old is not None and old.kind in FOR_TRAVEL and new.kind not in FOR_TRAVEL and old.lives_on(today)
    if worth_more or new.kind not in IN_HAND:
        return case
    return documents_of.changed(case.calm(EXPIRING), document=new)


def _gone(case: Case, _fact: facts.DocumentLost | facts.DocumentRanOut, _at: At) -> Case:
    return documents_of.changed(case.calm(EXPIRING), document=None)


CHANGES: dict[str, Change] = {
    "DocumentStarted": _started,
    "DocumentStepDone": _step_done,
    "DocumentRefused": _refused,
    "DocumentAppealed": _appealed,
    "DocumentWithdrawn": lambda c, f, _: _over(c, f.document_id),
    "DocumentCollected": _in_hand,
    "TravelDocumentRecorded": _in_hand,
    "DocumentLost": _gone,
    "DocumentRanOut": _gone,
}
