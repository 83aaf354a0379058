"""What a verb prints about cases is in the access log before it is printed: nothing leaves by this door unrecorded."""

import re
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any, Final, TextIO, cast

from console.errors import ConsoleError
from events.errors import EventsError

NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}(?![0-9A-Za-z])")
_LONGEST: Final = 12  # letters of a number and what stands beside it


class RecordedOutput:
    """Standard output that has every new case number recorded before it passes it on.

    Once something could not be recorded, nothing is printed any more; ``problem`` then says why. It is not raised in
    the midst of a print, which may keep what it could not print and try again with the next.
    """

    def __init__(self, out: TextIO, record: Callable[[Collection[str]], None]) -> None:
        self._out = out
        self._record = record
        self._before = ""  # the end of what has been printed: a number may begin there
        self._told: set[str] = set()
        self.problem: Exception | None = None

    def write(self, text: str) -> int:
        """Print a text once the cases in it are recorded."""
        if self.problem is None:
            self._take(text)
        return self._out.write(text) if self.problem is None else len(text)

    def _take(self, text: str) -> None:
        new = set(NUMBER.findall(self._before + text)) - self._told
        self._before = (self._before + text)[-_LONGEST:]
        if not new:
            return
        try:
            self._record(new)
        except (ConsoleError, EventsError) as problem:
            self.problem = problem
        self._told |= new

    def __getattr__(self, name: str) -> Any:
        """Be in every other way the output behind it: a terminal or a file, with its encoding."""
        return getattr(self._out, name)


@contextmanager
def recorded_output(record: Callable[[Collection[str]], None]) -> Iterator[None]:
    """Print nothing that was not recorded meanwhile; raises in the end what kept it from being recorded."""
    out = RecordedOutput(sys.stdout, record)
    try:
        with redirect_stdout(cast("TextIO", out)):
            yield
    finally:
        if out.problem is not None:  # whatever else ended the verb, this is why nothing was printed
            raise out.problem
