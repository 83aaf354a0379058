"""What clients asked and what they heard, written down outside: a line before it is sent, a line when it is answered.

It is the history that a run is judged by, in the manner of Jepsen: each sending is an operation that begins, and ends
as ok, refused, or unknown. Instants are of the machine's steady clock, which no fault bends.
"""

import json
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

Outcome = Literal["ok", "refused", "unknown"]
FOR_EVER: Final = 2**63


class Operation(NamedTuple):
    """One sending of a command, or one look at a case: by whom, from when to when, and what came of it."""

    number: int
    client: str  # who asked: an account
    what: str  # the command's name, or "look"
    key: str  # the command's id, or the case that was looked at
    invoked: int
    answered: int  # for ever, where no answer came
    outcome: Outcome
    door: str = ""
    version: int | None = None
    facts: tuple[str, ...] | None = None
    case_id: str = ""
    stage: str = ""  # that a look showed
    about: str = ""  # the task that is tried again

    @property
    def is_look(self) -> bool:
        """Tell whether nothing was asked for but to see."""
        return self.what == "look"


class History:
    """The writing side: one file of one process, whose threads share it."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / f"{name}.jsonl").open("a", buffering=1, encoding="utf-8")
        self._lock = threading.Lock()
        self._number = 0

    def invoke(self, client: str, what: str, key: str, door: str = "", about: str = "") -> int:
        """Note that something is about to be sent, and return its number."""
        with self._lock:
            self._number += 1
            said = {"n": self._number, "client": client, "what": what, "key": key, "door": door, "about": about}
            self._write(said | {"at": time.monotonic_ns()})
            return self._number

    def answered(self, number: int, outcome: Outcome, **told: Any) -> None:
        """Note what was heard; an outcome that is unknown has no end."""
        with self._lock:
            self._write({"n": number, "outcome": outcome, "at": time.monotonic_ns()} | told)

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")


def read(folder: Path) -> list[Operation]:
    """Return every operation of every client; what never heard an answer is unknown."""
    return [one for path in sorted(folder.glob("*.jsonl")) for one in operations(_lines(path))]


def operations(lines: Iterable[dict[str, Any]]) -> Iterator[Operation]:
    """Yield the operations that the lines of one process tell of, in the order in which they began."""
    begun: dict[int, dict[str, Any]] = {}
    ends: dict[int, dict[str, Any]] = {}
    for line in lines:
        (ends if "outcome" in line else begun)[line["n"]] = line
    for number, one in begun.items():
        yield _operation(number, one, ends.get(number, {"outcome": "unknown"}))


def _operation(number: int, begun: dict[str, Any], end: dict[str, Any]) -> Operation:
    known = end["outcome"] != "unknown"
    facts = end.get("facts")
    return Operation(
        number, begun["client"], begun["what"], begun["key"], begun["at"], end["at"] if known else FOR_EVER,
        end["outcome"], begun["door"], end.get("version"), None if facts is None else tuple(facts),
        end.get("case_id", ""), end.get("stage", ""), begun.get("about", ""),
    )  # fmt: skip


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)
