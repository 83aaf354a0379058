"""Fifty people at their screens, in a process of their own: each asks for a page, reads the answer, asks again."""

from __future__ import annotations

import http.client
import json
import random
import sys
import threading
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

READS: Final = 0.9
NO_ANSWER: Final = 0  # in half a minute, or the line was cut
_FORM: Final = "application/x-www-form-urlencoded"


def main() -> None:
    """Read from standard input whom to be and what to ask; write what came of it to standard output."""
    plan = json.load(sys.stdin)
    print(json.dumps(busy(plan["port"], plan["sessions"], plan["pages"], plan["seconds"])))


def busy(port: int, sessions: list[dict[str, Any]], pages: list[str], seconds: float) -> dict[str, Any]:
    """Return how long every answer took, and what kinds of answers there were."""
    found: list[tuple[float, int, bool]] = []
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=_visit, args=(port, one, pages, until, found, number))
        for number, one in enumerate(sessions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses: dict[str, int] = {}
    for _, status, _ in found:
        statuses[str(status)] = statuses.get(str(status), 0) + 1
    return {
        "reads": [took for took, _, wrote in found if not wrote],
        "writes": [took for took, _, wrote in found if wrote],
        "statuses": statuses,
        "seconds": seconds,
    }


def _visit(port: int, session: dict[str, Any], pages: list[str], until: float, found: list[Any], seed: int) -> None:
    chance, line = random.Random(seed), http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Host": f"localhost:{port}", "Cookie": session["cookie"], "Accept": "text/html"}
    while time.perf_counter() < until:
        writes = bool(session["cases"]) and chance.random() >= READS
        case = chance.choice(session["cases"]) if session["cases"] else ""
        asked = _command(session, case, chance) if writes else _Asked("GET", chance.choice(pages).format(case=case))
        began = time.perf_counter()
        status = _answered(line, asked._replace(headers={**headers, **asked.headers}))
        found.append((time.perf_counter() - began, status, writes))


class _Asked(NamedTuple):
    method: str
    path: str
    body: str | None = None
    headers: Mapping[str, str] = MappingProxyType({})


def _command(session: dict[str, Any], case: str, chance: random.Random) -> _Asked:
    fields = {"_token": session["token"], "command_id": _uuid(chance), "note": "She slept well and ate."}
    return _Asked("POST", f"/cases/{case}/do/AddNote", urlencode(fields), {"Content-Type": _FORM})


def _answered(line: http.client.HTTPConnection, asked: _Asked) -> int:
    """Return the status of an answer; where none comes that is told, and the next question takes a new line."""
    try:
        line.request(*asked)
        answer = line.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        line.close()
        return NO_ANSWER
    return answer.status


def _uuid(chance: random.Random) -> str:
    from uuid import UUID

    return str(UUID(int=chance.getrandbits(128), version=4))


if __name__ == "__main__":
    main()
