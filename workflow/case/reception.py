"""How a person is met."""

from __future__ import annotations

from workflow.case.change import Change

CHANGES: dict[str, Change] = {
    "ArrivalPlanned": lambda c, f, _: c._replace(arrival=f.at, escalations=c.escalations - {"no_show"}),
}
