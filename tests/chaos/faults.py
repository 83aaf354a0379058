"""Every kind of fault: what it does, how it heals, how long it lasts, how often it strikes. One row each."""

import random
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

import psutil
import psycopg
import redis

from tests.chaos.copies import Copies
from tests.chaos.links import How
from tests.chaos.town import Town
from tests.chaos.watching import Recoveries, TimeKeeper

Need = Literal["", "root", "hosts", "strace"]
Heal = Callable[[], None]
TOWN: Final = "town"  # everything that runs: nothing else is struck with it
DST_ZONE: Final = ZoneInfo("Europe/Chisinau")  # where the house of the programme stands
BEFORE_DST: Final = timedelta(minutes=20)


class Scene(NamedTuple):
    """What a fault may touch."""

    town: Town
    recoveries: Recoveries
    time: TimeKeeper
    chance: random.Random
    copies: Copies


class Fault(NamedTuple):
    """A kind of fault; ``upon`` says what it strikes: of what is struck nothing else is, until it has healed."""

    kind: str
    what: str
    upon: tuple[str, ...]  # kinds of players, one of which it picks; or "log", "queue", "clock", or all of it: "town"
    strike: Callable[[Scene, str], Heal]
    lasts: tuple[float, float]
    often: int
    needs: Need = ""


def possible(*, root: bool, hosts: bool) -> list[Fault]:
    """Return the kinds that can strike on this machine."""
    there = {"": True, "root": root, "hosts": hosts, "strace": root and shutil.which("strace") is not None}
    return [fault for fault in FAULTS if there[fault.needs]]


def _nothing() -> None:
    """Heal by itself."""


# -- processes --------------------------------------------------------------------------------------------------------


def _kill(scene: Scene, name: str) -> Heal:
    scene.town.players[name].kill()
    return scene.town.players[name].start


def _kill_worker(scene: Scene, name: str) -> Heal:
    """Kill a worker that holds something, if one does soon."""
    scene.recoveries.kill(name)
    return scene.town.players[name].start


def _freeze(scene: Scene, name: str) -> Heal:
    scene.town.players[name].freeze()
    return scene.town.players[name].thaw


# -- servers ----------------------------------------------------------------------------------------------------------


def _kill_log(scene: Scene, _: str) -> Heal:
    scene.town.log.kill()
    return scene.town.log.ensure


def _stop_log(scene: Scene, _: str) -> Heal:
    scene.town.log.stop_at_once()
    return scene.town.log.ensure


def _kill_backend(scene: Scene, _: str) -> Heal:
    if found := scene.town.log.backends():
        with suppress(psutil.NoSuchProcess):
            psutil.Process(scene.chance.choice(found)).kill()
    return scene.town.log.ensure


def _end_backends(scene: Scene, _: str) -> Heal:
    with suppress(psycopg.Error):
        scene.town.log.asked(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND pid <> pg_backend_pid() AND random() < 0.5"
        )
    return _nothing


def _crowd_out(scene: Scene, _: str) -> Heal:
    scene.town.log.crowd_out()
    return scene.town.log.let_in


def _fill_disk(scene: Scene, _: str) -> Heal:
    scene.town.log.fill()

    def heal() -> None:
        scene.town.log.clear()
        scene.town.log.ensure()

    return heal


def _fail_fsync(scene: Scene, _: str) -> Heal:
    """Have every fsync of the log's server fail once, as a dying disk's do; PostgreSQL then starts over by itself."""
    pids = [word for pid in scene.town.log.family() for word in ("-p", str(pid))]
    once = "inject=fsync,fdatasync:error=EIO:when=1"
    words = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", once, *pids]
    tracer = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def heal() -> None:
        tracer.send_signal(signal.SIGTERM)  # it lets go of whom it watches
        tracer.wait(20)
        scene.town.log.ensure()

    return heal


def _kill_queue(scene: Scene, _: str) -> Heal:
    scene.town.queue.server.kill()
    return lambda: scene.town.queue.restart(from_old=False)


def _restore_dump(scene: Scene, _: str) -> Heal:
    scene.town.queue.server.kill()

    def heal() -> None:
        scene.town.queue.restart(from_old=True)
        scene.town.queue.remember()  # the next one is younger

    return heal


def _flush(scene: Scene, _: str) -> Heal:
    with suppress(redis.RedisError):
        scene.town.queue.client.flushall()
    return _nothing


# -- everything -------------------------------------------------------------------------------------------------------


def _restore_office(scene: Scene, _: str) -> Heal:
    """Put an older copy in the place of log and keys; it has healed when the officers have lifted the quarantine."""
    scene.recoveries.forget()
    scene.copies.put_back(scene.chance)

    def heal() -> None:
        scene.copies.settle()
        scene.time.begin_again()

    return heal


# -- links ------------------------------------------------------------------------------------------------------------


def _link(to: str, how: How, least: float = 0, most: float = 0) -> Callable[[Scene, str], Heal]:
    def strike(scene: Scene, name: str) -> Heal:
        link, links = f"clients>{name}" if to == "clients" else f"{name}>{to}", scene.town.links
        links.become(link, how, scene.chance.uniform(least, most))
        return lambda: links.become(link, "open")

    return strike


def _unplug(scene: Scene, name: str) -> Heal:
    scene.town.unplug(name, out=True)
    return lambda: scene.town.unplug(name, out=False)


# -- time -------------------------------------------------------------------------------------------------------------


def _set_back(scene: Scene, _: str) -> Heal:
    scene.time.holds.set()
    scene.town.clock.push(-timedelta(hours=3))
    return _set_right(scene, timedelta(hours=3))


def _forty_days(scene: Scene, _: str) -> Heal:
    scene.town.clock.push(timedelta(days=40))
    return _nothing


def _dst(scene: Scene, _: str) -> Heal:
    scene.time.holds.set()
    scene.town.clock.jump_to(next_change(scene.town.clock.now()) - BEFORE_DST)
    return _set_right(scene, 2 * BEFORE_DST)


def _set_right(scene: Scene, ahead: timedelta) -> Heal:
    def heal() -> None:
        scene.town.clock.push(ahead)
        scene.time.holds.clear()

    return heal


def next_change(now: datetime) -> datetime:
    """Return when the clocks of the house are next changed, more than half an hour from now."""
    at = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    before = at.astimezone(DST_ZONE).utcoffset()
    while (at + timedelta(hours=1)).astimezone(DST_ZONE).utcoffset() == before:
        at += timedelta(hours=1)
    return at + timedelta(hours=1)


_ANY: Final = ("worker", "console", "dispatcher")
_OUTSIDE: Final = ("bank", "mail_sink", "agent")
FAULTS: Final = (
    Fault("worker_killed", "a worker is killed while it holds a task", ("worker",), _kill_worker, (0.2, 2), 10),
    Fault("console_killed", "a console is killed", ("console",), _kill, (0.2, 2), 5),
    Fault("dispatcher_killed", "a dispatcher is killed", ("dispatcher",), _kill, (0.2, 2), 5),
    Fault("outside_killed", "bank, mail server or travel agent is killed", _OUTSIDE, _kill, (0.2, 2), 4),
    Fault("worker_still", "a worker stands still for longer than its lease", ("worker",), _freeze, (5, 7), 4),
    Fault("console_still", "a console stands still", ("console",), _freeze, (1, 3), 2),
    Fault("queue_killed", "Redis is killed and has forgotten everything", ("queue",), _kill_queue, (0.1, 2), 4),
    Fault("queue_flushed", "FLUSHALL", ("queue",), _flush, (0, 0.1), 6),
    Fault("queue_restored", "an old dump of Redis is restored", ("queue",), _restore_dump, (0.1, 0.5), 3),
    Fault("log_killed", "every process of PostgreSQL is killed", ("log",), _kill_log, (0.1, 1), 2),
    Fault("log_stopped", "PostgreSQL is stopped with -m immediate", ("log",), _stop_log, (0.1, 1), 2),
    Fault("backend_killed", "one process of PostgreSQL is killed", ("log",), _kill_backend, (0.5, 1), 2),
    Fault("backends_ended", "half of the connections are ended", ("log",), _end_backends, (0.1, 0.5), 4),
    Fault("connections_gone", "strangers take every connection that is left", ("log",), _crowd_out, (0.5, 2), 3),
    Fault("disk_full", "the disk of PostgreSQL is full", ("log",), _fill_disk, (0.5, 2), 2, "root"),
    Fault("fsync_fails", "an fsync of PostgreSQL fails", ("log",), _fail_fsync, (0.5, 1), 1, "strace"),
    Fault("cut_from_log", "a process cannot reach PostgreSQL", _ANY, _link("log", "cut"), (0.5, 4), 5),
    Fault("silent_log", "nothing comes through to PostgreSQL or back", _ANY, _link("log", "silent"), (1, 7), 4),
    Fault("cut_from_queue", "a process cannot reach Redis", _ANY, _link("queue", "cut"), (0.5, 4), 4),
    Fault("silent_queue", "nothing comes through to Redis or back", _ANY, _link("queue", "silent"), (1, 5), 3),
    Fault("slow_link", "PostgreSQL is far away", _ANY, _link("log", "slow", 0.01, 0.05), (1, 4), 4),
    Fault(
        "answer_cut", "a console's answer is broken off", ("console",), _link("clients", "short", 1, 900), (0.3, 1), 6
    ),
    Fault("log_answer_cut", "PostgreSQL's answer is broken off", _ANY, _link("log", "short", 1, 3000), (0.1, 0.5), 6),
    Fault("door_cut", "clients cannot reach a console", ("console",), _link("clients", "cut"), (0.3, 2), 3),
    Fault("unplugged", "a host's cable is out", _ANY, _unplug, (1, 7), 8, "hosts"),
    Fault("clock_back", "the clock is three hours behind", ("clock",), _set_back, (0.3, 1), 2),
    Fault("clock_ahead", "the clock leaps ahead by forty days", ("clock",), _forty_days, (0, 0.1), 1),
    Fault("office_restored", "an older copy takes the place of log and keys", (TOWN,), _restore_office, (0, 0), 1),
    Fault("clocks_changed", "summer time begins or ends", ("clock",), _dst, (0.5, 1), 1),
)
