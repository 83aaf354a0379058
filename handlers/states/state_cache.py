"""States of streams, folded from the log and kept in memory; the log is the truth, this is only speed.

A kept state knows its stream's version. It is used only after the log was asked for what came since, and a
write locks the stream first; what other processes added is folded in.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from events.catalogue import Fact
from events.envelope import RecordedEvent, leaf_of
from handlers.states.packing import Packing, version_of
from workflow.case.evolve import evolve as evolve_case
from workflow.case.state import At
from workflow.registry import evolve_shared


class VersionedState(NamedTuple):
    """A stream's state as of a version; ``leaf`` is what its last event proved to be, None where nobody asked."""

    version: int
    state: Any
    leaf: bytes | None = None


_NOT_WHOLE: Final = b""  # the leaf of no event: what was folded does not hold together
_FRESH = VersionedState(-1, None)

# Of these only what was told last counts.
_TOLD_LAST: Final = frozenset({"clock", "heads", "keys", "log", "programme", "signing"})


def evolve(stream: str, state: Any, fact: Fact, at: At) -> Any:
    """Return the state of any stream after a fact."""
    word = stream.partition(":")[0]
    if word == "case":
        return evolve_case(state, fact, at)
    return fact if word in _TOLD_LAST else evolve_shared(word, state, fact, at)


def fold_events(
    stream: str,
    events: Iterable[RecordedEvent],
    fact_of: Callable[[RecordedEvent], Fact],
    start: VersionedState = _FRESH,
) -> VersionedState:
    """Return a stream's state after more of its events, and where their hashes lead.

    Nothing is refused here: whoever is about to decide compares the leaf with the end that the keys vouch for.
    """
    version, state, leaf = start
    for event in events:
        envelope = event.envelope
        assert envelope.version == version + 1, f"{stream} jumps from {version} to {envelope.version}"
        at = At(envelope.recorded_at, envelope.actor, envelope.definition, envelope.version)
        state = evolve(stream, state, fact_of(event), at)
        version, leaf = envelope.version, _followed(leaf, event)
    return VersionedState(version, state, leaf)


def _followed(before: bytes | None, event: RecordedEvent) -> bytes:
    """Return the leaf of an event that is what its leaf says and continues what stands before it."""
    continues = before is None or event.envelope.previous == (before if event.envelope.version else None)
    return event.leaf if continues and leaf_of(event.envelope) == event.leaf else _NOT_WHOLE


class StateCache:
    """Keeps the states used last, for all threads; forgetting one costs a read, never an answer.

    Only states of what is committed are kept, and of two the newer. Those used just now are kept as they are,
    the others packed: a case that has come far takes about 15 KiB as objects and a tenth of that packed; so
    tens of thousands stay in memory. Unpacking takes 0.1 ms; nobody else waits for it.
    """

    def __init__(self, capacity: int = 50_000, unpacked: int = 2_000) -> None:
        self._capacity = capacity
        self._unpacked = min(unpacked, capacity)
        self._lock = threading.Lock()  # never held across packing, folding or a question to the database
        self._kept: OrderedDict[str, VersionedState] = OrderedDict()
        self._packed: OrderedDict[str, bytes] = OrderedDict()
        self._packing = Packing()

    def get(self, stream: str, upto: int | None = None) -> VersionedState:
        """Return what is kept of a stream, at version -1 when nothing is, or only something later than ``upto``."""
        with self._lock:
            kept, packed, packing = self._kept.get(stream), self._packed.get(stream), self._packing
            if kept is not None:
                self._kept.move_to_end(stream)
        found = kept or (_FRESH if packed is None else VersionedState(*packing.unpacked(packed)))
        return _FRESH if upto is not None and found.version > upto else found

    def keep(self, states: Mapping[str, VersionedState]) -> None:
        """Keep these states, unless newer ones are kept, and forget those not used for longest."""
        with self._lock:
            for stream, state in states.items():
                if state.version >= self._version(stream):
                    self._packed.pop(stream, None)
                    self._kept[stream] = state
                    self._kept.move_to_end(stream)
            too_many = len(self._kept) - self._unpacked
            longest = [self._kept.popitem(last=False) for _ in range(too_many)]
            packing = self._packing
        packed = [(stream, packing.packed(*state)) for stream, state in longest]
        with self._lock:
            for stream, data in packed if packing is self._packing else ():
                if version_of(data) > self._version(stream):
                    self._kept.pop(stream, None)  # an older one, kept while this one was being packed
                    self._packed[stream] = data
            while self._packed and len(self) > self._capacity:
                self._packed.popitem(last=False)

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._packed.clear()
            self._packing = Packing()  # its words are of cases, too

    def __len__(self) -> int:
        return len(self._kept) + len(self._packed)

    def _version(self, stream: str) -> int:
        kept, packed = self._kept.get(stream), self._packed.get(stream)
        return kept.version if kept is not None else -1 if packed is None else version_of(packed)
