"""Invented people on a real database, brought as far as a bench needs them, many in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from events.database import Database
from events.facts import catalogue
from events.ids import CaseId, case_id_of
from events.keys import FileKeys
from events.log import Log
from events.schema import prepare
from events.world import SystemChance
from handlers.answers import Accepted
from handlers.service import Service
from handlers.tasks import list_tasks
from workers.leases import Leases
from workflow import commands as ask
from workflow.loading import shipped_text

ANNA = "staff:anna"
CHANCE = SystemChance()


class Centre:
    """A programme with beds for everybody, put together as the product is: durable keys, the database's clock."""

    def __init__(self, url: str, folder: Path) -> None:
        self.database = Database(url)
        prepare(self.database)
        self.keys = FileKeys(folder / "keys", CHANCE)
        self.log = Log(self.database, catalogue(), self.keys, CHANCE)
        self.service = Service(self.log)
        text = shipped_text("moscow").replace("capacity: 60", "capacity: 1000")
        publish = ask.PublishProgramme(
            command_id=CHANCE.uuid(), actor="staff:admin", mandate="admin", programme="moscow", text=text
        )
        self._all([publish])

    def people_in_care(self, count: int) -> list[CaseId]:
        """Return cases with three services asked for; each has about 25 facts."""
        openings = [opening() for _ in range(count)]
        self._all(openings)
        cases = [case_id_of(command.command_id) for command in openings]
        self._receive(cases)
        self._finish_reception(cases)
        self._each(cases, ask.HoldBed)
        self._each(cases, ask.AdvanceCase, trigger="accommodate")
        self._each(cases, ask.TakeBed)
        self._each(cases, ask.AdvanceCase, trigger="begin_care")
        return cases

    def close(self) -> None:
        """Let go of everything."""
        self.keys.close()
        self.database.close()

    def _receive(self, cases: Sequence[CaseId]) -> None:
        self._each(cases, ask.GiveConsent, purpose="assistance")
        self._each(cases, ask.GiveConsent, purpose="travel")
        self._each(cases, ask.AssessRisk, level="low", safe_to_return=True, note="nothing special")
        arrives = datetime.now(UTC) - timedelta(hours=1)
        self._each(cases, ask.PlanArrival, at=arrives, place="SVO", means="SU 1491")
        self._each(cases, ask.AdvanceCase, trigger="receive")

    def _finish_reception(self, cases: Sequence[CaseId]) -> None:
        leases = Leases(self.database, "bench", timedelta(minutes=5))
        with self.database.reading() as connection:
            rows = [row for case in cases for row in list_tasks(connection, case_id=case, status="waiting")]
        jobs = leases.claim([row["task_id"] for row in rows], self.log.now())
        finish = {"outcome": "done", "reference": "ref-1"}
        self._all([command(ask.FinishTask, j.case_id, task_id=j.task_id, epoch=j.epoch, **finish) for j in jobs])

    def _each(self, cases: Sequence[CaseId], kind: type[ask.CaseCommand], **fields: Any) -> None:
        self._all([command(kind, case, **fields) for case in cases])

    def _all(self, commands: Sequence[ask.Command]) -> None:
        for answer in self.service.submit_many(commands):
            assert isinstance(answer, Accepted), answer


def command(kind: type[ask.CaseCommand], case_id: CaseId, **fields: Any) -> ask.CaseCommand:
    """Return a command as a case manager's screen would send it."""
    return kind.model_validate({"command_id": CHANCE.uuid(), "actor": ANNA, "case_id": case_id} | fields)


def opening() -> ask.OpenCase:
    """Return a referral with four sealed fields in three compartments."""
    return ask.OpenCase(
        command_id=CHANCE.uuid(),
        actor=ANNA,
        programme="moscow",
        source="ngo",
        citizenships=("MD",),
        age_band="27-29",
        name="Invented Person",
        birth_date=date(1980, 5, 17),
        phone="+37322000000",
        story="An invented story of about eighty characters, as long as a hurried note is.",
    )
