"""What care has established."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from workflow.case.change import Change


class Fitness(NamedTuple):
    """Until when the person may travel, and who must go along."""

    valid_until: date
    escort: str


CHANGES: dict[str, Change] = {
    "CarePlanAgreed": lambda c, _f, _: c._replace(care_plan=True),
    "FitnessCertified": lambda c, f, _: c._replace(fitness=Fitness(f.valid_until, f.escort)),
}
