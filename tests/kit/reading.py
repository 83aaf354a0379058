"""Reading what is sealed, in tests of something else."""

from typing import NamedTuple

from sqlalchemy import Connection

from events.receipts import Opening


class ReadByATest(NamedTuple):
    """Whatever a test opens to see what was sealed; who recorded it is not what it is about."""

    @property
    def rests_on_history(self) -> bool:
        """Return that it does not: a test of something else."""
        return False

    def covers(self, connection: Connection, opening: Opening) -> bool:
        return True


READ_BY_A_TEST = ReadByATest()
