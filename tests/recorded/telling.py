"""What is said of a recorded log, by the command line and by plain SQL; no class, module or field of Wayhome is named.

Everything is a text, so that it can be hashed, and laid beside what another version says.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tests.recorded.unpacking import Unpacked

Texts = dict[str, str]
# Each at an instant of its own, where one can be given: what is asked of today has changed by tomorrow.
LISTS: Final = (
    "case list --limit 1000 --as staff:anna",
    "case list --limit 1000 --as redcross:olga",
    "waiting --limit 1000 --as staff:anna",
    "tasks list --limit 10000",
    "timers list --limit 10000",
    "beds --at 2013-05-06T10:00+00:00",
    "account list",
)
OFFICE: Final = (
    *LISTS,
    "waiting --limit 1000 --as redcross:olga",
    "beds --at 2007-03-09T12:00+03:00",
    "ledger moscow",
    "ledger moscow --balance",
    "report funders moscow",
    "report corridors --k 2",
    "report arrivals moscow",
    "report consultations --year 2007",
    "hotline status --zones --at 2007-03-05T12:00+0300",
    "hotline list",
    "hotline codes",
    "courses",
    "escorts",
    "closing show facility:moscow-centre --as staff:anna",
    "closing show programme:st-petersburg --as redcross:olga",
    "replay --position 1500",
)
# Tables that are drawn anew from the log; before others to which they point.
DRAWN: Final = ("beds_in_use", "beds", "work_items", "case_relations", "name_tokens", "case_board", "accounts")
# Rows that a later Wayhome draws or writes when it opens the recording.
LATER: Final = {
    "name_tokens": "kind = 'sound'",  # how names sound, from 0034 on
    "looks": "at >= '2026' AND account LIKE 'system:%'",  # that names were opened to draw those
}
_FIELD: Final = re.compile(r"[a-z][a-z_]*")
_OF_TODAY: Final = re.compile(r"20[2-9]\d-\d\d-\d\d")  # nothing in the recording is of these years


def canonical(value: object) -> str:
    """Return JSON that is the same for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)


def digests(texts: Mapping[str, str]) -> Texts:
    """Return the SHA-256 of each text."""
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}


def checked(log: Unpacked, *words: str) -> list[str]:
    """Return what `verify --rules` says, which must have found nothing wrong."""
    return log.wayhome.done("verify", "--rules", *words).splitlines()


def office(log: Unpacked, verbs: Iterable[str]) -> Texts:
    """Return what is said of everybody together."""
    return {verb: canonical(log.wayhome.json(*verb.split())) for verb in verbs}


def cases(log: Unpacked, asked: Mapping[str, str]) -> Texts:
    """Return what users and scripts are told of cases: what one is, what may come next; each asked by somebody."""
    told = {words: canonical(log.wayhome.json(*words.split(), "--as", actor)) for words, actor in asked.items()}
    return {words: _OF_TODAY.sub("today", text) for words, text in told.items()}


def values(shown: Mapping[str, str]) -> Texts:
    """Return of each `case show` every value and every key that is data, in one order, without any name of a field."""
    return {verb: canonical(sorted(_said(json.loads(text)))) for verb, text in shown.items() if "show" in verb}


def _said(value: Any) -> Iterable[str]:
    """Go through all that is not empty: a field added later, with nothing in it for an old log, says nothing."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from () if _FIELD.fullmatch(key) else (key,)
            yield from _said(one)
    elif isinstance(value, list):
        for one in value:
            yield from _said(one)
    elif value:
        yield json.dumps(value)


def rows(log: Unpacked, columns: Mapping[str, Iterable[str]]) -> Texts:
    """Return the rows of these tables; a column that came later is not looked at, nor a row of what came later."""
    with log.tables() as tables:
        return {
            name: "\n".join(sorted(_as_line(row) for row in tables.execute(_select(name, found))))
            for name, found in columns.items()
        }


def _select(name: str, columns: Iterable[str]) -> str:
    later = LATER.get(name, "")
    return f"SELECT {', '.join(columns)} FROM {name}" + (f" WHERE NOT ({later})" if later else "")


def emptied(log: Unpacked) -> None:
    """Throw away what can be drawn anew, as a damaged disk would."""
    with log.tables() as tables:
        for name in DRAWN:
            tables.execute(f"DELETE FROM {name}")


def _as_line(row: Iterable[Any]) -> str:
    plain = [int(one) if isinstance(one, bool) else one.hex() if isinstance(one, bytes) else one for one in row]
    return json.dumps(plain, ensure_ascii=False)
