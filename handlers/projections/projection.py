"""Draws the rows of every stream that changed in a write, once, from where it stands at the write's end."""

from collections.abc import Callable, Mapping
from typing import Any

from events.ids import case_of_stream
from events.writing import Writing
from handlers.projections import work_items as work_list
from handlers.projections.account_marks import store_account
from handlers.projections.beds import BedRows
from handlers.projections.board import BOARD_ROWS, board_row
from handlers.projections.board_counts import BoardCounts
from handlers.projections.case_access import store_relations
from handlers.projections.case_alerts import store_alerts
from handlers.projections.case_handles import store_handles
from handlers.projections.drawings import Drawings, Drawn
from handlers.projections.notices import account_notices, case_notices, store_notices
from handlers.projections.row_macs import RowMacs
from handlers.states.state_cache import VersionedState
from workflow.case.state import Case
from workflow.programme.loading import Definition
from workflow.rights.visibility import office_of


def project(
    writing: Writing,
    before: Mapping[str, VersionedState],
    after: Mapping[str, VersionedState],
    definition_of: Callable[[Case], Definition],
    pinned_of: Callable[[Case], Definition],
    macs: RowMacs,
    drawings: Drawings,
) -> None:
    """Put the rows of board, work list, alerts, relations, notices, beds, accounts and counts into the write."""
    beds, counts = BedRows(), BoardCounts()
    for stream, kept in after.items():
        old = before[stream]
        if kept.version == old.version:
            continue
        if case_of_stream(stream) is not None:
            definition = definition_of(kept.state)
            counts.take(_board_row(old, definition), board_row(kept.state, kept.version, definition))
            _draw(writing, old.state, kept, definition, pinned_of, drawings)
        elif stream.startswith("facility:"):
            beds.apply(stream.removeprefix("facility:"), old.state, kept.state)
        elif stream.startswith("account:"):
            store_account(writing, macs, old, kept)
            store_notices(writing, account_notices(old.state), account_notices(kept.state))
    beds.store(writing)
    counts.store(writing)


def _board_row(kept: VersionedState, definition: Definition) -> dict[str, Any] | None:
    return board_row(kept.state, kept.version, definition) if kept.state is not None else None


def _draw(
    writing: Writing,
    before: Case | None,
    kept: VersionedState,
    definition: Definition,
    pinned_of: Callable[[Case], Definition],
    drawings: Drawings,
) -> None:
    old, new = (_drawn(one, pinned_of, drawings) for one in (before, kept.state))
    writing.write(BOARD_ROWS, board_row(kept.state, kept.version, definition))
    work_list.store_items(writing, before, kept.state, office_of(definition.programme), old.items, new.items)
    store_alerts(writing, old.alerts, new.alerts)
    store_relations(writing, before, kept.state, definition)
    store_handles(writing, before, kept.state, definition.programme)
    store_notices(writing, case_notices(before), case_notices(kept.state))


def _drawn(case: Case | None, pinned_of: Callable[[Case], Definition], drawings: Drawings) -> Drawn:
    """Draw under the file a case is pinned to: what its directory says today is no fact of the case."""
    return drawings.of(case, pinned_of(case).programme if case is not None else None)
