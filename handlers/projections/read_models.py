"""The read models, in one list: which tables, in which order they are written, and what a replay implies for each."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Table

from handlers.projections.board_counts import count_rows
from handlers.projections.replay import Replay, Row
from handlers.projections.tables import (
    accounts,
    beds,
    beds_in_use,
    board_counts,
    case_alerts,
    case_board,
    case_handles,
    case_relations,
    name_tokens,
    notices,
    work_items,
)

# In the order in which a turn writes them: whoever locks all of them and a turn never wait for each other for ever. In
# this order they are taken away and in the other put back: a bed may not go before whoever has it.
READ_MODELS: Final = (
    name_tokens, case_board, work_items, case_alerts, case_relations, case_handles, notices, accounts, beds_in_use,
    beds, board_counts,
)  # fmt: skip
Rows = Mapping[Table, Mapping[Any, Row]]  # by table and key


def open_rows(replay: Replay) -> Rows:
    """Return what a replay implies for each but the tokens, for which names are opened; raises KeyError.

    That is for a definition nobody published.
    """
    (there, used), board = replay.beds(), replay.board()
    return {
        case_board: board,
        board_counts: count_rows(board.values()),
        work_items: replay.items(),
        case_alerts: replay.alerts(),
        case_relations: replay.relations(),
        case_handles: replay.handles(),
        notices: replay.notices(),
        accounts: replay.accounts(),
        beds_in_use: used,
        beds: there,
    }
