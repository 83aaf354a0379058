"""What somebody may do to a log who owns its database: each way does it once, at random, and says where it was done."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, select, update

from console.drills.forger import ForgedEvent, Forger, command_row
from events.head_codes import HeadCodes
from events.instants import instant, instant_text
from events.tables import commands, log_head, sealed_parts, streams
from events.verify import LogProof

_TEXTS: Final = ("type", "occurred_at", "recorded_at", "actor", "mandate", "cause", "command_id", "definition", "body")
_BYTES: Final = ("previous", "link", "leaf", "answered", "place")


class Target(NamedTuple):
    """A log to be tampered with, and what its attacker has."""

    forger: Forger
    chance: Random
    size: int

    @property
    def some(self) -> int:
        """Return an event's position at random."""
        return self.chance.randrange(self.size)


class Done(NamedTuple):
    """What was done: from which event on the log is wrong, or None where it is wrong beside the events."""

    first: int | None
    codes: frozenset[str] = frozenset()  # of which the finding has to be one, where no event is wrong

    def is_located(self, report: LogProof) -> bool:
        """Tell whether a report names the first wrong event, or between which noted heads it stands."""
        return self.is_named(report) or self.is_between(report)

    def is_named(self, report: LogProof) -> bool:
        """Tell whether the first event that a report calls wrong is the one, or where the log ends too early."""
        if self.first is None:
            return any(finding.code in self.codes for finding in report.findings)
        return self.first in (report.first_wrong, report.events)

    def is_between(self, report: LogProof) -> bool:
        """Tell whether the wrong event stands where a report says: behind the last head that is as it was noted."""
        noted = any(finding.code == "noted" for finding in report.findings)
        return noted and self.first is not None and report.held_until <= self.first


Attack = Callable[[Target], Done]


def edited(target: Target) -> Done:
    """Write another value into one column of one event."""
    position, chance = target.some, target.chance
    row = target.forger.row(position)
    column = chance.choice((*_TEXTS, *_BYTES, "type_version", "sealed"))
    target.forger.changes(position, **{column: _other(row[column], chance)})
    return Done(position)


def _other(value: Any, chance: Random) -> Any:
    if isinstance(value, int):
        return value + chance.randrange(1, 9)
    if isinstance(value, bytes) and value:
        at = chance.randrange(len(value))
        return value[:at] + bytes([value[at] ^ (1 << chance.randrange(8))]) + value[at + 1 :]
    if isinstance(value, str) and value:
        at = chance.randrange(len(value))
        return value[:at] + chr((ord(value[at]) - 31) % 94 + 33) + value[at + 1 :]
    return "x" if isinstance(value, str) else chance.randbytes(32)


def deleted(target: Target) -> Done:
    """Take an event out, and leave the gap or close it."""
    position = target.some
    target.forger.removes(position)
    if target.chance.random() < 0.5 and position < target.size - 1:
        target.forger.counts(position + 1, -1)
    return Done(position)


def inserted(target: Target) -> Done:
    """Put an event between two others, or behind all of them and right in every hash."""
    forged, command = _made_up(target)
    if target.chance.random() < 0.5:
        position = target.chance.randrange(1, target.size)
        target.forger.inserts(position, forged._replace(stream=f"case:{target.chance.randrange(10**9)}"), command)
        return Done(position)
    return Done(target.forger.appends(forged, command))


def _made_up(target: Target) -> tuple[ForgedEvent, Mapping[str, str]]:
    cases = [row for row in target.forger.rows() if row["stream"].startswith("case:")]
    like = target.chance.choice(cases)
    forged = ForgedEvent(like["stream"], "CaseAssigned", '{"owner":"staff:mallory","team":""}', "staff:boris",
                         like=like["position"])  # fmt: skip
    case = like["stream"].partition(":")[2]
    return forged, command_row(f"forged-{target.chance.randrange(10**9)}", case, 0, ["CaseAssigned"])


def swapped(target: Target) -> Done:
    """Let two events change places."""
    one, other = sorted(target.chance.sample(range(target.size), 2))
    target.forger.swaps(one, other)
    return Done(one)


def cut_off(target: Target) -> Done:
    """Cut off the end, and let every stream and the log end where they then do."""
    size = target.size - target.chance.randrange(1, min(40, target.size - 1))
    target.forger.cuts_off(size)
    return Done(size)


def back_dated(target: Target) -> Done:
    """Say that something happened, or was recorded, earlier, with a leaf that fits."""
    position = target.some
    _back_date(target, position)
    row = target.forger.row(position)
    target.forger.changes(position, leaf=target.forger.leaf_of(row))
    return Done(position)


def _back_date(target: Target, position: int) -> None:
    row, days = target.forger.row(position), target.chance.randrange(1, 400)
    column = target.chance.choice(("occurred_at", "recorded_at"))
    at = instant(row[column])
    target.forger.changes(position, **{column: instant_text(at.replace(year=at.year - 1 - days // 365))})


def hashed_anew(target: Target) -> Done:
    """Change one event and make every hash after it anew, as whoever knows how they are made can."""
    position = target.some
    if target.chance.random() < 0.5:
        _back_date(target, position)
    else:
        target.forger.changes(position, actor="staff:mallory")
    target.forger.rehashes(position)
    return Done(position)


def changed_beside(target: Target) -> Done:
    """Change what stands beside the events: sealed parts, what commands were told, where streams and the log end."""
    return target.chance.choice((_part, _answer, _stream, _head))(target)


def _part(target: Target) -> Done:
    connection, chance = target.forger.connection, target.chance
    rows = connection.execute(select(sealed_parts)).mappings().all()
    row = chance.choice(rows)
    here = [column == row[column.name] for column in sealed_parts.primary_key]
    if chance.random() < 0.3:
        connection.execute(delete(sealed_parts).where(*here))
    else:
        column = chance.choice(("salt", "ciphertext", "person"))
        other = {column: _other(row[column], chance)}
        connection.execute(update(sealed_parts).where(*here).values(other))
    return Done(_position_of(target, row["stream"], row["version"]))


def _answer(target: Target) -> Done:
    row = target.forger.row(target.some)
    first = min(one["position"] for one in target.forger.rows() if one["command_id"] == row["command_id"])
    here = commands.c.command_id == row["command_id"]
    if target.chance.random() < 0.3:
        target.forger.connection.execute(delete(commands).where(here))
    else:
        column = target.chance.choice(("digest", "answer"))
        old = target.forger.connection.execute(select(commands.c[column]).where(here)).scalar_one()
        target.forger.connection.execute(update(commands).where(here).values({column: _other(old, target.chance)}))
    return Done(first)


def _stream(target: Target) -> Done:
    connection, chance = target.forger.connection, target.chance
    row = chance.choice(connection.execute(select(streams)).mappings().all())
    column = chance.choice(("version", "leaf", "mac"))
    here = streams.c.stream == row["stream"]
    connection.execute(update(streams).where(here).values({column: _other(row[column], chance)}))
    return Done(_position_of(target, row["stream"], row["version"]))


def _head(target: Target) -> Done:
    connection, chance = target.forger.connection, target.chance
    row = connection.execute(select(log_head)).mappings().one()
    column = chance.choice(("size", "place", "mac"))
    connection.execute(update(log_head).values({column: _other(row[column], chance)}))
    return Done(None, frozenset({"head", "code"}))


def _position_of(target: Target, stream: str, version: int) -> int:
    found = (row["position"] for row in target.forger.rows() if (row["stream"], row["version"]) == (stream, version))
    return int(next(found))


ATTACKS: Final[Mapping[str, Attack]] = {
    "edited": edited,
    "deleted": deleted,
    "inserted": inserted,
    "swapped": swapped,
    "cut off": cut_off,
    "back-dated": back_dated,
    "hashed anew": hashed_anew,
    "changed beside": changed_beside,
}


def with_stolen_key(codes: HeadCodes, forger: Forger) -> Forger:
    """Return the same hand with the key of the codes in it: from then on only a head noted elsewhere tells."""
    return Forger(forger.connection, codes)
