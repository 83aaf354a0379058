"""What those who work here are called now, for every page: looked up again when an account has changed."""

from collections.abc import Mapping

from events.database import Database
from events.keys import Keys
from handlers.projections.account_marks import list_marked
from handlers.projections.row_macs import RowMacs
from handlers.queries.moment import NAMES_SEEN


class ShownNames:
    """The chosen names, kept from one request to the next; only of accounts that Wayhome vouches for."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._macs = RowMacs(keys)
        self._seen = (-1, -1)
        self._names: Mapping[str, str] = {}

    def of(self, account: str) -> str:
        """Return the name of an account as of the last look, or nothing where none was chosen."""
        return self._names.get(account, "")

    @property
    def edition(self) -> object:
        """Return the names themselves: they are replaced and never changed."""
        return self._names

    def look_again(self, seen: tuple[int, int] | None = None) -> None:
        """Learn what accounts are called now; nothing is asked where what was seen a moment ago is what is known."""
        if seen == self._seen:
            return
        with self._database.reading() as connection:
            number, versions = connection.execute(NAMES_SEEN).one()
            if (seen := (int(number), int(versions))) == self._seen:
                return
            found = [row.account for row in list_marked(connection, self._macs)]
        self._names = {account.account: account.name for account in found if account.name}
        self._seen = seen
