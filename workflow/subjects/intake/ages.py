"""What is said of somebody's age in three ways must agree: a birth date, an age group, and whether they are of age."""

from datetime import date

from workflow.reasons import Reason
from workflow.subjects.intake import refusals
from workflow.subjects.intake.commands import OpenCase
from workflow.values.ages import CHILD_BANDS, OF_AGE, age_on, ages_of


def against_ages(command: OpenCase, today: date) -> list[Reason]:
    """Return where a birth date, an age group and majority contradict each other; each is doubtful then.

    An age group is that of the day of registration, which may be years ago; of 1 January only the year is certain.
    """
    band, majority = command.age_band, command.majority
    reasons = []
    if command.birth_date is not None:
        ages = _possible_ages(command.birth_date, command.registered_year, today)
        if band and ages.isdisjoint(ages_of(band)):
            reasons.append(refusals.AGE_BAND_AGREES())
        if majority and not any(_is_of(age, majority) for age in ages):
            reasons.append(refusals.MAJORITY_AGREES())
    if band and majority and (band in CHILD_BANDS) != (majority == "minor"):
        reasons.append(refusals.MAJORITY_AGREES_WITH_BAND())
    return reasons


def _possible_ages(born: date, registered_year: int | None, today: date) -> set[int]:
    if registered_year is not None and registered_year != today.year:
        return {registered_year - born.year - 1, registered_year - born.year}
    age = age_on(today, born)
    return {age - 1, age} if (born.month, born.day) == (1, 1) else {age}


def _is_of(age: int, majority: str) -> bool:
    """Tell whether an age is a minor's or an adult's; in the month of the birthday somebody is either."""
    return age <= OF_AGE if majority == "minor" else age >= OF_AGE
