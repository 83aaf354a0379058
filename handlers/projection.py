"""Draws the rows of every stream that changed in a write, once, from where it stands at the write's end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from events.ids import case_of
from events.writing import Writing
from handlers import accounts, relations, work_list
from handlers.beds import BedRows
from handlers.board import BOARD, board_row
from handlers.folds import Kept
from workflow.access import office_of
from workflow.case.state import Case
from workflow.loading import Definition


def project(
    writing: Writing, before: Mapping[str, Kept], after: Mapping[str, Kept], definition_of: Callable[[Case], Definition]
) -> None:
    """Put the rows of board, work list, relations, beds and accounts into the write."""
    beds = BedRows()
    for stream, kept in after.items():
        old = before[stream]
        if kept.version == old.version:
            continue
        if case_of(stream) is not None:
            _draw(writing, old.state, kept, definition_of(kept.state))
        elif stream.startswith("facility:"):
            beds.apply(stream.removeprefix("facility:"), old.state, kept.state)
        elif stream.startswith("account:"):
            writing.write(accounts.ROWS, accounts.account_row(kept.state))
    beds.store(writing)


def _draw(writing: Writing, before: Case | None, kept: Kept, definition: Definition) -> None:
    writing.write(BOARD, board_row(kept.state, kept.version, definition))
    work_list.store(writing, before, kept.state, office_of(definition.programme))
    relations.store(writing, before, kept.state, definition)
