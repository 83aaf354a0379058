"""Saved views: a person's own filters of the list of cases under a name of their choice; no part of any history."""

from typing import Final, NamedTuple

from sqlalchemy import Connection, Text, bindparam, cast, delete, func, insert, null, select, union_all

from handlers.projections.tables import kept_columns, saved_views

VIEWS_MAX: Final = 20  # for one account; a menu with more is not a help any more


_ASKED: Final = bindparam("account", type_=Text)
_KEPT: Final = union_all(
    select(saved_views.c.name, saved_views.c.filters).where(saved_views.c.account == _ASKED),
    select(cast(null(), Text), kept_columns.c.columns).where(kept_columns.c.account == _ASKED),
)


class SavedView(NamedTuple):
    """A filter and what its owner calls it."""

    name: str
    filters: str  # as the list's address has it: open words only


def kept_of(connection: Connection, account: str) -> tuple[tuple[SavedView, ...], tuple[str, ...]]:
    """Return an account's views by name, and the columns of its list that it chose, in one question."""
    rows = connection.execute(_KEPT, {"account": account}).all()
    views = sorted(SavedView(name, kept) for name, kept in rows if name is not None)
    return tuple(views), tuple(next((kept for name, kept in rows if name is None), "").split())


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
