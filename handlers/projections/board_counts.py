"""How many cases have which value, by office and team: kept in the write that changes the board, and never counted.

A page that says how many cases there are in each stage costs the same for ten cases and for a million.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import literal_column

from events.batch import AddToRows, DeleteRows
from events.writing import Writing
from handlers.projections.tables import board_counts

COUNTED: Final = ("stage", "owner", "facility", "language", "citizenships")
Row = Mapping[str, Any]
CountKey = tuple[str, str, str, str]  # office, team, name, value
_ADDED: Final = AddToRows(board_counts, "cases")
_GONE: Final = DeleteRows(board_counts, only=board_counts.c.cases == literal_column("0"))


class BoardCounts:
    """Gathers what one write changes in the counts."""

    def __init__(self) -> None:
        self._changes: Counter[CountKey] = Counter()

    def take(self, before: Row | None, after: Row) -> None:
        """Take that one row of the board stands in place of another, or is new."""
        self._changes.subtract(_keys(before) if before is not None else ())
        self._changes.update(_keys(after))

    def store(self, writing: Writing) -> None:
        """Put what has changed into the write, in the order of its keys: two writers never wait for each other."""
        changed = sorted((key, change) for key, change in self._changes.items() if change)
        for key, change in changed:
            writing.write(_ADDED, _row(key, change))
        for key, change in changed:
            if change < 0:
                writing.write(_GONE, _row(key, change))


def count_rows(board: Iterable[Row]) -> dict[CountKey, dict[str, Any]]:
    """Return the rows that a whole board implies."""
    counted = Counter(key for row in board for key in _keys(row))
    return {key: _row(key, cases) for key, cases in counted.items()}


def _keys(row: Row) -> list[CountKey]:
    return [(row["office"], row["team"], name, row[name]) for name in COUNTED]


def _row(key: CountKey, cases: int) -> dict[str, Any]:
    office, team, name, value = key
    return {"office": office, "team": team, "name": name, "value": value, "cases": cases}
