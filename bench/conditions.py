"""The conditions of a run: without them a figure means nothing, and two runs cannot be set side by side."""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

BLOCK = b"\x5a" * 8192


def conditions(connection: psycopg.Connection[Any] | None = None) -> dict[str, Any]:
    """Return cores, versions, load, and what an fsync and a fixed loop take here and now."""
    found: dict[str, Any] = {"cores": os.cpu_count(), "Python": platform.python_version()}
    if connection is not None:
        found["PostgreSQL"] = str(_setting(connection, "server_version")).split()[0]
        found["PostgreSQL fsync"] = _setting(connection, "fsync")
    wait = fsync_ms(_data_folder(connection))
    return found | {"fsync ms": round(wait, 3), "CPU loop ms": round(cpu_ms(), 1), "load": load()}


def print_conditions(found: dict[str, Any]) -> None:
    """Print them in one line."""
    print("conditions: " + ", ".join(f"{name} {value}" for name, value in found.items()))


def fsync_ms(folder: Path, times: int = 60) -> float:
    """Return the median of overwriting 8 KiB durably in a folder, in milliseconds."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(BLOCK * 16)
        os.fsync(file.fileno())
        return statistics.median(_overwrite(file.fileno(), number % 16) for number in range(times))


def cpu_ms() -> float:
    """Return what a fixed loop takes: more than last time means that neighbours were busy."""
    start = time.perf_counter()
    sum(number & 7 for number in range(1_000_000))
    return (time.perf_counter() - start) * 1000


def load() -> float:
    """Return how many processes wanted a core during the last minute."""
    return round(os.getloadavg()[0], 2)


def _overwrite(file: int, block: int) -> float:
    start = time.perf_counter()
    os.pwrite(file, BLOCK, block * len(BLOCK))
    os.fsync(file)
    return (time.perf_counter() - start) * 1000


def _setting(connection: psycopg.Connection[Any], name: str) -> Any:
    row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    assert row is not None
    return row[0]


def _data_folder(connection: psycopg.Connection[Any] | None) -> Path:
    """Return the server's own folder if it is here and we may write there, else where temporary files go."""
    with suppress(psycopg.Error):
        folder = Path(str(_setting(connection, "data_directory"))) if connection else Path()
        if connection and os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.gettempdir())
