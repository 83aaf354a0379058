"""Every kind of task there is and how it is done."""

from __future__ import annotations

from typing import Final

from workers.effects import (
    access,
    accommodation,
    care,
    documents,
    grants,
    reception,
    referrals,
    reintegration,
    travel,
)
from workers.running.jobs import Effect

EFFECTS: Final[dict[str, Effect]] = {
    effect.kind: effect
    for module in (access, accommodation, care, documents, grants, reception, referrals, reintegration, travel)
    for effect in module.EFFECTS
}
LANES: Final = tuple(sorted({effect.lane for effect in EFFECTS.values()}))
