"""Whether an older copy of the log is in place and nothing may leave the house, and what it does not know."""

from typing import Final

from sqlalchemy import Connection, func, select

from events.erasures import REPLAYED, told_erasures
from events.facts.restore import OrphanFound
from events.ids import RESTORE, case_of_stream
from events.log import Log
from events.money import Money
from events.tables import events, sealed_parts
from handlers.states.case_reader import CaseReader
from handlers.states.state_cache import fold_events
from workflow.situation import id_of
from workflow.subjects.restore.state import Quarantine

LAST_TOLD: Final = (
    select(events.c.type)
    .where(events.c.stream == RESTORE, events.c.type.in_(("LogRestored", "QuarantineLifted")))
    .order_by(events.c.version.desc())
    .limit(1)
)


def is_quarantined(log: Log, connection: Connection) -> bool:
    """Tell whether nothing may leave the house now; one short look, asked before anything does.

    An end of it that no command of Wayhome recorded is none: whoever writes the database lifts no quarantine.
    """
    return is_on(log, connection, connection.execute(LAST_TOLD).scalar_one_or_none())


def is_on(log: Log, connection: Connection, last: str | None) -> bool:
    """Tell the same, by what was told of it last."""
    return last is not None and (last == "LogRestored" or bool(log.forged_on(connection, [RESTORE])))


def quarantine_of(log: Log) -> Quarantine:
    """Return the quarantine as it stands, with everything that was found."""
    found: Quarantine | None = fold_events(RESTORE, log.stream(RESTORE), log.fact).state
    if found is not None and not found.is_on and log.forged([RESTORE]):
        return found._replace(is_on=True)  # as with ``is_quarantined``: nobody else lifts it
    return found or Quarantine()


def orphans_beside_the_keys(log: Log) -> list[OrphanFound]:
    """Return whose key there is and nothing in the log: who was erased and is in it again is erased as it opens."""
    parts = select(sealed_parts.c.person).where(func.length(sealed_parts.c.ciphertext) > 0).distinct()
    with log.database.reading() as connection:
        known = set(connection.execute(parts).scalars())
    return [orphan("person", person) for person in sorted(set(log.keys.persons()) - known)]


def erased_whose_case_goes_on(log: Log, look: CaseReader) -> list[OrphanFound]:
    """Return the cases that go on in this copy although their person was erased since: people have to end them."""
    with log.database.reading() as connection:
        told = [one.stream for one in told_erasures(connection) if one.type == REPLAYED]
    seen = look.at_many(dict.fromkeys(case_id for stream in told if (case_id := case_of_stream(stream))))
    going_on = (one.case.case_id for one in seen if not one.definition.journey.stage(one.case.stage).ends)
    return [orphan("erased", case_id) for case_id in sorted(going_on)]


def orphan(kind: str, reference: str, about: str = "", amount: Money | None = None) -> OrphanFound:
    """Return something as it is told; the same thing has the same number however often it is found."""
    number = id_of("O", kind, reference, about)
    return OrphanFound(orphan_id=number, kind=kind, reference=reference, about=about, amount=amount)
