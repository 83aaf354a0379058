"""Where a person stays."""

from __future__ import annotations

from workflow.case.change import Change

CHANGES: dict[str, Change] = {
    "BedAssigned": lambda c, f, _: c._replace(bed=(f.facility, f.bed), moved_in=False),
    "MovedIn": lambda c, _f, _: c._replace(moved_in=True),
    "BedGivenUp": lambda c, _f, _: c._replace(bed=None, moved_in=False),
}
