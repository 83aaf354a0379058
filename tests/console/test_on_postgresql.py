"""Every page and every document says on PostgreSQL what it says on SQLite, to the byte; the other tests may use one."""

from __future__ import annotations

import asyncio
import re
from typing import Final

from tests.kit.offices import open_office
from tests.kit.web.asking import Asking
from tests.kit.web.houses import Person
from tests.kit.web.knocks import Way, knock_of, ways_into
from tests.kit.web.standings import LATE, Stage, Town
from workflow.rights.acts import Role

# Who is sent to ask, one after the other, until somebody is let in.
ASK: Final[tuple[tuple[Role, str], ...]] = (
    ("supervisor", "programme"), ("case_manager", "owner"), ("medical", "programme"), ("administrator", "programme"),
    ("auditor", "programme"), ("data_protection", "programme"), ("finance_release", "programme"),
    ("finance_approve", "programme"), ("finance_request", "programme"), ("hotline", "programme"),
    ("partner", "partner"), ("donor", "programme"), ("legal", "programme"),
)  # fmt: skip
_EVERY: Final = 12  # of the many commands; which one it is makes no other statement

# Drawn anew for each answer: the number of a command to be, of a factor, and what a passkey is to sign.
_DRAWN: Final = re.compile(
    rb'command_id" value="[^"]*"|totp-[0-9a-f]+|"challenge": "[^"]*"|<svg[^>]*class="qr".*(?=</main>)', re.DOTALL
)
Said = dict[str, tuple[int, bytes]]


def test_every_route_says_the_same_on_both_databases(prepared_sqlite_url: str, prepared_pg_url: str) -> None:
    small, large = _walked(prepared_sqlite_url), _walked(prepared_pg_url)
    assert small.keys() == large.keys()
    different = [f"{where}: {_apart(small[where], large[where])}" for where in small if small[where] != large[where]]
    assert not different, "\n".join(different)
    let_in = [where for where, (status, _) in large.items() if status == 200]
    assert len(let_in) > 60, len(let_in)


def _walked(url: str) -> Said:
    """Ask every way into a town, each by the first whom it lets in; return what was said."""
    with open_office(url) as office:
        town = Town(office)
        late = next(stage for stage in town.stages if stage.stage == LATE)
        people = [town.somebody(*who) for who in ASK]
        return asyncio.run(_asked(town, late, people))


async def _asked(town: Town, stage: Stage, people: list[Person]) -> Said:
    asking, said = Asking(town.house.app), Said()
    for way in _some(ways_into(town.house.app)):
        knock = knock_of(way, stage)
        for person in people:
            heard = await asking.ask(person, knock.method, knock.path)
            assert heard.status < 500, (knock, heard)
            said[f"{knock.method} {knock.path}"] = heard.status, _DRAWN.sub(b"", heard.plain)
            if heard.status != 404:
                break
    return said


def _some(ways: list[Way]) -> list[Way]:
    many = [way for way in ways if "{command}" in way.route]
    return [way for way in ways if way not in many or many.index(way) % _EVERY == 0]


def _apart(small: tuple[int, bytes], large: tuple[int, bytes]) -> str:
    """Return where two answers begin to differ."""
    if small[0] != large[0]:
        return f"{small[0]}, {large[0]}"
    at = next(at for at, (one, other) in enumerate(zip(small[1], large[1], strict=False)) if one != other)
    return f"{small[1][at - 60 : at + 20]!r}, {large[1][at - 60 : at + 20]!r}"
