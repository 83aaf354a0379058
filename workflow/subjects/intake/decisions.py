"""Opening a case: anybody who is referred gets one, whatever their age and gender; what is written down and read."""

from typing import Final

from events.facts.intake import CaseLinked, CaseOpened, NoteAdded, SealedOpened
from events.facts.safety import SealedDenied
from events.ids import case_stream, person_id_of
from events.instants import instant
from workflow.case.erasure import erased_at
from workflow.reasons import Reason, Refused, refused
from workflow.refusals import PERSON_WAS_ERASED
from workflow.rights.compartments import compartments_closed_to
from workflow.rights.visibility import is_machine
from workflow.situation import Decision, Situation, StreamFact, case_of, person_of, said_by
from workflow.subject import CommandRule
from workflow.subjects.attachments.refusals import FILE_IS_THERE
from workflow.subjects.attachments.state import attachments_of
from workflow.subjects.hotline.consultations import against_conversion, converted
from workflow.subjects.intake import refusals
from workflow.subjects.intake.ages import against_ages
from workflow.subjects.intake.commands import AddNote, OpenCase, OpenSealed
from workflow.subjects.intake.handle_decisions import against_handle, handle_at_opening
from workflow.subjects.intake.yearly_count import against_the_day, yearly_intake
from workflow.subjects.team.teams import against_team
from workflow.values.ages import age_known


def open_case(command: OpenCase, situation: Situation) -> Decision:
    """Return the facts of a new case; a new case after an ended one is linked to it and keeps the person's keys."""
    if situation.case is not None:
        return refused(refusals.CASE_IS_NEW())
    reasons = [
        *_against_previous(command, situation),
        *_against_dates(command, situation),
        *_against_referrer(command, situation),
        *against_handle(command, situation),
        *against_team(command.team, situation.programme),
    ]
    reasons += against_conversion(command, situation)
    if reasons:
        return Refused(tuple(reasons))
    opened = _opened(command, situation)
    year = command.registered_year or situation.today.year
    target = situation.programme.target_per_year
    counted = yearly_intake(situation).counted(command.case_id, year, target, opened.handle)
    told = [StreamFact(case_stream(command.case_id), opened), StreamFact(situation.programme.intake_stream, counted)]
    told += converted(command, situation)
    if situation.previous is not None:
        told.append(StreamFact(f"case:{situation.previous.case_id}", CaseLinked(next_case=command.case_id)))
    return told


def _opened(command: OpenCase, situation: Situation) -> CaseOpened:
    child, of_age_from = age_known(command.birth_date, command.age_band, situation.today, command.majority)
    previous = situation.previous
    return said_by(
        command,
        CaseOpened,
        case_id=command.case_id,
        person_id=previous.person_id if previous else person_id_of(command.command_id),
        stage=situation.journey.initial,
        consultation=command.consultation or "",
        citizenships=command.citizenships or (previous.citizenships if previous else ()),
        child=child,
        of_age_from=of_age_from,
        owner="" if is_machine(command.actor) else command.actor,
        birth_date=command.birth_date.isoformat() if command.birth_date else None,
        their_reference=command.reference,
        handle=handle_at_opening(command, situation),
    )


def _against_previous(command: OpenCase, situation: Situation) -> list[Reason]:
    if command.previous_case is None:
        return []
    previous = situation.previous
    if previous is None:
        return [refusals.PREVIOUS_CASE_EXISTS()]
    if erased_at(previous):
        return [refusals.PREVIOUS_PERSON_WAS_ERASED(at=instant(erased_at(previous)))]
    if not situation.journey.stage(previous.stage).ends:
        return [refusals.PREVIOUS_CASE_HAS_ENDED(stage=previous.stage)]
    if previous.next_case is not None:
        return [refusals.PREVIOUS_CASE_HAS_NO_OTHER(next=previous.next_case)]
    return []


def _against_dates(command: OpenCase, situation: Situation) -> list[Reason]:
    reasons = []
    today = situation.today
    reasons += against_the_day(situation.programme, yearly_intake(situation), today)
    if command.birth_date is not None and command.birth_date > today:
        reasons.append(refusals.BIRTH_DATE_IS_PAST())
    else:
        reasons += against_ages(command, today)
    return reasons


def _against_referrer(command: OpenCase, situation: Situation) -> list[Reason]:
    """Return that an agency of the directory is of another kind than the source says."""
    agency = situation.programme.provider_of.get(command.referred_by)
    if agency is None or agency.kind == command.source:
        return []
    return [refusals.SOURCE_IS_THE_AGENCYS(agency=agency.name, kind=agency.kind, given=command.source)]


def add_note(command: AddNote, situation: Situation) -> Decision:
    """Return the note, sealed."""
    return situation.about_case(NoteAdded(person_id=person_of(situation), note=command.note))


def open_sealed(command: OpenSealed, situation: Situation) -> Decision:
    """Return the record of who opens what and why, or of whom it was denied to: the mandate decides."""
    if gone := erased_at(case_of(situation)):
        return refused(PERSON_WAS_ERASED(at=instant(gone)))
    file = attachments_of(case_of(situation)).live.get(command.file_id)
    if command.file_id and (file is None or command.compartments != (file.compartment,)):
        return refused(FILE_IS_THERE(file_id=command.file_id))
    closed = compartments_closed_to(command.mandate, command.compartments)
    if closed:
        return situation.about_case(SealedDenied(compartments=closed, mandate=command.mandate, why=command.why))
    return situation.about_case(said_by(command, SealedOpened))


RULES: Final = (
    CommandRule(AddNote, add_note, after_the_end=True),
    CommandRule(OpenSealed, open_sealed, after_the_end=True),
    CommandRule(
        OpenCase,
        open_case,
        office_needs=lambda programme, command: (
            (programme.intake_stream, programme.hotline_stream) if command.consultation else (programme.intake_stream,)
        ),
    ),
)
