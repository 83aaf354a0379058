"""What somebody chose to see in their work, kept until they choose anew; no part of any history."""

from typing import Final, Literal

from sqlalchemy import Connection, delete, insert, select

from handlers.projections.tables import work_choices

Whose = Literal["mine", "all"]
WHOSE: Final[tuple[Whose, ...]] = ("mine", "all")


def work_choice(connection: Connection, account: str) -> Whose | None:
    """Return what an account chose last, None before it has chosen."""
    found = connection.execute(select(work_choices.c.whose).where(work_choices.c.account == account)).scalar()
    return next((one for one in WHOSE if one == found), None)


def keep_choice(connection: Connection, account: str, whose: Whose) -> None:
    """Keep what an account chose, in place of what it chose before."""
    connection.execute(delete(work_choices).where(work_choices.c.account == account))
    connection.execute(insert(work_choices).values(account=account, whose=whose))
