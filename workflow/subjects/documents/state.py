"""The documents of a person: the one in hand, and those on the way."""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from events.facts import documents as facts
from workflow.case.retraction import Instead, Retractable, Told
from workflow.case.state import NOTHING, At, Case, Change, Pairs, Part, without
from workflow.reasons import Reason
from workflow.subjects.documents import refusals
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
    paper = _stepped(documents_of(case).papers[fact.document_id], fact)
    return _in_time(_with(case, fact.document_id, paper)) if paper else _over(case, fact.document_id)


def _refused(case: Case, fact: facts.DocumentRefused, _at: At) -> Case:
    return _in_time(_with(case, fact.document_id, _turned_down(documents_of(case).papers[fact.document_id])))


def _turned_down(paper: Paper) -> Paper:
    return paper._replace(waits_for="refused", due_on=None)


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
    new = _made(case, fact, fact.recorded_on or utc_day(at.recorded_at))
    return case if new is None else documents_of.changed(case.calm(EXPIRING), document=new)


def _gone(case: Case, _fact: facts.DocumentLost | facts.DocumentRanOut, _at: At) -> Case:
    return documents_of.changed(case.calm(EXPIRING), document=None)


def _made(case: Case, fact: facts.DocumentCollected | facts.TravelDocumentRecorded, today: date) -> Document | None:
    """Return the document that is in hand by this; None where another one stays there."""
    new, old = Document(fact.kind, fact.valid_until, fact.country), documents_of(case).document
    worth_more = old is not None and old.kind in FOR_TRAVEL and new.kind not in FOR_TRAVEL and old.lives_on(today)
    return None if worth_more or new.kind not in IN_HAND else new


def _not_in_hand(case: Case, told: Told) -> Case:
    """Return the case with what was in hand before, unless another document has taken its place since."""
    before, made = told.before
    if made is None or documents_of(case).document != made:
        return case
    return documents_of.changed(case.calm(EXPIRING), document=before)


def _stepped(paper: Paper, fact: facts.DocumentStepDone) -> Paper | None:
    if not fact.next_step:
        return None  # the document is there
    return paper._replace(step=fact.next_step, waits_for=fact.waits_for, since=fact.on, due_on=fact.due_on)


def _as_before(case: Case, told: Told) -> Case:
    """Return the case with the document on the way as it was before this."""
    document_id, before, _after = told.before
    return _in_time(_with(case, document_id, before))


def _has_gone_on(case: Case, told: Told) -> list[Reason]:
    """Return that the document does not stand any more as this left it: it is there, or more was done."""
    document_id, before, after = told.before
    now = documents_of(case).papers.get(document_id)
    return [] if before is not None and now is not None and now == after else [refusals.DOCUMENT_HAS_GONE_ON()]


def _of_step(case: Case, fact: facts.DocumentStepDone) -> tuple[str, Paper | None, Paper | None]:
    before = documents_of(case).papers.get(fact.document_id)
    return fact.document_id, before, _stepped(before, fact) if before else None


def _of_refusal(case: Case, fact: facts.DocumentRefused) -> tuple[str, Paper | None, Paper | None]:
    before = documents_of(case).papers.get(fact.document_id)
    return fact.document_id, before, _turned_down(before) if before else None


RETRACTABLE: Final = (
    Retractable(
        facts.TravelDocumentRecorded, "RecordTravelDocument", _not_in_hand,
        keeps=lambda c, f: (documents_of(c).document, _made(c, f, f.recorded_on) if f.recorded_on else None),
        guards=frozenset({"travel_papers_are_in_order"}),
    ),
    Retractable(
        facts.DocumentStepDone, "RecordDocumentStep", _as_before, keeps=_of_step, in_turn=False, against=_has_gone_on,
        about=lambda f: (("document_id", f.document_id), ("step", f.step)),
    ),
    Retractable(
        facts.DocumentRefused, "RefuseDocument", _as_before, keeps=_of_refusal, in_turn=False, against=_has_gone_on,
        about=lambda f: (("document_id", f.document_id),),
    ),
)  # fmt: skip
INSTEAD: Final = {
    "DocumentStarted": Instead(back="WithdrawDocument", anew="StartDocument"),
    "DocumentAppealed": Instead(back="WithdrawDocument", anew="StartDocument"),
    "DocumentWithdrawn": Instead(("StartDocument",)),
    "DocumentCollected": Instead(("RecordTravelDocument",)),
    "DocumentLost": Instead(("RecordTravelDocument",)),
}
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
