"""Files that people attach: by the door that seals and stores them before they are recorded.

A form that was not answered is sent again, with the same file under the same number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Final, NamedTuple
from uuid import UUID

from console.attachments.attaching import GivenFile, Sender, attach
from console.container import Container
from events.errors import PersonErased
from handlers.commanding.answers import Answer
from handlers.commanding.errors import HandlersError
from tests.kit.papers import PHOTO, pdf, png
from tests.simulator.faults import Faults
from workflow.command import Command

_KINDS: Final = ("declaration", "consent", "photo", "other", "medical_paper")


class Upload(NamedTuple):
    """A form with a file in it."""

    case_id: str
    sender: Sender
    given: GivenFile


class Attached(NamedTuple):
    """What came of a form with a file: the command that was made of it and its answer; none where nobody took it."""

    upload: Upload
    command: Command | None
    answer: Answer | None


class Uploads:
    """Forms with files that are not answered yet."""

    def __init__(self, order: Random, faults: Faults, meanwhile: Callable[[], None]) -> None:
        self._order = order
        self._faults = faults
        self._meanwhile = meanwhile
        self.pending: dict[UUID, Upload] = {}
        self.sent: Counter[UUID] = Counter()  # how often each form went

    def think_of(self, case_id: str, actor: str) -> None:
        """Have somebody scan a paper for a case."""
        number = self._order.randrange(10**9)
        data = (pdf(b"%% made up %d\n" % number), png(beside=b""), PHOTO)[self._order.choice((0, 0, 0, 1, 2))]
        given = GivenFile(data, f"scan {number}.pdf", self._order.choice(_KINDS), told="as it was handed over")
        sender = Sender(UUID(bytes=self._order.randbytes(16), version=4), actor, "case_manager")
        self.pending[sender.command_id] = Upload(case_id, sender, given)

    @property
    def awaited(self) -> set[str]:
        """Return the cases about which an answer is awaited."""
        return {one.case_id for one in self.pending.values()}

    def send(self, container: Container) -> Iterator[Attached]:
        """Send what is not answered yet, some of it twice; yield the answers that arrive."""
        for one in list(self.pending.values()):
            for _ in range({"lost": 0, "twice": 2}.get(self._faults.at("request"), 1)):
                self.sent[one.sender.command_id] += 1
                if (found := self._taken(container, one)) and self._faults.at("reply") != "lost":
                    self.pending.pop(one.sender.command_id, None)
                    yield found

    def _taken(self, container: Container, one: Upload) -> Attached | None:
        """Return what the door answers, if it answers."""
        seen, asked = container.cases.at(one.case_id), list[Command]()
        if seen is None:  # an older copy knows nothing of the case
            return Attached(one, None, None)

        def submit(command: Command) -> Answer:
            asked.append(command)
            self._others_get_in()
            answer = container.service.submit(command)
            self._others_get_in()
            return answer

        self._others_get_in()
        try:
            answer = attach(container, seen.case, one.sender, one.given, submit)
        except PersonErased:
            return Attached(one, None, None)
        except HandlersError:
            return None
        return Attached(one, asked[0], answer)

    def _others_get_in(self) -> None:
        if self._faults.at("door") == "others":
            self._meanwhile()
