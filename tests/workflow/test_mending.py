"""Slips about documents and visas are undone, the authority is waited for as before, and every way names a command."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from events.facts.corrections import RecordRetracted
from events.facts.decisions import DecisionProposed
from events.facts.tasks import TimerCancelled, TimerSet
from tests.kit.people import ANNA
from tests.kit.story import Story
from tests.kit.world import World
from workflow.case.retraction import records_of
from workflow.command import RetractRecord
from workflow.subjects.documents.commands import (
    RecordDocumentLoss,
    RecordDocumentStep,
    RecordTravelDocument,
    RefuseDocument,
    StartDocument,
)
from workflow.subjects.documents.state import documents_of
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.travel.commands import RecordTransitVisa
from workflow.subjects.travel.state import travel_of

PASSPORT: dict[str, Any] = {"kind": "passport", "country": "MD", "valid_until": "2030-01-01"}


def opened() -> Story:
    return Story(World(), citizenships=("MD",), age_band="39-47")


def last_of(story: Story, of: str) -> int:
    return max(number for number, told in records_of(story.case).standing.items() if told.of == of)


def retract(story: Story, of: str, **fields: Any) -> Story:
    return story.when(RetractRecord, record=last_of(story, of), why="wrong_content", **fields)


def under_way(*steps: str) -> tuple[Story, str]:
    story = opened().does(GiveConsent, purpose="assistance").does(StartDocument)
    (key,) = documents_of(story.case).papers
    for step in steps:
        story.does(RecordDocumentStep, document_id=key, step=step, on=story.place.now.date())
    return story, key


def to_the_authority() -> tuple[Story, str, tuple[str, ...]]:
    """A document whose steps were done until it is the authority's turn, with the steps."""
    story, key = under_way()
    done: list[str] = []
    while (paper := documents_of(story.case).papers[key]).waits_for != "authority":
        done.append(paper.step)
        story.does(RecordDocumentStep, document_id=key, step=paper.step, on=story.place.now.date())
    return story, key, tuple(done)


def test_a_document_that_was_typed_wrongly_leaves_the_one_before_in_hand() -> None:
    story = opened().does(RecordTravelDocument, **PASSPORT)
    before = documents_of(story.case).document
    story.does(RecordTravelDocument, **PASSPORT | {"valid_until": "2031-01-01"})
    retract(story, "TravelDocumentRecorded").then_among_others(RecordRetracted)
    assert documents_of(story.case).document == before


def test_the_reminder_is_of_the_document_that_is_in_hand_then() -> None:
    story = opened().does(RecordTravelDocument, **PASSPORT)
    retract(story, "TravelDocumentRecorded").then_among_others(RecordRetracted, TimerCancelled)
    assert documents_of(story.case).document is None


def test_a_document_that_was_lost_since_does_not_come_back_by_a_slip() -> None:
    story = opened().does(RecordTravelDocument, **PASSPORT).does(RecordTravelDocument, **PASSPORT)
    story.does(RecordDocumentLoss, how="stolen")
    retract(story, "TravelDocumentRecorded").accepted()
    assert documents_of(story.case).document is None


def test_a_step_that_was_not_done_is_to_be_done_again_and_nobody_is_waited_for() -> None:
    story, key, done = to_the_authority()
    retract(story, "DocumentStepDone").then_among_others(RecordRetracted, TimerCancelled)
    paper = documents_of(story.case).papers[key]
    assert (paper.step, paper.waits_for) == (done[-1], "person")


def test_a_refusal_that_was_another_documents_has_the_authority_waited_for_again() -> None:
    story, key, _ = to_the_authority()
    before = documents_of(story.case).papers[key]
    story.does(RefuseDocument, document_id=key, reason="incomplete")
    retract(story, "DocumentRefused").then_among_others(RecordRetracted, TimerSet)
    assert documents_of(story.case).papers[key] == before


def test_a_step_on_which_the_next_was_done_stands() -> None:
    story, _key, done = to_the_authority()
    if len(done) < 2:
        story.does(RecordDocumentStep, document_id=_key, step=documents_of(story.case).papers[_key].step,
                   on=story.place.now.date())  # fmt: skip
    first = min(number for number, told in records_of(story.case).standing.items() if told.of == "DocumentStepDone")
    story.when(RetractRecord, record=first, why="wrong_day").then_refused("nothing_stands_on_it")


def test_a_visa_of_one_country_is_taken_back_and_others_stay() -> None:
    story = opened()
    until = (story.place.now + timedelta(days=90)).date()
    story.does(RecordTransitVisa, country="RO", valid_until=until)
    story.does(RecordTransitVisa, country="TR", valid_until=until)
    record = min(number for number, told in records_of(story.case).standing.items() if told.of == "TransitVisaRecorded")
    story.when(RetractRecord, record=record, why="wrong_content").accepted()
    assert travel_of(story.case).visas == {"TR": until}


def test_what_a_colleague_recorded_of_a_document_takes_two() -> None:
    story = opened().does(RecordTravelDocument, **PASSPORT)
    assert records_of(story.case).standing[last_of(story, "TravelDocumentRecorded")].by == ANNA
    retract(story, "TravelDocumentRecorded", actor="staff:boris", mandate="supervisor").then_among_others(
        DecisionProposed
    )
    assert documents_of(story.case).document is not None
