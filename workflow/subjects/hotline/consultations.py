"""Consultations: counted by centre and topic; a case comes of one only by consent, and without what was said."""

from collections.abc import Iterable
from typing import Final

from events.facts.hotline import CaseCodesPrinted, ConsultationConverted, ConsultationHeld
from events.facts.intake import ConsentGiven
from events.ids import case_stream
from workflow.command import occurred
from workflow.reasons import Reason, Refused
from workflow.situation import Decision, Situation, StreamFact, said_by
from workflow.subject import CommandRule, given
from workflow.subjects.accommodation.definition import facility_stream
from workflow.subjects.accommodation.shelter import shelter_of
from workflow.subjects.hotline import refusals
from workflow.subjects.hotline.commands import PrintCaseCodes, RecordConsultation
from workflow.subjects.hotline.decisions import (
    against_the_day,
    against_words,
    counted_in,
    desk,
    hotline_state,
    short_code,
)
from workflow.subjects.hotline.definition import Hotline
from workflow.subjects.intake.commands import OpenCase


def record_consultation(command: RecordConsultation, line: Hotline, situation: Situation) -> Decision:
    """Return the consultation counted; no case comes of it by itself."""
    reasons = [
        *against_the_day(command, situation),
        *against_words(command.topics, command.at_risk_groups, situation.programme),
        *_against_centre(command, situation),
    ]
    if reasons:
        return Refused(tuple(reasons))
    held = said_by(command, ConsultationHeld, month=counted_in(line, occurred(command, situation.now)))
    return [StreamFact(command.stream, held)]


def print_case_codes(command: PrintCaseCodes, _line: Hotline, situation: Situation) -> Decision:
    """Return a pad of codes that no open case code has yet."""
    taken = set(hotline_state(situation).case_codes)
    codes: list[str] = []
    for number in range(command.count):
        codes.append(short_code("K", command.command_id, number, taken))
        taken.add(codes[-1])
    return [StreamFact(command.stream, CaseCodesPrinted(codes=tuple(codes)))]


def against_conversion(command: OpenCase, situation: Situation) -> list[Reason]:
    """Return why a case cannot be opened with a code from a consultation: an unknown code, or no consent."""
    if command.consultation is None:
        return []
    reasons = []
    if command.consultation not in hotline_state(situation).case_codes:
        reasons.append(refusals.CASE_CODE_IS_UNUSED())
    if not command.consent:
        reasons.append(refusals.CONSENT_IS_GIVEN())
    return reasons


def converted(command: OpenCase, situation: Situation) -> list[StreamFact]:
    """Return the person's consent, and the desk's side of a consultation that became a case: only the code.

    The link leads from the case to the code, and from the code to nothing but the count of conversions. Codes are
    printed by the pad and handed out on paper, so neither side can say which call or visit it was: nothing that
    was said anonymously follows the person into the case file, not even for whoever holds the whole log.
    """
    line = situation.programme.hotline
    if command.consultation is None or line is None:
        return []
    month = counted_in(line, occurred(command, situation.now))
    fact = ConsultationConverted(code=command.consultation, month=month)
    agreed = ConsentGiven(purpose=line.consent)
    return [StreamFact(case_stream(command.case_id), agreed), StreamFact(situation.programme.hotline_stream, fact)]


def _against_centre(command: RecordConsultation, situation: Situation) -> Iterable[Reason]:
    known, centre = situation.programme.consultation_centres, situation.programme.facility_of.get(command.centre)
    if centre is None or centre.id not in known:
        yield refusals.CENTRE_IS_KNOWN(known=known)
        return
    day, closed = centre.day(occurred(command, situation.now)), shelter_of(centre.id, situation).closed
    if centre.is_cut_off or not centre.is_running(day) or (closed is not None and day >= closed):
        yield refusals.CENTRE_WAS_NOT_OPEN(house=centre.name, known=known, day=day)


RULES: Final = (
    CommandRule(
        RecordConsultation,
        given(desk, record_consultation),
        office_needs=lambda _programme, command: (facility_stream(command.centre),),
    ),
    CommandRule(PrintCaseCodes, given(desk, print_case_codes)),
)
