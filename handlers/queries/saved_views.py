"""Saved views: a person's own filters of the list of cases under a name of their choice; no part of any history."""

from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from handlers.projections.tables import saved_views

VIEWS_MAX: Final = 20  # for one account; a menu with more is not a help any more


class SavedView(NamedTuple):
    """A filter and what its owner calls it."""

    name: str
    filters: str  # as the list's address has it: open words only


def saved_views_of(connection: Connection, account: str) -> list[SavedView]:
    """Return an account's views by name."""
    query = select(saved_views).where(saved_views.c.account == account).order_by(saved_views.c.name)
    return [SavedView(row.name, row.filters) for row in connection.execute(query)]


def keep_view(connection: Connection, account: str, view: SavedView, now: str) -> bool:
    """Keep a view, in place of one of the same name; return False when there is room for no more."""
    forget_view(connection, account, view.name)
    counted = select(func.count()).select_from(saved_views).where(saved_views.c.account == account)
    if connection.execute(counted).scalar_one() >= VIEWS_MAX:
        return False
    connection.execute(insert(saved_views).values(account=account, name=view.name, filters=view.filters, saved_at=now))
    return True


def forget_view(connection: Connection, account: str, name: str) -> None:
    """Forget a view; one that is not there is forgotten already."""
    connection.execute(delete(saved_views).where(saved_views.c.account == account, saved_views.c.name == name))
