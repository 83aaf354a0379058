"""Counts that are handed out: nothing below eleven, not even by subtraction."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handlers.queries.suppression import K, SafeTable, safe_count, suppress, suppress_table

COUNTS = st.integers(0, 40)


def test_ten_are_hidden_and_eleven_are_shown() -> None:
    assert suppress({"a": 10, "b": 11, "c": 12, "d": 90})["a"] is None
    assert suppress({"a": 11, "b": 12}) == {"a": 11, "b": 12}
    assert (safe_count(10), safe_count(11)) == (None, 11)


def test_a_single_small_count_takes_the_next_smallest_with_it() -> None:
    assert suppress({"a": 3, "b": 12, "c": 50}) == {"a": None, "b": None, "c": 50}


def test_two_counts_that_are_small_even_together_take_a_third_with_them() -> None:
    assert suppress({"a": 1, "b": 2, "c": 50, "d": 60}) == {"a": None, "b": None, "c": None, "d": 60}


def test_a_nought_is_hidden_and_costs_nothing() -> None:
    assert suppress({"a": 0, "b": 12}) == {"a": None, "b": 12}


@given(st.dictionaries(st.text("abcdefgh", max_size=2), COUNTS))
def test_no_small_count_can_be_found_from_the_total(cells: dict[str, int]) -> None:
    safe = suppress(cells)
    hidden = sum(cells.values()) - sum(count for count in safe.values() if count is not None)
    assert all(count is None or count == cells[key] >= K for key, count in safe.items())
    assert hidden == 0 or hidden >= K or safe_count(sum(cells.values())) is None


def test_in_a_table_a_small_count_is_hidden_with_three_others() -> None:
    cells = {(r, c): 20 + 10 * r + c for r in range(3) for c in range(3)} | {(0, 0): 4}
    safe = suppress_table(cells)
    assert {key for key, count in safe.cells.items() if count is None} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert safe.total == sum(cells.values())


def test_a_table_of_one_row_hides_totals_when_nothing_else_is_there_to_hide() -> None:
    safe = suppress_table({("only", "a"): 3, ("only", "b"): 40})
    assert safe.cells == {("only", "a"): None, ("only", "b"): None}
    assert safe.columns["a"] is None
    assert safe.columns["b"] is None
    assert safe.total == 43


@given(st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 3)), COUNTS, min_size=1))
def test_in_a_table_every_small_count_might_as_well_be_eleven(cells: dict[tuple[int, int], int]) -> None:
    safe = suppress_table(cells)
    for key, count in cells.items():
        assert safe.cells[key] in (None, count)
        if 0 < count < K:
            assert _another_table_looks_the_same(cells, safe, key)
    everything = [*safe.cells.values(), *safe.rows.values(), *safe.columns.values(), safe.total]
    assert all(count is None or count >= K for count in everything)


def _another_table_looks_the_same(
    cells: dict[tuple[int, int], int], safe: SafeTable[int, int], key: tuple[int, int]
) -> bool:
    """Tell whether counts with eleven in this place would give the same shown numbers; found by moving people."""
    rows, columns = list(safe.rows), list(safe.columns)
    more = K - cells[key]
    moves = [{key: more}]
    moves += [{key: more, (key[0], c): -more} for c in columns if c != key[1]]
    moves += [{key: more, (r, key[1]): -more} for r in rows if r != key[0]]
    moves += [
        {key: more, (key[0], c): -more, (r, key[1]): -more, (r, c): more}
        for r in rows if r != key[0] for c in columns if c != key[1]
    ]  # fmt: skip
    full = {(r, c): cells.get((r, c), 0) for r in rows for c in columns}
    return any(_agrees(full, move, safe) for move in moves)


def _agrees(full: dict[tuple[int, int], int], move: dict[tuple[int, int], int], safe: SafeTable[int, int]) -> bool:
    other = {key: count + move.get(key, 0) for key, count in full.items()}
    rows = {r: sum(n for (a, _), n in other.items() if a == r) for r in safe.rows}
    columns = {c: sum(n for (_, b), n in other.items() if b == c) for c in safe.columns}
    pairs = [
        *((safe.cells[key], count) for key, count in other.items()),
        *((safe.rows[r], count) for r, count in rows.items()),
        *((safe.columns[c], count) for c, count in columns.items()),
        (safe.total, sum(other.values())),
    ]
    return min(other.values()) >= 0 and all(seen is None or seen == count for seen, count in pairs)
