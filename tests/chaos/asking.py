"""Clients at their screens: they ask, write down what they asked and heard, and ask again what nobody could tell."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

from tests.chaos.history import History
from tests.chaos.screen import Heard, Line, Person, address_of, body_of
from tests.chaos.thinking import Wanted
from workflow.command import CaseCommand, RetryTask

SENT_TO_BOTH: Final = 0.03  # of commands, at the same moment, to both consoles
LOOKED_AT: Final = 0.3  # of cases, after something was done about them
PAUSE_S: Final = (0.2, 0.5, 1.0, 2.0)  # before an unknown one is sent again


class Counts:
    """How much was asked and heard, by all clients of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.commands = self.answered = 0
        self.kinds: Counter[str] = Counter()  # what was heard, by command

    def asked(self) -> None:
        """Count a command that nobody asked for before."""
        with self._lock:
            self.commands += 1

    def heard(self, command: str, heard: Heard) -> None:
        """Count a command whose end is known."""
        with self._lock:
            self.answered += 1
            self.kinds[f"{command} {heard.status} {heard.problem}"] += 1


class Client:
    """One at a time: a thread with a line to each console."""

    def __init__(
        self, consoles: Sequence[str], people: Mapping[str, Person], history: History, counts: Counts,
        stopped: threading.Event, draw: Random,
    ) -> None:  # fmt: skip
        self._consoles = consoles
        self._lines = [Line(console) for console in consoles]
        self._people = people
        self._history = history
        self._counts = counts
        self._stopped = stopped
        self._draw = draw

    def work(self, job: Sequence[Wanted]) -> None:
        """Ask for one thing after another, each until it is known what came of it; then perhaps look."""
        for wanted in job:
            self._settled(wanted)
        command = job[-1].command
        if isinstance(command, CaseCommand) and self._draw.random() < LOOKED_AT:
            self._look(job[-1].account, command.case_id)

    def _settled(self, wanted: Wanted) -> None:
        self._counts.asked()
        door, attempt = self._draw.randrange(2), 0
        both = self._draw.random() < SENT_TO_BOTH
        while not self._stopped.is_set():
            heard = self._at_both(wanted) if both else self._sent(wanted, self._lines[door], door)
            if not heard.is_unknown and not self._is_to_be_proved(heard):
                self._counts.heard(type(wanted.command).__name__, heard)
                return
            if heard.is_unknown:
                self._stopped.wait(PAUSE_S[min(attempt, len(PAUSE_S) - 1)])
                door, attempt, both = 1 - door, attempt + 1, False

    def _is_to_be_proved(self, heard: Heard) -> bool:
        return heard.status in (401, 429) or (heard.status == 403 and heard.problem == "step_up_first")

    def _at_both(self, wanted: Wanted) -> Heard:
        """Send to both consoles at once, as an impatient person with two windows does; return what one heard."""
        found: list[Heard] = []
        other = threading.Thread(target=lambda: found.append(self._sent(wanted, Line(self._consoles[1]), 1)))
        other.start()
        heard = self._sent(wanted, self._lines[0], 0)
        other.join()
        return next((one for one in (heard, *found) if one.status in (200, 201)), heard)

    def _sent(self, wanted: Wanted, line: Line, door: int) -> Heard:
        command, person = wanted.command, self._people[wanted.account]
        about = command.task_id if isinstance(command, RetryTask) else ""
        number = self._history.invoke(
            person.account, type(command).__name__, str(command.command_id), f"console-{door}", about
        )
        heard = person.ask(line, "POST", address_of(command), body_of(command))
        if heard.is_unknown:
            self._history.answered(number, "unknown")
        elif heard.status in (200, 201):
            told = {name: heard.body[name] for name in ("version", "facts", "case_id")}
            self._history.answered(number, "ok", **told)
        else:
            codes = [one["code"] for one in heard.body.get("reasons") or ()]
            self._history.answered(number, "refused", problem=heard.problem, codes=codes)
        return heard

    def _look(self, account: str, case_id: str) -> None:
        door = self._draw.randrange(2)
        number = self._history.invoke(account, "look", case_id, f"console-{door}")
        heard = self._people[account].ask(self._lines[door], "GET", f"/api/v1/cases/{case_id}")
        if heard.status == 200:
            self._history.answered(number, "ok", version=int(heard.etag), stage=heard.body["stage"])
        else:
            self._history.answered(number, "unknown" if heard.is_unknown else "refused")
