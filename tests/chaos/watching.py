"""What the run sees of the office, past every link: who holds what, what is due, how soon a task runs again."""

import threading
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, NamedTuple, Self

import psycopg
from sqlalchemy import make_url

from events.instants import instant, instant_text
from tests.chaos.town import Town

LOOK_S: Final = 0.05
RECOVERED_S: Final = 10.0
SHIFT: Final = timedelta(hours=8)  # what falls due within a shift is done together
_HELD: Final = "SELECT task_id, epoch, kind FROM tasks WHERE owner = %s AND status = 'claimed'"
_HOLDERS: Final = "SELECT DISTINCT owner FROM tasks WHERE status = 'claimed'"
_NOW: Final = "SELECT task_id, epoch, status FROM tasks WHERE task_id = ANY(%s)"
_CLAIMED: Final = "SELECT count(*) FROM tasks WHERE status = 'claimed'"
_DUE: Final = (
    "SELECT (SELECT count(*) FROM tasks WHERE status = 'waiting' AND (due_at <= %(now)s OR NOT wanted)) + "
    "(SELECT count(*) FROM timers WHERE status = 'set' AND due_at <= %(now)s)"
)
_UNKNOWN: Final = "SELECT count(*) FROM tasks WHERE status = 'unknown'"
_NEXT: Final = (
    "SELECT min(due_at) FROM (SELECT due_at FROM tasks WHERE status = 'waiting' AND due_at > %(now)s "
    "UNION ALL SELECT due_at FROM timers WHERE status = 'set' AND due_at > %(now)s) AS later"
)


class Eye:
    """A connection that is made anew when it is lost; while the log's server is away nothing is seen."""

    def __init__(self, url: str) -> None:
        self._address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: psycopg.Connection[Any] | None = None

    def rows(self, statement: str, values: Any = None) -> list[Any] | None:
        """Return rows, or None when nobody can see them now."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(self._address, autocommit=True, connect_timeout=5)
            return self._connection.execute(statement.encode(), values).fetchall()
        except psycopg.Error:
            self.close()
            return None

    def number(self, statement: str, values: Any = None) -> int | None:
        """Return the one number that is asked for."""
        found = self.rows(statement, values)
        return None if found is None else int(found[0][0] or 0)

    def close(self) -> None:
        """Let go of the connection."""
        with suppress(psycopg.Error):
            if self._connection is not None:
                self._connection.close()
        self._connection = None


class _Orphan(NamedTuple):
    """A task whose worker was killed while it held it."""

    task_id: str
    epoch: int
    kind: str
    since: float


class Recoveries:
    """Measures, for each task that a killed worker held, how long it took until somebody had taken it up again."""

    def __init__(self, town: Town) -> None:
        self._looking, self._killing = Eye(town.place.database), Eye(town.place.database)
        self._town = town
        self._lock = threading.Lock()
        self._orphans: set[_Orphan] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self.took: list[float] = []
        self.late: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def waiting(self) -> bool:
        """Tell whether a task still waits for its next worker: time must not leap then."""
        return bool(self._orphans)

    @property
    def p99(self) -> float:
        """Return in how many seconds 99 of 100 ran again; 0 where no killed worker held anything."""
        found = sorted(self.took)
        return found[min(len(found) - 1, int(len(found) * 0.99))] if found else 0.0

    def busy(self) -> list[str]:
        """Return the workers that hold something at this moment."""
        held = {owner for (owner,) in self._killing.rows(_HOLDERS) or ()}
        return [name for name, crew in self._town.crews().items() if crew in held]

    def kill(self, name: str) -> None:
        """Kill a worker, and note what it held."""
        player = self._town.players[name]
        player.freeze()  # so that what it holds is what it held when it died
        held = self._killing.rows(_HELD, (self._town.crews()[name],)) or []
        player.kill()
        with self._lock:
            self._orphans |= {_Orphan(task, epoch, kind, time.monotonic()) for task, epoch, kind in held}

    def forget(self) -> None:
        """Wait for nobody any more: the log that knew of them is gone."""
        with self._lock:
            self._orphans.clear()

    def _look_on(self) -> None:
        while not self._over.wait(LOOK_S):
            with self._lock:
                orphans = set(self._orphans)
            rows = self._looking.rows(_NOW, ([one.task_id for one in orphans],)) if orphans else None
            if rows is not None:
                self._note(orphans, {task: (epoch, status) for task, epoch, status in rows})

    def _note(self, orphans: set[_Orphan], stands: dict[str, tuple[int, str]]) -> None:
        """Note who was taken up: claimed anew, or unknown to somebody; a report that still came was no recovery."""
        for one in orphans:
            epoch, status = stands.get(one.task_id, (one.epoch, "done"))
            if epoch == one.epoch and status in ("claimed", "waiting"):
                continue
            with self._lock:
                is_awaited = one in self._orphans  # whoever was forgotten meanwhile is no recovery
                self._orphans.discard(one)
            if is_awaited and (epoch > one.epoch or status == "unknown"):
                self.took.append(time.monotonic() - one.since)
                if self.took[-1] > RECOVERED_S:
                    self.late.append(
                        f"{one.kind} {one.task_id} of a killed worker ran again after {self.took[-1]:.1f} s"
                    )


class TimeKeeper:
    """Pushes time ahead when nobody holds a task and nothing is due, so that months pass in minutes."""

    PATIENCE_S: Final = 4.0  # after which something in hand is no reason to wait any longer

    def __init__(self, town: Town, recoveries: Recoveries) -> None:
        self._town, self._recoveries = town, recoveries
        self._eye = Eye(town.place.database)
        self._leapt_at = time.monotonic()
        self.holds = threading.Event()  # while the clock is wrong, it is not pushed

    def begin_again(self) -> None:
        """Be as patient as after a push: everybody has just begun anew."""
        self._leapt_at = time.monotonic()

    def look(self) -> None:
        """Push time ahead if the moment has come."""
        if self.holds.is_set() or self._recoveries.waiting or time.monotonic() - self._leapt_at < 0.3:
            return
        now = self._town.clock.now()
        asked = {"now": instant_text(now)}
        if self._eye.number(_CLAIMED) != 0:
            return
        latest, busy = self._town.place.next_moment(now)
        if time.monotonic() - self._leapt_at < self.PATIENCE_S and (busy or self._eye.number(_DUE, asked) != 0):
            return
        rows = self._eye.rows(_NEXT, asked)
        if rows is None:
            return
        due = instant(rows[0][0]) if rows[0][0] else now + timedelta(days=1)
        self._town.clock.jump_to(min(max(now + SHIFT, due), latest))
        self._leapt_at = time.monotonic()


class Quiet:
    """Tells whether everything that was due is done."""

    def __init__(self, town: Town) -> None:
        self._town, self._eye = town, Eye(town.place.database)

    def left(self) -> str:
        """Return what is still to be done, in a line; nothing when it is quiet."""
        asked = {"now": instant_text(self._town.clock.now())}
        counts = {"claimed": self._eye.number(_CLAIMED), "due": self._eye.number(_DUE, asked),
                  "unknown": self._eye.number(_UNKNOWN)}  # fmt: skip
        bank = self._town.place.data / "bank"
        counts["files of the bank"] = sum(1 for name in ("in", "out") for _ in (bank / name).glob("*.xml"))
        return ", ".join(
            f"{name}: {'?' if number is None else number}" for name, number in counts.items() if number != 0
        )
