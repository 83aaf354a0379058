"""What clients were told is held against what the log says at the end: a checker in the manner of Jepsen.

It knows nothing of how the office works, only what was asked when, what was heard when, and what is in the log.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tests.chaos.history import FOR_EVER, Operation

LOST, ILLEGAL = "lost", "illegal"
Found = tuple[str, str]  # which promise is broken, and how


class Stored(NamedTuple):
    """A command's events in the log: by whom, and from which place to which."""

    actor: str
    first: int
    last: int


class LogSeen(NamedTuple):
    """As much of the log as the checker asks for."""

    answered: frozenset[str]  # ids of the commands that the office says it carried out
    stored: Mapping[str, Stored]  # by command
    said_by: Mapping[str, Sequence[str]]  # of each case: the command of each version
    stages: Mapping[str, Sequence[tuple[int, str]]]  # of each case: since which version it was in which stage
    proposers: Mapping[str, str]  # by proposal
    confirmers: Sequence[tuple[str, str]]  # proposal, and who confirmed it

    def stage_at(self, case_id: str, version: int) -> str:
        """Return in which stage a case was at a version."""
        stages = self.stages.get(case_id, ())
        before = bisect_right([since for since, _ in stages], version)
        return stages[before - 1][1] if before else ""


class Asked(NamedTuple):
    """All sendings of one command."""

    key: str
    sent: Sequence[Operation]

    @property
    def invoked(self) -> int:
        """Return when it was sent for the first time."""
        return min(one.invoked for one in self.sent)

    @property
    def acknowledged(self) -> int:
        """Return when it was acknowledged for the first time; for ever, where it never was."""
        return min((one.answered for one in self.sent if one.outcome == "ok"), default=FOR_EVER)

    @property
    def outcomes(self) -> set[str]:
        """Return all that was heard."""
        return {one.outcome for one in self.sent}


def asked(history: Iterable[Operation]) -> list[Asked]:
    """Return each command with all its sendings."""
    found: dict[str, list[Operation]] = defaultdict(list)
    for one in history:
        if not one.is_look:
            found[one.key].append(one)
    return [Asked(key, sent) for key, sent in found.items()]


def broken_promises(history: Sequence[Operation], log: LogSeen) -> Iterator[Found]:
    """Yield everything that clients were told and that the log does not bear out."""
    commands = asked(history)
    for one in commands:
        yield from _outcome(one, log)
    yield from _in_order(commands, log)
    yield from _looks(history, commands, log)
    yield from _two_people(log)


def _outcome(one: Asked, log: LogSeen) -> Iterator[Found]:
    """What was acknowledged is there, and each time was told alike; what was only ever refused is not."""
    name = f"{one.sent[0].what} {one.key}"
    if "ok" in one.outcomes and one.key not in log.answered:
        yield LOST, f"{name} was acknowledged and is not in the log"
    if one.outcomes == {"refused"} and one.key in log.answered:
        yield LOST, f"{name} was refused and is in the log"
    if len({(told.version, told.facts) for told in one.sent if told.outcome == "ok"}) > 1:
        yield LOST, f"{name} was acknowledged twice, and not in the same words"
    stored = log.stored.get(one.key)
    if stored is not None and stored.actor not in {told.client for told in one.sent}:
        yield ILLEGAL, f"{name} is in the log in the name of {stored.actor}, who did not ask for it"


def _in_order(commands: Iterable[Asked], log: LogSeen) -> Iterator[Found]:
    """Whatever was acknowledged before another thing was asked for stands before it in the log."""
    latest, behind = -1, ""
    for one in sorted((one for one in commands if one.key in log.stored), key=lambda one: log.stored[one.key].first):
        if one.acknowledged < latest:
            yield LOST, f"{one.key} was acknowledged before {behind} was asked for, and stands after it in the log"
        if one.invoked > latest:
            latest, behind = one.invoked, one.key


# -- looks ------------------------------------------------------------------------------------------------------------


def _looks(history: Iterable[Operation], commands: Iterable[Asked], log: LogSeen) -> Iterator[Found]:
    """Each look shows a case as it was at one version: never an older one than was told before, nor one to come."""
    invoked = {one.key: one.invoked for one in commands}
    for case_id, told in _by_case(history).items():
        yield from _never_back(case_id, told)
        for look in (one for one in told if one.is_look):
            yield from _as_it_was(case_id, look, invoked, log)


def never_back(history: Iterable[Operation]) -> Iterator[Found]:
    """Yield every look that showed less than had been told before; it can be told of a log that is lost, too."""
    for case_id, told in _by_case(history).items():
        yield from _never_back(case_id, told)


def _by_case(history: Iterable[Operation]) -> Mapping[str, Sequence[Operation]]:
    found: dict[str, list[Operation]] = defaultdict(list)
    for one in history:
        if one.outcome == "ok" and one.version is not None:
            found[one.key if one.is_look else one.case_id].append(one)
    return found


def _never_back(case_id: str, told: Sequence[Operation]) -> Iterator[Found]:
    """Find a look that began when a later version had been told already, to whomever, at whichever console."""
    ends = sorted(told, key=lambda one: one.answered)
    known, place = -1, 0
    for look in sorted((one for one in told if one.is_look), key=lambda one: one.invoked):
        while place < len(ends) and ends[place].answered < look.invoked:
            known = max(known, ends[place].version or 0)
            place += 1
        if look.version is not None and look.version < known:
            yield LOST, f"a look at {case_id} showed version {look.version} when {known} had been told before"


def _as_it_was(case_id: str, look: Operation, invoked: Mapping[str, int], log: LogSeen) -> Iterator[Found]:
    said_by, version = log.said_by.get(case_id, ()), look.version
    assert version is not None
    if version >= len(said_by):
        yield LOST, f"a look at {case_id} showed version {version}, which is not in the log"
        return
    if any(invoked.get(key, 0) > look.answered for key in said_by[: version + 1]):
        yield ILLEGAL, f"a look at {case_id} showed at version {version} what nobody had asked for yet"
    if look.stage != log.stage_at(case_id, version):
        yield ILLEGAL, f"a look at {case_id} showed {look.stage}, and it never was that at version {version}"


def _two_people(log: LogSeen) -> Iterator[Found]:
    """Whatever two people decided has two acts of two accounts."""
    for proposal, by in log.confirmers:
        proposer = log.proposers.get(proposal)
        if proposer is None:
            yield ILLEGAL, f"{by} confirmed {proposal}, which nobody proposed"
        elif proposer == by:
            yield ILLEGAL, f"{by} proposed and confirmed {proposal}"
