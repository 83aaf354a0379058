"""What both launchers share: an account to run under, a private directory, and no process left behind."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.servers.binaries import NoServer

START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 30.0
MEMORY = Path("/dev/shm")
MEMORY_BYTES_MIN = 4 << 30
POLL_SECONDS = 0.02

LAST_WILL = """
read -r _
pid=$(cat "$1/pid" 2>/dev/null) && kill -INT "$pid"
for _ in 1 2 3 4 5 6 7 8 9 10; do
    test -n "$pid" && kill -0 "$pid" && sleep 0.2
done
rm -rf "$1"
"""


class NotOurs(RuntimeError):
    """The server was lent to us by an environment variable: it may be used, never stopped."""


@dataclass(frozen=True)
class Account:
    """The account a server runs under; PostgreSQL refuses to be root."""

    user: int | None = None
    group: int | None = None

    @classmethod
    def unprivileged(cls) -> "Account":
        """Returns ourselves, or an account that is already there when we are root. None is made."""
        if os.geteuid() != 0:
            return cls()
        for name in ("postgres", "nobody"):
            with suppress(KeyError):
                entry = pwd.getpwnam(name)
                return cls(entry.pw_uid, entry.pw_gid)
        raise NoServer("root has no account 'postgres' or 'nobody' to run PostgreSQL under")

    def own(self, path: Path) -> None:
        """Gives a file or a whole directory that we made to this account."""
        if self.user is None or self.group is None:
            return
        os.chown(path, self.user, self.group)
        for parent, directories, files in os.walk(path):
            for name in (*directories, *files):
                os.chown(Path(parent) / name, self.user, self.group, follow_symlinks=False)

    def run(self, command: list[str | Path]) -> "subprocess.CompletedProcess[str]":
        """Runs a short command to its end as this account, from `/`, which every account can enter."""
        return subprocess.run(
            command,
            user=self.user,
            group=self.group,
            extra_groups=None if self.user is None else [],
            cwd="/",
            env=server_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_SECONDS_MAX,
            check=False,
        )

    def can_run(self, program: Path) -> bool:
        """Tells whether this account may execute a program and load its libraries."""
        try:
            return self.run([program, "--version"]).returncode == 0
        except OSError:
            return False

    def spawn(self, command: list[str | Path], log: Path) -> "subprocess.Popen[bytes]":
        """Starts a server in a session of its own, so that Ctrl-C reaches the tests and not the server."""
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                user=self.user,
                group=self.group,
                extra_groups=None if self.user is None else [],
                cwd="/",
                env=server_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )


def server_environment() -> dict[str, str]:
    """Returns a small environment: none of the tests' own secrets or PG* settings reach a server."""
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def place_for_throwaways() -> Path | None:
    """Returns a folder in memory if this machine has one with room, else None: where nothing need outlive a power cut.

    On a disk, making and dropping a PostgreSQL database costs ten times as much CPU, and SQLite waits at each commit.
    """
    if not os.access(MEMORY, os.W_OK):
        return None
    folder = os.statvfs(MEMORY)
    is_usable = folder.f_bavail * folder.f_frsize >= MEMORY_BYTES_MIN and not folder.f_flag & os.ST_NOEXEC
    return MEMORY if is_usable else None


@contextmanager
def private_directory(prefix: str, account: Account, within: Path | None = None) -> Iterator[Path]:
    """Gives a short 0700 directory, and takes it and its server away even if we are killed.

    A server records its process in `pid` in this directory. A shell waits on a pipe that only we hold open:
    should we vanish, it ends that process and removes the directory. Short, because a socket's path may have
    no more than 104 bytes.
    """
    directory = Path(tempfile.mkdtemp(prefix=prefix, dir=within or ("/tmp" if os.access("/tmp", os.W_OK) else None)))
    account.own(directory)
    heir = subprocess.Popen(
        ["/bin/sh", "-c", LAST_WILL, "sh", directory],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        heir.communicate()


class ServerProcess:
    """One server process that can be started, stopped and killed, again and again."""

    def __init__(self, directory: Path, account: Account, command: list[str | Path]) -> None:
        self._directory = directory
        self._account = account
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The running server's process id."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def start(self, answers: Callable[[], bool]) -> None:
        """Starts the server and returns once it answers; does nothing if it runs."""
        if self._process is not None:
            return
        log = self._directory / "log"
        self._process = self._account.spawn(self._command, log)
        (self._directory / "pid").write_text(str(self.pid))
        deadline = time.monotonic() + START_SECONDS_MAX
        while not answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self._command[0]} did not start:\n{log.read_text()[-2000:]}")
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(POLL_SECONDS)  # nothing says that it answers now; that it ended is heard at once

    def stop(self) -> None:
        """Asks the server to end in good order and waits; does nothing if it is down."""
        if self._process is None:
            return
        with suppress(psutil.NoSuchProcess):
            psutil.Process(self.pid).send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
        self._forget()

    def kill(self) -> None:
        """Ends the server and all its children as a power cut would, and returns when they are gone."""
        if self._process is None:
            return
        family = _family(self.pid)
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait(STOP_SECONDS_MAX)
        psutil.wait_procs(family, timeout=STOP_SECONDS_MAX)  # a child that lingers holds the memory the next one wants
        self._forget()

    def _forget(self) -> None:
        self._process = None
        (self._directory / "pid").unlink(missing_ok=True)


def _family(pid: int) -> list[psutil.Process]:
    """Lists a server and its children; it is held still first, lest it start another meanwhile."""
    try:
        parent = psutil.Process(pid)
        parent.suspend()
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
