"""The way a person was taken."""

from __future__ import annotations

from workflow.case.change import Change

Leg = tuple[str, str]  # Recruitment, Transit or Exploitation, and the country

CHANGES: dict[str, Change] = {
    "RouteRecorded": lambda c, f, _: c._replace(route=tuple((leg.kind, leg.country) for leg in f.legs)),
}
