"""Writes what the present code says of the recorded log: `python -m tests.recorded FOLDER`.

Every text is a file there, so that two versions of Wayhome can be compared with `diff -r`; their digests are
`expected.json`. That file is copied here only from the code that made a recording, never to make a test pass.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.recorded import telling
from tests.recorded.unpacking import KINDS, Unpacked, unpacked
from tests.servers.postgres import postgres_server

MADE_BY = "f96baae63a213593583acb134edef4b221cabd94"
_ACTORS = {"moscow": "staff:anna", "st-petersburg": "redcross:olga"}
_LATE = 8  # facts that are a case's last
_FEW = 2  # cases of the same history on the other database


def main(folder: Path) -> None:
    """Have both recordings told."""
    with postgres_server() as server:
        addresses = {"sqlite": None, "postgresql": server.fresh_database()}
        logs = {kind: unpacked(folder / "data" / kind, addresses[kind]) for kind in KINDS}
        columns, chosen = _columns(logs["sqlite"]), _chosen(logs["sqlite"])
        few = dict(list(chosen.items())[:_FEW])
        told = {
            "sqlite": _told(logs["sqlite"], columns, chosen, telling.OFFICE, folder / "sqlite"),
            "postgresql": _told(logs["postgresql"], columns, few, telling.LISTS, folder / "postgresql"),
        }
    expected = {"made_by": MADE_BY, "columns": columns, **told}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def _told(
    log: Unpacked, columns: Mapping[str, Any], chosen: Mapping[str, str], office: Iterable[str], folder: Path
) -> dict[str, Any]:
    verify, asked = telling.checked(log), _asked(log, chosen)
    parts = {
        "stored": telling.rows(log, columns),
        "told": telling.cases(log, asked),
        "office": telling.office(log, office),
    }
    parts["values"] = telling.values(parts["told"])
    telling.emptied(log)
    telling.checked(log, "--repair")
    parts["drawn"] = telling.rows(log, {name: columns[name] for name in telling.DRAWN})
    for part, texts in parts.items():
        _written(folder / part, texts)
    return {"verify": verify, "asked": asked} | {part: telling.digests(texts) for part, texts in parts.items()}


def _asked(log: Unpacked, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return what is asked of each case, and by whom; what may come next of one in each stage, which decides it."""
    with log.tables() as tables:
        stages = dict(tables.execute("SELECT case_id, stage FROM case_board").fetchall())
    first_in = {stages[case]: case for case in reversed(list(chosen))}
    shown = {f"case show {case}": actor for case, actor in chosen.items()}
    return shown | {f"next {case}": chosen[case] for case in chosen if case in first_in.values()}


def _columns(log: Unpacked) -> dict[str, list[str]]:
    """Return every table but that of the migrations, which says another thing after each."""
    with log.tables() as tables:
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version' ORDER BY name"
        found = [name for (name,) in tables.execute(names).fetchall()]
        return {name: [row[1] for row in tables.execute(f"PRAGMA table_info({name})")] for name in found}


def _chosen(log: Unpacked) -> dict[str, str]:
    """Return cases that have every stage and every kind of fact, also among their last, where nothing covers it up."""
    with log.tables() as tables:
        told: dict[str, set[str]] = {}
        facts = "SELECT substr(stream, 6) AS of, type FROM events WHERE stream LIKE 'case:%'"
        late = f"{facts} AND version > (SELECT version - {_LATE} FROM streams WHERE streams.stream = events.stream)"
        stages = "SELECT case_id, stage FROM case_board"
        for case, fact in tables.execute(f"{facts} UNION SELECT of, 'late ' || type FROM ({late}) UNION {stages}"):
            told.setdefault(case, set()).add(fact)
        programmes = dict(tables.execute("SELECT case_id, programme FROM case_board").fetchall())
    chosen: dict[str, str] = {}
    missing = set().union(*told.values())
    while missing:
        best = max(sorted(told), key=lambda case: len(told[case] & missing))
        chosen[best] = _ACTORS[programmes[best]]
        missing -= told[best]
    return chosen


def _written(folder: Path, texts: Mapping[str, str]) -> None:
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / f"{name.replace('/', '_')}.txt").write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
