"""What was arranged before a correction and does not fit any more: a question of how things stand, never a fact."""

from collections.abc import Iterator

from workflow.case.state import Case
from workflow.programme.programme import Programme
from workflow.reasons import Reason
from workflow.subjects.care.state import care_of
from workflow.subjects.corrections import refusals
from workflow.subjects.corrections.state import corrections_of
from workflow.subjects.documents.state import documents_of
from workflow.subjects.reception.state import reception_of
from workflow.subjects.travel.state import travel_of


def unfitting(case: Case, programme: Programme) -> Iterator[Reason]:
    """Yield what is to be arranged anew since the person's data were corrected, each with the form that helps."""
    corrected = corrections_of(case).corrected
    if "citizenships" in corrected:
        yield from _by_citizenship(case, programme)
    if "language" in corrected:
        yield from _by_language(case)


def _by_citizenship(case: Case, programme: Programme) -> Iterator[Reason]:
    own, destination = case.citizenships, travel_of(case).destination
    if destination and destination not in own and not case.is_national(programme.home_country):
        yield refusals.DESTINATION_FITS(country=destination)
    for document_id, paper in documents_of(case).papers.items():
        if paper.country and paper.country not in own:
            yield refusals.DOCUMENT_UNDER_WAY_FITS(country=paper.country, document_id=document_id)
    document = documents_of(case).document
    if document is not None and document.country and document.country not in own:
        yield refusals.DOCUMENT_IN_HAND_FITS(country=document.country)


def _by_language(case: Case) -> Iterator[Reason]:
    for one in care_of(case).appointments.values():
        if one.language and one.language != case.language:
            yield refusals.APPOINTMENT_FITS(service=one.service, language=one.language)
    arrival = reception_of(case).arrival
    if arrival is not None and not arrival.over and arrival.language not in ("", case.language):
        yield refusals.ARRIVAL_FITS(language=arrival.language)
