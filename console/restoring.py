"""Going on with an older copy: the quarantine begins, sessions end, and what the log does not know is listed."""

from collections.abc import Iterable
from typing import NamedTuple

import orjson
from sqlalchemy import select

from console.accounts.command_line import services_of
from console.container import Container
from console.errors import BadInput
from events.catalogue import Fact
from events.errors import KeysBehind, LogBehind
from events.facts.restore import LogRestored, OrphanFound
from events.high_water import accept_end, noted_mark, refuse_older_copies
from events.ids import RESTORE
from events.log import Log
from events.writing import EventMetadata
from handlers.projections.accounts import list_accounts
from handlers.projections.tables import sessions
from handlers.queries.quarantine import erased_whose_case_goes_on, orphans_beside_the_keys, quarantine_of


class AcceptedCopy(NamedTuple):
    """What came of accepting an older copy: why it was refused, what is listed, what ended, what is in doubt."""

    cause: str
    listed: int
    sessions: int
    doubtful: int


def accept_copy(container: Container, actor: str) -> AcceptedCopy:
    """Go on with what was restored: from here on nothing leaves the house until everything found is settled.

    Repeating it lists what has turned up since. Raises BadInput when nothing older was put in place.
    """
    log = container.log
    was_on = quarantine_of(log).is_on
    cause = quarantine_of(log).cause if was_on else cause_of(container)
    if not cause:
        raise BadInput("this log is the newest its keys know of: there is nothing to accept")
    listed = _told(container, actor, "" if was_on else cause)
    accept_end(log)
    return AcceptedCopy(cause, listed, _end_sessions(container), container.pool().call_in_doubt())


def cause_of(container: Container) -> str:
    """Return why this data is taken for an older copy, or nothing."""
    try:
        refuse_older_copies(container.log)
    except LogBehind:
        return "older_log"
    except KeysBehind:
        return "older_keys"
    return "outside" if container.unknown_outside() else ""


def newly_found(container: Container) -> list[OrphanFound]:
    """Return what the log does not know of and is not on its list yet."""
    known = quarantine_of(container.log).orphans
    going_on = erased_whose_case_goes_on(container.log, container.cases)
    everything = [*container.unknown_outside(), *orphans_beside_the_keys(container.log), *going_on]
    return [one for one in everything if one.orphan_id not in known]


def _told(container: Container, actor: str, cause: str) -> int:
    log, found, mark = container.log, newly_found(container), _mark(container.log)
    if not (found or cause):
        return 0
    with log.writing() as writing:
        writing.lock([RESTORE])
        command = str(container.chance.uuid())
        said = EventMetadata(command, actor, "operator", "command:AcceptCopy", writing.now, "")
        begun = [LogRestored(size=log.size(), mark=mark, cause=cause)] if cause else []
        told: list[Fact] = [*begun, *found]
        for fact in told:
            writing.append(RESTORE, fact, said)
        writing.remember(command, "", _answer(told))
    return len(found)


def _answer(told: Iterable[Fact]) -> str:
    """Return what is remembered of the command: I1 holds it to what the log holds under its number."""
    return orjson.dumps({"case": "", "version": 0, "facts": [type(fact).__name__ for fact in told]}).decode()


def _mark(log: Log) -> int:
    try:
        noted = noted_mark(log.keys)
    except KeysBehind:
        return 0
    return noted.size if noted else 0


def _end_sessions(container: Container) -> int:
    """End every session there is: whose were ended after the copy was made would be open again."""
    log, open_sessions = container.log, services_of(container).sessions
    live = select(sessions.c.account).where(sessions.c.ended_at == "")
    with log.database.reading() as connection:
        names = {row.account.account for row in list_accounts(connection)}
        signed_in = list(connection.execute(live).scalars())
    for name in sorted({*names, *signed_in}):
        open_sessions.end_all(name)
    return len(signed_in)
