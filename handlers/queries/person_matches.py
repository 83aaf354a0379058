"""Who fits what somebody typed of a person: the best first, with what fits, and only of cases they may see.

Whether a person they may not see is known here, nothing tells: the same question is asked of the database, with the
same number of hashes, and the same empty answer is given.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.engine import Row

from events.log import Log
from handlers.projections.case_access import may_act_on
from handlers.projections.person_search import search_key, token_of
from handlers.projections.tables import case_board, name_tokens
from workflow.rights.acts import Act
from workflow.rights.table import Account
from workflow.values.name_matching import NameKey, name_keys, one_letter_off, phones_meant

# What may fit, and how much it says.
FITS: Final[Mapping[str, int]] = {
    "phone": 12, "name": 8, "birth_date": 8, "day_exchanged": 6, "name_slip": 5, "name_sound": 3, "birth_year": 2,
}  # fmt: skip
_NAMES: Final = ("name", "name_slip", "name_sound")
_PARTS_ASKED: Final = 4  # of a name
_ASKED_FOR: Final = 6000  # every question names so many hashes, however much was typed
_MOST: Final = 50

_NOBODY, _BORN, _PHONE = -1, -2, -3  # parts that are no name

_Meant = tuple[int, str]  # which part of what was typed, and what fits if its hash is there


class PersonMatch(NamedTuple):
    """A case somebody may see that fits what they typed: its number, where it is, and what of it fits."""

    case_id: str
    programme: str
    stage: str
    since: str
    ended: bool
    equal: int  # how many parts of what was typed
    fits: tuple[str, ...]  # of FITS, what says most first


def search_people(
    log: Log,
    connection: Connection,
    account: Account,
    now: datetime,
    *,
    name: str = "",
    birth_date: date | int | None = None,
    phone: str = "",
    act: Act = "case.see",
) -> list[PersonMatch]:
    """Return the cases somebody may see that fit a name, a birth date (or its year) or a telephone number.

    The best come first. Two parts must fit when two were given (of the name, or one and the birth date), or the
    telephone number; a birth date alone is nobody's name.
    """
    asked = _asked(search_key(log.keys), name, birth_date, phone)
    parts = len({part for part, _ in asked.values()} - {_NOBODY, _PHONE})
    found: dict[str, dict[int, str]] = {}
    rows: dict[str, Row[tuple[str, str, str, str, bool, str, str]]] = {}
    for row in _rows(connection, account, now, act, list(asked)):
        part, fit = _meant(asked[row.token], row.kind)
        of_case, rows[row.case_id] = found.setdefault(row.case_id, {}), row
        of_case[part] = max(of_case.get(part, fit), fit, key=FITS.__getitem__)
    enough = {case_id: fits for case_id, fits in found.items() if _is_enough(fits, parts)}
    return sorted((_match(rows[case_id], fits) for case_id, fits in enough.items()), key=_rank)[:_MOST]


def _rank(match: PersonMatch) -> tuple[int, list[int], str]:
    newest_first = [-ord(letter) for letter in match.since]
    return -sum(FITS[fit] for fit in match.fits), newest_first, match.case_id


def _match(row: Row[tuple[str, str, str, str, bool, str, str]], fits: Mapping[int, str]) -> PersonMatch:
    said = tuple(sorted(fits.values(), key=lambda fit: (-FITS[fit], fit)))
    return PersonMatch(row.case_id, row.programme, row.stage, row.since, row.ended, len(said), said)


def _is_enough(fits: Mapping[int, str], parts: int) -> bool:
    said = list(fits.values())
    others = [fit for fit in said if fit != "phone"]
    return "phone" in said or (any(fit in _NAMES for fit in said) and len(others) >= max(1, min(2, parts)))


def _meant(meant: _Meant, kind: str) -> _Meant:
    """Return what fits, when the hash of what was typed stands under another kind: a name without its marks."""
    part, fit = meant
    return part, "name_slip" if fit == "name" and kind == "sound" else fit


def _rows(
    connection: Connection, account: Account, now: datetime, act: Act, tokens: list[str]
) -> list[Row[tuple[str, str, str, str, bool, str, str]]]:
    said, board = name_tokens.c, case_board.c
    query = (
        select(board.case_id, board.programme, board.stage, board.since, board.ended, said.token, said.kind)
        .join(name_tokens, said.case_id == board.case_id)
        .where(said.token.in_(tokens), may_act_on(account, act, now))
    )
    return list(connection.execute(query))


def _asked(key: bytes, name: str, birth_date: date | int | None, phone: str) -> dict[str, _Meant]:
    """Return the hashes to ask for, with what each means; as many as ever, filled up with nobody's."""
    asked: dict[str, _Meant] = {}
    said = (*_names_asked(name), *_days_asked(birth_date), *_phones_asked(phone))
    for kind, value, meant in sorted(said, key=lambda one: -FITS[one[2][1]]):
        asked.setdefault(token_of(key, kind, value), meant)
    spare = (token_of(key, "nobody", str(number)) for number in range(_ASKED_FOR))
    return asked | dict.fromkeys(islice(spare, max(0, _ASKED_FOR - len(asked))), (_NOBODY, "birth_year"))


def _names_asked(name: str) -> Iterator[tuple[str, str, _Meant]]:
    for part, key in enumerate(name_keys(name)[:_PARTS_ASKED]):
        yield "name", key.written, (part, "name")
        yield from (("name", spelled, (part, "name_slip")) for spelled in _slips(key))
        yield from (("sound", sound, (part, "name_sound")) for sound in key.sounds)


def _slips(key: NameKey) -> set[str]:
    unmarked = {key.unmarked, *one_letter_off(key.unmarked)} if key.unmarked else set()
    return {*one_letter_off(key.written), *unmarked} - {key.written}


def _days_asked(birth_date: date | int | None) -> Iterator[tuple[str, str, _Meant]]:
    """Yield a birth date, with day and month exchanged, and every day of its year, which may be all that is known."""
    if birth_date is None:
        return
    year = birth_date if isinstance(birth_date, int) else birth_date.year
    day = date(year, 1, 1)
    if isinstance(birth_date, date) and birth_date != day:  # whoever does not know their day is given 1 January
        yield "birth_date", birth_date.isoformat(), (_BORN, "birth_date")
        if birth_date.month != birth_date.day <= 12:
            yield "birth_date", date(year, birth_date.day, birth_date.month).isoformat(), (_BORN, "day_exchanged")
    while day.year == year:
        yield "birth_date", day.isoformat(), (_BORN, "birth_year")
        day += timedelta(days=1)


def _phones_asked(phone: str) -> Iterator[tuple[str, str, _Meant]]:
    yield from (("phone", number, (_PHONE, "phone")) for number in phones_meant(phone))


def found_by_handle(
    connection: Connection, case_ids: Sequence[str], others: Iterable[PersonMatch]
) -> list[PersonMatch]:
    """Return the cases a handle found as the search of names tells of them, without those it found as well."""
    known = {one.case_id for one in others}
    board = case_board.c
    columns = (board.case_id, board.programme, board.stage, board.since, board.ended)
    query = select(*columns).where(board.case_id.in_([one for one in case_ids if one not in known]))
    rows = {row.case_id: PersonMatch(*row, equal=0, fits=("handle",)) for row in connection.execute(query)}
    return [rows[one] for one in case_ids if one in rows]
