"""Small histories made through the real service, and the hand of somebody who tampers with them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import URL, select

from events.batch import InsertRows, Row
from events.catalogue import Fact
from events.database import sqlite_url
from events.envelope import RecordedEvent
from events.ids import CaseId, case_id_of, case_of_stream
from events.instants import instant_text
from events.log import Log
from events.money import Money
from events.writing import EventMetadata
from handlers.checks.check_results import Acknowledgement, CheckResult, OutsideRecords, SentOutside
from handlers.checks.walk import check_log
from handlers.commanding.answers import Accepted
from handlers.commanding.service import CommandService
from handlers.projections.account_marks import vouch_for
from handlers.projections.rebuild import rebuild
from handlers.projections.row_macs import RowMacs
from handlers.projections.tables import tasks, timers
from handlers.states.state_cache import VersionedState
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS, CLARA, START
from tests.kit.world import moscow
from workers.running.jobs import AnyJob
from workers.running.leases import Leases
from workflow.case.proposals import proposals_of
from workflow.command import AdvanceCase, CaseCommand, Command, ConfirmDecision, FinishTask, FireTimer, PublishProgramme
from workflow.rights.acts import OPERATOR
from workflow.subjects.accommodation.commands import HoldBed, TakeBed
from workflow.subjects.care.commands import AgreeCarePlan, CertifyFitness, RecordSession
from workflow.subjects.documents.commands import RecordTravelDocument
from workflow.subjects.grants.commands import ApproveGrant, RecordPayment, ReleaseTranche, RequestGrant
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.commands import GiveConsent, OpenCase
from workflow.subjects.reception.commands import MeetPerson, PlanArrival
from workflow.subjects.referrals.commands import AcceptReferral, CloseReferral, RecordReferralServed, SendReferral
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.reintegration.commands import (
    AgreePlan,
    CompleteCourse,
    DraftPlan,
    EnrolInCourse,
    RecordAttendance,
    RecordFollowUp,
)
from workflow.subjects.safety.commands import AssessRisk
from workflow.subjects.travel.commands import AnswerEscort, AnswerHost, DeclareReturn, HandOver, PlanTrip

MOSCOW = moscow()


class Witnessed(Office):
    """An office, what its clients wrote down of it, and the hand of somebody who does not keep the rules."""

    def __init__(self, url: str | URL, seed: int = 7, start: datetime = START) -> None:
        super().__init__(url, seed=seed, start=start, opened=False)
        self.leases = Leases(self.service.log, "worker-1", timedelta(minutes=5))
        self.acks: list[Acknowledgement] = []
        self.statement: dict[str, Money] = {}
        self.performed: dict[str, int] = {}

    @property
    def log(self) -> Log:
        return self.service.log

    # -- what people do ------------------------------------------------------------------------------------

    def accepted(self, command: Command) -> Accepted:
        answer = super().accepted(command)
        self.acks.append(Acknowledgement(answer.command_id, answer.version, answer.facts))
        return answer

    def published(self) -> Witnessed:
        self.accepted(self.command(PublishProgramme, mandate=OPERATOR, programme="moscow", text=self.text))
        return self

    def open(self, **fields: Any) -> CaseId:
        command = OpenCase(
            command_id=self.chance.uuid(), actor=ANNA, programme="moscow", source="ngo", citizenships=("MD",),
            **{"name": "Test Person"} | ({} if "birth_date" in fields else {"age_band": "27-29"}) | fields,
        )  # fmt: skip
        self.accepted(command)
        return case_id_of(command.command_id)

    def does(self, case_id: CaseId, command: type[CaseCommand], actor: str = ANNA, /, **fields: Any) -> Accepted:
        return self.accepted(
            command.model_validate({"command_id": self.id_for(actor), "actor": actor, "case_id": case_id} | fields)
        )

    def agrees(self, case_id: CaseId, command: type[CaseCommand], /, **fields: Any) -> Accepted:
        """Have something proposed, and confirmed by a colleague."""
        self.does(case_id, command, **fields)
        key, pending = list(proposals_of(self.case(case_id)).pending.items())[-1]
        for name in (pending.proposer, BORIS):
            self.has_account(name)
        return self.does(case_id, ConfirmDecision, BORIS, proposal_id=key)

    def goes(self, case_id: CaseId, trigger: str, **fields: Any) -> Accepted:
        return self.does(case_id, AdvanceCase, trigger=trigger, **fields)

    def later(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))

    # -- what workers do -----------------------------------------------------------------------------------

    def waiting(self, case_id: CaseId, **about: str) -> list[str]:
        found = self.case(case_id).tasks.items()
        return [key for key, task in found if about.items() <= ({"kind": task.kind} | dict(task.subject)).items()]

    def finish(self, case_id: CaseId, outcome: str = "done", **about: str) -> str:
        job = self.job(case_id, **about)
        self.report(case_id, job, outcome)
        return job.task_id

    def job(self, case_id: CaseId, **about: str) -> AnyJob:
        (task_id,) = self.waiting(case_id, **about)
        (job,) = self.leases.claim([task_id], self.log.now())
        return job

    def report(self, case_id: CaseId, job: AnyJob, outcome: str = "done") -> None:
        if outcome == "done":
            self.performed[job.task_id] = 1
        fields = {"task_id": job.task_id, "epoch": job.epoch, "outcome": outcome, "reference": "ref-1"}
        self.does(case_id, FinishTask, "worker:post", **fields)

    def fire(self, case_id: CaseId, kind: str) -> None:
        with self.database.reading() as connection:
            mine = (timers.c.case_id == case_id, timers.c.kind == kind, timers.c.status == "set")
            row = connection.execute(select(timers).where(*mine).order_by(timers.c.due_at)).first()
        assert row is not None
        due_at = datetime.fromisoformat(row.due_at)
        self.clock.advance(max(due_at - self.clock.now(), timedelta()))
        self.does(case_id, FireTimer, "system:timer", timer_id=row.timer_id, due_at=due_at)

    # -- what is looked at ---------------------------------------------------------------------------------

    def states(self) -> dict[str, VersionedState]:
        streams = {event.envelope.stream for event in self.events()}
        return {stream: self.service.folds.get(stream) for stream in streams}

    def events(self) -> list[RecordedEvent]:
        return [event for page in self.log.pages() for event in page]

    def checked(self, **given: Any) -> list[CheckResult]:
        """Check everything with what clients, bank and providers have in their books."""
        books = OutsideRecords(self.statement, self.performed, self.sent())
        all_given: dict[str, Any] = {"acknowledged": self.acks, "effects": books, "now": self.clock.now()} | given
        return check_log(self.log, **all_given)

    def sent(self) -> list[SentOutside]:
        """Return the files that lie with the bank."""
        query = select(tasks.c.task_id, tasks.c.subject).where(tasks.c.kind == "disburse_grant")
        with self.database.reading() as connection:
            paid = {orjson.loads(row.subject)["tranche_id"]: row.task_id for row in connection.execute(query)}
        return [SentOutside("payment", paid[part], part, amount) for part, amount in self.statement.items()]

    def failing(self, **given: Any) -> set[str]:
        return {one.name for one in self.checked(**given) if not one.ok}

    # -- who does not keep the rules -----------------------------------------------------------------------

    def forge(
        self, *told: tuple[str, Fact], actor: str = "staff:mallory", rows: Iterable[tuple[InsertRows, Row]] = ()
    ) -> None:
        """Write facts that no rule decided, in due form: known command, right leaves, read models that agree.

        It is the hand of somebody who has the key file too, and vouches for the accounts.
        """
        command_id = str(self.chance.uuid())
        said = EventMetadata(
            command_id, actor, "case_manager", "command:Forged", instant_text(self.clock.now()), MOSCOW.hash
        )
        with self.log.writing() as writing:
            writing.lock({stream for stream, _ in told})
            versions = {stream: writing.append(stream, fact, said) for stream, fact in told}
            for statement, row in rows:
                writing.write(statement, row)
            own = next((stream for stream in versions if case_of_stream(stream)), "")
            answer = {"case": case_of_stream(own) or "", "version": versions.get(own, 0)}
            facts = [type(fact).__name__ for _, fact in told]
            writing.remember(command_id, "forged", orjson.dumps(answer | {"facts": facts}).decode())
        rebuild(self.log)
        with self.log.database.writing() as connection:
            vouch_for(self.log, connection, RowMacs(self.log.keys))

    def tamper(self, statement: str, *values: Any) -> None:
        """Change a row behind the back of the triggers (SQLite)."""
        assert self.database.url.database
        file = sqlite3.connect(self.database.url.database)
        with file:
            for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                file.execute(f"DROP TRIGGER {name}")
            changed = file.execute(statement, values).rowcount
            assert changed > 0, "nothing was tampered with"
        file.close()


class Lives:
    """Three people: one comes home and is paid, one withdraws on the way, one waits with something stuck."""

    def __init__(self, office: Witnessed) -> None:
        self.home, self.withdrawn, self.stuck = CaseId(""), CaseId(""), CaseId("")
        self.office = office

    def lived(self) -> Lives:
        self.office.published()
        self.home = self.office.open()
        self._to_documents(self.home)
        self._goes_home(self.home)
        self._is_paid(self.home)
        self.withdrawn = self.office.open()
        self._to_documents(self.withdrawn)
        self._withdraws(self.withdrawn)
        self.stuck = self.office.open()
        self._gets_stuck(self.stuck)
        return self

    def _to_documents(self, case_id: CaseId) -> None:
        office = self.office
        self._arrives(case_id)
        office.goes(case_id, "accommodate")
        office.does(case_id, TakeBed)
        office.goes(case_id, "begin_care")
        for service in ("medical_exam", "counselling", "legal_advice"):
            office.finish(case_id, kind="request_appointment", service=service)
            office.does(case_id, RecordSession, service=service, attended=True)
        office.agrees(case_id, AgreeCarePlan)
        office.goes(case_id, "arrange_documents")
        self._plans_trip(case_id)

    def _arrives(self, case_id: CaseId) -> None:
        office = self.office
        office.does(case_id, GiveConsent, purpose="assistance")
        office.does(case_id, GiveConsent, purpose="travel")
        office.does(case_id, AssessRisk, level="low", safe_to_return=True)
        arrival = office.clock.now() + timedelta(hours=1)
        office.does(case_id, PlanArrival, at=arrival, place="DME", means="flight", number="SU 1")
        office.goes(case_id, "receive")
        office.does(case_id, HoldBed)
        office.later(hours=1)
        office.finish(case_id, kind="book_pickup")
        office.does(case_id, MeetPerson)

    def _plans_trip(self, case_id: CaseId) -> None:
        office = self.office
        far = office.clock.now().date() + timedelta(days=300)
        office.does(case_id, RecordTravelDocument, kind="passport", valid_until=far, number="N 1")
        office.does(case_id, CertifyFitness, valid_until=far, escort="operational", mandate="medical")
        office.does(case_id, DeclareReturn, destination="MD", signed_on=office.clock.now().date())
        departs = office.clock.now() + timedelta(days=3)
        trip = {"departs_at": departs, "arrives_at": departs + timedelta(hours=6), "origin": "DME"}
        office.does(case_id, PlanTrip, destination="KIV", **trip)
        for about in ({"kind": "book_ticket"}, {"kind": "ask_host"}, {"kind": "book_escort"}):
            office.finish(case_id, **about)
        office.does(case_id, AnswerEscort, accepted=True)
        office.does(case_id, AnswerHost, accepted=True)

    def _goes_home(self, case_id: CaseId) -> None:
        office = self.office
        office.later(days=3)
        office.goes(case_id, "depart")
        office.later(days=1)
        office.does(case_id, HandOver, received_by="host")
        office.goes(case_id, "come_home")
        self._is_referred(case_id)
        self._learns(case_id)
        office.does(case_id, DraftPlan, goals=("work",), content="to sew")
        office.agrees(case_id, AgreePlan)

    def _is_referred(self, case_id: CaseId) -> None:
        office = self.office
        office.does(case_id, GiveConsent, purpose="referral", recipient="new-start")
        office.does(case_id, SendReferral, service="local_referral", provider="new-start")
        office.finish(case_id, kind="send_referral")
        (referral_id,) = referrals_of(office.case(case_id)).referrals
        office.does(case_id, AcceptReferral, referral_id=referral_id)
        office.does(case_id, RecordReferralServed, referral_id=referral_id)
        office.does(case_id, CloseReferral, referral_id=referral_id)

    def _learns(self, case_id: CaseId) -> None:
        office, course = self.office, {"course": "sewing"}
        office.does(case_id, EnrolInCourse, **course)
        office.does(case_id, RecordAttendance, day=office.clock.now().date(), attended=True, **course)
        office.does(case_id, CompleteCourse, outcome="completed", **course)

    def _is_paid(self, case_id: CaseId) -> None:
        office = self.office
        grant_id = self.grant(case_id)
        office.does(case_id, ReleaseTranche, CLARA, grant_id=grant_id)
        office.finish(case_id, kind="disburse_grant")
        tranche_id = next(iter(grants_of(office.case(case_id)).grants[grant_id].tranches))
        paid = {"grant_id": grant_id, "tranche_id": tranche_id, "outcome": "paid", "reference": "B-1"}
        office.does(case_id, RecordPayment, "worker:bank", **paid)
        office.statement[tranche_id] = Money.parse("EUR 150")
        office.goes(case_id, "follow_up")
        office.fire(case_id, "follow_up")
        office.finish(case_id, kind="arrange_visit")
        office.does(case_id, RecordFollowUp, month=1, outcome="well")

    def grant(self, case_id: CaseId, kind: str = "reinstallation", amount: str = "EUR 150") -> str:
        """Ask for a grant and have it approved."""
        office = self.office
        payee = {"payee_name": "Test Person", "payee_account": "TEST0001"}
        office.does(case_id, RequestGrant, kind=kind, amount=amount, **payee)
        grant_id = next(key for key, grant in grants_of(office.case(case_id)).grants.items() if grant.kind == kind)
        office.does(case_id, ApproveGrant, BORIS, grant_id=grant_id)
        return grant_id

    def _withdraws(self, case_id: CaseId) -> None:
        self.office.goes(case_id, "withdraw")
        for about in ({"booking": "ticket"}, {"booking": "arrival_host"}, {"kind": "release_escort"}):
            self.office.finish(case_id, **about)

    def _gets_stuck(self, case_id: CaseId) -> None:
        office = self.office
        self._arrives(case_id)
        office.fire(case_id, "bed_hold")
        office.fire(case_id, "idle")
        office.does(case_id, AssessRisk, level="low", safe_to_return=True)
        office.does(case_id, HoldBed)
        office.goes(case_id, "accommodate")
        office.does(case_id, TakeBed)
        office.goes(case_id, "begin_care")
        office.finish(case_id, "dead", service="medical_exam")


def copied(source: Path, target: Path, office: Witnessed, lives: Lives) -> tuple[Witnessed, Lives]:
    """Return the same office on a copy of its file, so that a test may spoil it."""
    shutil.copy(source, target)
    other = Witnessed(sqlite_url(target), 99, office.clock.now())
    other.log.keys = office.log.keys
    other.service = CommandService(other.log)
    other.acks, other.statement, other.performed = list(office.acks), dict(office.statement), dict(office.performed)
    theirs = Lives(other)
    theirs.home, theirs.withdrawn, theirs.stuck = lives.home, lives.withdrawn, lives.stuck
    return other, theirs
