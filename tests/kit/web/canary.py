"""A name that was invented for one test: wherever it turns up afterwards in the clear, something leaks."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from httpx2 import Response
from sqlalchemy import MetaData, make_url, select

from tests.kit.offices import Office

NAME: Final = "Зинаида Канарейкина"
LATIN: Final = "Zinaida-Kanareikina"
PHONE: Final = "+74957000042"
STORY: Final = "канарейка жила у тёти Капитолины"
_TOLD: Final = re.compile("канарей|kanarei|капитолин|%D0%9A%D0%B0%D0%BD%D0%B0%D1%80|4957000042", re.IGNORECASE)


def is_in(text: str) -> bool:
    """Tell whether anything of the canary stands in a text, also as addresses spell it."""
    return _TOLD.search(text) is not None


def addresses(answer: Response) -> str:
    """Return every address an answer leads to: where it sends the browser, and the links and forms of its page."""
    links = re.findall(r'(?:href|action|src|data-live)="([^"]*)"', answer.text)
    return "\n".join([answer.headers.get("location", ""), *links])


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Yield what any part of the program writes to a log meanwhile, down to the smallest whisper."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith(("httpx", "httpcore", "asyncio")):  # the test's own browser
                lines.append(f"{self.format(record)} {record.__dict__}")

    root, ear = logging.getLogger(), Ear()
    before = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(ear)
        root.setLevel(before)


def kept_in_the_clear(office: Office) -> list[str]:
    """Return the tables whose rows tell of the canary; and the database's own file, where it is one."""
    tables = MetaData()
    with office.database.reading() as connection:
        tables.reflect(connection)
        found = [name for name, table in tables.tables.items() if any(map(_tells, connection.execute(select(table))))]
    file = make_url(office.database.url).database or ""
    if file.startswith("/"):
        found += [path.name for path in Path(file).parent.glob(f"{Path(file).name}*") if is_in(_text(path))]
    return found


def _tells(row: Any) -> bool:
    return any(is_in(value.decode("utf-8", "ignore") if isinstance(value, bytes) else str(value)) for value in row)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "ignore")
