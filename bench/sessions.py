"""People with a session: what a browser of theirs would send, and the cases they look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from bench.people import CHANCE, TEAMS, Centre
from console.web.context import WebContext
from events.ids import CaseId
from handlers.commanding.answers import Accepted
from tests.kit.officers import let_in

CASES_EACH: Final = 20  # fewer than would stop somebody for reading too many


class Somebody(NamedTuple):
    """A session: its cookie, its token, and the cases they open."""

    cookie: str
    token: str
    cases: list[str]


def somebody(
    house: WebContext, centre: Centre, cases: Sequence[CaseId], role: str, name: str, number: int = 0
) -> Somebody:
    """Let somebody have an account, unless they have one, and sign them in; each number starts at another case."""
    account = f"staff:{name}-{role}".replace("_", "-")
    if house.accounts.row(account) is None:
        place = {"programmes": ("moscow",), "team": f"team-{number % TEAMS}"}
        answer = let_in(centre.service, CHANCE.uuid, account, (role,), **place)
        assert answer is None or isinstance(answer, Accepted), answer
    row = house.accounts.row(account)
    assert row is not None
    token = house.sessions.start(account, row.epoch, strong=True)
    session = house.sessions.find(token)
    assert session is not None
    start = number * 7 % len(cases)
    theirs = [*cases[start:], *cases[:start]][:CASES_EACH]
    return Somebody(f"{house.site.cookie}={token}", session.csrf, [str(case) for case in theirs])
