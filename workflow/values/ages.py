"""How old somebody is, as far as rules need it: a child or not, from which month of age, and in which age group."""

from datetime import date
from typing import Final, Literal, get_args

AgeBand = Literal["0-8", "9-17", "18-20", "21-23", "24-26", "27-29", "30-38", "39-47", "48+"]
AGE_BANDS: Final[tuple[AgeBand, ...]] = get_args(AgeBand)
OF_AGE: Final = 18


def ages_of(band: str) -> range:
    """Return the ages of a group.

    >>> ages_of("9-17"), 99 in ages_of("48+")
    (range(9, 18), True)
    """
    first, _, last = band.rstrip("+").partition("-")
    return range(int(first), int(last or 200) + 1)


CHILD_BANDS: Final = tuple(band for band in AGE_BANDS if ages_of(band)[-1] < OF_AGE)


def age_known(
    birth_date: date | None, age_band: str | None, today: date, majority: str | None = None
) -> tuple[bool, date | None]:
    """Return whether somebody counts as a child and from when not: unknown age is presumed a child's.

    >>> age_known(date(2000, 5, 9), None, date(2017, 1, 1))
    (True, datetime.date(2018, 6, 1))
    """
    if birth_date is None:
        return (age_band in CHILD_BANDS if age_band else majority != "adult"), None
    of_age = _first_of_month_after(_birthday(birth_date, OF_AGE))
    return today < of_age, of_age if today < of_age else None


def band_of(birth_date: date, today: date) -> AgeBand:
    """Return the age group of somebody on a day.

    >>> band_of(date(1990, 5, 9), date(2017, 5, 8)), band_of(date(1960, 1, 1), date(2017, 1, 1))
    ('24-26', '48+')
    """
    age = age_on(today, birth_date)
    return next(band for band in AGE_BANDS if age in ages_of(band))


def age_on(day: date, born: date) -> int:
    """Return how old somebody is on a day, in years."""
    years = day.year - born.year
    return years - (day < _birthday(born, years))


def _birthday(born: date, years: int) -> date:
    """Return a birthday; who was born on 29 February comes of age on 1 March."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def _first_of_month_after(day: date) -> date:
    return day if day.day == 1 else date(day.year + day.month // 12, day.month % 12 + 1, 1)
