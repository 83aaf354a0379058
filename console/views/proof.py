"""The whole log proved against itself, while somebody waits for the answer."""

from __future__ import annotations

from typing import Final, NamedTuple

from console.views.reader import Reader
from events.verify import Report, verify
from handlers.checks.check_results import Check
from handlers.checks.walk import check

# More than this takes longer than anybody looks at a page; the command line shows how far it has come.
EVENTS_MAX: Final = 200_000
EVENTS_BY_RULES_MAX: Final = 40_000


class Proof(NamedTuple):
    """What a check of the log came to; without a report it was too much to do while somebody waits."""

    size: int
    report: Report | None
    checks: tuple[Check, ...]
    at: str  # the log's time when it was begun

    @property
    def ok(self) -> bool:
        """Tell whether nothing was found."""
        return self.report is not None and self.report.ok and all(one.ok for one in self.checks)


def prove(reader: Reader, *, by_rules: bool = False) -> Proof:
    """Walk the log once, or twice when every step is also checked by the rules; it changes nothing."""
    log = reader.container.log
    size, at = log.size(), log.now()
    if size > (EVENTS_BY_RULES_MAX if by_rules else EVENTS_MAX):
        return Proof(size, None, (), at)
    checks = tuple(check(log, now=reader.now)) if by_rules else ()
    return Proof(size, verify(log), checks, at)
