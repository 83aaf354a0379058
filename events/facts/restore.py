"""What is told when an older copy was put in place: what was lost, what is known of it outside, who settled that.

No person is in any of it: only the numbers of tasks, payments and persons, and sums.
"""

from events.catalogue import Fact
from events.money import Money


class LogRestored(Fact):
    """An older copy of the log or of its keys is in use from here on: nothing leaves the house until that is settled.

    ``mark`` is how many events the mark beside the keys had seen, 0 where that is not known.
    """

    size: int
    mark: int
    cause: str  # older_log, older_keys, outside


class OrphanFound(Fact):
    """Something outside the log, or beside the keys, that the log knows nothing of; ``about`` is what it pays or is."""

    orphan_id: str
    kind: str  # payment, bank_answer, letter, order, person, erased
    reference: str
    about: str = ""
    amount: Money | None = None


class OrphanSettled(Fact):
    """Somebody found out what it was; a payment may be counted for a grant, whose next release then is this one."""

    orphan_id: str
    outcome: str  # counted, not_ours, lost, stopped
    reason: str
    grant_id: str = ""
    second: str = ""  # who proposed it, and under which id
    proposal: str = ""


class QuarantineLifted(Fact):
    """Everything is settled: what waits may leave the house again."""

    reason: str
    second: str = ""
    proposal: str = ""
