"""The drill: copies are taken while a simulated year goes on, everything is destroyed, and older copies are restored.

Each acknowledged event, payment and letter is counted before and after: none may be lost from the newest copy, none
made twice from an older one, and whatever went out of which the older one knows nothing must be on its list.
"""

import shutil
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import select

from console.container import Container
from console.copies import put_in_place
from console.drills.restore_counts import letters, payments, sent_again
from console.restoring import accept_copy
from console.settings import Settings
from console.simulation.demo_accounts import ADMINISTRATOR, DATA_PROTECTION
from console.simulation.managed_case import CLARA
from console.simulation.year import Rehearsal, Year
from events.backup import copy_file
from events.catalogue import Fact
from events.errors import KeysBehind, LogBehind
from events.facts.grants import GrantApproved, TrancheReleased
from events.ids import case_of_stream
from events.verify import verify
from events.world import ManualClock, SystemEntropy
from handlers.commanding.answers import Accepted
from handlers.projections.tables import tasks
from handlers.queries.quarantine import quarantine_of
from workflow.command import Command, ConfirmOfficeDecision
from workflow.programme.loading import Definition
from workflow.subjects.grants.commands import ReleaseTranche
from workflow.subjects.restore.commands import LiftQuarantine, SettleOrphan
from workflow.two_people import proposal_id_of

OUTSIDE: Final = ("bank", "post")
_COPIES: Final = 3
_EVERY_APPROVAL: Final = 4
_ROUND_MAX: Final = 100_000
_OF_GRANTS: Final = frozenset({"GrantApproved", "TrancheReleased"})
Progress = Callable[[str], None]


class DrillResult(NamedTuple):
    """What a drill came to; everything but the first four and the times is to be nothing."""

    events: int
    orphans: int
    listed: int
    made_anew: int  # releases an older log had lost, recorded once more
    lost_newest: int
    paid_twice: int
    letters_twice: int
    unlisted: int
    unnoticed: int  # older copies that were opened as if they were the newest
    seconds: float
    restore_seconds: float  # to put the newest copies in place and prove them

    @property
    def ok(self) -> bool:
        """Tell whether nothing was lost, done twice or left out."""
        return not any((self.lost_newest, self.paid_twice, self.letters_twice, self.unlisted, self.unnoticed))


class _CopyPair(NamedTuple):
    """Copies of log and keys, and how many events had been acknowledged before they were begun."""

    log: Path
    keys: Path
    acknowledged: int


class RestoreDrill:
    """One drill in a folder of its own."""

    def __init__(self, folder: Path, container: Container, definition: Definition, year: Year) -> None:
        self._folder = folder
        self._house = container.settings
        self._container = container
        self._definition = definition
        self._year = year
        self._copies: list[_CopyPair] = []  # taken by a thread of its own while commands go on
        self._before_payments: list[_CopyPair] = []
        self._seen = -1
        self._approvals = 0

    def run(self, progress: Progress) -> DrillResult:
        """Let the year pass with copies taken meanwhile, destroy it, restore, and count."""
        began = time.monotonic()
        events = self._live(progress)
        outside = letters(self._house)
        progress("the newest copy is restored")
        took, lost = self._newest()
        progress("older copies with keys of each age are restored")
        unnoticed = self._unnoticed()
        progress("an older log is gone on with")
        restored = self._older_log("older", self._older.log, self._newest_keys)
        try:
            unlisted, listed = self._accepted(restored)
            anew = self._made_anew(restored)
        finally:
            restored.close()
        paid, posted = payments(restored.settings), letters(restored.settings)
        twice = sum(number - 1 for number in paid.values()), sent_again(outside, posted)
        spent = time.monotonic() - began
        return DrillResult(events, listed, listed, anew, lost, *twice, unlisted, unnoticed, spent, took)

    # -- the year, and its end ----------------------------------------------------------------------------------

    def _live(self, progress: Progress) -> int:
        """Let the year pass while another thread copies; return how many events there were at its end."""
        clock, days = self._container.clock, self._year.days
        assert isinstance(clock, ManualClock)
        start, taking = clock.now(), list[threading.Thread]()

        def passed(now: datetime, _people: int) -> None:
            done = (now - start).days
            progress(f"day {done} of {days}")
            if done >= days * (len(taking) + 1) // (_COPIES + 1) and len(taking) < _COPIES:
                taking.append(threading.Thread(target=self._copy, args=(len(taking),), name="copies"))
                taking[-1].start()  # commands go on meanwhile

        Rehearsal(self._container, clock, self._definition, self._year, self._copy_before_payment).run(passed)
        for one in taking:
            one.join()
        self._copies.sort(key=lambda pair: pair.acknowledged)
        size = self._container.log.size()
        self._container.close()
        return size

    def _copy(self, number: int) -> None:
        self._copies.append(self._copied(f"copy-{number}"))

    def _copy_before_payment(self) -> None:
        """Copy at moments at which grants are approved and not released, now and then."""
        new = [event.envelope.type for event in self._container.log.page(self._seen, _ROUND_MAX)]
        self._seen += len(new)
        if "GrantApproved" in new and "TrancheReleased" not in new:
            self._approvals += 1
            if self._approvals % _EVERY_APPROVAL == 0 and len(self._before_payments) < _COPIES:
                self._before_payments.append(self._copied(f"before-{self._seen}"))

    def _copied(self, name: str) -> _CopyPair:
        acknowledged = self._container.log.size()
        folder = self._folder / name
        folder.mkdir()
        pair = _CopyPair(folder / "log.sqlite", folder / "keys.sqlite", acknowledged)
        copy_file(self._house.log_file, pair.log)
        copy_file(self._house.key_file, pair.keys)
        return pair

    @property
    def _newest_keys(self) -> Path:
        return self._house.key_file

    # -- what is restored -----------------------------------------------------------------------------------------

    def _newest(self) -> tuple[float, int]:
        """Restore the last pair of copies; return how long that took and how many acknowledged events it lacks."""
        newest, began = self._copies[-1], time.monotonic()
        here = self._beside("newest")
        put_in_place(here, (newest.log, newest.keys), (_no_passphrase, _no_passphrase), _silent)
        took = time.monotonic() - began
        container = Container(here, accept_older=True)
        try:
            return took, max(0, newest.acknowledged - container.log.size())
        finally:
            container.close()

    def _unnoticed(self) -> int:
        """Put logs and keys of different days together, and return how many of these were opened for work."""
        older, newer = self._copies[0], self._copies[-1]
        pairs = {
            "older-log": (older.log, self._newest_keys),
            "older-keys": (self._house.log_file, older.keys),
            "both-older": (older.log, older.keys),
            "log-older-than-keys": (older.log, newer.keys),
        }
        return sum(self._is_opened(name, log, keys) for name, (log, keys) in pairs.items())

    def _is_opened(self, name: str, log: Path, keys: Path) -> bool:
        here = self._put(name, log, keys)
        try:
            container = Container(here)
        except (LogBehind, KeysBehind):
            return False
        try:
            container.pool()
        except LogBehind:
            return False
        finally:
            container.close()
        return True

    def _older_log(self, name: str, log: Path, keys: Path) -> Container:
        clock = self._container.clock
        return Container(self._put(name, log, keys), accept_older=True, clock=clock, chance=SystemEntropy())

    def _beside(self, name: str) -> Settings:
        """Return the settings of a folder of its own, into which the officer has brought the key-encryption key."""
        here = Settings(data=self._folder / name)
        shutil.copytree(self._house.kek_path.parent, here.kek_path.parent)
        here.data.chmod(0o700)
        return here

    def _put(self, name: str, log: Path, keys: Path) -> Settings:
        """Put files in place as somebody in a hurry does, by hand, beside what is left of bank and post."""
        here = self._beside(name)
        here.key_file.parent.mkdir(mode=0o700)
        copy_file(log, here.log_file)
        copy_file(keys, here.key_file)
        copy_file(self._house.order_file, here.order_file)
        for folder in OUTSIDE:
            shutil.copytree(self._house.data / folder, here.data / folder)
        return here

    # -- going on ---------------------------------------------------------------------------------------------------

    def _accepted(self, restored: Container) -> tuple[int, int]:
        """Accept the older log; return how much that went out is not listed, and how much is."""
        with restored.database.reading() as connection:
            known = set(connection.execute(select(tasks.c.task_id)).scalars())
        out = {file.stem for pattern in ("bank/out/*.xml", "bank/sent/*.xml", "post/*.eml")
               for file in restored.settings.data.glob(pattern)}  # fmt: skip
        accept_copy(restored, ADMINISTRATOR)
        found = quarantine_of(restored.log).open
        listed = {one.reference for one in found.values()}
        return len(out - known - listed), len(found)

    def _made_anew(self, restored: Container) -> int:
        """Settle, lift, and release again what the older log had lost of its grants; return how many releases."""
        for number in quarantine_of(restored.log).open:
            self._by_two(restored, SettleOrphan, orphan_id=number, outcome="lost", reason="everybody was asked")
        self._by_two(restored, LiftQuarantine, reason="everybody was asked")
        released = self._released_after(self._older)
        pool, done = restored.pool_of(2), 0
        pool.start(sweeping=False)
        try:
            for grant_id, case_id in released.items():
                asked = {"command_id": restored.chance.uuid(), "actor": CLARA, "mandate": "finance_release"}
                command = ReleaseTranche.model_validate(asked | {"case_id": case_id, "grant_id": grant_id})
                done += isinstance(restored.service.submit(command), Accepted)
            pool.settle()
        finally:
            pool.stop()
        assert verify(restored.log).ok, "the older log went on and is sound"
        return done

    @cached_property
    def _money(self) -> list[tuple[int, str, Fact]]:
        """Return what the destroyed log said of grants: where, in which case, and what."""
        whole = Container(self._put("whole", self._house.log_file, self._newest_keys))
        try:
            events = [event for page in whole.log.pages() for event in page if event.envelope.type in _OF_GRANTS]
            return [(e.position, str(case_of_stream(e.envelope.stream)), whole.log.fact(e)) for e in events]
        finally:
            whole.close()

    @property
    def _older(self) -> _CopyPair:
        """Return the copy after which most grants went out that it has as approved only."""
        return max(self._before_payments or self._copies[:1], key=lambda pair: len(self._released_after(pair)))

    def _released_after(self, pair: _CopyPair) -> dict[str, str]:
        """Return the grants a copy has as approved and not released, that were released later, and whose they are."""
        before = [fact for position, _, fact in self._money if position < pair.acknowledged]
        approved = {fact.grant_id for fact in before if isinstance(fact, GrantApproved)}
        begun = {fact.grant_id for fact in before if isinstance(fact, TrancheReleased)}
        later = [(case, fact) for position, case, fact in self._money if position >= pair.acknowledged]
        return {fact.grant_id: case for case, fact in later
                if isinstance(fact, TrancheReleased) and fact.grant_id in approved - begun}  # fmt: skip

    def _by_two(self, restored: Container, kind: type[Command], **fields: str) -> None:
        asked = kind.model_validate({"command_id": restored.chance.uuid(), "actor": ADMINISTRATOR} | fields)
        confirms = ConfirmOfficeDecision(
            command_id=restored.chance.uuid(), actor=DATA_PROTECTION, mandate="data_protection",
            proposal_id=proposal_id_of(asked.command_id),
        )  # fmt: skip
        for answer in restored.service.submit_many([asked, confirms]):
            assert isinstance(answer, Accepted), answer


def _no_passphrase() -> str:
    raise AssertionError("these copies are not sealed")


def _silent(_name: str) -> Callable[[int, int], None]:
    return lambda _done, _whole: None
