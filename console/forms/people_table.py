"""A table of people as somebody pastes it from a spreadsheet: each line one person, every fault told by its line.

Nothing of what a cell holds is ever repeated in a fault: it may be a name.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from io import StringIO
from typing import Any, Final, NamedTuple, get_args

from pydantic import ValidationError

from console.forms.context import FormContext
from console.forms.faults import A_DAY, CHOOSE, NEEDED, faults_of
from console.forms.listed import LISTED
from console.forms.people_words import COLUMNS, GENDERS, RELATIONS
from console.words.labels import label
from console.words.language import LANGUAGES
from workflow.subjects.groups.commands import Relation
from workflow.subjects.intake.commands import OpenCase
from workflow.values.countries import countries
from workflow.values.name_matching import folded_parts

N_: Final = str  # marks a text for translation; it is translated where it is shown
ROWS_MAX: Final = 200
TEXT_MAX: Final = 60_000
_ONE_OF: Final = N_("Write one of: {words}.")
_DAY: Final = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_LANGUAGES: Final = ("ru", "en", "ro", "uk", "be", "uz", "tg", "kk", "ky", "hy", "az", "ka", "vi", "zh", "fr", "es")
FAULT_OF_TABLE: Final = 0  # the line of what concerns the table as a whole


class PersonRow(NamedTuple):
    """One person of a table: which line of it, what a case is opened with, and what they are of the first."""

    line: int
    fields: Mapping[str, Any]
    relation: str = ""


class RowFault(NamedTuple):
    """What is wrong with a line, in words of the reader's language: of which column, "" for the whole line."""

    line: int
    column: str
    text: str


class PeopleTable(NamedTuple):
    """What could be read of a table, and everything that is wrong with it."""

    rows: tuple[PersonRow, ...]
    faults: tuple[RowFault, ...]


def read_table(text: str, shared: Mapping[str, Any], context: FormContext) -> PeopleTable:
    """Return the people of a table, with what is the same for all of them, and what is wrong with which line."""
    say = context.words.gettext
    lines = [(number, cells) for number, cells in enumerate(_cells(text), start=1) if any(map(str.strip, cells))]
    if len(text) > TEXT_MAX or len(lines) > ROWS_MAX + 1:
        return PeopleTable((), (_whole(say(N_("The table is too long. Paste at most 200 people at a time."))),))
    if not lines:
        return PeopleTable((), (_whole(say(NEEDED)),))
    heading = [_column(cell) for cell in lines[0][1]]
    if "" in heading or len(set(heading)) < len(heading):
        wrong = N_("The first line names the columns. Each of them is one of the list, and comes once.")
        return PeopleTable((), (RowFault(lines[0][0], "", say(wrong)),))
    if len(lines) == 1:
        return PeopleTable((), (_whole(say(N_("There is nobody in the table: one line for each person."))),))
    found = [_row(number, heading, cells, shared, context) for number, cells in lines[1:]]
    faults = [fault for _, wrong in found for fault in wrong]
    rows = tuple(row for row, wrong in found if not wrong)
    faults += [RowFault(line, "", say(N_("This person stands in the table twice."))) for line in _twice(rows)]
    return PeopleTable(rows, tuple(sorted(faults)))


def _whole(text: str) -> RowFault:
    return RowFault(FAULT_OF_TABLE, "", text)


def _cells(text: str) -> list[list[str]]:
    """Return the cells of each line; what parts them is what the first line has most of."""
    first = text.lstrip("\ufeff\r\n").partition("\n")[0]
    parts = max("\t;,", key=first.count)
    try:
        return [*csv.reader(StringIO(text.lstrip("\ufeff").replace("\x00", "")), delimiter=parts)]
    except csv.Error:
        return []


def _column(heading: str) -> str:
    said = " ".join(heading.strip().lower().split())
    return next((name for name, words in COLUMNS.items() if said in words or said in _labels_of(name)), "")


@cache
def _labels_of(column: str) -> frozenset[str]:
    """Return what a column is called on our own forms, which is what somebody copies who reads them."""
    return frozenset(label("field", f"OpenCase.{column}", one).lower() for one in LANGUAGES)


def _row(
    line: int, heading: Sequence[str], cells: Sequence[str], shared: Mapping[str, Any], context: FormContext
) -> tuple[PersonRow, list[RowFault]]:
    say, faults, fields = context.words.gettext, list[RowFault](), dict[str, Any](shared)
    if len(cells) > len(heading) and any(cell.strip() for cell in cells[len(heading) :]):
        faults.append(RowFault(line, "", say(N_("This line has more cells than there are columns."))))
    for column, cell in zip(heading, cells, strict=False):
        value = cell.strip()
        if not value:
            continue
        read = _READ[column](value) if column in _READ else value
        if read is None:
            faults.append(RowFault(line, column, _what_fits(column, context)))
        else:
            fields[column] = read
    if not fields.get("name") and not fields.get("birth_date"):
        faults.append(RowFault(line, "name", say(N_("Write a name or a date of birth, to tell people apart."))))
    relation = str(fields.pop("relation", ""))
    faults += _of_command(line, fields, context)
    return PersonRow(line, fields, relation), faults


def _what_fits(column: str, context: FormContext) -> str:
    """Return what may stand in a column, for whoever wrote what nobody can read."""
    say, language = context.words.gettext, context.words.language
    if column == "relation":
        return say(_ONE_OF).format(
            words=", ".join(label("choice", f"relation.{one}", language) for one in get_args(Relation))
        )
    if column == "gender":
        return say(_ONE_OF).format(words=", ".join(say(one) for one in LISTED["gender"].values()))
    return say(A_DAY if column == "birth_date" else CHOOSE)


def _of_command(line: int, fields: Mapping[str, Any], context: FormContext) -> Iterator[RowFault]:
    """Yield what the command itself says of a line."""
    given = {"command_id": "00000000-0000-4000-8000-000000000000", "actor": "staff:nobody", **fields}
    try:
        command = OpenCase.model_validate(given)
    except ValidationError as problem:
        for column, texts in faults_of(problem, context.words, {}).items():
            yield from (RowFault(line, column, text) for text in texts)
    else:
        if command.birth_date is not None and command.birth_date > context.today:
            yield RowFault(line, "birth_date", context.words.gettext(N_("This day is still to come.")))


def _twice(rows: Sequence[PersonRow]) -> Iterator[int]:
    seen = set[tuple[Any, ...]]()
    for row in rows:
        who = (folded_parts(str(row.fields.get("name", ""))), row.fields.get("birth_date"))
        if all(who) and who in seen:
            yield row.line
        seen.add(who)


def _day(text: str) -> str | None:
    found = _DAY.fullmatch(text)
    try:
        return (date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)).isoformat()
    except ValueError:
        return None


def _gender(text: str) -> str | None:
    said = text.lower()
    worded = {label("gender", name, one).lower(): name for name in GENDERS for one in LANGUAGES}
    return next((name for name, words in GENDERS.items() if said in words), worded.get(said))


def _countries(text: str) -> tuple[str, ...] | None:
    found = tuple(_country(one.strip()) for one in re.split(r"[/;+]", text))
    return None if "" in found else found


def _country(text: str) -> str:
    return text.upper() if text.upper() in countries() else _country_names().get(text.lower(), "")


@cache
def _country_names() -> Mapping[str, str]:
    return {label("country", code, one).lower(): code for code in countries() for one in LANGUAGES}


def _language(text: str) -> str | None:
    said = text.lower()
    if re.fullmatch(r"[a-z]{2,3}", said):
        return said
    return next((c for c in _LANGUAGES if said in {label("language", c, one).lower() for one in LANGUAGES}), None)


def _relation(text: str) -> str | None:
    names, said = get_args(Relation), text.lower()
    if said in names:
        return said
    if plain := next((name for name, words in RELATIONS.items() if said in words), None):
        return plain
    worded = ((name, label("choice", f"relation.{name}", one).lower()) for name in names for one in LANGUAGES)
    return next((name for name, words in worded if said in re.split(r", | или | or ", words)), None)


def _phone(text: str) -> str:
    return re.sub(r"[\s()-]", "", text)


_READ: Final[Mapping[str, Any]] = {
    "birth_date": _day,
    "gender": _gender,
    "citizenships": _countries,
    "language": _language,
    "relation": _relation,
    "phone": _phone,
}
