"""When older copies were put back in a run, and what of all that was told still counts after each.

A copy holds what was answered before it was begun. So of what anybody was told that counts which was told before the
copy was begun that was put back last, in as much as it counted then; and whatever was told since.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.chaos.history import FOR_EVER, Operation
from tests.simulator.paper import Paper, Part

Span = tuple[int, int]  # of the steady clock, from and until
FILE: Final = "restores.json"


class Restored(NamedTuple):
    """That a copy was put back: when it had been begun, when people were let in again, and what the lost part told."""

    begun: int
    at: int  # nobody was answered for a while before it
    size: int  # events in the copy
    lost: int  # and how many more there had been
    paper: Paper
    destroyed: frozenset[str]  # persons whose keys were


def note(folder: Path, one: Restored) -> None:
    """Write down that a copy was put back, beside what clients were told."""
    told = one._asdict() | {"paper": (one.paper.parts, sorted(one.paper.erased)), "destroyed": sorted(one.destroyed)}
    (folder / FILE).write_text(json.dumps([*_noted(folder), told]))


def restores(folder: Path) -> list[Restored]:
    """Return every copy that was put back in a run, in order."""
    return [
        Restored(**one | {"paper": _paper(*one["paper"]), "destroyed": frozenset(one["destroyed"])})
        for one in _noted(folder)
    ]


def _noted(folder: Path) -> list[dict[str, Any]]:
    file = folder / FILE
    found: list[dict[str, Any]] = json.loads(file.read_text()) if file.exists() else []
    return found


def _paper(parts: dict[str, list[Any]], erased: Iterable[str]) -> Paper:
    return Paper({key: Part(*one) for key, one in parts.items()}, frozenset(erased))


# -- what still counts ------------------------------------------------------------------------------------------------


def counting(put_back: Sequence[Restored], until: int = FOR_EVER) -> list[Span]:
    """Return the spans of time in which what was told counts at an instant: it is in the log of then."""
    spans: list[Span] = []
    while before := [one for one in put_back if one.at < until]:
        spans.append((before[-1].at, until))
        until = before[-1].begun
    return [*spans, (0, until)]


def counts(instant: int, put_back: Sequence[Restored]) -> bool:
    """Tell whether what was told at an instant counts now; a copy that was begun when it does not is of a lost part."""
    return _is_in(instant, counting(put_back))


def as_it_counts(history: Iterable[Operation], spans: Sequence[Span]) -> list[Operation]:
    """Return a history in which nobody heard what does not count; what was refused stays refused."""
    return [one if one.outcome != "ok" or _is_in(one.answered, spans) else _unheard(one) for one in history]


def lost_parts(history: Sequence[Operation], put_back: Sequence[Restored]) -> Iterator[list[Operation]]:
    """Yield the history as it counted at each end that a log came to, since the copy that it began with."""
    for one in put_back:
        yield as_it_counts(history, counting(put_back, one.at))


def _is_in(instant: int, spans: Sequence[Span]) -> bool:
    return any(since <= instant < until for since, until in spans)


def _unheard(one: Operation) -> Operation:
    return one._replace(outcome="unknown", answered=FOR_EVER, version=None, facts=None, stage="")
