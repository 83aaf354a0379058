"""What a machine finds when the power is back: looked at on a copy of the disk, by opening the office there."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from console.container import Container
from console.errors import ConsoleError
from events.database import Database
from events.errors import EventsError
from events.file_stores import hashes_of
from events.instants import instant
from events.tables import commands
from events.verify import verify
from handlers.checks.check_results import OutsideRecords
from handlers.checks.walk import check_log
from handlers.commanding.answers import Accepted
from tests.power.disk import Disk
from tests.power.heard import Heard
from tests.power.machine import Machine, remove_stale_lock, server_on
from tests.power.writer import TERMS, office_at


class Found(NamedTuple):
    """What was not as it had been acknowledged, and what was neither there whole nor missing whole."""

    lost: Sequence[str] = ()
    torn: Sequence[str] = ()

    @property
    def is_clean(self) -> bool:
        """Tell whether everything was there."""
        return not self.lost and not self.torn


def found_after_the_cut(machine: Machine, *, working: bool) -> Found:
    """Restart on a copy of the unsynced disk; ``working`` lets the workers finish what is due there."""
    image = machine.folder / "copy.img"
    machine.disk.copied_unsynced(image)
    copy = Disk(image, machine.folder / "copy")
    copy.mount()
    try:
        with _database_on(copy, machine) as url:
            return _looked_at(copy.place / "data", url, machine, working=working)
    finally:
        gc.collect()  # what was opened on the way, the order book, lets go of the disk
        copy.unmount()
        image.unlink()


@contextmanager
def _database_on(copy: Disk, machine: Machine) -> Iterator[str]:
    if machine.kind == "sqlite":
        yield ""
        return
    remove_stale_lock(copy)
    server = server_on(copy, machine.folder / "seen", {})
    try:
        with suppress(RuntimeError):  # it does not start: then opening says so
            server.start()
        yield server.url(machine.database)
    finally:
        server.kill()


def _looked_at(data: Path, url: str, machine: Machine, *, working: bool) -> Found:
    heard = machine.heard
    lost = [f"command {one}" for one in heard.acks.keys() - _stored(url or f"sqlite:///{data / 'log.sqlite'}")]
    try:
        office = office_at(data, url)
    except (EventsError, ConsoleError) as problem:
        return Found(lost, [f"the office does not open: {problem}"])
    try:
        torn = _checked(office, heard)
        if not torn and not lost:
            _ask_again(office, heard)
            _finish_the_work(office, working=working)
            torn = _checked(office, heard)
    except EventsError as problem:
        torn = [f"{type(problem).__name__}: {problem}"]
    finally:
        office.close()
    return Found(lost, torn)


def _stored(url: str) -> set[str]:
    """Return the commands the log knows, none where it cannot be read."""
    database = Database(url)
    try:
        with database.reading() as connection:
            return set(connection.execute(select(commands.c.command_id)).scalars())
    except EventsError:
        return set()
    finally:
        database.close()


def _checked(office: Container, heard: Heard) -> list[str]:
    outside = OutsideRecords(sent=office.sent_outside(), files=lambda: hashes_of(office.files))
    checks = check_log(office.log, acknowledged=heard.acks.values(), effects=outside, now=instant(office.log.now()))
    proof = verify(office.log, held_to=heard.heads)
    return [
        *(
            f"{one.name}: {fault}"
            for one in checks
            for fault in one.faults
            if "was acknowledged and is not" not in fault
        ),
        *(finding.text for finding in proof.findings if finding.code == "noted"),
    ]


def _ask_again(office: Container, heard: Heard) -> None:
    """Do what whoever heard no answer does: send the same command again; it happens once."""
    for command_id, command in heard.asked.items():
        answers = [office.service.submit(command) for _ in range(2)]
        if isinstance(answers[0], Accepted):
            assert isinstance(answers[1], Accepted)
            assert answers[1].repeated
            told = [event.envelope.type for event in office.log.of_command(command_id)]
            assert told == list(answers[0].facts), f"command {command_id} happened otherwise than it was answered"


def _finish_the_work(office: Container, *, working: bool) -> None:
    """Let workers do all that is due, as the next morning would."""
    if not working:
        return
    crew = office.pool(TERMS)
    crew.start(sweeping=False)
    try:
        crew.settle()
    finally:
        crew.stop()
