"""Accounts as rows: who may sign in as what, and who the officers are."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from events.batch import InsertRows
from events.ids import account_stream
from handlers.projections.tables import accounts
from workflow.rights.acts import ROLES
from workflow.rights.table import Account, StandIn
from workflow.subjects.accounts.state import OFFICERS, AccountState, roles_of

ACCOUNT_ROWS: Final = InsertRows(accounts, replace=True)


class AccountRow(NamedTuple):
    """An account as the console sees it."""

    account: Account
    factors: frozenset[tuple[str, str]]  # kind and name of each second factor that counts
    opened_at: str
    epoch: int  # sessions of an earlier one are over
    resets: int  # a password of an earlier one opens nothing
    passwords: int = 0  # how often they have set one; one set before the last opens nothing


def officer_streams(connection: Connection) -> set[str]:
    """Return the streams of every officer's account, the closed ones too: two of them decide about the house."""
    rows = (row.account for row in list_accounts(connection))
    return {account_stream(account.account) for account in rows if not account.roles.isdisjoint(OFFICERS)}


def every_account(connection: Connection) -> set[str]:
    """Return the streams of every account, the closed ones too: what somebody is called is looked at beside all."""
    return {account_stream(name) for name in connection.execute(select(accounts.c.account)).scalars()}


def account_row(standing: AccountState) -> dict[str, Any]:
    """Return the row of an account; it depends on nothing but its history."""
    account = standing.account
    return {
        "account": account.account,
        "roles": " ".join(role for role in ROLES if role in account.roles),
        "programmes": " ".join(sorted(account.programmes)),
        "team": account.team,
        "facilities": " ".join(sorted(account.facilities)),
        "language": account.language,
        "factors": " ".join(f"{kind}:{name}" for kind, name in standing.factors),
        "closed": account.closed,
        "opened_at": standing.opened_at,
        "epoch": standing.epoch,
        "resets": standing.resets,
        "passwords": standing.passwords,
        "stands_in": " ".join("|".join(one) for one in account.stands_in),
        "name": account.name,
    }


def find_account(connection: Connection, account: str) -> AccountRow | None:
    """Return an account, closed or open, or None when there is none of that name."""
    row = connection.execute(select(accounts).where(accounts.c.account == account)).mappings().one_or_none()
    return None if row is None else account_from(row)


def list_accounts(connection: Connection) -> Sequence[AccountRow]:
    """Return every account by its name, the closed ones too."""
    rows = connection.execute(select(accounts).order_by(accounts.c.account)).mappings()
    return [account_from(row) for row in rows]


def account_from(row: RowMapping) -> AccountRow:
    """Return the account a row of the table, or of a join with it, holds."""
    account = Account(
        account=row["account"],
        roles=roles_of(row["roles"].split()),
        programmes=frozenset(row["programmes"].split()),
        team=row["team"],
        facilities=frozenset(row["facilities"].split()),
        language=row["language"],
        closed=bool(row["closed"]),
        stands_in=tuple(StandIn(*one.split("|")) for one in row["stands_in"].split()),
        name=row["name"],
    )
    factors = (factor.partition(":") for factor in row["factors"].split())
    named = frozenset((kind, name) for kind, _, name in factors)
    return AccountRow(account, named, row["opened_at"], row["epoch"], row["resets"], row["passwords"])
