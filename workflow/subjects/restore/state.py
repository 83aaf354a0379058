"""The quarantine as it stands, and what was found that the log knows nothing of."""

from collections.abc import Mapping
from typing import NamedTuple

from events.catalogue import Fact
from events.facts import restore as facts
from events.money import Money
from workflow.case.state import NOTHING, At


class Orphan(NamedTuple):
    """Something the log knows nothing of: what it is, and how it was settled, if it was."""

    kind: str
    reference: str
    about: str = ""
    amount: Money | None = None
    outcome: str = ""
    grant_id: str = ""


class Quarantine(NamedTuple):
    """Whether anything may leave the house, and why not, and what was found; settled things stay known."""

    is_on: bool = False
    cause: str = ""
    orphans: Mapping[str, Orphan] = NOTHING

    @property
    def open(self) -> dict[str, Orphan]:
        """Return what nobody has settled."""
        return {key: one for key, one in self.orphans.items() if not one.outcome}

    def counted_for(self, grant_id: str) -> list[Orphan]:
        """Return the payments that were found and count for a grant."""
        return [one for one in self.orphans.values() if one.kind == "payment" and one.grant_id == grant_id]


def evolve(state: Quarantine | None, fact: Fact, at: At) -> Quarantine:
    """Return the quarantine after a fact."""
    before = state or Quarantine()
    match fact:
        case facts.LogRestored():
            return Quarantine(True, fact.cause, before.orphans)
        case facts.OrphanFound():
            found = Orphan(fact.kind, fact.reference, fact.about, fact.amount)
            return before._replace(orphans={**before.orphans, fact.orphan_id: found})
        case facts.OrphanSettled():
            settled = before.orphans[fact.orphan_id]._replace(outcome=fact.outcome, grant_id=fact.grant_id)
            return before._replace(orphans={**before.orphans, fact.orphan_id: settled})
        case _:
            return before._replace(is_on=False)
