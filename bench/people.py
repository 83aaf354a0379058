"""Invented people on a real database, brought as far as a bench needs them, many in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from console.container import Container
from console.settings import Settings
from events.database import Database
from events.facts import catalogue
from events.ids import CaseId, case_id_of
from events.log import Log
from events.world import SystemEntropy
from handlers.commanding.answers import Accepted
from handlers.commanding.service import CommandService
from handlers.states.case_reader import CaseReader
from workflow.command import AdvanceCase, CaseCommand, Command, PublishProgramme
from workflow.programme.loading import shipped_programme_text
from workflow.rights.acts import OPERATOR
from workflow.subjects.accommodation.commands import HoldBed, TakeBed
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.commands import GiveConsent, OpenCase
from workflow.subjects.reception.commands import MeetPerson, PlanArrival
from workflow.subjects.safety.commands import AssessRisk

ANNA = "staff:anna"
CHANCE = SystemEntropy()
TEAMS = 40


class Centre:
    """A programme with beds for everybody, opened as the product opens it: durable keys, the database's clock."""

    def __init__(self, url: str, folder: Path, text: str | None = None) -> None:
        self.container = Container(Settings(data=folder, database_url=url, allow_owner="yes"), create=True)
        self.database, self.keys = self.container.database, self.container.keys
        self.log, self.service = self.container.log, self.container.service
        self._databases: list[Database] = []
        text = text or roomy_programme()
        publish = PublishProgramme(
            command_id=CHANCE.uuid(), actor="staff:admin", mandate=OPERATOR, programme="moscow", text=text
        )
        self._all([publish])

    def another_service(self) -> CommandService:
        """Return a service with connections of its own, as another host has it."""
        database = Database(self.database.url)
        self._databases.append(database)
        return CommandService(Log(database, catalogue(), self.keys, CHANCE))

    def people(self, count: int) -> list[CaseId]:
        """Return so many new cases."""
        openings = [opening() for _ in range(count)]
        self._all(openings)
        return [case_id_of(command.command_id) for command in openings]

    def grants_of(self, cases: Sequence[CaseId]) -> dict[CaseId, str]:
        """Return each case's first grant."""
        look = CaseReader(self.log, self.service.definitions)
        return {CaseId(seen.case.case_id): next(iter(grants_of(seen.case).grants)) for seen in look.at_many(cases)}

    def people_in_care(self, count: int) -> list[CaseId]:
        """Return cases with three services asked for; each has about 25 facts."""
        cases = self.people(count)
        self._receive(cases)
        self.each(cases, HoldBed)
        self.each(cases, AdvanceCase, trigger="accommodate")
        self.each(cases, TakeBed)
        self.each(cases, AdvanceCase, trigger="begin_care")
        return cases

    def close(self) -> None:
        """Let go of everything."""
        self.container.close()
        for database in self._databases:
            database.close()

    def _receive(self, cases: Sequence[CaseId]) -> None:
        self.each(cases, GiveConsent, purpose="assistance")
        self.each(cases, GiveConsent, purpose="travel")
        self.each(cases, AssessRisk, level="low", safe_to_return=True, note="nothing special")
        arrives = datetime.now(UTC) - timedelta(hours=1)
        self.each(cases, PlanArrival, at=arrives, place="SVO", means="flight", number="SU1491")
        self.each(cases, AdvanceCase, trigger="receive")
        self.each(cases, MeetPerson)

    def each(self, cases: Sequence[CaseId], wanted: type[CaseCommand], /, **fields: Any) -> None:
        """Have a command carried out for each case; all must be accepted."""
        self._all([command(wanted, case, **fields) for case in cases])

    def _all(self, commands: Sequence[Command]) -> None:
        for answer in self.service.submit_many(commands):
            assert isinstance(answer, Accepted), answer


def roomy_programme() -> str:
    """Return the Moscow programme with a house that is never full, and many teams."""
    tree: dict[str, Any] = yaml.safe_load(shipped_programme_text("moscow"))
    tree["teams"] = [{"id": f"team-{number}", "name": f"Team {number}"} for number in range(TEAMS)]
    for facility in tree["facilities"]:
        if facility["id"] == "moscow-centre":
            facility.pop("rooms", None)
            facility["capacity"] = 1000
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)


def command(wanted: type[CaseCommand], case_id: CaseId, /, **fields: Any) -> CaseCommand:
    """Return a command as a case manager's screen would send it."""
    return wanted.model_validate({"command_id": CHANCE.uuid(), "actor": ANNA, "case_id": case_id} | fields)


def opening() -> OpenCase:
    """Return a referral with four sealed fields in three compartments."""
    return OpenCase(
        command_id=CHANCE.uuid(),
        actor=ANNA,
        programme="moscow",
        source="ngo",
        citizenships=("MD",),
        age_band="27-29",
        name="Invented Person",
        birth_date=date(datetime.now(UTC).year - 28, 1, 1),  # of their age group in every year
        phone="+37322000000",
        story="An invented story of about eighty characters, as long as a hurried note is.",
    )
