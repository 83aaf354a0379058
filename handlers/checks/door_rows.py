"""I15: the rows that prove who signs in are those that Wayhome wrote."""

from handlers.checks.check_results import InvariantCheck, WalkEnd
from handlers.projections.tables import accounts


class DoorRowsCheck(InvariantCheck):
    """I15: accounts, passwords, second factors and sessions carry the code of this installation's key."""

    name, title = "I15", "who signs in is proved by rows of our own"

    def end(self, end: WalkEnd) -> None:
        """Name each table with rows that do not count; a row itself may hold what a fault must not tell."""
        self.count("accounts", len(end.rows[accounts]))
        for table, number in end.altered.items():
            self.fault(f"{table}: {number} rows were not written by Wayhome, or were changed since; they do not count")
