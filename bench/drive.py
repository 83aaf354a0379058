"""Real records through the whole journey: PostgreSQL, Redis, two worker processes, and what may go wrong.

``python -m bench ctdc FILE`` imports a CTDC file and drives every case from referral to the end; with
``--harm`` a worker is killed and Redis emptied again and again. Afterwards a program checks I1-I8 and I10.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import redis
import yaml
from sqlalchemy import exists, func, or_, select

from bench.crews import Workers
from bench.jumping_clock import JumpingClock
from bench.servers import durable_postgres, empty_database, redis_address
from console.container import Container
from console.settings import Settings
from console.simulation.demo_accounts import Part, opened
from console.simulation.demo_bank import DemoBank
from console.simulation.manager import next_commands
from console.simulation.order_book import OrderBook
from console.verbs.imports import import_ctdc
from events.instants import instant
from handlers.checks.check_results import Acknowledgement, OutsideRecords
from handlers.checks.walk import check_lines, check_log
from handlers.commanding.answers import Accepted
from handlers.projections.tables import case_board, tasks, timers
from handlers.states.change_feed import ChangeFeed
from workflow.command import Command
from workflow.programme.loading import Definition, shipped_programme_text
from workflow.subjects.travel.state import travel_of

BATCH = 250
GATHER_S = 0.01  # let the workers finish some more before the case manager looks again
STILL_S_MAX = 60.0
# Who is in the middle of a write took its moment before a jump, and others would store later ones before it.
_AT_WRITING = """
SELECT EXISTS (SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid())"""


class Plan(NamedTuple):
    """How a drive is run."""

    file: Path
    per_day: int  # how many of the imported referrals are taken up each day
    harm: int  # how often a worker is killed and Redis emptied
    first: int | None = None  # only so many records, or all
    seed: int = 11


def large_programme(people: int, per_day: int) -> str:
    """Return the Moscow programme with beds, escorts and money for so many people; the journey is untouched."""
    tree: dict[str, Any] = yaml.safe_load(shipped_programme_text("moscow"))
    house = {key: value for key, value in tree["facilities"][0].items() if key != "rooms"}
    tree["facilities"][0] = house | {"capacity": min(10_000, max(60, per_day * 45))}
    for funder in tree["funders"]:
        funder["budget"] = f"EUR {people * 3000 * len(funder['lines'])}"
        for line in funder["lines"]:
            line["amount"] = f"EUR {people * 3000}"
    tree["escorts"] = [
        {"id": f"escort-{n:03}", "name": f"Escort {n}", "email": f"escort-{n:03}@moscow.example.org",
         "skills": ["operational", "medical", "family"], "languages": ["ru"]}
        for n in range(max(20, per_day * 3))
    ]  # fmt: skip
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)


class Drive:
    """Takes imported referrals through the journey with the rehearsal's case manager."""

    def __init__(self, office: Container, clock: JumpingClock, definition: Definition, plan: Plan) -> None:
        self._office = office
        self._clock = clock
        self._definition = definition
        self._plan = plan
        self._bank = DemoBank(office.settings.bank_folder)
        self._waiting: list[str] = []
        self._open: set[str] = set()
        self._follow = ChangeFeed(office.log, office.service.definitions)
        self._look_at_all = True
        self._ended = 0
        self.acknowledged: list[Acknowledgement] = []
        self.books = self._bank

    @property
    def commands(self) -> int:
        """Return how many commands were acknowledged to this case manager."""
        return len(self.acknowledged)

    def take(self, case_ids: Sequence[str]) -> None:
        """Add imported cases to those that wait to be taken up."""
        self._waiting += case_ids

    def run(self, hour_struck: Any, sweep: Callable[[], None] = lambda: None) -> None:
        """Work until every case has ended; ``hour_struck`` is called once for each round.

        ``sweep`` has a worker look at once for what became due: else the next sweep is waited for.
        """
        # Whoever imported the cases leads them, and what needs two people needs their accounts.
        opened(self._office, self._definition.programme.programme, Part("staff:importer", "case_manager", ""))
        next_intake, still_since = self._clock.now(), time.perf_counter()
        while self._waiting or self._open:
            if self._clock.now() >= next_intake:
                self._take_up()
                next_intake = self._clock.now() + timedelta(days=1)
            busy = self._manage()
            if not busy and self._bank.answer(self._clock.now()):
                busy = True
                sweep()
            hour_struck(self._ended, len(self._open), self.commands, self._clock.now())
            if busy:
                still_since = time.perf_counter()
            elif not self._due_now():
                self._pass_time(next_intake)
                sweep()
                still_since = time.perf_counter()
            assert time.perf_counter() - still_since < STILL_S_MAX, (
                "nothing has moved for a minute; see tasks and timers"
            )

    def _take_up(self) -> None:
        taken, self._waiting = self._waiting[: self._plan.per_day], self._waiting[self._plan.per_day :]
        self._open |= set(taken)
        self._look_at_all = True

    def _manage(self) -> bool:
        """Do what there is to do about every case that has changed since it was last looked at."""
        changed = self._follow.changed()
        seen, self._look_at_all = (self._follow.all() if self._look_at_all else changed), False
        commands: list[Command] = []
        for one in seen:
            if one.case.case_id not in self._open:
                continue
            if self._definition.journey.stage(one.case.stage).ends:
                self._open.discard(one.case.case_id)
                self._ended += 1
            else:
                commands += next_commands(one, self._clock.now())
        return self._submit(commands)

    def _submit(self, commands: list[Command]) -> bool:
        moved = False
        for start in range(0, len(commands), BATCH):
            answers = self._office.service.submit_many(commands[start : start + BATCH])
            taken = [answer for answer in answers if isinstance(answer, Accepted)]
            self.acknowledged += [Acknowledgement(answer.command_id, answer.version, answer.facts) for answer in taken]
            moved = moved or bool(taken)
        return moved

    def _due_now(self) -> bool:
        """Tell whether workers still have something to do at this moment: tasks, timers, an answer of the bank."""
        now = self._office.log.now()
        due_now = (
            exists().where(tasks.c.status == "claimed"),
            exists().where(tasks.c.status == "waiting", tasks.c.due_at <= now),
            exists().where(timers.c.status == "set", timers.c.due_at <= now),
        )
        with self._office.database.reading() as connection:
            waiting = bool(connection.execute(select(or_(*due_now))).scalar_one())
            waiting = waiting or bool(connection.exec_driver_sql(_AT_WRITING).scalar_one())
        waiting = waiting or any((self._office.settings.bank_folder / "in").glob("*.xml"))
        if waiting:
            time.sleep(GATHER_S)
        return waiting

    def _pass_time(self, next_intake: datetime) -> None:
        """Jump to whatever is due next; every case is looked at again then."""
        now = self._office.log.now()
        with self._office.database.reading() as connection:
            later = [
                connection.execute(select(func.min(t.c.due_at)).where(t.c.status == status, t.c.due_at > now)).scalar()
                for t, status in ((tasks, "waiting"), (timers, "set"))
            ]
        whens = [instant(found) for found in later if found] + ([next_intake] if self._waiting else [])
        soonest = self._clock.now() + timedelta(hours=8)  # what falls due within a shift is done together
        latest = self._clock.now() + timedelta(days=1 if self._waiting else 7)
        self._clock.jump_to(max(soonest, min([*whens, *self._departures(), latest])))
        self._look_at_all = True

    def _departures(self) -> list[datetime]:
        """Return when people set out: the case manager must look then, or everybody misses the train for ever."""
        trips = [travel_of(one.case).trip for one in self._follow.all() if one.case.case_id in self._open]
        return [trip.departs_at for trip in trips if trip and trip.departs_at > self._clock.now()]


class Harm:
    """Kills a worker and empties Redis so many times, spread over the first half of the drive."""

    def __init__(self, workers: Workers, redis_url: str, plan: Plan, people: int) -> None:
        chance = random.Random(plan.seed)
        self._at = sorted(chance.uniform(0.02, 0.9) for _ in range(plan.harm))
        self._workers = workers
        self._redis = redis.Redis.from_url(redis_url)
        self._expected = people * 25
        self.flushed = 0

    def strike(self, commands: int) -> None:
        """Do harm when its moment has come."""
        while self._at and commands >= self._at[0] * self._expected:
            self._at.pop(0)
            self._workers.kill_one(self.flushed % 2)
            self._redis.flushall()
            self.flushed += 1


def main(arguments: Sequence[str]) -> int:
    """Run a drive and print what came of it; the result is 0 when every check holds."""
    plan = _plan(arguments)
    with (
        durable_postgres() as server,
        empty_database(server) as database_url,
        redis_address() as redis_url,
        tempfile.TemporaryDirectory() as folder,
    ):
        settings = Settings(
            data=Path(folder) / "data", database_url=database_url, redis_url=redis_url, allow_owner="yes"
        )
        clock_file = Path(folder) / "clock"
        clock = JumpingClock(clock_file)
        office = Container(settings, create=True, clock=clock)
        try:
            return _run(office, clock, clock_file, plan)
        finally:
            office.close()


def _run(office: Container, clock: JumpingClock, clock_file: Path, plan: Plan) -> int:
    file = _first(plan, office.settings.data)
    people = sum(1 for _ in file.open("rb")) - 1
    definition = office.publish(large_programme(people, plan.per_day), "staff:operator")
    started = time.perf_counter()
    imported = [done.new for done in import_ctdc(office.service, file, "moscow", "staff:importer")]
    print(f"imported {sum(imported)} records in {time.perf_counter() - started:.1f} s", flush=True)
    again = list(import_ctdc(office.service, file, "moscow", "staff:importer"))
    print(f"imported again: {sum(d.new for d in again)} new, {sum(d.known for d in again)} known", flush=True)
    drive = Drive(office, clock, definition, plan)
    drive.take(case_ids(office))
    office.ring_workers()
    with _workers(office, clock_file) as workers:
        assert office.settings.redis_url is not None
        harm = Harm(workers, office.settings.redis_url, plan, people)
        began = time.perf_counter()
        drive.run(_teller(harm, people), workers.sweep)
        took = time.perf_counter() - began
    print(f"harm done: {workers.killed} workers killed, Redis emptied {harm.flushed} times")
    _say_speed(office, drive, people, took)
    return _checked(office, drive)


def _first(plan: Plan, folder: Path) -> Path:
    """Return the file, or a copy of its head."""
    if plan.first is None:
        return plan.file
    head = folder / "head.csv"
    with plan.file.open("rb") as lines:
        head.write_bytes(b"".join(islice(lines, plan.first + 1)))
    return head


@contextmanager
def _workers(office: Container, clock_file: Path) -> Iterator[Workers]:
    workers = Workers(office, clock_file)
    try:
        yield workers
    finally:
        workers.stop()


def _teller(harm: Harm, people: int) -> Any:
    told = [0.0]

    def tell(ended: int, opened: int, commands: int, now: datetime) -> None:
        harm.strike(commands)
        if time.perf_counter() - told[0] > 5:
            told[0] = time.perf_counter()
            print(f"  {now:%Y-%m-%d} {ended} of {people} ended, {opened} under way, {commands} commands", flush=True)

    return tell


def quiet(_ended: int, _opened: int, _commands: int, _now: datetime) -> None:
    """Say nothing, and harm nobody."""


def case_ids(office: Container) -> list[str]:
    """Return every case there is."""
    with office.database.reading() as connection:
        return [row.case_id for row in connection.execute(select(case_board.c.case_id).order_by(case_board.c.case_id))]


def _say_speed(office: Container, drive: Drive, people: int, took: float) -> None:
    events = office.log.size()
    print(
        f"{people} journeys in {took:.1f} s: {people / took:.1f} journeys/s, {events} events ({events / took:.0f}/s), "
        f"{drive.commands} commands of the case manager"
    )


def _checked(office: Container, drive: Drive) -> int:
    book = OrderBook(office.settings.order_file)
    posted = {path.stem: 1 for path in office.settings.post_folder.glob("*.eml")}
    statement = drive.books.books.statement() if drive.books.books else {}
    effects = OutsideRecords(statement=statement, performed=book.deliveries() | posted)
    began = time.perf_counter()
    checks = check_log(
        office.log, acknowledged=drive.acknowledged, effects=effects, now=instant(office.log.now()), settled=True
    )
    for line in check_lines(checks):
        print(line)
    print(f"checked in {time.perf_counter() - began:.1f} s; orders repeated after a crash: {book.repeats()}")
    return 0 if all(one.ok for one in checks) else 1


def _plan(arguments: Sequence[str]) -> Plan:
    parser = argparse.ArgumentParser(prog="python -m bench ctdc")
    parser.add_argument("file", type=Path, help="a CTDC file")
    parser.add_argument("--quick", action="store_true", help="only the first hundred records")
    parser.add_argument("--per-day", type=int, default=100, help="referrals taken up each day")
    parser.add_argument("--harm", type=int, default=0, help="how often a worker is killed and Redis emptied")
    given = parser.parse_args(arguments)
    return Plan(given.file, given.per_day, given.harm, 100 if given.quick else None)
