"""Whole journeys per second: invented referrals through PostgreSQL, Redis and two worker processes.

``python -m bench journeys`` drives people who do not exist; ``python -m bench ctdc FILE`` drives real records.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import drive

PEOPLE = 300
_HEADER = (
    "yearOfRegistration,Datasource,gender,citizenship,isForcedLabour,ControlCategory,RecruiterCategory,"
    "ExploitType,Labor_Type,ageCategories"
)
_AGES = ("Age 9-17", "Age 18-20", "Age 21-23", "Age 24-26", "Age 30-38", "Age 39-47")
_COUNTRIES = ("RU", "UZ", "MD", "UA", "KG", "0")


def main(arguments: Sequence[str]) -> int:
    """Run the drive on invented records and return 0 when every check holds afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "invented.csv"
        invented(file, PEOPLE)
        return drive.main([str(file), *arguments])


def invented(file: Path, people: int) -> None:
    """Write so many records of people who do not exist; a longer file begins with the same."""
    file.write_text("\n".join([_HEADER, *map(_record, range(people))]) + "\n", encoding="utf-8")


def _record(number: int) -> str:
    gender = "Female" if number % 4 else "Male"
    country, age = _COUNTRIES[number % len(_COUNTRIES)], _AGES[number % len(_AGES)]
    return f"{2012 + number % 7},Case Management,{gender},{country},1,Threats,Other,Forced Labor,Construction,{age}"
