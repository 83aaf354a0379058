"""An office with a door: people with accounts, a clock moved by hand, and hashing that costs next to nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from console.accounts.passwords import CHEAP
from console.accounts.sessions import Session
from console.accounts.sign_in import AuthServices, HalfWay, SignedIn, open_auth_services
from console.accounts.throttle import Source
from handlers.commanding.answers import Accepted
from handlers.projections.accounts import AccountRow
from tests.kit.authenticators import SoftwareApp
from tests.kit.officers import ZOYA, decided_by_two, let_in, second_of
from tests.kit.offices import KINDS, Office
from workflow.command import ConfirmOfficeDecision
from workflow.subjects.accounts.commands import AccountCommand, ResetCredentials

ROOT, ANNA, OLGA = "staff:root", "staff:anna", "staff:olga"
OWN = "a quiet river in march"
HERE, ELSEWHERE = Source("192.0.2.7"), Source("198.51.100.9")
Anna = tuple[str, SoftwareApp]


class Door:
    """What happens at the door, in a word each."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.desk: AuthServices = open_auth_services(office.service, office.clock, office.chance, hashing=CHEAP)

    def opened(self, account: str, *roles: str) -> str:
        """Have two officers open an account; return its one-time password."""
        answer = let_in(self.office.service, self.office.uuid, account, roles or ("case_manager",))
        assert isinstance(answer, Accepted), answer
        return self.desk.accounts.hand_over(account, second_of(account))

    def reset(self, account: str) -> None:
        """Have two officers take away everything that lets somebody in."""
        answer = decided_by_two(self.office.service, self.office.uuid, ResetCredentials, account=account)
        assert isinstance(answer, Accepted), answer

    def row(self, account: str) -> AccountRow:
        found = self.desk.accounts.row(account)
        assert found is not None
        return found

    def half(self, account: str, password: str = OWN, source: Source = HERE) -> HalfWay:
        found = self.desk.sign_in.password(account, password, source)
        assert isinstance(found, HalfWay), found
        return found

    def set_up(self, account: str, password: str) -> tuple[str, SoftwareApp]:
        """Sign in for the first time, with an own password and an app; return the session's token and the app."""
        token = self.half(account, password).token
        assert self.desk.sign_in.set_password(token, OWN) is None
        session = self.desk.sign_in.setting_up(token)
        assert session is not None
        enrolment = self.desk.factors.codes.begin(account)
        app = SoftwareApp(enrolment.secret)
        answer = self.desk.factors.add_code(session, enrolment.factor, app.code(self.office.now))
        assert isinstance(answer, Accepted), answer
        done = self.desk.sign_in.set_up(token)
        assert isinstance(done, SignedIn)
        return done.token, app

    def signed_in(self, account: str, app: SoftwareApp, source: Source = HERE) -> str:
        """Sign in with the own password and a fresh code; return the token."""
        self.later(seconds=30)
        done = self.desk.sign_in.code(self.half(account, source=source).token, app.code(self.office.now), source)
        assert isinstance(done, SignedIn), done
        return done.token

    def session(self, token: str) -> Session:
        found = self.desk.sessions.find(token)
        assert found is not None
        return found

    def later(self, **span: float) -> None:
        self.office.pass_time(timedelta(**span))

    def command(self, kind: type[AccountCommand], account: str, /, actor: str = ROOT, **fields: object) -> None:
        given = {"command_id": self.office.uuid(), "actor": actor, "account": account}
        answer = self.office.service.submit(kind.model_validate(given | fields))
        assert isinstance(answer, Accepted), answer
        if answer.proposal:
            confirms = {"actor": ZOYA, "mandate": "officer", "proposal_id": answer.proposal}
            self.office.accepted(self.office.command(ConfirmOfficeDecision, **confirms))


@pytest.fixture(params=KINDS)
def office_url(office_url: str) -> str:
    """The address of a database of each kind: what is kept of doors has statements of its own."""
    return office_url


@pytest.fixture
def door(office: Office) -> Door:
    return Door(office)


@pytest.fixture
def anna(door: Door) -> tuple[str, SoftwareApp]:
    """Anna, signed in for the first time, and the app on her telephone."""
    door.opened(ROOT, "administrator")
    return door.set_up(ANNA, door.opened(ANNA))
