"""Corrections: what was wrong beside what is right, why, and by which paper; nothing stored changes.

One person alone makes nobody of age. A birth date or an age group by which a known child would be an adult, or would
become one earlier, is recorded, and a second person is asked: until then the person is treated as before.
"""

from collections.abc import Mapping
from typing import Any, Final

from events.facts import corrections as facts
from events.facts.decisions import ProposalLapsed
from workflow import two_people
from workflow.case.state import Case
from workflow.case_decisions import context_of
from workflow.command import Command
from workflow.reasons import Reason, Refused, reasons_if, refused
from workflow.rights.compartments import compartments_closed_to
from workflow.situation import Decision, Situation, StreamFact, case_of, id_from, person_of
from workflow.subject import CommandRule, TwoPeople
from workflow.subjects.corrections import commands, refusals
from workflow.subjects.corrections.state import AgeSaid, corrections_of
from workflow.subjects.intake.state import handle_of
from workflow.subjects.safety.state import LAPSED, month_of_coming_of_age, safety_of
from workflow.subjects.travel.state import travel_of
from workflow.values.ages import CHILD_BANDS, age_known, band_of
from workflow.values.handles import is_of_name

AnyCorrection = commands.CorrectIdentity | commands.CorrectCitizenships | commands.CorrectDetails


# -- who somebody is -------------------------------------------------------------------------------------------------


def correct_identity(command: commands.CorrectIdentity, situation: Situation) -> Decision:
    """Return what is right of a name, a birth date or a telephone number; the values are sealed."""
    given = [name for name in ("name", "birth_date", "phone") if getattr(command, name) is not None]
    emptied = ("phone",) if command.no_phone else ()
    born = command.birth_date
    reasons = _against_reading(command, {"contact"} if "phone" in given else set()) + reasons_if(
        (not given and not emptied, refusals.NOTHING_IS_CORRECTED()),
        (command.phone and command.no_phone, refusals.ONE_OF_BOTH()),
        (born is not None and born > situation.today, refusals.BIRTH_DATE_IS_PAST()),
        (_is_called_so(command, situation), refusals.HANDLE_IS_OF_THE_NAME()),
    )
    if reasons:
        return Refused(tuple(reasons))
    said = _born(command, situation)
    corrected = facts.IdentityCorrected(
        **_told_by(command, situation), **_aged(said, situation), correction_id=_id(command),
        fields=(*given, *emptied), emptied=emptied, of_age_from=said and said.of_age_from,
        forgotten=command.name is not None and command.why == "another_persons",
        name=command.name, birth_date=born.isoformat() if born else None, phone=command.phone,
    )  # fmt: skip
    return [*situation.about_case(corrected), *_second_asked(command, said, situation)]


def _is_called_so(command: commands.CorrectIdentity, situation: Situation) -> bool:
    """Tell whether what the person is called in the house would be a part of their name."""
    handle = handle_of(case_of(situation), situation.programme)
    return command.name is not None and is_of_name(handle, command.name)


def _born(command: commands.CorrectIdentity, situation: Situation) -> AgeSaid | None:
    """Return what a birth date says of the age; the age group is only known anew where one was known."""
    if command.birth_date is None:
        return None
    child, of_age_from = age_known(command.birth_date, None, situation.today)
    known = case_of(situation).age_band
    band = band_of(command.birth_date, situation.today) if known else None
    return AgeSaid(_id(command), child, of_age_from, None if band == known else band)


# -- where they are from, and what else is known ---------------------------------------------------------------------


def correct_citizenships(command: commands.CorrectCitizenships, situation: Situation) -> Decision:
    """Return the citizenships as they are; whose return was declared has two people behind it."""
    case = case_of(situation)
    wanted, before = command.citizenships, case.citizenships
    reasons = _against_reading(command) + reasons_if(
        (len(set(wanted)) < len(wanted), refusals.CITIZENSHIPS_ARE_DIFFERENT()),
        (sorted(wanted) == sorted(before), refusals.NOTHING_IS_CORRECTED()),
    )
    corrected = facts.CitizenshipsCorrected(
        **_told_by(command, situation), **situation.two, citizenships=wanted, citizenships_before=before
    )
    return Refused(tuple(reasons)) if reasons else situation.about_case(corrected)


def _return_rests_on_them(_command: Any, situation: Situation) -> bool:
    """Tell whether one person alone could turn a declared return to another country."""
    return travel_of(case_of(situation)).destination != ""


def correct_details(command: commands.CorrectDetails, situation: Situation) -> Decision:
    """Return what else is right; what is as it was before is no correction."""
    case = case_of(situation)
    before = _details_of(case)
    changed = {name: value for name, was in before.items() if (value := getattr(command, name)) and value != was}
    reasons = _against_reading(command) + _against_band(changed.get("age_band"), case)
    if not changed:
        reasons.append(refusals.NOTHING_IS_CORRECTED())
    if reasons:
        return Refused(tuple(reasons))
    band = changed.pop("age_band", None)
    said = AgeSaid(_id(command), band in CHILD_BANDS, None, band) if band else None
    beside = {f"{name}_before": before[name] for name in changed if before[name]}
    corrected = facts.DetailsCorrected(
        **_told_by(command, situation), **_aged(said, situation), correction_id=_id(command), **changed, **beside
    )
    return [*situation.about_case(corrected), *_second_asked(command, said, situation)]


def _details_of(case: Case) -> dict[str, Any]:
    kept = corrections_of(case)
    return {
        "gender": case.gender, "language": case.language, "age_band": case.age_band,
        "exploitation": kept.exploitation, "country_of_exploitation": kept.country_of_exploitation,
    }  # fmt: skip


def _against_band(band: str | None, case: Case) -> list[Reason]:
    """Return that an age group contradicts the birth date, as far as that is open: the month of coming of age."""
    month = month_of_coming_of_age(case)
    if not band or band in CHILD_BANDS or month is None:
        return []
    return [refusals.BIRTH_DATE_SAYS_OTHERWISE(month=month, age_band=band)]


# -- an age that two people have to see ------------------------------------------------------------------------------


def confirm_corrected_age(command: commands.ConfirmCorrectedAge, situation: Situation) -> Decision:
    """Return the age that was corrected, in force; a guardian's word that is over with it is looked at."""
    case = case_of(situation)
    said = corrections_of(case).waiting
    if said is None or said.correction_id != command.correction_id:
        return refused(refusals.NO_AGE_WAITS(correction_id=command.correction_id))
    corrected = facts.AgeCorrected(
        correction_id=said.correction_id, child=said.child, of_age_from=said.of_age_from, age_band=said.age_band,
        **situation.two,
    )  # fmt: skip
    lapsed = bool(safety_of(case).by_guardian) and not said.child
    return [*situation.about_case(corrected), *situation.escalated(LAPSED, when=lapsed)]


def _waits(said: AgeSaid, situation: Situation) -> bool:
    """Tell whether a known child would be of age, or would come of age earlier than is known."""
    case = case_of(situation)
    if not (case.is_child(situation.today) and corrections_of(case).known_child):
        return False
    earlier = said.of_age_from is not None and (case.of_age_from is None or said.of_age_from < case.of_age_from)
    return not said.child or earlier


def _aged(said: AgeSaid | None, situation: Situation) -> dict[str, Any]:
    """Return what a correction tells of the age; the group only where it is in force."""
    if said is None:
        return {}
    known = case_of(situation).age_band
    beside = {"age_band": said.age_band, "age_band_before": known or None} if said.age_band else {}
    return {"child": said.child, "waits": _waits(said, situation), **beside}


def _second_asked(command: AnyCorrection, said: AgeSaid | None, situation: Situation) -> list[StreamFact]:
    """Return that a second person is asked about the age; what was asked about an earlier correction lapses.

    Nobody is asked by a name that was only typed: whoever signs in proposes it.
    """
    if said is None or not _waits(said, situation):
        return []
    context = context_of(situation, _RULES)
    asked_for = commands.ConfirmCorrectedAge.__name__
    older = [key for key, one in context.pending.items() if one.command == asked_for]
    context = context._replace(pending={key: one for key, one in context.pending.items() if key not in older})
    after = corrections_of.changed(case_of(situation), waiting=said)
    names = {"command_id", "actor", "mandate", "case_id"}
    asked = commands.ConfirmCorrectedAge(correction_id=said.correction_id, **command.model_dump(include=names))
    proposed = two_people.propose(asked, CONFIRMED, context, situation._replace(case=after))
    lapsed = situation.about_case(*(ProposalLapsed(proposal_id=key) for key in older))
    return lapsed if isinstance(proposed, Refused) else [*lapsed, *proposed]


# -- what every correction says --------------------------------------------------------------------------------------


def _told_by(command: AnyCorrection, situation: Situation) -> dict[str, Any]:
    said = command.model_dump(include={"why", "evidence", "evidence_number"})
    return {"person_id": person_of(situation), **said}


def _id(command: AnyCorrection) -> str:
    return id_from(command.command_id, "X", "correction")


def _against_reading(command: AnyCorrection, more: set[str] | None = None) -> list[Reason]:
    """Return that somebody would write where they may not read: nobody puts right what they cannot look at."""
    shut = compartments_closed_to(command.mandate, {"identity", *(more or ())})
    return [refusals.PART_IS_OPEN_TO_YOU(parts=shut, mandate=command.mandate)] if shut else []


CONFIRMED: Final = CommandRule(
    commands.ConfirmCorrectedAge, confirm_corrected_age, two_people=TwoPeople(thing=("correction_id",))
)
_RULES: Final[Mapping[type[Command], CommandRule]] = {commands.ConfirmCorrectedAge: CONFIRMED}
RULES: Final = (
    CommandRule(commands.CorrectIdentity, correct_identity),
    CommandRule(
        commands.CorrectCitizenships, correct_citizenships,
        two_people=TwoPeople(when=_return_rests_on_them, sealed="evidence_number"),
    ),
    CommandRule(commands.CorrectDetails, correct_details),
    CONFIRMED,
)  # fmt: skip
