"""The process on the disk: an office with people at work and its own workers, told of on its standard output.

``python -m tests.power.writer DATA SEED WITHOUT``. A line before a command is asked, another once it is
acknowledged, and one now and then with the end of the log as anybody might note it elsewhere.
"""

import json
import os
import random
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from console.attachments.attaching import GivenFile, Sender, attach
from console.container import Container
from console.settings import Settings
from events.database import Database
from events.high_water import end_of
from events.ids import CaseId, case_id_of
from handlers.commanding.answers import Accepted, Answer
from tests.kit.papers import png
from tests.kit.people import ANNA
from tests.power.sabotage import IN_THE_WRITER
from workers.running.worker_pool import WorkerSettings
from workflow.command import Command
from workflow.subjects.accommodation.commands import HoldBed, ReleaseBed
from workflow.subjects.intake.commands import AddNote, GiveConsent, OpenCase
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.safety.commands import AssessRisk

PEOPLE: Final = 3
ASKED_AGAIN: Final = {one.__name__: one for one in (OpenCase, AddNote, GiveConsent, HoldBed, ReleaseBed, AssessRisk,
                                                    PlanArrival)}  # fmt: skip
TERMS: Final = WorkerSettings(threads=2, lease_s=5.0, sweep_s=0.1)


def say(**line: Any) -> None:
    """Tell the outside something, in one piece."""
    os.write(1, json.dumps(line).encode() + b"\n")


class AtWork:
    """Somebody who opens cases and does what there is to do, until the power is cut."""

    def __init__(self, office: Container, seed: str) -> None:
        self._office = office
        self._chance = random.Random(seed)

    def run(self) -> None:
        while True:
            opening = self._command(OpenCase, programme="moscow", source="ngo", age_band="27-29", name=self._word(),
                                    phone="+37360123456")  # fmt: skip
            if isinstance(self._ask(opening), Accepted):
                self._leads(case_id_of(opening.command_id))

    def _leads(self, case_id: CaseId) -> None:
        now = self._office.log.now()
        steps: list[Callable[[], object]] = [
            lambda: self._does(GiveConsent, case_id, purpose="assistance"),
            lambda: self._does(GiveConsent, case_id, purpose="travel"),
            lambda: self._does(AssessRisk, case_id, level="low", safe_to_return=True),
            lambda: self._does(PlanArrival, case_id, at=now, place="SVO", means="flight", number="SU 1491"),
            lambda: self._does(HoldBed, case_id),
            lambda: self._attaches(case_id),
            lambda: self._does(ReleaseBed, case_id, reason="moved"),
        ]
        for step in steps:
            step()
            for _ in range(self._chance.randrange(3)):
                self._does(AddNote, case_id, note=self._word())

    def _does(self, kind: type[Command], case_id: CaseId, **fields: Any) -> None:
        self._ask(self._command(kind, case_id=case_id, **fields))

    def _attaches(self, case_id: CaseId) -> None:
        given = GivenFile(png(4 + self._chance.randrange(200), 60), "scan.png", "other")
        looked_at = self._office.cases.at(case_id)
        assert looked_at is not None
        sender = Sender(self._id(), ANNA, "case_manager")
        self._acknowledge(attach(self._office, looked_at.case, sender, given, self._office.service.submit))

    def _command(self, kind: type[Command], **fields: Any) -> Command:
        return kind.model_validate({"command_id": self._id(), "actor": ANNA} | fields)

    def _ask(self, command: Command) -> Answer:
        say(ask=str(command.command_id), kind=type(command).__name__, body=command.model_dump_json())
        answer = self._office.service.submit(command)
        self._acknowledge(answer)
        return answer

    def _acknowledge(self, answer: Answer) -> None:
        if not isinstance(answer, Accepted):
            return
        say(ack=answer.command_id, version=answer.version, facts=answer.facts)
        if not self._chance.randrange(12):
            with self._office.database.reading() as connection:
                end = end_of(connection)
            say(head=end.size, leaf=end.leaf.hex(), place=end.place.hex())

    def _id(self) -> UUID:
        return UUID(bytes=self._chance.randbytes(16), version=4)

    def _word(self) -> str:
        return f"Invented {self._chance.randbytes(self._chance.randrange(4, 60)).hex()}"


def office_at(data: Path, url: str, *, create: bool = False) -> Container:
    """Open the office as every process of a run does."""
    return Container(Settings(data=data, database_url=url or None, allow_owner="yes"), create=create)


def main(data: Path, seed: str, without: str) -> None:
    """Work until somebody ends this process."""
    url = os.environ.get("WAYHOME_DATABASE_URL", "")
    sabotage = IN_THE_WRITER.get(without)
    if sabotage:
        sabotage(Database(url or f"sqlite:///{data / 'log.sqlite'}"))
    office = office_at(data, url)
    crew = office.pool(TERMS)
    crew.start()
    people = [threading.Thread(target=AtWork(office, f"{seed}/{one}").run) for one in range(PEOPLE)]
    for person in people:
        person.start()
    say(ready=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
