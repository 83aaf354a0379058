"""The first half of the journey as the handbook tells of it: from where to where, and what must be so before a step.

Whoever has left and comes back is asked everything anew; of them the model knows only which steps there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

UNDER_WAY: Final = ("referral", "reception", "accommodation", "care", "documents", "reassessment")
ENDS: Final = {"withdraw": "withdrawn", "lose_contact": "lost_contact"}
# From where, and to where, each step leads.
STEPS: Final = {
    "receive": (("referral", "reassessment"), "reception"),
    "accommodate": (("reception", "reassessment"), "accommodation"),
    "begin_care": (("accommodation", "reassessment"), "care"),
    "arrange_documents": (("care",), "documents"),
    **{trigger: (UNDER_WAY, dest) for trigger, dest in ENDS.items()},
    "reopen": (tuple(ENDS.values()), "reassessment"),
}
CARE: Final = ("medical_exam", "counselling", "legal_advice")


@dataclass
class Way:
    """How far somebody has come, and what is known of them."""

    stage: str = "referral"
    came_back: bool = False
    consents: bool = False
    risk: bool = False
    arrival: bool = False
    met: bool = False
    held_until: datetime | None = None
    lives_there: bool = False
    cared_for: set[str] = field(default_factory=set)
    plan: bool = False

    @property
    def is_over(self) -> bool:
        return self.stage in ENDS.values()

    def leads_on(self, trigger: str) -> bool:
        """Tell whether there is such a step from where somebody is."""
        return self.stage in STEPS[trigger][0]

    def may_step(self, trigger: str, now: datetime, reason: str) -> bool:
        """Tell whether everything is so that must be so before the step."""
        has_bed = self.lives_there or (self.held_until is not None and self.held_until > now)
        wanted: dict[str, Callable[[], bool]] = {
            "receive": lambda: self.consents and self.risk and self.arrival,
            "accommodate": lambda: self.met and self.consents and self.risk and has_bed,
            "begin_care": lambda: self.consents and self.lives_there,
            "arrange_documents": lambda: self.cared_for == set(CARE) and self.plan,
            "withdraw": lambda: True,
            "lose_contact": lambda: bool(reason),
            "reopen": lambda: bool(reason),
        }
        return self.leads_on(trigger) and wanted[trigger]()

    def steps(self, trigger: str) -> None:
        self.stage = STEPS[trigger][1]
        self.came_back = self.came_back or trigger == "reopen"
