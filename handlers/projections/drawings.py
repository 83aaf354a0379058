"""What was drawn of cases last: a case that nobody changed is not drawn anew to see what a write changes of it."""

from collections import OrderedDict
from typing import Final, NamedTuple

from handlers.projections.case_alerts import Row, alert_rows
from handlers.projections.work_items import Items, items_of
from workflow.case.state import Case
from workflow.programme.programme import Programme

_KEPT: Final = 512  # cases; each about 1 KiB beside the state that the state cache keeps too


class Drawn(NamedTuple):
    """What waits for people on a case, and its alerts, as one state of it has them."""

    case: Case | None
    items: Items
    alerts: dict[str, Row]


_NOTHING: Final = Drawn(None, {}, {})


class Drawings:
    """Draws cases, each state of one once; used by one turn at a time.

    What is kept counts for the very same state only: a case that was read anew, or whose write came to nothing, is
    drawn anew.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Drawn] = OrderedDict()

    def of(self, case: Case | None, pinned: Programme | None) -> Drawn:
        """Return what is drawn of a case under the file it is pinned to; nothing of one that has not begun."""
        if case is None or pinned is None:
            return _NOTHING
        kept = self._kept.get(case.case_id, _NOTHING)
        if kept.case is not case:
            kept = self._kept[case.case_id] = Drawn(case, items_of(case), alert_rows(case, pinned))
            self._kept.move_to_end(case.case_id)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return kept
