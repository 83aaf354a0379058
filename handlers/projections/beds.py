"""Beds as rows: which there are, who has one. The keys refuse a ninth person in eight beds, whatever the code says."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from events.batch import DeleteRows, InsertRows
from events.instants import instant_text
from events.writing import Writing
from handlers.projections.tables import beds, beds_in_use, case_board
from workflow.subjects.accommodation.shelter import BedUse, Shelter

Row = dict[str, Any]
BedKey = tuple[str, int]
_REPLACE_BEDS = InsertRows(beds, replace=True)
_REMOVE_BEDS = DeleteRows(beds)
_REMOVE_USES = DeleteRows(beds_in_use)
_INSERT_USES = InsertRows(beds_in_use)


class BedRows:
    """The rows that one write changes in all houses; what is taken away is taken away before anything is added."""

    def __init__(self) -> None:
        order = (_REMOVE_USES, _REMOVE_BEDS, _REPLACE_BEDS, _INSERT_USES)
        self._rows: dict[DeleteRows | InsertRows, list[Row]] = {statement: [] for statement in order}

    def apply(self, facility: str, before: Shelter | None, after: Shelter) -> None:
        """Take in a house as it was before the write and as it is after."""
        before = before or Shelter()
        changed = [n for n in before.beds.keys() | after.beds.keys() if before.beds.get(n) != after.beds.get(n)]
        self._rows[_REMOVE_USES] += [_key_of(facility, number) for number in sorted(changed) if number in before.beds]
        self._rows[_INSERT_USES] += [use_row(facility, n, after.beds[n]) for n in sorted(changed) if n in after.beds]
        if (before.rooms, before.leaving) != (after.rooms, after.leaving):
            old, new = _by_key(bed_rows(facility, before)), _by_key(bed_rows(facility, after))
            self._rows[_REMOVE_BEDS] += [_key_of(*key) for key in old if key not in new]
            self._rows[_REPLACE_BEDS] += [row for key, row in new.items() if old.get(key) != row]

    def store(self, writing: Writing) -> None:
        """Put the rows into the write."""
        for statement, rows in self._rows.items():
            for row in rows:
                writing.write(statement, row)


def bed_rows(facility: str, house: Shelter) -> Iterator[Row]:
    """Yield a house's beds; one that is no more stays until whoever has it has left."""
    for number, room in house.numbered():
        yield {"facility": facility, "bed": number, "room": room.id}
    for number in sorted(house.leaving):
        yield {"facility": facility, "bed": number, "room": ""}


def use_row(facility: str, number: int, bed: BedUse) -> Row:
    """Return who has a bed; a hold has an end, a stay has none."""
    until = instant_text(bed.held_until) if bed.held_until else ""
    return {"facility": facility, "bed": number, "case_id": bed.case_id, "held_until": until}


def implied_bed_rows(houses: Mapping[str, Shelter]) -> tuple[dict[BedKey, Row], dict[BedKey, Row]]:
    """Return the rows all houses imply, as far as the tables can hold them.

    A history in which a person has two beds, or one that is not there, cannot lie in the tables; that it is wrong
    is for its own check to say.
    """
    there = _by_key(row for facility, house in houses.items() for row in bed_rows(facility, house))
    used: dict[str, Row] = {}
    for facility, house in houses.items():
        for number, bed in sorted(house.beds.items()):
            if (facility, number) in there:
                used.setdefault(bed.case_id, use_row(facility, number, bed))
    return there, _by_key(used.values())


def houses_in_use(connection: Connection, programmes: Collection[str]) -> set[str]:
    """Return the houses in which somebody of these programmes has a bed."""
    query = (
        select(beds_in_use.c.facility)
        .join(case_board, case_board.c.case_id == beds_in_use.c.case_id)
        .where(case_board.c.programme.in_(programmes))
        .distinct()
    )
    return {row.facility for row in connection.execute(query)}


def _by_key(rows: Iterable[Row]) -> dict[BedKey, Row]:
    return {(row["facility"], row["bed"]): row for row in rows}


def _key_of(facility: str, number: int) -> Row:
    return {"facility": facility, "bed": number}
