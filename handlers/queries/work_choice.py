"""What somebody chose to see in their work, kept until they choose anew; no part of any history."""

from typing import Final, Literal

from sqlalchemy import Connection, select

from events.batch import InsertRows
from handlers.projections.tables import work_choices

Whose = Literal["mine", "all"]
WHOSE: Final[tuple[Whose, ...]] = ("mine", "all")
_KEPT: Final = InsertRows(work_choices, replace=True)


def work_choice(connection: Connection, account: str) -> Whose | None:
    """Return what an account chose last, None before it has chosen."""
    found = connection.execute(select(work_choices.c.whose).where(work_choices.c.account == account)).scalar()
    return next((one for one in WHOSE if one == found), None)


def keep_choice(connection: Connection, account: str, whose: Whose) -> None:
    """Keep what an account chose, in place of what it chose before."""
    _KEPT.run(connection, [{"account": account, "whose": whose}])
