"""Counts made safe to hand out: nobody can tell that fewer than k people stand behind one, not even by subtraction.

No number below k is shown. A nought is hidden like the rest, but not protected: that nobody was counted harms
nobody. Whatever is from 1 to k-1 must also stay unknown to somebody who takes the shown numbers from the shown
totals, so further counts are hidden (complementary suppression), chosen to lose as little as possible.

What this cannot do: protect several releases taken together. Two tables a week apart may be subtracted; hand out
few, at fixed times, for whole months (CTDC codebook, appendix I, says the same of k-anonymity).
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Final, Generic, NamedTuple, TypeVar

K: Final = 11  # the field's own limit: CTDC publishes no combination held by fewer than eleven people

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row", bound=Hashable)
Column = TypeVar("Column", bound=Hashable)
Cell = tuple[int, int]  # a row and a column; the last of each holds the totals


class SafeTable(NamedTuple, Generic[Row, Column]):
    """A table made safe, with its totals; None is hidden."""

    cells: Mapping[tuple[Row, Column], int | None]
    rows: Mapping[Row, int | None]
    columns: Mapping[Column, int | None]
    total: int | None


def safe_count(count: int, k: int = K) -> int | None:
    """Return a single count, or None when it is below k."""
    return count if count >= k else None


def suppress(cells: Mapping[Key, int], k: int = K) -> Mapping[Key, int | None]:
    """Return the counts of one list, None for those hidden; its total may be shown if it is k or more.

    >>> dict(suppress({"work": 40, "documents": 15, "housing": 3, "other": 0}))
    {'work': 40, 'documents': None, 'housing': None, 'other': None}
    """
    hidden = {key for key, count in cells.items() if count < k}
    for key in sorted(cells, key=lambda key: cells[key]):
        together = sum(cells[one] for one in hidden)
        if together == 0 or together >= k:
            break
        hidden.add(key)
    return {key: None if key in hidden else count for key, count in cells.items()}


def suppress_table(cells: Mapping[tuple[Row, Column], int], k: int = K) -> SafeTable[Row, Column]:
    """Return a table of rows and columns with all totals, None for what is hidden; what is not given counts as 0."""
    rows, columns = _in_order(row for row, _ in cells), _in_order(column for _, column in cells)
    counts = [[cells.get((row, column), 0) for column in columns] for row in rows]
    totals = [sum(line[c] for line in counts) for c in range(len(columns))]
    grid = [[*line, sum(line)] for line in (*counts, totals)]
    hidden = _hidden(grid, k)
    safe = [[None if (r, c) in hidden else count for c, count in enumerate(line)] for r, line in enumerate(grid)]
    return SafeTable(
        {(row, column): safe[r][c] for r, row in enumerate(rows) for c, column in enumerate(columns)},
        {row: safe[r][-1] for r, row in enumerate(rows)},
        {column: safe[-1][c] for c, column in enumerate(columns)},
        safe[-1][-1],
    )


def _in_order(keys: Iterable[Key]) -> list[Key]:
    return list(dict.fromkeys(keys))


def _hidden(grid: list[list[int]], k: int) -> set[Cell]:
    """Return what must be hidden: everything below k, and for each count of 1 to k-1 a rectangle that blurs it."""
    entries = [(r, c) for r, line in enumerate(grid) for c in range(len(line))]
    hidden = {(r, c) for r, c in entries if grid[r][c] < k}
    for small in sorted((e for e in hidden if grid[e[0]][e[1]] > 0), key=lambda e: -grid[e[0]][e[1]]):
        hidden |= _cheapest(grid, small, hidden, k)
    return hidden


def _cheapest(grid: list[list[int]], small: Cell, hidden: set[Cell], k: int) -> set[Cell]:
    """Return the corners of the rectangle that hides the least and lets a small count be k or more (the hypercube
    method of statistical offices). With both totals as corners there always is one.
    """  # noqa: D205
    best, least = set[Cell](), -1
    row, column = small
    for r in (r for r in range(len(grid)) if r != row):
        for c in (c for c in range(len(grid[0])) if c != column):
            corners = (row, c), (r, column), (r, c)
            cost = sum(grid[a][b] for a, b in corners if (a, b) not in hidden)
            if (least < 0 or cost < least) and _room(grid, small, (r, c)) >= k - grid[row][column]:
                best, least = set(corners), cost
                if cost == 0:
                    return best
    return best


def _room(grid: list[list[int]], small: Cell, opposite: Cell) -> float:
    """Return by how much a count could be higher, were its row and column to add up to the same totals.

    A corner among the totals rises along with what it adds up; any other must fall by as much, and not below 0.
    """
    (row, column), (r, c) = small, opposite
    falling = [
        grid[a][b]
        for a, b, turn in ((row, c, -1), (r, column, -1), (r, c, 1))
        if turn * _sign(grid, a, b) * _sign(grid, row, column) < 0
    ]
    return min(falling, default=float("inf"))


def _sign(grid: list[list[int]], row: int, column: int) -> int:
    """Return 1, or -1 for a total: in each line the counts less their total make 0."""
    return (-1 if row == len(grid) - 1 else 1) * (-1 if column == len(grid[0]) - 1 else 1)
