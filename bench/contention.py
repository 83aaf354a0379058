"""Many hands at one thing: 50 check-ins into 8 beds, 200 approvals from one budget line, 100 bookings of 5 escorts.

Two services on one durable PostgreSQL, as two hosts are, and a thread for each caller. What is counted is what
the log holds afterwards: never one too many. The engine decides again when another host got in between; a caller
hears of a conflict only when the answer really changed.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bench.people import Centre, command
from bench.servers import durable_postgres, empty_database
from bench.together import together
from events.ids import CaseId
from handlers.commanding.answers import Accepted, Answer
from handlers.commanding.service import CommandService
from workflow.command import AdvanceCase
from workflow.programme.loading import shipped_programme_text
from workflow.reasons import Refused
from workflow.subjects.accommodation.commands import HoldBed, TakeBed
from workflow.subjects.care.commands import CertifyFitness
from workflow.subjects.documents.commands import RecordTravelDocument
from workflow.subjects.grants.commands import ApproveGrant, RequestGrant
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.travel.commands import DeclareReturn, PlanTrip

BEDS, CHECK_INS = 8, 50
GRANTS_PAID, APPROVALS = 40, 200
ESCORTS, BOOKINGS = 5, 100
GRANT = "EUR 200"


class Came(NamedTuple):
    """What came of a contest."""

    what: str
    asked: int
    room: int
    accepted: int
    refused: dict[str, int]
    seconds: float

    @property
    def per_second(self) -> float:
        """Return how many succeeded in a second."""
        return self.accepted / self.seconds


def run(*, quick: bool = False) -> dict[str, Any]:
    """Hold the three contests, print them, and fail when one was given too many."""
    with ExitStack() as stack:
        url = stack.enter_context(empty_database(stack.enter_context(durable_postgres())))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        centre = Centre(url, folder, small_programme())
        stack.callback(centre.close)
        other = centre.another_service()
        contests = [_beds, _approvals, _bookings] * (1 if quick else 3)
        rounds = [contest(centre, other) for contest in contests]
    for came in rounds:
        _print(came)
        assert came.accepted <= came.room, f"{came.what}: one too many"
    return {"contests": [came._asdict() | {"per_second": came.per_second} for came in rounds]}


def small_programme() -> str:
    """Return the Moscow programme with 8 beds, one budget line for 40 grants, and 5 escorts."""
    tree: dict[str, Any] = yaml.safe_load(shipped_programme_text("moscow"))
    house = next(facility for facility in tree["facilities"] if facility["id"] == "moscow-centre")
    house.pop("rooms", None)
    tree["facilities"] = [{**house, "capacity": BEDS, "alternatives": []}]
    budget = f"EUR {GRANTS_PAID * 200}"
    lines = [{"id": "grants", "title": "Grants", "amount": budget, "for": ["reinstallation", "reintegration"]}]
    tree["funders"] = [{"id": "one", "name": "One funder", "budget": budget, "weight": 1, "lines": lines}]
    for grant in tree["grants"]:
        grant["during"] = ["referral"]
    tree["escorts"] = [
        {"id": f"escort-{n}", "name": f"Escort {n}", "email": f"escort-{n}@moscow.example.org",
         "skills": ["operational"], "languages": ["ru"]}
        for n in range(ESCORTS)
    ]  # fmt: skip
    tree["costs"] = []
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)


def _beds(centre: Centre, other: CommandService) -> Came:
    cases = centre.people(CHECK_INS)

    def check_in(service: CommandService, case: CaseId) -> Answer:
        held = service.submit(command(HoldBed, case))
        return service.submit(command(TakeBed, case)) if isinstance(held, Accepted) else held

    came = _contest("check-ins", cases, BEDS, check_in, centre.service, other)
    centre.each(cases, AdvanceCase, trigger="withdraw")
    return came


def _approvals(centre: Centre, other: CommandService) -> Came:
    cases = centre.people(APPROVALS)
    centre.each(cases, GiveConsent, purpose="assistance")
    asked = {"kind": "reinstallation", "amount": GRANT, "payee_name": "Invented Person", "payee_account": "TEST0001"}
    centre.each(cases, RequestGrant, **asked)
    grants = centre.grants_of(cases)

    def approve(service: CommandService, case: CaseId) -> Answer:
        return service.submit(command(ApproveGrant, case, grant_id=grants[case], actor="staff:boris"))

    came = _contest("approvals", cases, GRANTS_PAID, approve, centre.service, other)
    centre.each(cases, AdvanceCase, trigger="withdraw")
    return came


def _bookings(centre: Centre, other: CommandService) -> Came:
    cases, now = centre.people(BOOKINGS), datetime.now(UTC)
    departs = now + timedelta(days=3)
    centre.each(cases, GiveConsent, purpose="travel")
    fit = {"valid_until": (now + timedelta(days=20)).date(), "escort": "operational", "mandate": "medical"}
    centre.each(cases, CertifyFitness, **fit)
    centre.each(cases, RecordTravelDocument, kind="passport", valid_until=(now + timedelta(days=400)).date())
    centre.each(cases, DeclareReturn, destination="MD", signed_on=now.date())
    trip = {"departs_at": departs, "arrives_at": departs + timedelta(hours=6), "origin": "DME", "destination": "KIV"}

    def book(service: CommandService, case: CaseId) -> Answer:
        return service.submit(command(PlanTrip, case, **trip))

    came = _contest("bookings", cases, ESCORTS, book, centre.service, other)
    centre.each(cases, AdvanceCase, trigger="withdraw")
    return came


def _contest(
    what: str,
    cases: Sequence[CaseId],
    room: int,
    attempt: Callable[[CommandService, CaseId], Answer],
    *services: CommandService,
) -> Came:
    """Let everybody try at the same moment, every second one at the other host."""
    answers: list[Answer] = []

    def caller(number: int, case: CaseId) -> Callable[[], None]:
        return lambda: answers.append(attempt(services[number % len(services)], case))

    began = time.perf_counter()
    together([caller(number, case) for number, case in enumerate(cases)])
    took = time.perf_counter() - began
    refused = Counter(code for answer in answers if isinstance(answer, Refused) for code in answer.codes)
    accepted = sum(isinstance(answer, Accepted) for answer in answers)
    return Came(what, len(cases), room, accepted, dict(refused), took)


def _print(came: Came) -> None:
    why = ", ".join(f"{count} {code}" for code, count in came.refused.items())
    print(
        f"{came.asked} {came.what} for {came.room}: {came.accepted} succeeded in {came.seconds:.2f} s "
        f"({came.per_second:.0f}/s; {came.asked / came.seconds:.0f} decided/s); refused: {why or 'nobody'}"
    )
