"""The office every run begins with: a programme with some more beds, and everybody's account with both factors."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

import yaml

from bench.drive import large_programme
from console.accounts.passwords import CHEAP
from console.accounts.sign_in import AuthServices, open_auth_services
from console.container import Container
from console.simulation.demo_accounts import Part, admitted
from events.world import SystemClock
from tests.chaos.clock import ChaosClock
from tests.chaos.place import Place
from workflow.rights.acts import Role
from workflow.subjects.intake.handle_words import WORDS

PROGRAMME: Final = "moscow"
CROWDS: Final = 2  # processes of clients; each has people of its own, so that nobody signs in at two places at once
MANAGERS: Final = 5  # of each crowd
OTHERS: Final[tuple[Role, ...]] = ("supervisor", "medical", "finance_request", "finance_release", "data_protection")
PEOPLE: Final = 2000
PER_DAY: Final = 2  # beds and escorts are for so many who come a day: some wait


class Known(NamedTuple):
    """What somebody signs in with."""

    account: str
    password: str
    secret: str  # of the authenticator app
    token: str  # of a session that has begun; the next one begins with both factors


class Cast(NamedTuple):
    """The people of one crowd."""

    number: int

    @property
    def managers(self) -> list[str]:
        """Return the case managers, who open cases and lead them."""
        return [self._called(one) for one in range(MANAGERS)]

    def of(self, role: Role) -> str:
        """Return the one who has another role."""
        return self._called(MANAGERS + OTHERS.index(role))

    @property
    def parts(self) -> list[Part]:
        """Return all of them, each with their part."""
        houses = {"medical": ("moscow-centre",)}
        return [Part(account, "case_manager", "") for account in self.managers] + [
            Part(self.of(role), role, "", houses.get(role, ())) for role in OTHERS
        ]

    def _called(self, place: int) -> str:
        """Return a name of its own: no two accounts may be called alike."""
        return f"staff:{WORDS['en'].nouns[self.number * (MANAGERS + len(OTHERS)) + place][0]}"


def prepare(place: Place) -> None:
    """Found the office of a run; nothing else has touched its database yet."""
    office = Container(place.settings(), create=True, clock=ChaosClock(place.clock))
    try:
        office.publish(programme_text(), "staff:operator")
        known = _let_in(office)
        office.signing_key()
    finally:
        office.close()
    place.people.write_text(json.dumps(known))


def programme_text() -> str:
    """Return the programme: beds and escorts that fall short now and then, and money for everybody.

    Its first house stands where the clocks are changed twice a year, unlike in Moscow.
    """
    tree: dict[str, Any] = yaml.safe_load(large_programme(PEOPLE, PER_DAY))
    tree["facilities"][0]["time_zone"] = "Europe/Chisinau"
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)


def people_of(place: Place) -> dict[str, Known]:
    """Return what everybody signs in with."""
    return {one[0]: Known(*one) for one in json.loads(place.people.read_text())}


def sign_in_again(place: Place, office: Container) -> None:
    """Begin a session for everybody whose sessions have ended, as if they had just given both factors."""
    auth = open_auth_services(office.service, SystemClock(), office.chance, hashing=CHEAP)
    known = [one._replace(token=_signed_in(auth, one.account)) for one in people_of(place).values()]
    place.people.write_text(json.dumps(known))


def _let_in(office: Container) -> list[Known]:
    """Set up everybody's account; each has just signed in: in a run each code would take half a minute."""
    parts = [part for number in range(CROWDS) for part in Cast(number).parts]
    auth, clock = open_auth_services(office.service, SystemClock(), office.chance, hashing=CHEAP), SystemClock()
    keys = admitted(office, auth, clock, PROGRAMME, office.chance, *parts)
    return [Known(key.part.account, key.password, key.secret, _signed_in(auth, key.part.account)) for key in keys]


def _signed_in(auth: AuthServices, account: str) -> str:
    row = auth.accounts.row(account)
    assert row is not None, account
    return auth.sessions.start(account, row.epoch)
