"""What two officers decide about the house, as its pages show it: what waits, and what became of accounts lately."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson

from console.views.programmes import ComparedLine, compared
from console.views.reader import Reader
from events.ids import OFFICE_DECISIONS, account_stream
from events.instants import instant
from handlers.projections.accounts import list_accounts
from workflow.case.proposals import Proposal, Proposals
from workflow.rights.acts import Act
from workflow.rights.table import may_ever, permit
from workflow.subjects.accounts.state import AccountChange, AccountState

TOLD_FOR: Final = timedelta(days=7)  # so long every officer is told on My work what became of an account
PUBLISHES: Final = "PublishProgramme"
_SEES: Final[Mapping[bool, tuple[Act, ...]]] = {
    True: ("programmes.publish", "programmes.confirm"),
    False: ("accounts.change", "accounts.confirm"),
}


class HouseProposal(NamedTuple):
    """Something one officer proposed: the command, what it would do field by field, and until when it counts."""

    proposal_id: str
    command: str
    given: Mapping[str, Any]
    proposer: str
    proposed_at: datetime
    expires_at: datetime
    may_confirm: bool
    own: bool

    @property
    def about(self) -> str:
        """Return what it is about: an account's name, a programme's, or the number of what was found."""
        named = (self.given.get(name) for name in ("account", "programme", "orphan_id"))
        return str(next(filter(None, named), ""))

    @property
    def fields(self) -> tuple[tuple[str, Any], ...]:
        """Return what was given, without the text of a file, which is compared, and what is empty."""
        return tuple((name, value) for name, value in self.given.items() if name != "text" and value not in ("", []))


class AccountNews(NamedTuple):
    """Something that became of an account within the last days."""

    account: str
    change: AccountChange
    at: datetime


def house_proposals(reader: Reader) -> tuple[HouseProposal, ...]:
    """Return what waits for a second officer, as far as it concerns this one; the oldest first."""
    if not any(may_ever(reader.account.roles, act) for acts in _SEES.values() for act in acts):
        return ()
    state: Proposals | None = reader.container.cases.states([OFFICE_DECISIONS])[OFFICE_DECISIONS].state
    pending = state.pending if state is not None else {}
    shown = (_shown(key, one, reader) for key, one in pending.items() if reader.now < one.expires_at)
    return tuple(one for one in shown if one is not None)


def house_proposal(reader: Reader, proposal_id: str) -> HouseProposal | None:
    """Return one of them, or None when there is none of this id that this officer may see."""
    return next((one for one in house_proposals(reader) if one.proposal_id == proposal_id), None)


def changes_to_programme(reader: Reader, found: HouseProposal) -> list[ComparedLine]:
    """Return what a proposed programme file changes in the one in force."""
    current = reader.container.service.definitions.current(found.about)
    return compared(current.text if current else "", str(found.given["text"]))


def news_for(reader: Reader) -> tuple[AccountNews, ...]:
    """Return what others did to accounts lately: an officer is told on My work what they had no hand in."""
    own = reader.account.account
    return tuple(one for one in account_news(reader) if own not in (one.change.actor, one.change.second))


def account_news(reader: Reader) -> tuple[AccountNews, ...]:
    """Return what became of accounts lately, the latest first."""
    if not may_ever(reader.account.roles, "accounts.confirm"):
        return ()
    with reader.container.database.reading() as connection:
        names = [row.account.account for row in list_accounts(connection)]
    streams: dict[str, str] = {account_stream(name): name for name in names}
    states = reader.container.cases.states(streams)
    found = _recent(((streams[stream], kept.state) for stream, kept in states.items()), reader.now - TOLD_FOR)
    return tuple(sorted(found, key=lambda news: news.at, reverse=True))


def _recent(states: Iterable[tuple[str, AccountState | None]], since: datetime) -> Iterator[AccountNews]:
    for account, state in states:
        if state is not None and state.changed is not None and instant(state.changed.at) > since:
            yield AccountNews(account, state.changed, instant(state.changed.at))


def _shown(key: str, one: Proposal, reader: Reader) -> HouseProposal | None:
    account, given = reader.account, orjson.loads(one.given)
    publishes = one.command == PUBLISHES
    theirs = not publishes or given["programme"] in account.programmes or "data_protection" in account.roles
    sees, confirms = _SEES[publishes], _SEES[publishes][-1:]
    if not theirs or not any(permit(account, act, None, None, reader.now) for act in sees):
        return None
    own = one.proposer == account.account
    may = not own and any(permit(account, act, None, None, reader.now) for act in confirms)
    when = instant(one.proposed_at)
    return HouseProposal(key, one.command, given, one.proposer, when, one.expires_at, may, own)
