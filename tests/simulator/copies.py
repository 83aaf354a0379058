"""Copies of the office, made with the product's own backup, and older ones put back in the middle of a year.

The disk is gone, and with it everything since the copy; what lies outside, at the bank, the travel agent and the post,
is as it was. What people were told in the lost part is off their desks, and recorded anew as far as they know it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from console.container import Container
from console.copies import Copy, copy_keys, make_copies, put_in_place
from console.settings import Settings
from console.simulation.order_book import OrderBook
from events.backup import copy_file
from events.errors import BackupRefused, EventsError, KeysBehind, LogBehind
from events.world import SeededEntropy
from tests.simulator.after_restore import AfterRestore
from tests.simulator.officers import Officers, Outside
from tests.simulator.operator import NO_SERVER, Operator
from tests.simulator.paper import Paper, Told, paper_of
from workers.running.orders import Order

if TYPE_CHECKING:
    from tests.simulator.year import Simulation

KEPT_MAX: Final = 6  # copies: of more, every second goes
_PARTS: Final = ("log.sqlite", "log.sqlite-wal", "log.sqlite-shm", "keys/keys.sqlite", "keys/keys.sqlite-wal",
                 "keys/keys.sqlite-shm")  # fmt: skip


class CopiedDisk(NamedTuple):
    """Copies of log and keys that lie in one folder."""

    folder: Path

    @property
    def log(self) -> Path:
        """Return the copy of the log."""
        return self.folder / "log.sqlite"

    @property
    def keys(self) -> Path:
        """Return the copy of the keys."""
        return self.folder / "keys.sqlite"

    @property
    def files(self) -> Path | None:
        """Return the copy of the attached files, where people attach any."""
        copied = self.folder / "files.tar"
        return copied if copied.exists() else None


class Backup(NamedTuple):
    """A copy, how many events it holds, and what was on people's desks when it was made."""

    disk: CopiedDisk
    size: int
    told: Told


class Copies:
    """Makes copies, and puts one of them in the place of everything, with keys as old as it is or newer."""

    def __init__(self, world: Simulation, data: Path) -> None:
        self._world = world
        self._here = Settings(data=data)
        outside = Outside(world.agency, world.mail, world.bank)
        server = NO_SERVER if world.mail.way == "server" else None
        operator = Operator(Settings(data=data, smtp_url=server), world.clock, world.terms.seed)
        self.after = AfterRestore(operator, Officers(outside, world.terms.seed))
        world.staff.after_restore = self.after
        self.kept: list[Backup] = []
        self.made = self.tried = self.put_back = self.again = self.refused = self.lost = 0
        self.paper = Paper()
        self.findings: list[str] = []
        self.destroyed: set[str] = set()  # persons, as often as anybody looked

    @property
    def is_on(self) -> bool:
        """Tell whether nothing may leave the house now."""
        return self.after.is_on

    def moment(self) -> None:
        """Let a copy be made, and let an older one be put back, if this is when."""
        self.after.patient = not self._world.faults.are_over
        if self._world.faults.at("copy") == "made":
            self._make()
        what = self._world.faults.at("office")
        if what and self.kept:
            older = self.kept[0 if what == "oldest" else len(self.kept) // 2 if what == "middle" else -1]
            self._put_back(older, newest_keys=self.put_back % 2 == 0)

    # -- a copy -------------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        self.made += 1
        folder = self._here.data / "copies" / str(self.made)
        folder.mkdir(parents=True)
        log, keys = (Copy.of(self._here, folder / name, "") for name in ("log.sqlite", "keys.sqlite"))
        files = Copy.of(self._here, folder / "files.tar", "") if self._world.terms.services else None
        found = make_copies(self._here, log, keys, _silent, files=files)
        self.kept.append(Backup(CopiedDisk(folder), found.events, self._world.staff.told()))
        if len(self.kept) > KEPT_MAX:
            shutil.rmtree(self.kept.pop(1).disk.folder)

    # -- put back -----------------------------------------------------------------------------------------------------

    def _put_back(self, older: Backup, *, newest_keys: bool) -> None:
        container = self._world.alive.container
        paper, destroyed, size = paper_of(container.log), {*container.keys.destroyed()}, container.log.size()
        self._world.stop()
        old = self._moved_away()  # kept in case no copy can take its place: then the disk was not gone after all
        self._bring_outside()
        if not self._in_place(older, old.keys if newest_keys else older.disk.keys, old.keys):
            self._moved_back(old)
            return
        self.put_back += 1
        self.paper = self.paper.with_more(paper)
        self.destroyed |= destroyed
        self.lost += max(0, size - older.size)
        self.again += older.size > size  # a newer copy than what is there
        self._refused_unless_accepted()
        self.after.begin(self.paper)
        self._world.staff.has_lost(older.told, self.paper)

    def _moved_away(self) -> CopiedDisk:
        self.tried += 1
        old = CopiedDisk(self._here.data / "copies" / f"old-{self.tried}")
        old.folder.mkdir()
        copy_file(self._here.log_file, old.log)
        copy_keys(self._here, old.keys, lambda _done, _whole: None)
        self._destroy()
        return old

    def _moved_back(self, old: CopiedDisk) -> None:
        self._destroy()
        old.log.replace(self._here.log_file)
        old.keys.replace(self._here.key_file)

    def _destroy(self) -> None:
        for part in _PARTS:
            (self._here.data / part).unlink(missing_ok=True)

    def _bring_outside(self) -> None:
        """Bring what is left of the old disk: the letters in the folder, if that is how they go, and the order book."""
        self._here.order_file.unlink(missing_ok=True)
        book = OrderBook(self._here.order_file)
        for deed in self._world.agency.book.values():
            what, case_id = deed.what.rsplit(" ", 1)
            book.place([Order(deed.key, what, case_id, deed.at.isoformat())])
        book.close()
        for letter in self._here.post_folder.glob("*.eml"):
            letter.unlink()
        if self._world.mail.way == "folder":
            for deed in self._world.mail.delivered:
                (self._here.post_folder / f"{deed.key}.eml").write_text(deed.what)

    def _in_place(self, older: Backup, *keys: Path) -> bool:
        """Put log and keys in place; tell whether any of these keys go with the copy of the log.

        Keys from before an erasure open nothing, and keys that saw another log signed since refuse this one.
        """
        for some in dict.fromkeys((*keys, older.disk.keys)):
            try:
                put_in_place(self._here, (older.disk.log, some), (_none, _none), _silent, files=older.disk.files)
                return True
            except (BackupRefused, EventsError):
                self.refused += 1
        return False

    def _refused_unless_accepted(self) -> None:
        """See that nobody works with an older copy as if it were the newest."""
        try:
            Container(self._here, clock=self._world.clock, chance=SeededEntropy(self.put_back)).close()
        except (LogBehind, KeysBehind):
            return
        self.findings.append(f"copy {self.put_back} was opened as if it were the newest")


def _silent(_name: str) -> Callable[[int, int], None]:
    return lambda _done, _whole: None


def _none() -> str:
    raise AssertionError("these copies are not sealed")
