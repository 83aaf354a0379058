"""Reading case records published by the Counter-Trafficking Data Collaborative (CTDC), in three layouts.

The data are anonymised before publication: many people share one row, and no row may be used to find anybody.

What is kept, and under which names:

- Exploitation and means of control use HTCDS 2.0 identifiers. `Threats`, `RestrictsMovement`,
  `FinancialControl` and `PhysicalControl` are ours: the files are coarser, in one case finer, than its list.
- Labour sectors keep CTDC's own names without spaces (`DomesticWork`); recruiter relations are
  `IntimatePartner`, `Friend`, `Family` and `Other`.
- The numbers in `labor`, `victim_purpose` and `trafficker_relationship` of the 17-column layout have no code
  book here. They stay opaque strings in `unmapped`, beside other columns that have no field of their own.
- The columns `…Concatenated` and `RecruiterRelationship` repeat the 1/0 columns beside them and are not read.

A binary column says 1 when something was recorded; 0 says only that it was not. Like unknown, 0 is
left out.
"""

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Literal, cast

from babel.core import get_global

from console.ctdc.layouts import KNOWN_LAYOUTS, LAYOUTS, Layout, Words
from workflow.values.countries import countries

__all__ = ["BadRow", "CtdcError", "CtdcRecord", "read_ctdc"]

LINE_BYTES_MAX = 100_000
CELL_LENGTH_MAX = 200
# The concatenated columns list up to seventeen means in words; nothing of them is kept.
UNREAD_CELL_LENGTH_MAX = 2_000
YEAR_MIN, YEAR_MAX = 1990, 2100

Source = Literal["hotline", "case_management"]
Gender = Literal["female", "male", "transgender", "non_conforming"]


class CtdcError(ValueError):
    """The file as a whole cannot be read; the message is one line for the person who chose the file."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that was left out, and why; the reason names the column and never repeats what stood in it."""

    line_number: int
    reason: str


@dataclass(frozen=True, slots=True)
class CtdcRecord:
    """One published case.

    `fingerprint` names the content of the row, whatever its quoting or line ends. Rows that look the same are
    different people: `occurrence` counts them from 0 within the file, so the pair names one row for ever.
    """

    line_number: int
    layout: str
    fingerprint: str
    occurrence: int
    year_of_registration: int
    source: Source | None
    gender: Gender | None
    age_band: str | None
    is_minor: bool | None
    citizenship: str | None
    country_of_exploitation: str | None
    exploitation: tuple[str, ...]
    means_of_control: tuple[str, ...]
    labour_sectors: tuple[str, ...]
    recruiter_relations: tuple[str, ...]
    sexual_exploitation_types: tuple[str, ...]
    unmapped: tuple[tuple[str, str], ...]


UNKNOWN = frozenset({"", "-99", "unknown", "not specified", "not specified/unknown"})
NO_CODE = UNKNOWN | {"0", "00"}
FLAGS: Words = MappingProxyType({"1": "yes", "1.0": "yes", "0": "no", "0.0": "no"})
SOURCES: Words = MappingProxyType({"hotline": "hotline", "case management": "case_management"})
GENDERS: Words = MappingProxyType({
    "female": "female", "woman": "female", "male": "male", "man": "male", "transgender": "transgender",
    "trans/transgender/nonconforming": "transgender", "nonconforming": "non_conforming",
})  # fmt: skip
MAJORITIES: Words = MappingProxyType({"minor": "minor", "adult": "adult"})
MINOR_BANDS = ("0-8", "9-17")
ADULT_BANDS = ("18-20", "21-23", "24-26", "27-29", "30-38", "39-47", "48+")
AGE_BANDS: Words = MappingProxyType({band: band for band in (*MINOR_BANDS, *ADULT_BANDS)})
HIDDEN_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class _RowRefusedError(Exception):
    """A row cannot be taken in; the text is the reason shown to a person."""


@dataclass(frozen=True)
class _Header:
    """How the rows of this file are to be cut and what their cells are called."""

    layout: Layout
    delimiter: str
    names: tuple[str, ...]


def read_ctdc(source: Path | str | BinaryIO | Iterable[str]) -> Iterator[CtdcRecord | BadRow]:
    """Yield each row of a CTDC file as a record, or as a bad row with its reason, one line at a time.

    Give a path (a `str` is a path), an open binary file, or lines already decoded. Raises `CtdcError` at the
    first step when the header is none of the three known, and wherever the text turns out not to be UTF-8.
    A row never spans lines, so that a stray quotation mark costs one row and not the rest of the file.
    """
    if isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            yield from read_ctdc(file)
    elif isinstance(source, io.IOBase) and not isinstance(source, io.TextIOBase):
        yield from _read_lines(_decoded_lines(cast("BinaryIO", source)))
    else:
        yield from _read_lines(cast("Iterable[str]", source))


def _decoded_lines(file: BinaryIO) -> Iterator[str]:
    for number, line in enumerate(iter(lambda: file.readline(LINE_BYTES_MAX + 1), b""), start=1):
        if len(line) > LINE_BYTES_MAX:
            _skip_rest_of_line(file, line)
            # As long as the line it stands for, so that the reader refuses it, and free of half characters.
            yield "?" * len(line)
            continue
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError:
            advice = "open the file where it was made and save it as CSV UTF-8."
            raise CtdcError(f"Line {number} is not UTF-8 text: {advice}") from None


def _skip_rest_of_line(file: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = file.readline(LINE_BYTES_MAX)


def _read_lines(lines: Iterable[str]) -> Iterator[CtdcRecord | BadRow]:
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if not line.isspace() and line)
    header = _read_header(numbered)
    seen: Counter[bytes] = Counter()
    rows = (_read_row(header, number, line, seen) for number, line in numbered)
    yield from (row for row in rows if row is not None)


def _read_header(numbered: Iterator[tuple[int, str]]) -> _Header:
    _, line = next(numbered, (0, ""))
    line = line.removeprefix("\ufeff").rstrip("\r\n")
    if not line:
        raise CtdcError(f"The file is empty; {KNOWN_LAYOUTS}.")
    delimiter = max(";,", key=line.count)
    names = _column_names(line, delimiter)
    for layout in LAYOUTS:
        if sorted(filter(None, names)) == sorted(layout.columns()):
            return _Header(layout, delimiter, names)
    raise CtdcError(f"The header is not one of a CTDC file; {KNOWN_LAYOUTS}.")


def _column_names(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        first, *others = _cells(line, delimiter)
    except _RowRefusedError:
        return ()
    # The official file puts its terms of use where the name of a first, always empty column would stand.
    return ("" if "terms" in first.lower() else first, *others)


def _read_row(header: _Header, number: int, line: str, seen: Counter[bytes]) -> CtdcRecord | BadRow | None:
    try:
        cells = _cells(line.rstrip("\r\n"), header.delimiter)
        if not any(cells):
            return None
        row = _checked_row(header, cells)
        digest = _fingerprint(header.layout, row)
        record = _record(header.layout, row, number, digest.hex(), seen[digest])
    except _RowRefusedError as refused:
        return BadRow(number, str(refused))
    seen[digest] += 1
    return record


def _cells(line: str, delimiter: str) -> list[str]:
    if len(line) > LINE_BYTES_MAX:
        raise _RowRefusedError(f"the line is longer than {LINE_BYTES_MAX} bytes")
    if any(unicodedata.category(mark) in HIDDEN_CATEGORIES or mark in DIRECTION_MARKS for mark in line):
        raise _RowRefusedError("the line holds control characters or direction marks")
    try:
        return [cell.strip() for row in csv.reader([line], delimiter=delimiter, strict=True) for cell in row]
    except csv.Error:
        raise _RowRefusedError("the quotation marks do not match") from None


def _checked_row(header: _Header, cells: list[str]) -> dict[str, str]:
    if len(cells) != len(header.names):
        raise _RowRefusedError(f"the row has {len(cells)} cells where the header has {len(header.names)}")
    row = dict(zip(header.names, cells, strict=True))
    for name, cell in row.items():
        length_max = UNREAD_CELL_LENGTH_MAX if name in header.layout.unread else CELL_LENGTH_MAX
        if len(cell) > length_max:
            raise _RowRefusedError(f"{name or 'the first cell'} is longer than {length_max} characters")
    return row


def _fingerprint(layout: Layout, row: Mapping[str, str]) -> bytes:
    # By name and sorted, so that neither moved columns nor a change of the tables above alters it.
    content = json.dumps([layout.name, sorted((column, row[column]) for column in layout.columns())])
    return hashlib.sha256(content.encode()).digest()


def _record(layout: Layout, row: Mapping[str, str], number: int, fingerprint: str, occurrence: int) -> CtdcRecord:
    age_band = _age_band(row, layout.age)
    return CtdcRecord(
        line_number=number,
        layout=layout.name,
        fingerprint=fingerprint,
        occurrence=occurrence,
        year_of_registration=_year(row, layout.year),
        source=cast("Source | None", _word(row, layout.source, SOURCES)),
        gender=cast("Gender | None", _word(row, layout.gender, GENDERS)),
        age_band=age_band,
        is_minor=_is_minor(age_band, _word(row, layout.majority, MAJORITIES)),
        citizenship=_country(row, layout.citizenship),
        country_of_exploitation=_country(row, layout.country),
        exploitation=_listed(layout, row, "exploitation"),
        means_of_control=_listed(layout, row, "means_of_control"),
        labour_sectors=_listed(layout, row, "labour_sectors"),
        recruiter_relations=_listed(layout, row, "recruiter_relations"),
        sexual_exploitation_types=_listed(layout, row, "sexual_exploitation_types"),
        unmapped=tuple((column, row[column]) for column in layout.opaque if row[column].lower() not in NO_CODE),
    )


def _year(row: Mapping[str, str], column: str) -> int:
    text = row[column]
    if not re.fullmatch(r"[0-9]{4}", text) or not YEAR_MIN <= int(text) <= YEAR_MAX:
        raise _RowRefusedError(f"{column} is not a year between {YEAR_MIN} and {YEAR_MAX}")
    return int(text)


def _word(row: Mapping[str, str], column: str | None, words: Words) -> str | None:
    text = row[column].lower() if column is not None else ""
    if text in UNKNOWN:
        return None
    if text not in words:
        raise _RowRefusedError(f"{column} holds a word that is not on its list")
    return words[text]


def _age_band(row: Mapping[str, str], column: str) -> str | None:
    text = row[column].lower()
    if text in UNKNOWN:
        return None
    band = text.removeprefix("age").strip().replace("--", "-").replace("–", "-")
    if band not in AGE_BANDS:
        raise _RowRefusedError(f"{column} is not one of the published age bands")
    return AGE_BANDS[band]


def _is_minor(age_band: str | None, majority: str | None) -> bool | None:
    if age_band is not None:
        return age_band in MINOR_BANDS
    return None if majority is None else majority == "minor"


def _country(row: Mapping[str, str], column: str | None) -> str | None:
    text = row[column].upper() if column is not None else ""
    if text.lower() in NO_CODE:
        return None
    codes = get_global("territory_aliases").get(text, []) if len(text) == 3 and text.isalpha() else [text]
    if len(codes) != 1 or codes[0] not in countries():
        raise _RowRefusedError(f"{column} is not the ISO 3166 code of a country")
    return codes[0]


def _listed(layout: Layout, row: Mapping[str, str], field: str) -> tuple[str, ...]:
    flags = layout.flags.get(field, {}).items()
    found = [name for column, names in flags if _word(row, column, FLAGS) == "yes" for name in names]
    if field in layout.words:
        column, words = layout.words[field]
        word = _word(row, column, words)
        found += [word] if word is not None else []
    return tuple(dict.fromkeys(found))
