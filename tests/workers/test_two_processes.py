"""Invented referrals, two worker processes and what goes wrong in a year: afterwards all is as it was meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bench.crews import Workers
from bench.drive import Drive, Plan, large_programme
from bench.jumping_clock import JumpingClock
from console.container import Container
from console.settings import Settings
from console.simulation.order_book import OrderBook
from console.verbs.imports import import_ctdc
from events.instants import instant
from handlers.checks.check_results import CheckResult, OutsideRecords
from handlers.checks.walk import check_lines, check_log
from handlers.projections.tables import case_board
from tests.servers.valkey import Valkey

ROOT = Path(__file__).parents[2]
PEOPLE = 12
HEADER = (
    "yearOfRegistration,Datasource,gender,citizenship,isForcedLabour,ControlCategory,"
    "RecruiterCategory,ExploitType,Labor_Type,ageCategories"
)
STRIKES = (40, 120, 240)  # commands of the case manager after which something happens to the machines


@pytest.fixture
def referrals(tmp_path: Path) -> Path:
    """A file like the published ones; every row is invented."""
    rows = [
        f"{2007 + n % 9},Hotline,{('Female', 'Male')[n % 2]},{('RO', 'MD', 'UA', 'KG')[n % 4]},1,Threats,"
        f"Family/Relative,Forced Labor,Domestic Work,{('Age 24-26', 'Age 18-20', 'Age 9-17')[n % 3]}"
        for n in range(PEOPLE)
    ]
    file = tmp_path / "invented.csv"
    file.write_text("\n".join([HEADER, *rows]) + "\n")
    return file


class Mishaps:
    """Kills one worker and empties the queue three times while the work goes on."""

    def __init__(self, workers: Workers, valkey: Valkey) -> None:
        self._workers, self._valkey = workers, valkey
        self._left = list(STRIKES)
        self.flushed = 0

    def __call__(self, _ended: int, _opened: int, commands: int, _now: datetime) -> None:
        while self._left and commands >= self._left[0]:
            self._left.pop(0)
            self._valkey.flush()
            self.flushed += 1
            if self.flushed == 2:
                self._workers.kill_one(0)


@contextmanager
def at_work(workers: Workers) -> Iterator[Workers]:
    try:
        yield workers
    finally:
        workers.stop()


def test_a_killed_worker_and_an_emptied_queue_change_nothing_for_anybody(
    pg_url: str, redis_url: str, valkey: Valkey, tmp_path: Path, referrals: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    settings = Settings(data=tmp_path / "data", database_url=pg_url, redis_url=redis_url, allow_owner="yes")
    clock = JumpingClock(tmp_path / "clock")
    office = Container(settings, create=True, clock=clock)
    try:
        plan = Plan(referrals, per_day=PEOPLE, harm=0)
        definition = office.publish(large_programme(PEOPLE, plan.per_day), "staff:operator")
        assert sum(done.new for done in import_ctdc(office.service, referrals, "moscow", "staff:importer")) == PEOPLE
        drive = Drive(office, clock, definition, plan)
        drive.take(sorted(row["case_id"] for row in board(office)))
        office.ring_workers()
        with at_work(Workers(office, tmp_path / "clock")) as workers:
            mishaps = Mishaps(workers, valkey)
            drive.run(mishaps, workers.sweep)
        assert (mishaps.flushed, workers.killed) == (3, 1)
        assert [row["stage"] for row in board(office) if not row["ended"]] == []
        checks = checked(office, drive)
        assert all(one.ok for one in checks), "\n".join(check_lines(checks))
        assert {one.name: one.counted for one in checks}["I7"].get("done at providers", 0) > PEOPLE
    finally:
        office.close()


def board(office: Container) -> list[dict[str, Any]]:
    with office.database.reading() as connection:
        return [dict(row) for row in connection.execute(case_board.select()).mappings()]


def checked(office: Container, drive: Drive) -> list[CheckResult]:
    """Compare the history with what was acknowledged, with the providers' books and with the bank's."""
    book = OrderBook(office.settings.order_file)
    posted = {path.stem: 1 for path in office.settings.post_folder.glob("*.eml")}
    statement = drive.books.books.statement() if drive.books.books else {}
    effects = OutsideRecords(statement=statement, performed=book.deliveries() | posted)
    book.close()
    now = instant(office.log.now())
    return check_log(office.log, acknowledged=drive.acknowledged, effects=effects, now=now, settled=True)
