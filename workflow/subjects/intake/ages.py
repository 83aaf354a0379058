"""What is said of somebody's age in three ways must agree: a birth date, an age group, and whether they are of age."""

from datetime import date
from typing import Final

from workflow.reasons import Reason
from workflow.subjects.intake import refusals
from workflow.subjects.intake.commands import OpenCase
from workflow.values.ages import CHILD_BANDS

_OF_AGE: Final = 18


def against_ages(command: OpenCase, today: date) -> list[Reason]:
    """Return where a birth date, an age group and majority contradict each other; each is doubtful then.

    An age group is that of the day of registration, which may be years ago; of 1 January only the year is certain.
    """
    band, majority = command.age_band, command.majority
    reasons = []
    if command.birth_date is not None:
        ages = _possible_ages(command.birth_date, command.registered_year, today)
        if band and not any(_is_in(age, band) for age in ages):
            reasons.append(refusals.AGE_BAND_AGREES())
        if majority and not any(_is_of(age, majority) for age in ages):
            reasons.append(refusals.MAJORITY_AGREES())
    if band and majority and (band in CHILD_BANDS) != (majority == "minor"):
        reasons.append(refusals.MAJORITY_AGREES_WITH_BAND())
    return reasons


def _possible_ages(born: date, registered_year: int | None, today: date) -> set[int]:
    if registered_year is not None and registered_year != today.year:
        return {registered_year - born.year - 1, registered_year - born.year}
    years = today.year - born.year
    if (born.month, born.day) == (1, 1):
        return {years - 1, years}
    return {years - ((today.month, today.day) < (born.month, born.day))}


def _is_in(age: int, band: str) -> bool:
    """Tell whether an age is in a group.

    >>> _is_in(17, "9-17"), _is_in(48, "48+"), _is_in(18, "9-17")
    (True, True, False)
    """
    first, _, last = band.rstrip("+").partition("-")
    return int(first) <= age <= int(last or 200)


def _is_of(age: int, majority: str) -> bool:
    """Tell whether an age is a minor's or an adult's; in the month of the birthday somebody is either."""
    return age <= _OF_AGE if majority == "minor" else age >= _OF_AGE
