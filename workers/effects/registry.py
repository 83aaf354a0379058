"""Every kind of task there is and how it is done."""

from __future__ import annotations

from typing import Final

from workers.effects import access, care, escorts, grants, reception, referrals, reintegration, travel
from workers.effects import accommodation as places
from workers.effects import documents as papers
from workers.running.jobs import Effect

EFFECTS: Final[dict[str, Effect]] = {
    effect.kind: effect
    for module in (care, reception, travel, referrals, escorts, grants, papers, places, reintegration, access)
    for effect in module.EFFECTS
}
LANES: Final = tuple(sorted({effect.lane for effect in EFFECTS.values()}))
