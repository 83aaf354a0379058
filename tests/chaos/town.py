"""The whole office of a run: servers, links, outside world, consoles, dispatchers and workers."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx2
from sqlalchemy import make_url

from tests.chaos import cast
from tests.chaos.clock import ChaosClock
from tests.chaos.links import How, Order, Way, serve_links
from tests.chaos.place import CONSOLES, DISPATCHERS, WORKERS, Place
from tests.chaos.players import PRELOADED, SERVER, Player, forked, program
from tests.chaos.servers import LogServer, Queue, log_server, queue
from tests.kit.web.served import free_port
from tests.servers.namespaces import Wire

LOOPBACK: Final = "127.0.0.1"
UP_S: Final = 60.0
OUTSIDE: Final = ("mail_sink", "bank", "agent")
INSIDE: Final = ("console", "dispatcher", "worker")


class Links:
    """The links, as whoever plays tricks with them reaches them."""

    def __init__(self, orders: Connection) -> None:
        self._orders = orders
        self.ports: dict[str, int] = orders.recv()

    def become(self, name: str, how: How, value: float = 0.0) -> None:
        """Have a link take another state, and return when it has."""
        self._orders.send(Order(name, how, value))
        self._orders.recv()

    def close(self) -> None:
        """End the process that serves them."""
        self._orders.close()


@dataclass
class Town:
    """Everything that runs, by name; hosts only where each has one of its own."""

    place: Place
    clock: ChaosClock
    log: LogServer
    queue: Queue
    links: Links
    hosts: dict[str, str] = field(default_factory=dict)
    players: dict[str, Player] = field(default_factory=dict)

    def named(self, *kinds: str) -> list[str]:
        """Return the names of players of these kinds."""
        return [name for name in self.players if name.rstrip("-0123456789") in kinds]

    def crews(self) -> dict[str, str]:
        """Return by the name of a worker under which name its process claims tasks."""
        return {name: cast.crew_of(self.place, name) for name in self.named("worker")}

    def unplug(self, name: str, *, out: bool) -> None:
        """Take a host's cable out, or put it in again."""
        host = self.hosts[name]
        told = subprocess.run(["ip", "-n", host, "-o", "link"], capture_output=True, text=True, check=True).stdout
        wire = next(line.split(":")[1].partition("@")[0].strip() for line in told.splitlines() if " wf" in line)
        subprocess.run(["ip", "-n", host, "link", "set", wire, "down" if out else "up"], check=True)

    def start(self) -> None:
        """Start everybody, and return when the consoles answer."""
        for player in self.players.values():
            player.start()
        for number in range(CONSOLES):
            self._wait_for(self.place.consoles[number])

    def stop(self) -> None:
        """Let everybody finish and end."""
        for player in self.players.values():
            player.stop()

    def _wait_for(self, console: str) -> None:
        until = time.monotonic() + UP_S
        while time.monotonic() < until:
            with suppress(httpx2.HTTPError):
                if httpx2.get(f"{console}/healthz", timeout=5).text == "ok\n":
                    return
            time.sleep(0.1)
        raise AssertionError(f"{console} does not answer; see said-console-*.txt")


@contextmanager
def town(folder: Path, seed: int, *, root: bool, hosts: bool) -> Iterator[Town]:
    """Lend a town in which the servers and links run and nobody else yet. Raises NoServer."""
    with ExitStack() as stack:
        log = stack.enter_context(log_server(folder, own_disk=root))
        redis = stack.enter_context(queue())
        wire = stack.enter_context(Wire(folder)) if hosts else None
        names = [f"{kind}-{n}" for kind, many in _MANY for n in range(many)]
        on = {name: wire.host(name).name for name in names} if wire else {}
        places = {name: (_address(on[name]) if wire else LOOPBACK, free_port()) for name in _consoles()}
        ways = _ways(
            names, places, log.socket, Path(urlsplit(redis.server.url).path), wire.address if wire else LOOPBACK
        )
        links = stack.enter_context(links_on(ways))
        place = _place(folder, seed, log, redis, links, wire.address if wire else LOOPBACK)
        made = Town(place, ChaosClock(place.clock), log, redis, links, on)
        made.players = _players(made, names, places)
        stack.callback(made.stop)
        yield made


_MANY: Final = (("console", CONSOLES), ("dispatcher", DISPATCHERS), ("worker", WORKERS))
_ROLE: Final = {"console": cast.console, "dispatcher": cast.dispatcher, "worker": cast.worker}


def _consoles() -> list[str]:
    return [f"console-{n}" for n in range(CONSOLES)]


def _ways(names: Sequence[str], doors: dict[str, tuple[str, int]], log: Path, redis: Path, at: str) -> list[Way]:
    """Return the links: of each process to log and queue, and of clients to each console."""
    inside = [Way(f"{name}>{to}", at, path) for name in names for to, path in (("log", log), ("queue", redis))]
    return inside + [Way(f"clients>{name}", LOOPBACK, door) for name, door in doors.items()]


@contextmanager
def links_on(ways: list[Way]) -> Iterator[Links]:
    """Lend links that a process of their own serves."""
    SERVER.set_forkserver_preload(list(PRELOADED))
    ours, theirs = SERVER.Pipe()
    process = SERVER.Process(target=serve_links, args=(ways, theirs), daemon=True)
    process.start()
    theirs.close()
    links = Links(ours)
    try:
        yield links
    finally:
        links.close()
        process.join(10)
        process.kill()


def _place(folder: Path, seed: int, log: LogServer, redis: Queue, links: Links, outside: str) -> Place:
    doors = tuple(f"http://localhost:{links.ports[f'clients>{name}']}" for name in _consoles())
    place = Place(seed, folder, folder / "clock", log.url, redis.server.url, doors, outside, free_port(), free_port())
    for path in (place.ledgers, place.histories):
        path.mkdir()
    place.write()
    return place


def _players(town: Town, names: Sequence[str], doors: dict[str, tuple[str, int]]) -> dict[str, Player]:
    players = [_outside(town.place, module) for module in OUTSIDE]
    for name in names:
        role = _ROLE[name.partition("-")[0]]
        players.append(Player(name, forked(role, town.place, _part(town, name, doors))))
    return {player.name: player for player in players}


def _outside(place: Place, module: str) -> Player:
    said = place.folder / f"said-{module}.txt"
    return Player(module, program(f"tests.chaos.{module}", [str(place.folder)], said))


def _part(town: Town, name: str, doors: dict[str, tuple[str, int]]) -> cast.Part:
    at, ports = town.place.outside, town.links.ports
    database = make_url(town.place.database).database
    log = f"postgresql+psycopg://postgres@{at}:{ports[f'{name}>log']}/{database}"
    part = cast.Part(name, log, f"redis://{at}:{ports[f'{name}>queue']}/0", town.hosts.get(name, ""))
    if name not in doors:
        return part
    address, port = doors[name]
    return part._replace(address=address, port=port, origin=f"http://localhost:{ports[f'clients>{name}']}")


def _address(host: str) -> str:
    told = subprocess.run(["ip", "-n", host, "-4", "-o", "addr"], capture_output=True, text=True, check=True).stdout
    return next(word.partition("/")[0] for line in told.splitlines() if " wf" in line for word in line.split()[3:4])
