"""Guards about documents."""

from datetime import date
from typing import Final

from workflow.case.state import Case
from workflow.guard_context import GuardContext
from workflow.programme.programme import Programme
from workflow.reasons import Reason
from workflow.refusals import CONSENT_IS_MISSING
from workflow.subjects.documents import refusals
from workflow.subjects.documents.definition import DOCUMENT_RENEWAL
from workflow.subjects.documents.state import FOR_TRAVEL, Document, documents_of
from workflow.subjects.travel.state import travel_of


def travel_papers_are_in_order(asked: GuardContext) -> Reason | None:
    """Nobody travels abroad without a travel document valid until arrival; at home any valid document is enough."""
    trip = travel_of(asked.case).trip
    return document_lasts(asked, asked.day(trip.arrives_at) if trip else asked.today)


def document_for_booking(asked: GuardContext, arrives_on: date) -> Reason | None:
    """Nobody books international travel on a missing or expired document (Palermo Protocol Art. 8(4) on who issues)."""
    return document_lasts(asked, arrives_on) if goes_abroad(asked.case, asked.programme) else None


def document_lasts(asked: GuardContext, needed: date) -> Reason | None:
    """Return why the document in hand does not carry the person until a day, or None when it does."""
    document = documents_of(asked.case).document
    if document is None:
        return refusals.NO_TRAVEL_DOCUMENT(needed_until=needed)
    if not document.lives_on(max(needed, asked.today)):
        return refusals.TRAVEL_DOCUMENT_RUNS_OUT(needed_until=needed)
    return _against_crossing(document, asked, needed) if goes_abroad(asked.case, asked.programme) else None


def goes_abroad(case: Case, programme: Programme) -> bool:
    """Tell whether the way home leads out of the country; as long as nothing is declared, by citizenship."""
    if travel_of(case).destination:
        return travel_of(case).destination != programme.home_country
    return not case.is_national(programme.home_country)


def consent_to_renewal(asked: GuardContext) -> Reason | None:
    """The person agrees that an office of their country is written to (IOM Data Protection Principle 5)."""
    purpose = renewal_consent(asked.programme)
    return None if asked.case.consents_to(purpose, asked.today) else CONSENT_IS_MISSING(purpose=purpose)


def renewal_consent(programme: Programme) -> str:
    """Return the purpose under which an office is written to about a document."""
    return programme.service_of[DOCUMENT_RENEWAL].consent


def _against_crossing(document: Document, asked: GuardContext, needed: date) -> Reason | None:
    kind, country, home = document.kind, document.country, travel_of(asked.case).destination
    if kind not in FOR_TRAVEL:
        return refusals.DOCUMENT_IS_NOT_FOR_TRAVEL(kind=kind, needed_until=needed)
    if kind != "passport" and country and home and country != home:
        return refusals.DOCUMENT_LEADS_ELSEWHERE(kind=kind, country=country, home=home, needed_until=needed)
    return None


GUARDS: Final = (travel_papers_are_in_order,)
