"""Finding a person again without a list of names: keyed hashes of folded names are compared, never the names.

Of a part of a name there is a hash of how it is written, and a few of how it may sound. Slips of a letter are thought
of by whoever asks (``handlers/queries/person_matches.py``), so that nothing more of anybody has to be stored for them.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import Connection, delete, select

from events.batch import InsertRows
from events.facts.corrections import IdentityCorrected
from events.facts.intake import CaseOpened
from events.keys import Keys
from events.writing import Writing
from handlers.projections.tables import name_tokens, to_compare
from workflow.values.name_matching import folded_phone, name_keys

Row = dict[str, Any]
SaysWho = CaseOpened | IdentityCorrected  # facts that say by what somebody may be found
_TOKENS = InsertRows(name_tokens, replace=True)
_TO_COMPARE = InsertRows(to_compare, replace=True)
_BIRTH_YEARS: Final = range(1900, 2101)


def search_key(keys: Keys) -> bytes:
    """Return the key of the hashes; it is made from the key file: without that file nobody can guess names."""
    return hmac.new(keys.secret("command-digest"), b"wayhome/search", hashlib.sha256).digest()


def token_rows(key: bytes, case_id: str, said: SaysWho) -> list[Row]:
    """Return the hashes of a name, birth date and telephone that a fact says, each once."""
    found = _tokens(key, _text(said.name), _text(said.birth_date), _text(said.phone))
    kinds = {token: kind for kind, token in found}
    return [{"token": token, "case_id": case_id, "kind": kind} for token, kind in kinds.items()]


def kinds_forgotten(said: SaysWho) -> tuple[str, ...]:
    """Return the kinds of hashes by which the person is found no more once this was said.

    A misspelt name goes on finding them: it stands on papers and in others' letters. A wrong number or birth date is
    somebody else's, and so may a name be: whoever corrects it says so.
    """
    if not isinstance(said, IdentityCorrected):
        return ()
    kinds = tuple(kind for kind in ("birth_date", "phone") if kind in said.fields)
    return (*kinds, "name", "sound") if said.forgotten else kinds


def store_tokens(writing: Writing, keys: Keys, case_id: str, said: SaysWho) -> None:
    """Write the hashes of what a fact says of somebody, and that they are still to be compared with the others."""
    rows, over = token_rows(search_key(keys), case_id, said), kinds_forgotten(said)
    if over:
        here = (name_tokens.c.case_id == case_id, name_tokens.c.kind.in_(over))
        writing.connection.execute(delete(name_tokens).where(*here))
        writing.drop(_TOKENS, lambda row: row["case_id"] == case_id and row["kind"] in over)
    for row in rows:
        writing.write(_TOKENS, row)
    if rows:
        writing.write(_TO_COMPARE, {"case_id": case_id, "since": writing.now})


def follow_tokens(held: dict[Any, Row], case_id: str, said: SaysWho, rows: Iterable[Row]) -> None:
    """Bring hashes, by their keys in the table, up to one more fact about somebody."""
    if over := kinds_forgotten(said):
        gone = [key for key, row in held.items() if row["case_id"] == case_id and row["kind"] in over]
        for key in gone:
            del held[key]
    held.update({(row["token"], row["case_id"]): row for row in rows})


def is_drawn_by_older_rules(connection: Connection) -> bool:
    """Tell whether the hashes are of an older Wayhome, which knew how a name is written and not how it sounds."""
    kind = name_tokens.c.kind
    there = [connection.execute(select(kind).where(kind == one).limit(1)).first() for one in ("name", "sound")]
    return there[0] is not None and there[1] is None


def name_hashes(keys: Keys, parts: Iterable[str]) -> list[str]:
    """Return the hashes of folded parts of a name, to ask whether somebody is called so."""
    key = search_key(keys)
    return [token_of(key, "name", part) for part in parts]


def unknown_days(key: bytes) -> frozenset[str]:
    """Return the hashes of every 1 January: the birthday of whoever does not know theirs."""
    return frozenset(token_of(key, "birth_date", f"{year}-01-01") for year in _BIRTH_YEARS)


def forget_tokens(connection: Connection, case_id: str) -> None:
    """Delete everything by which the person of a case could be found."""
    connection.execute(delete(name_tokens).where(name_tokens.c.case_id == case_id))
    connection.execute(delete(to_compare).where(to_compare.c.case_id == case_id))


def _tokens(key: bytes, name: str, birth_date: str, phone: str) -> Iterator[tuple[str, str]]:
    """Yield the kind and the hash of everything a person can be found by; of one hash, the kind that says most."""
    for part in name_keys(name):
        yield from (("sound", token_of(key, "sound", sound)) for sound in part.sounds)
        yield from [("sound", token_of(key, "name", part.unmarked))] if part.unmarked else []
    for part in name_keys(name):
        yield "name", token_of(key, "name", part.written)
    for kind, value in (("birth_date", birth_date), ("phone", folded_phone(phone))):
        yield from [(kind, token_of(key, kind, value))] if value else []


def token_of(key: bytes, kind: str, value: str) -> str:
    """Return the keyed hash of something a person can be found by."""
    return hmac.digest(key, f"{kind}|{value}".encode(), "sha256").hex()[:32]


def _text(value: object) -> str:
    """Return a sealed field's text; one that is closed or was never given has none."""
    return value if isinstance(value, str) else ""
