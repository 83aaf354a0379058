"""Which mandate opens which sealed parts. What is not listed here stays closed, whoever asks.

Policy of ours, after the rule that medical notes are for medical staff only: a case manager plans care without
reading a diagnosis, and whoever drives or meets a person needs a time and a place, not their story.
"""

from collections.abc import Collection, Mapping
from typing import Final

COMPARTMENTS_OF_ROLE: Final[Mapping[str, frozenset[str]]] = {
    "case_manager": frozenset({"identity", "contact", "legal", "money", "story"}),
    "supervisor": frozenset({"identity", "contact", "legal", "money", "story"}),
    "medical": frozenset({"identity", "contact", "medical"}),
    "psychologist": frozenset({"identity", "contact", "story"}),
    "legal": frozenset({"identity", "contact", "legal", "story"}),
    "finance": frozenset({"identity", "money"}),
    "transport": frozenset(),
}


def compartments_closed_to(mandate: str, compartments: Collection[str]) -> tuple[str, ...]:
    """Return which of these parts a mandate does not open.

    >>> compartments_closed_to("transport", ["medical"]), compartments_closed_to("medical", ["medical"])
    (('medical',), ())
    """
    return tuple(sorted(set(compartments) - COMPARTMENTS_OF_ROLE.get(mandate, frozenset())))


def roles_that_open(compartment: str) -> tuple[str, ...]:
    """Return the mandates that open a part."""
    return tuple(mandate for mandate, opens in COMPARTMENTS_OF_ROLE.items() if compartment in opens)
