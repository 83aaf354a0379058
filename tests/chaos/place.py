"""Where a run takes place: its folders, its servers, its doors, and who is called by which name."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from console.settings import Settings

CONSOLES = 2
DISPATCHERS = 2
WORKERS = 4


@dataclass(frozen=True)
class Place:
    """What every process of a run is told when it begins; it can be sent to a process of its own."""

    seed: int
    folder: Path  # of the run alone; ledgers of the outside and the history of the clients lie here
    clock: Path  # of everybody: `ChaosClock(place.clock)`
    database: str  # the log, reached directly, past every link that may be cut: to prepare and to judge
    redis: str  # likewise
    consoles: tuple[str, ...]  # as clients reach them: http://localhost:PORT, over links that may be cut
    outside: str  # the address at which mail sink and travel agent listen
    mail_port: int
    agent_port: int

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the place of a run that has begun in a folder."""
        told = json.loads((folder / "place.json").read_text())
        paths = {"folder": folder, "clock": Path(told["clock"]), "consoles": tuple(told["consoles"])}
        return cls(**(told | paths))

    def write(self) -> None:
        """Say in the folder what every process is told."""
        (self.folder / "place.json").write_text(json.dumps(asdict(self), default=str))

    @property
    def calm(self) -> Path:
        """Return the file that is there once everything was healed: the clients bring to an end what is open."""
        return self.folder / "calm"

    @property
    def closed(self) -> Path:
        """Return the file that is there while the office is put back from a copy: nobody looks at its log."""
        return self.folder / "closed"

    def away(self, number: int) -> Path:
        """Return the file that is there when a process of clients has let go of the log."""
        return self.folder / f"away-{number}"

    @property
    def people(self) -> Path:
        """Return the file with who may sign in, and with what."""
        return self.folder / "people.json"

    @property
    def progress(self) -> Path:
        """Return the file in which the clients say how far they are."""
        return self.folder / "progress.json"

    @property
    def data(self) -> Path:
        """Return the office's data folder: keys, files for the bank, attached files."""
        return self.folder / "data"

    @property
    def ledgers(self) -> Path:
        """Return where the outside world keeps its books."""
        return self.folder / "ledgers"

    @property
    def histories(self) -> Path:
        """Return where each process of clients writes what it asked and heard."""
        return self.folder / "histories"

    @property
    def smtp_url(self) -> str:
        """Return the mail sink as the settings name it."""
        return f"smtp://{self.outside}:{self.mail_port}?starttls=0"

    def settings(self, database: str = "", redis: str = "") -> Settings:
        """Return the office's settings, over the links of one process where they are given."""
        return Settings(
            data=self.data, database_url=database or self.database, redis_url=redis or self.redis,
            smtp_url=self.smtp_url, allow_owner="yes", cases_per_proof="100000", cases_per_hour="100000",
        )  # fmt: skip

    # -- until when the clients wait: time is pushed ahead by one process, and must not pass a departure --------------

    def waits(self, number: int, until: datetime, *, busy: bool) -> None:
        """Note until when time may be pushed ahead for a process of clients, and whether it has something in hand."""
        draft = self.folder / f"waits-{number}.part"
        draft.write_text(f"{until.isoformat()} {'busy' if busy else 'idle'}")
        draft.replace(self.folder / f"waits-{number}")

    def next_moment(self, now: datetime) -> tuple[datetime, bool]:
        """Return the earliest instant that some client waits for, a day ahead at the most, and whether one is busy."""
        told = [path.read_text().split() for path in self.folder.glob("waits-?")]
        whens = [datetime.fromisoformat(when) for when, _ in told]
        busy = any(word == "busy" for _, word in told) or not told
        return min([now + timedelta(days=1), *(when for when in whens if when > now)]), busy
