"""The bank's answers that the lost part of a log had heard: put back to be read again by who holds an older copy.

They are once the quarantine is lifted, and as often as a release is recorded anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import orjson
from sqlalchemy import select

from events.log import Log
from handlers.projections.tables import tasks
from handlers.states.case_reader import CaseSnapshot
from workflow.subjects.grants.state import grants_of

_PAYMENTS = select(tasks.c.task_id, tasks.c.subject).where(tasks.c.kind == "disburse_grant")


class BankAnswers:
    """Knows of which payments the answers were put back since an older copy was."""

    def __init__(self, put_back: Callable[[str], None]) -> None:
        """Take what has the answers to a payment file read again; it is called with the file's number."""
        self._put_back = put_back
        self._heard: set[str] = set()

    def begin(self) -> None:
        """Begin with an older copy."""
        self._heard.clear()

    def put_back(self, log: Log, cases: Iterable[CaseSnapshot]) -> None:
        """Have read again what the bank said of payments that are known, and of which nothing was heard here."""
        with log.database.reading() as connection:
            files = {orjson.loads(row.subject)["tranche_id"]: row.task_id for row in connection.execute(_PAYMENTS)}
        parts = {
            key: one.status
            for seen in cases
            for grant in grants_of(seen.case).grants.values()
            for key, one in grant.tranches.items()
        }
        for key, file in files.items():
            if key not in self._heard and parts.get(key) in ("instructed", "paid"):
                self._heard.add(key)
                self._put_back(file)
